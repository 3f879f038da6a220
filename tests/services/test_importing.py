"""Foreign BPMN: what is not ours becomes ours, is said, is checked, and runs to its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from app.domain.clock import LONDON
from app.domain.errors import BadInput, PathwayRefused
from app.engine.importing import bring_in
from app.engine.importing.report import Imported
from app.services import checks, definitions, reference, simulation
from app.services.workbench import importing
from tests.engine.foreign import DRAWINGS, END, START, chain, file_of, flow, process, task


def brought_in(name: str) -> Imported:
    return bring_in(DRAWINGS[name], "a_file", reference.roles())


def rules(found: Imported) -> set[str]:
    return {change.rule for change in found.changes}


def run(found: Imported, key: str, **answers: dict[str, Any]) -> list[dict[str, Any]]:
    story = simulation.run(
        key,
        profile="default",
        start=datetime(2026, 1, 5, 9, tzinfo=LONDON),
        complete="immediately",
        scenario=simulation.Scenario(tasks=answers),
        bundles={bundle.key: bundle for bundle in found.bundles},
    )
    return list(story["events"])


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_foreign_drawing_is_checked_and_runs_to_its_end(name: str) -> None:
    # when
    found = brought_in(name)

    # then
    around = checks.around(found.bundles)
    for bundle in found.bundles:
        assert [finding for finding in checks.findings_of(bundle, around) if finding.stops] == []
    events = run(found, found.bundles[0].key)
    assert not [event for event in events if event["kind"] == "incident"]
    assert [event for event in events if event["kind"] == "instance_ended" and event["instance"] == 1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no start, no end, a split", {"start", "end", "split", "role", "key"}),
        ("a decision in another language", {"decision"}),
        (
            "what other systems do",
            {"serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask", "call"},
        ),
        ("data everywhere", {"data"}),
        ("times of another engine", {"timer"}),
        ("two pools that talk", {"message", "message_flow", "pool"}),
        ("borders, signals and undoing", {"signal", "compensation", "compensate", "not_caught", "id"}),
        ("boxes of every kind", {"transaction", "cancel", "adHocSubProcess", "event_sub_process", "empty"}),
        ("repeated and jumping", {"repetition", "link"}),
        ("gateways that others have", {"decision", "complex", "event_gateway"}),
    ],
)
def test_every_change_is_said(name: str, expected: set[str]) -> None:
    # when
    found = brought_in(name)

    # then
    assert expected <= rules(found)
    assert all(change.sentence.endswith(".") or ":" in change.sentence for change in found.changes)


def test_a_person_decides_where_another_engine_worked_it_out() -> None:
    # given
    found = brought_in("a decision in another language")
    (key,) = [bundle.key for bundle in found.bundles]

    # when
    (form,) = found.bundles[0].forms
    decide = form.rpartition("/")[2]
    events = run(found, key)

    # then: the way that is over soonest is offered first, and what the drawing said is kept for whoever decides
    assert [value["label"] for value in found.bundles[0].forms[form]["components"][0]["values"]] == [
        "Yes",
        "again",
    ]
    assert "${amount &gt; 100}" in found.bundles[0].main
    done = [event["element"] for event in events if event["kind"] == "task_completed"]
    assert done == ["check_it", decide]


def test_what_one_pool_tells_the_other_stays_a_message() -> None:
    # given
    found = brought_in("two pools that talk")

    # when
    events = run(found, "customer")

    # then
    assert {bundle.key for bundle in found.bundles} == {"customer", "shop"}
    ended = {event["definition"] for event in events if event["kind"] == "instance_ended"}
    assert ended == {"customer", "shop"}
    assert "Wait for: paid" in {event["name"] for event in events if event["kind"] == "task_created"}


def test_a_lane_that_is_nearly_a_role_is_that_role() -> None:
    # given
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="Social workers"><flowNodeRef>go</flowNodeRef><flowNodeRef>a</flowNodeRef>'
        '</lane><lane id="l2" name="Astronaut"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
    )
    drawn = file_of(process(lanes, START, task("a"), task("b"), END, chain("go", "a", "b", "done")))

    # when
    report = importing.read("two lanes.bpmn", drawn)

    # then: the one is renamed and said, the other is kept and left to do
    assert "The lane “Social workers” is the role Social worker here." in {c.sentence for c in report.changes}
    assert [left.element for left in report.pathways[0].left_to_do] == ["l2"]
    assert report.pathways[0].bundle.main.count("BPMNShape") > 0, "it came without a drawing and got one"


def test_our_own_file_comes_back_as_it_went() -> None:
    # given
    bundle = definitions.shipped()["remand_yda"]

    # when
    found = bring_in(bundle.main.encode(), "remand_yda", reference.roles())

    # then
    assert [one.key for one in found.bundles] == ["remand_yda"]
    assert found.changes == ()
    assert found.bundles[0].main.count("<spiffworkflow:property ") == bundle.main.count(
        "<spiffworkflow:property "
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 hello", "The file cannot be read as XML"),
        (file_of(process()), "The file has no process with steps."),
        (b"x" * (3 * 1024 * 1024), "The file is larger than 2 MB."),
        (
            file_of(process(START, END, "".join(flow("go", "done") for _ in range(1600)))),
            "more than a pathway can",
        ),
    ],
)
def test_what_cannot_be_brought_in_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        importing.read("file.bpmn", content)
    assert sentence in refused.value.sentence


def test_an_import_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(importing, "SECONDS", 0.001)

    # then
    with pytest.raises(BadInput, match="takes longer than 5 seconds"):
        importing.read("file.bpmn", DRAWINGS["data everywhere"])


def test_a_file_that_says_another_encoding_than_it_has_is_refused() -> None:
    with pytest.raises(PathwayRefused):
        bring_in(b'<?xml version="1.0" encoding="utf-16"?><definitions/>', "x", reference.roles())
