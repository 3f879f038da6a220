"""The record of a child as it stood on a day: equal to what was taken on that day, whatever happened since."""

from __future__ import annotations

import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, Conflict
from app.services import (
    agreed_dates,
    child_details,
    children,
    comments,
    documents,
    facts,
    instances,
    legal_statuses,
    messages,
    plans,
    suspending,
    task_life,
    tasks,
    timers,
)
from app.services.agreed_dates import Move
from app.services.documents import Given
from app.services.records import collecting, exporting, sentences
from app.services.records.contents import Record
from app.store.db import db, reading, transaction
from app.store.documents import DocumentContent
from tests.services.test_task_life import START, VISIT, person, task_of

pytestmark = pytest.mark.usefixtures("filled_app", "clock")


class Life:
    """Weeks of one child; after each day's work the record is taken as it stands."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.taken: dict[datetime, Record] = {}
        self.sam, self.dora, self.mo = person("sam"), person("dora"), person("mo")
        (alex,) = children.search(self.dora, "alex example")
        self.child_id = alex.id

    def taking(self) -> None:
        self.taken[self.clock.now()] = self.record(self.clock.now())
        self.clock.move_to(self.clock.now() + timedelta(days=1))
        while timers.fire_next():
            messages.deliver_queued(db.session())

    def record(self, at: datetime, viewer: Viewer | None = None) -> Record:
        with reading() as session:
            return collecting.collect(session, viewer, "wandsworth", self.child_id, at)[0]


def test_the_record_of_a_day_is_the_same_whenever_it_is_taken(clock: SimulatedClock) -> None:
    # given
    life = Life(clock)
    sam, dora, mo, child_id = life.sam, life.dora, life.mo, life.child_id
    life.taking()
    began = (clock.now() - timedelta(hours=1)).isoformat()
    remand = instances.start(dora, "remand_yda", child_id, {**START, "remanded_at": began})
    visit = task_of(remand, "record_first_visit")
    comments.add(sam, visit.id, 'Rang the school:\n\t“no” \\ "yes"')
    plan_id = plans.make(sam, child_id)
    assert plan_id
    life.taking()
    tasks.claim(sam, visit.id)
    open_ids = [one.id for one in life.record(clock.now()).tasks if one.state == "open"]
    assert visit.id in open_ids
    agreed_dates.move(mo, visit.id, Move(clock.now().date() + timedelta(days=20), "The court asked for it."))
    document_id = documents.add(sam, child_id, Given(b"%PDF-1.7 made up", "Order"), scan_command=None)
    life.taking()
    tasks.complete(sam, visit.id, VISIT)
    life.taking()
    task_life.correct(sam, visit.id, {**VISIT, "child_said": "To ring my nan."}, "Misheard.")
    life.taking()
    task_life.correct(sam, visit.id, {**VISIT, "child_said": "Nothing."}, "Read the notes again.")
    known = {"given_name": "Alexis", "family_name": 'O’Neil \\ "Ren"', "date_of_birth": "2011-03-04"}
    child_details.change(dora, child_id, known)
    documents.withdraw(sam, document_id, "It is another child’s.")
    life.taking()
    suspending.suspend(mo, remand, "The child is in hospital.", None)
    life.taking()
    suspending.resume(mo, remand, "Out of hospital.")
    with transaction() as session:
        children.allocate(session, "wandsworth", child_id, "social_worker", mo.person_id, by=mo.person_id)
        facts.record(
            session, "wandsworth", child_id, {"release_on": "2027-03-01"}, person_id=None, task_id=None
        )
    legal_statuses.record_period(mo, child_id, "section_20", date(2026, 9, 1), date(2026, 10, 1), "Found.")
    life.taking()
    instances.cancel(mo, remand, "The court ended it.")
    life.taking()

    # when
    later = {at: life.record(at) for at in life.taken}

    # then
    for at, then in life.taken.items():
        assert later[at] == then, at
    days = list(life.taken.values())
    assert len({repr(one) for one in days}) == len(days)
    names = [one.name for one in days[-1].pathways]
    assert "Escalation: Upload bail assessment and court papers" in names
    assert "Escalation" not in names
    (told,) = (one for one in days[-1].pathways if one.id == remand)
    assert "Version 1 of the pathway; the protocol of Wandsworth, version 1." in sentences.pathway(told)


def test_the_record_leaves_by_the_command_line_whole_or_not_at_all(tmp_path: Path) -> None:
    # given
    sam = person("sam")
    (alex,) = children.search(sam, "alex example")
    document = documents.add(sam, alex.id, Given(b"%PDF-1.7 made up", "Order"), scan_command=None)
    asked = exporting.asked_for(None, "Inspection", "Ofsted")
    folder = tmp_path / "new" / "record"

    # when
    paths = exporting.export(alex.reference.lower(), folder, asked)

    # then
    assert paths == ["record.pdf", "record.json", "shape.txt", "documents/001-order.pdf", "index.txt"]
    assert (folder / "documents/001-order.pdf").read_bytes() == b"%PDF-1.7 made up"
    written = [folder, *folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600, 0o700}
    with pytest.raises(BadInput, match="is not empty"):
        exporting.export(alex.id, folder, asked)
    with transaction() as session:
        session.execute(
            update(DocumentContent).where(DocumentContent.document_id == document).values(content=b"other")
        )
    with pytest.raises(Conflict, match="not as it was"):
        exporting.export(alex.id, tmp_path / "damaged", asked)
    assert not [path for path in tmp_path.iterdir() if "damaged" in path.name]


def test_what_the_viewer_may_not_open_is_left_out_and_said(clock: SimulatedClock) -> None:
    # given
    life = Life(clock)
    began = (clock.now() - timedelta(hours=1)).isoformat()
    remand = instances.start(life.dora, "remand_yda", life.child_id, {**START, "remanded_at": began})
    visit = task_of(remand, "record_first_visit")
    tasks.complete(life.sam, visit.id, VISIT)
    comments.add(life.sam, visit.id, "Rang the school.")
    tess = person("tess")

    # when
    with reading() as session:
        record, read = collecting.collect(session, tess, "wandsworth", life.child_id, clock.now())

    # then
    (seen,) = (task for task in record.tasks if task.id == visit.id)
    assert (seen.is_shown, seen.answers, seen.remarks) == (False, None, ())
    assert seen.completed_by == "Sam Socialworker"
    assert any("may not open" in sentence for sentence in collecting.left_out(record, read))
    (whole,) = (task for task in life.record(clock.now()).tasks if task.id == visit.id)
    assert whole.answers is not None
    assert whole.remarks
