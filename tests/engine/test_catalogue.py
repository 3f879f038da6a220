"""From files to versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import PathwayRefused
from app.engine import catalogue
from app.engine.contracts import Bundle
from tests.engine.diagrams import (
    boundary,
    diagram,
    element,
    end,
    flows,
    gateway,
    line,
    message,
    start,
    task,
    timer,
)
from tests.engine.walking import compiled


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with two processes, one calling the other, and two forms."""
    calling = diagram(
        start(form="remand/start"),
        task("visit", form="remand/visit"),
        element("callActivity", "place", calledElement="placement"),
        end(),
        flows("start > visit > place > end"),
        key="remand",
    )
    called = diagram(
        start(), task("find", form="remand/visit"), end(), flows("start > find > end"), key="placement"
    )
    for name, text in (
        ("processes/remand/remand.bpmn", calling),
        ("processes/shared/placement.bpmn", called),
        ("forms/remand/start.json", '{"type": "default", "components": []}'),
        ("forms/remand/visit.json", '{"type": "default", "components": []}'),
        ("forms/remand/unused.json", '{"type": "default", "components": []}'),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def read(project: Path) -> dict[str, Bundle]:
    return catalogue.read_bundles(project / "processes", project / "forms")


def test_a_bundle_holds_what_a_version_consists_of_and_nothing_else(project):
    bundles = read(project)

    assert set(bundles) == {"remand", "placement"}
    assert set(bundles["remand"].files) == {"remand/remand.bpmn", "shared/placement.bpmn"}
    assert set(bundles["remand"].forms) == {"remand/start", "remand/visit"}
    assert set(bundles["placement"].files) == {"shared/placement.bpmn"}


def test_the_id_of_a_version_is_its_content(project):
    before = read(project)
    path = project / "processes/shared/placement.bpmn"
    path.write_text(
        path.read_text(encoding="utf-8").replace('id="find"', 'id="find" name="Find"'), encoding="utf-8"
    )
    after = read(project)

    assert before["remand"].version_id() == read_again(before["remand"]).version_id()
    assert before["remand"].version_id() != after["remand"].version_id()
    assert len(after["remand"].version_id()) == 64


def read_again(bundle: Bundle) -> Bundle:
    return Bundle(bundle.key, dict(reversed(bundle.files.items())), dict(bundle.forms))


def test_a_version_is_parsed_once(project, roles):
    bundle = read(project)["remand"]

    assert catalogue.compile(bundle, roles) is catalogue.compile(read_again(bundle), roles)


def test_processes_that_call_each_other_in_a_circle_are_refused(project):
    path = project / "processes/shared/placement.bpmn"
    path.write_text(
        diagram(
            start(),
            element("callActivity", "back", calledElement="remand"),
            end(),
            flows("start>back>end"),
            key="placement",
        ),
        encoding="utf-8",
    )

    with pytest.raises(PathwayRefused, match="calls itself"):
        read(project)


def test_a_called_process_that_is_missing_is_refused(project):
    (project / "processes/shared/placement.bpmn").unlink()

    with pytest.raises(PathwayRefused, match="which is not there"):
        read(project)


def test_a_file_is_called_like_its_process(project):
    (project / "processes/remand/other.bpmn").write_text(line(path="start > end"), encoding="utf-8")

    with pytest.raises(PathwayRefused, match="with the id other"):
        read(project)


def test_a_version_knows_what_the_platform_asks_of_it(roles):
    version = compiled(
        diagram(
            "<bpmn:documentation>What it is for.</bpmn:documentation>",
            start(inner=message("begin"), form="remand/start"),
            task(
                "visit", duty="A-1, A-2", copy="seen_on", overdue="escalate", due="P1D", form="remand/visit"
            ),
            boundary("late", "visit", timer("P1D"), False),
            end("told"),
            boundary("over", "visit", message("over")),
            gateway("merge"),
            end(),
            flows("start > visit > merge > end; late > told; over > merge"),
            messages=("begin", "over", "unused"),
        ),
        roles,
    )

    assert (version.start_message, version.start_form) == ("begin", "remand/start")
    assert version.documentation == "What it is for."
    assert version.subscribes == {"over"}
    assert set(version.messages) == {"begin", "over", "unused"}
    visit = version.element("visit")
    assert visit is not None
    assert (visit.type, visit.role, visit.duty) == ("userTask", "social_worker", ("A-1", "A-2"))
    assert (visit.form, visit.due, visit.copy, visit.overdue) == (
        "remand/visit",
        "P1D",
        ("seen_on",),
        "escalate",
    )
    assert {e.id: e.type for e in version.elements}["late"] == "boundaryEvent"
    assert version.element("nowhere") is None


def test_a_message_may_go_to_all_of_a_child_s_pathways(roles):
    top = (
        '<bpmn:message id="M_all" name="all"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="correlate" value="child"/></spiffworkflow:properties>'
        "</bpmn:extensionElements></bpmn:message>"
    )
    version = compiled(line(path="start > end", top=top, messages=("own",)), roles)

    assert {m.name: m.correlate for m in version.messages.values()} == {"all": "child", "own": "root"}
