"""A pathway as a procedure: every step in order, who, when by whose rule, why in the register's words, what then."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from app.cli import manuals as command
from app.domain.vocabulary import say
from app.engine import catalogue
from app.services import definitions, pictures, reference
from app.services.due_words import WORKED_OUT, condition_in_words, due_in_words
from app.services.manual.contents import Manual, Step
from app.services.manual.making import manual_of
from app.services.manual.ties import ties
from app.services.paper import manuals as paper

BUNDLES = definitions.shipped()
AROUND = ties(BUNDLES.values())
FACTS = {"release_on": "The release date", "next_hearing_on": "The date of the next hearing"}


def _manual(key: str, area: str = "wandsworth") -> Manual:
    return manual_of(BUNDLES[key], "Version 1, in force", reference.profile(area), AROUND)


def _step(manual: Manual, element_id: str) -> Step:
    return next(step for step in manual.steps if step.element_id == element_id)


@pytest.mark.parametrize("area", ["default", "wandsworth", "stoke"])
def test_every_shipped_pathway_is_a_procedure_without_a_gap(area: str) -> None:
    sentences = {duty.sentence for duty in reference.register()}
    for key, bundle in BUNDLES.items():
        manual = _manual(key, area)
        drawn = catalogue.drawn(bundle.main).processes[0]
        told = {step.element_id for step in manual.steps}
        work = [node for node in drawn.everything() if node.type == "userTask"]
        assert manual.starts, key
        assert len(told) == len(list(manual.steps)), key
        for node in work:
            name = say(node.name, reference.profile(area).words)
            is_in_a_part_left_out = node.scope.parent is not None and bool(manual.unused)
            assert node.id in told or name in manual.unused or is_in_a_part_left_out, (key, node.id)
        assert manual.is_used_here or manual.unused, key
        for step in manual.steps:
            if step.kind == "person":
                assert step.who, (key, step.name)
                assert step.next, (key, step.name)
            if step.when is not None:
                said = " ".join((step.when.how, *step.when.cases))
                assert WORKED_OUT not in said, (key, step.name)
                assert "does not have" not in said, (key, step.name)
                assert "deadline(" not in said, (key, step.name)
            assert {duty.sentence for duty in step.why} <= sentences, (key, step.name)
        for node in work:
            if node.id in told and node.properties.get("due"):
                assert _step(manual, node.id).when, (key, node.id)
                assert _step(manual, node.id).late, (key, node.id)


def test_a_limit_is_told_with_both_sources_and_what_it_is_counted_from() -> None:
    step = _step(_manual("visit_cycle"), "record_visit")

    assert step.when is not None
    assert step.when.how == "20 working days or 6 weeks (whichever ends first) after “previous visit”"
    assert step.when.counted_from == "previous visit"
    (rule,) = step.when.rules
    assert rule.sentence == (
        "20 working days in this area (Wandsworth WAN-A-09); 6 weeks by statute (regulation 28); "
        "whichever ends first counts."
    )


def test_another_area_reads_its_own_steps_duties_and_ladder() -> None:
    ours, theirs = _manual("arrest"), _manual("arrest", "stockport")

    assert {step.element_id for step in ours.steps} != {step.element_id for step in theirs.steps}
    assert "Check that the police called the provider" in ours.unused
    assert _step(theirs, "check_contractor_called").why[0].duty_id == "STP-4.1-01"
    assert all(duty.area == "wandsworth" for step in ours.steps for duty in step.why)
    assert ours.ladders[0].levels != theirs.ladders[0].levels
    assert "Wandsworth WAN-11-10" in ours.ladders[0].levels[0]


def test_an_area_that_does_not_use_a_pathway_is_told_so() -> None:
    assert not _manual("harmful_behaviour_assessment", "stoke").is_used_here
    assert _manual("arrest").is_used_here


def test_the_steps_stand_in_the_order_in_which_they_come() -> None:
    for key in BUNDLES:
        manual = _manual(key)
        place = {step.element_id: number for number, step in enumerate(manual.steps)}
        process = catalogue.drawn(BUNDLES[key].main).processes[0]
        forward = backward = 0
        for scope in process.all_scopes():
            for flow in scope.flows:
                if flow.source in place and flow.target in place:
                    forward += place[flow.source] < place[flow.target]
                    backward += place[flow.source] > place[flow.target]
        loops = sum(pictures.sketch(BUNDLES[key].main, "wandsworth").picture.leads_back(one.id)
                    for scope in process.all_scopes() for one in scope.flows)  # fmt: skip
        assert backward <= loops, (key, forward, backward)


def test_a_step_says_what_it_starts_what_may_come_in_between_and_what_ends_it() -> None:
    arrest, day = _manual("arrest"), _manual("release_day")

    assert [link.key for link in _step(arrest, "offence_passed_on").links] == ["new_offence"]
    assert any(link.key == "release_preparation" for link in day.started_by)
    assert "No word by the evening" in _step(day, "confirm_arrival").edges[0]
    part = next(part for part in day.parts if part.number)
    assert part.heading == "Until it is known that the child is safe"
    assert part.opening[0].startswith("On “Release called off”")
    assert "Known how the child is" in day.ends


def test_a_question_says_how_it_is_answered_and_when_it_is_asked() -> None:
    step = _step(_manual("arrest"), "consider_transfer")
    asked = {one.label: one for one in step.questions}

    assert asked["Was the child moved to local authority accommodation?"].how == "yes or no"
    assert asked["If not, why?"].when == (
        "only if “Was the child moved to local authority accommodation?” is no"
    )
    told = _step(_manual("arrest"), "tell_of_arrest").questions[0]
    assert told.how.startswith("any of: Social worker; ")


@pytest.mark.parametrize(
    ("text", "how", "cases"),
    [
        ('"P14D"', "14 days after this point is reached", ()),
        ("PT1H", "1 hour after this point is reached", ()),
        ("meeting_at", "the date of the meeting", ()),
        ("birthday(18)", "the child’s 18th birthday", ()),
        ('fact("release_on", release_on)', "the release date", ()),
        ('deadline("release.arrival", time(fact("release_on", release_on)) + days(1))',
         "6 hours before the end of the day of the release date", ()),
        ('deadline("notify.arrest", unknown_at)', "24 hours after “arrest known”", ()),
        ('max(meeting_at, fact("release_on"))', "the later of these", ("the date of the meeting", "the release date")),
        ('meeting_at if kind == "hearing" else birthday(16)', "it depends",
         ("if “kind” is “hearing”: the date of the meeting", "otherwise: the child’s 16th birthday")),
        ('deadline("no.such.rule", meeting_at)',
         "a time limit that Wandsworth does not have (no.such.rule)", ()),
        ("import os", WORKED_OUT, ()),
        ("", WORKED_OUT, ()),
        ("deadline()", WORKED_OUT, ()),
        ("[1, 2][0]", WORKED_OUT, ()),
    ],
)  # fmt: skip
def test_a_due_time_is_said_in_words_whatever_is_drawn(text: str, how: str, cases: tuple[str, ...]) -> None:
    found = due_in_words(text, reference.profile("wandsworth"), _said, lambda name: FACTS.get(name, name))

    assert (found.how, found.cases) == (how, cases)


def _said(name: str) -> str | None:
    return {"meeting_at": "the date of the meeting", "is_held": "whether the child is held"}.get(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is_held == True", "the child is held"),
        ("is_held == False", "it is not so that the child is held"),
        (
            "meeting_at == None and not is_held",
            "the date of the meeting is not known and it is not so that the child is held",
        ),
        (
            "meeting_at < today()",
            "the date of the meeting is before the moment at which this point is reached",
        ),
        ("lambda: 1", "what the drawing asks for holds"),
    ],
)
def test_a_condition_is_said_in_words(text: str, words: str) -> None:
    profile = reference.profile("wandsworth")

    assert condition_in_words(text, profile, _said, lambda name: FACTS.get(name, name)) == words


def test_the_paper_is_tagged_in_our_language_with_headings_and_words_for_the_drawing() -> None:
    made = paper.render(_manual("release_day"))

    reader = PdfReader(io.BytesIO(made))
    root: Any = reader.trailer["/Root"]
    kinds, alternatives = [], []

    def walk(node: Any) -> None:
        if isinstance(node, int):
            return
        node = node.get_object()
        if hasattr(node, "get"):
            kinds.append(str(node.get("/S", "")))
            if "/Alt" in node:
                alternatives.append(str(node["/Alt"]))
            inside = node.get("/K", [])
            for child in inside if isinstance(inside, list) else [inside]:
                walk(child)

    walk(root["/StructTreeRoot"])
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == "The day of release: procedure"
    assert kinds.count("/H1") == 1
    assert {"/H2", "/H3", "/Figure", "/L", "/P"} <= set(kinds)
    assert any(one.startswith("The drawing of The day of release.") for one in alternatives)
    assert "Find out whether the child is safe" in words
    assert any(page.mediabox.width > page.mediabox.height for page in reader.pages)
    assert made == paper.render(_manual("release_day"))


def test_the_command_writes_the_paper_of_an_area(tmp_path: Path) -> None:
    written = tmp_path / "arrest.pdf"

    done = CliRunner().invoke(command.manual, ["tell_by_phone", "--profile", "stockport", "-o", str(written)])

    assert done.output == "arrest.pdf: the procedure of tell_by_phone for Stockport.\n"
    assert written.read_bytes().startswith(b"%PDF")


def test_a_handbook_has_an_index_with_the_pages() -> None:
    made = paper.render_all([_manual("arrest"), _manual("release_day")], "The procedures of Wandsworth")

    reader = PdfReader(io.BytesIO(made))
    first = " ".join(reader.pages[0].extract_text().split())
    assert "Arrest" in first
    assert "The day of release" in first
    assert sum("Known how the child is" in page.extract_text() for page in reader.pages) >= 1
