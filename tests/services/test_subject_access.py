"""What is asked for is answered in time, and what was removed from the answer is in no file of it."""

from __future__ import annotations

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock, now, today
from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.subject_access import clock_of
from app.services import accounts, children, comments, documents, instances, lists, plans, reference
from app.services.documents import Given
from app.services.oversight import board
from app.services.oversight.scope import scope
from app.services.records import redacting, subject_access, subject_review
from tests.things import ANSWERS

AUNT, NEIGHBOUR = "Wilhelmina Thornberry", "the neighbour at number nine has complained"


@pytest.mark.parametrize(
    ("received_on", "is_extended", "due_on"),
    [
        (date(2026, 12, 1), False, date(2027, 1, 4)),  # 1 January is a bank holiday, then comes the weekend
        (date(2027, 1, 31), False, date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 9, 3), False, date(2026, 10, 5)),
        (date(2026, 9, 3), True, date(2026, 12, 3)),
        (date(2027, 11, 30), True, date(2028, 2, 29)),
    ],
)
def test_a_request_is_due_a_month_after_it_came(received_on: date, is_extended: bool, due_on: date) -> None:
    calendar = reference.calendar_for("england")

    assert clock_of(received_on, is_extended=is_extended, calendar=calendar).due_on == due_on


def test_what_is_removed_is_in_no_file_of_the_answer(clock: SimulatedClock, filled_sqlite_app: Flask) -> None:
    # given: a record that names an aunt in many places and a neighbour in one, with two documents and a plan
    dora = accounts.viewer_named("dora@wandsworth.example")
    child_id = children.search(dora, "robin placeholder")[0].id
    began = (now() - timedelta(hours=1)).isoformat()
    instance_id = instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": began})
    task = next(one for one in lists.my_work(dora).tasks if one.instance_id == instance_id)
    comments.add(dora, task.id, f"{AUNT} was rung.")
    comments.add(dora, task.id, NEIGHBOUR)
    clock.move_to(now() + timedelta(days=1))
    plans.record_facts(dora, child_id, {"collector": f"Your aunt {AUNT}"})
    plans.make(dora, child_id)
    letter, secret = (
        documents.add(dora, child_id, Given(b"%PDF-1.7 " + text.encode(), title), scan_command=None)
        for text, title in (("his own", f"Letter to {AUNT}"), (NEIGHBOUR, "Complaint"))
    )
    request_id = subject_access.receive(dora, child_id, "Robin himself", today())
    whole = answer_of(dora, request_id, released=False)
    assert {AUNT, NEIGHBOUR} <= {one for one in (AUNT, NEIGHBOUR) if one in whole}

    # when
    subject_review.remove_words(dora, request_id, AUNT.upper(), "third_party")
    (passage,) = (one for one in passages_of(dora, request_id) if one.text == NEIGHBOUR)
    assert passage.about.startswith(task.name)
    known = [one for one in passages_of(dora, request_id) if one.part == "known"]
    assert [one.at for one in known] == sorted(one.at for one in known)
    assert known[-1].text == f"Your aunt {AUNT}"
    assert known[-1].about.endswith("Wednesday 2 December 2026")
    listed = [one.text for one in passages_of(dora, request_id)]
    assert "Yes" in listed
    assert not [
        one for one in listed if one.startswith(now().date().isoformat())
    ]  # what is stored goes with the words
    decisions = {f"passage:{passage.key}": "serious_harm", f"document:{letter}": None}
    assert subject_review.decide(dora, request_id, decisions) == 2
    with pytest.raises(Conflict, match="Decide on every document"):
        subject_access.release(dora, request_id, "Robin")
    subject_review.decide(dora, request_id, {f"document:{secret}": "third_party"})
    subject_access.release(dora, request_id, "Robin")

    # then
    name, content = subject_access.bundle(dora, request_id)
    files = {
        one.filename: zipfile.ZipFile(BytesIO(content)).read(one)
        for one in zipfile.ZipFile(BytesIO(content)).filelist
    }
    text = pdf_text(files["record.pdf"]) + files["record.json"].decode() + files["index.txt"].decode()
    for word in (AUNT, "Thornberry", NEIGHBOUR):
        assert word not in text
        assert not any(word.encode() in one for one in files.values())
        assert not any(word in path for path in files)
    assert "[removed: third_party]" in text
    assert "in force then: the protocol of Wandsworth, version 1" in text
    assert "[removed: serious_harm]" in text
    assert "schedule 2, paragraph 16" in text
    assert [path for path in files if path.startswith(("documents", "plans"))] == ["documents/001.pdf"]
    assert json.loads(files["record.json"])["record"]["about"]["given_name"] == "Robin"
    assert name.startswith("what-is-on-record-")
    with pytest.raises(Conflict, match="has been answered"):
        subject_review.decide(dora, request_id, decisions)


def answer_of(viewer: accounts.Viewer, request_id: str, *, released: bool) -> str:
    return " ".join(one.text for one in passages_of(viewer, request_id))


def passages_of(viewer: accounts.Viewer, request_id: str) -> list[redacting.Passage]:
    """Every passage of every part and page of the review."""
    first = subject_review.review(viewer, request_id)
    found = []
    for part in first.counts:
        page = subject_review.review(viewer, request_id, part)
        for number in range(1, page.pages + 1):
            found += [one.passage for one in subject_review.review(viewer, request_id, part, number).passages]
    return found


def pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_clock_is_seen_and_can_be_extended_once_within_the_month(
    clock: SimulatedClock, filled_sqlite_app: Flask
) -> None:
    dora, nia = (accounts.viewer_named(f"{name}@wandsworth.example") for name in ("dora", "nia"))
    child_id = children.search(dora, "robin placeholder")[0].id
    first = subject_access.receive(dora, child_id, "His mother", today())
    second = subject_access.receive(dora, child_id, "Robin himself", today() - timedelta(days=20))

    assert [(one.id, one.state) for one in subject_access.open_requests(dora)] == [
        (second, "10 days left"),
        (first, "34 days left"),
    ]
    subject_access.extend(dora, second, "It is a long life.")
    assert [one.id for one in subject_access.open_requests(dora)] == [first, second]
    assert [one.id for one in board.show(dora, scope(dora)).asked_for] == [first, second]
    with pytest.raises(Conflict, match="once"):
        subject_access.extend(dora, second, "Still.")
    clock.move_to(now() + timedelta(days=35))
    assert subject_access.show(dora, first).state == "Late by 1 day"
    with pytest.raises(Conflict, match="first month is over"):
        subject_access.extend(dora, first, "Too late.")
    with pytest.raises(NotFound):
        subject_access.show(nia, first)
    with pytest.raises(NotFound):
        subject_access.bundle(dora, first)
    with pytest.raises(BadInput):
        subject_access.receive(dora, child_id, " ", today() + timedelta(days=1))
