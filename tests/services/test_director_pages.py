"""The page for the director: composed of what was recorded, kept as it was sent, acknowledged and answered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.domain.clock import SimulatedClock, now
from app.domain.documents import Document
from app.domain.errors import NotFound
from app.domain.moments import day_in_words
from app.services import (
    acknowledging,
    children,
    definitions,
    director_pages,
    facts,
    instances,
    signing,
    tasks,
    timers,
)
from app.services.oversight import homes
from app.services.oversight.scope import ALL, scope
from app.services.records import collecting, exporting
from app.store.db import reading, transaction
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.services.test_lists import somebody

SENT = {
    "reason": "His aunt cannot take him.",
    "accommodation_options": "Birch House: full until January.",
    "ask": "Pay for a place at Elm House from Thursday.",
    "meeting_on": None,
}


@pytest.fixture
def release(clock: SimulatedClock, filled_sqlite_app: Flask) -> str:
    """Alex leaves in five days and has no home to go to; the id of the pathway."""
    dora = somebody("dora")
    child_id = children.search(dora, "alex")[0].id
    leaves = (clock.now().date() + timedelta(days=5)).isoformat()
    opened = {"opened_at": clock.now().isoformat(), "release_on": leaves, "establishment": "Feltham"}
    pathway = instances.start(dora, "release_preparation", child_id, opened)
    while timers.drain():
        pass
    return pathway


def test_where_the_pathway_asks_for_a_managers_word_it_goes_to_the_director_after_that(
    clock: SimulatedClock, filled_sqlite_app: Flask, request: pytest.FixtureRequest
) -> None:
    with reading() as session:
        (bundle,) = (one for one in definitions.in_force(session) if one.key == "release_home")
    form = '<spiffworkflow:property name="form" value="release_preparation/escalate_home_to_director"/>'
    word = '<spiffworkflow:property name="sign_off" value="csc_team_manager"/>'
    files = {path: xml.replace(form, form + word) for path, xml in bundle.files.items()}
    pathways.publish(replace(bundle, files=files))
    request.getfixturevalue("release")
    sam, mo = somebody("sam"), somebody("mo")
    asked = the_task("escalate_home_to_director")
    assert director_pages.show(sam, asked).signer == "Social care team manager"

    tasks.complete(sam, asked, {**SENT, "escalated_at": now().isoformat()})
    waiting = director_pages.show(mo, asked)
    assert (waiting.is_waiting, waiting.sent_at) == (True, None)
    assert the_task("answer_on_home_as_director") is None
    signing.approve(mo, asked)

    found = director_pages.show(mo, asked)
    assert (found.is_waiting, found.sent_by) == (False, "Sam Socialworker")
    assert found.answer is not None


def the_task(element: str) -> str | None:
    with reading() as session:
        return session.scalars(
            select(UserTask.id).where(UserTask.element_id == element).order_by(UserTask.created_at.desc())
        ).first()


def words_of(document: Document) -> str:
    rows = [f"{block.label} {block.text}" for section in document.sections for block in section.blocks]
    return "\n".join([document.title, *document.opening, *rows, document.footer])


def test_it_is_composed_of_what_was_recorded_and_kept_as_it_was_sent(
    release: str, clock: SimulatedClock
) -> None:
    sam, dee = somebody("sam"), somebody("dee")
    tasks.complete(
        sam,
        the_task("find_home_first"),
        {
            "notice_days": 5,
            "accommodation_options": "Nothing before January.",
            "found": False,
            "found_on": None,
            "yjs_attended": True,
        },
    )
    asked = the_task("escalate_home_to_director")
    leaves = clock.now().date() + timedelta(days=5)

    before = words_of(director_pages.show(sam, asked, SENT).document)
    assert "Not sent yet." in before
    for said in (
        "Alex Example", f"Release on {day_in_words(leaves)}, in 5 days.", "Feltham", "Sam Socialworker, Social worker",
        "Address to go to None known", "Nothing before January.", *filter(None, SENT.values()), "WAN-9-22",
    ):  # fmt: skip
        assert said in before, said
    assert "STP-" not in before, "another protocol says nothing here"
    assert director_pages.suggested(sam, asked, {})["ask"].startswith("A suitable home for Alex before")
    assert director_pages.suggested(sam, asked, SENT) == {}

    tasks.complete(sam, asked, {**SENT, "escalated_at": now().isoformat()})
    sent_at = now()
    with transaction() as session:
        child_id = session.get(UserTask, ("wandsworth", asked)).child_id
        facts.record(
            session, "wandsworth", child_id, {"establishment": "Cookham Wood"}, person_id=None, task_id=None
        )

    found = director_pages.show(dee, asked)
    assert (found.sent_at, found.sent_by) == (sent_at, "Sam Socialworker")
    assert "Feltham" in words_of(found.document)
    assert "Cookham Wood" not in words_of(found.document)
    assert words_of(found.document).splitlines()[:-1] == before.splitlines()[:-1]


def test_the_director_is_told_says_so_and_answers(
    release: str, clock: SimulatedClock, tmp_path: Path
) -> None:
    sam, dee = somebody("sam"), somebody("dee")
    asked = the_task("escalate_home_to_director")
    tasks.complete(sam, asked, {**SENT, "escalated_at": now().isoformat()})
    answer = the_task("answer_on_home_as_director")

    shown = director_pages.show(sam, asked).answer
    assert (shown.task_id, shown.is_open, [(one.name, one.at) for one in shown.told]) == (
        answer,
        True,
        [("Dee Director", None)],
    )
    assert director_pages.address_of(dee, answer) == asked
    sent_at = clock.now()
    clock.move_to(sent_at + timedelta(hours=1))
    acknowledging.acknowledge(dee, answer, "I call Elm House.")
    assert director_pages.show(sam, asked).answer.told[0].words == "I call Elm House."
    hope = somebody("hope")
    (home,) = homes.page_of(hope, scope(hope, ALL)).homes
    to_director = next(one for one in home.raised if one.is_for_director)
    assert (home.child.name, home.days, home.address, homes.number(hope, scope(hope, ALL))) == (
        "Alex Example",
        5,
        "",
        1,
    )
    assert (to_director.answer_id, to_director.is_open, to_director.told[0].words) == (
        answer,
        True,
        "I call Elm House.",
    )
    assert homes.page_of(hope, scope(hope, ALL), homes.OVER).total == 0

    tasks.complete(dee, answer, {"answer": "Elm House is paid for.", "answered_at": now().isoformat()})
    shown = director_pages.show(sam, asked).answer
    assert (shown.words, shown.by, shown.is_open) == ("Elm House is paid for.", "Dee Director", False)

    # and the case record has both, as it stood
    with reading() as session:
        child_id = session.get(UserTask, ("wandsworth", asked)).child_id
        then, _ = collecting.collect(session, None, "wandsworth", child_id, sent_at)
    by_id = {one.id: one for one in then.tasks}
    assert by_id[asked].director_page.sent_by == "Sam Socialworker"
    assert by_id[answer].seen == (), "nobody had seen it yet"
    exporting.export(child_id, tmp_path / "record", exporting.asked_for(None, "Inspection", "Ofsted"))
    record = json.loads((tmp_path / "record/record.json").read_text(encoding="utf-8"))["record"]
    told = {one["id"]: one for one in record["tasks"]}
    lines = [line["text"] for part in told[asked]["director_page"]["parts"] for line in part["lines"]]
    assert {SENT["ask"], SENT["reason"]} <= set(lines)
    assert [(one["by"], one["words"]) for one in told[answer]["seen"]] == [
        ("Dee Director", "I call Elm House.")
    ]
    sheets = PdfReader(tmp_path / "record/record.pdf").pages
    paper = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    assert SENT["ask"] in paper
    assert "I call Elm House." in paper


def test_no_other_task_has_a_page(release: str) -> None:
    sam = somebody("sam")
    with pytest.raises(NotFound):
        director_pages.show(sam, the_task("record_home"))
    assert director_pages.address_of(sam, the_task("record_home")) is None
    with pytest.raises(NotFound):
        director_pages.show(somebody("nia"), the_task("escalate_home_to_director"))
