"""What managers do to running work: each with its reason, its entry in the audit, and refused to everybody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.domain.deadlines import Deadline
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound, StaleTask
from app.domain.moments import read_moment
from app.services import agreed_dates, correct_starts, course_changes, suspending, tasks, timers
from app.services.agreed_dates import Move
from app.services.correct_starts import Asked
from app.services.course_changes import Asked as Course
from app.store.audit import AuditEntry
from app.store.children import BedNights, LegalStatus
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.letters import Letter
from app.store.tasks import Answer, UserTask
from tests.crash.invariants import assert_all
from tests.services.test_lists import remand_of, somebody
from tests.services.test_task_life import VISIT, task_of

pytestmark = pytest.mark.usefixtures("filled_app", "clock")


@pytest.fixture
def remand(clock: SimulatedClock) -> str:
    """The id of a remand of Alex that began an hour ago."""
    return remand_of("alex", clock)


def last_entry(kind: str) -> dict[str, Any]:
    with reading() as session:
        query = select(AuditEntry).where(AuditEntry.kind == kind).order_by(AuditEntry.id.desc())
        return dict(session.scalars(query).first().facts)


def test_a_date_is_moved_within_the_law_stays_when_it_is_counted_again_and_is_taken_back(remand: str) -> None:
    # given: the first visit, due by protocol and by law
    mo = somebody("mo")
    visit = task_of(remand, "record_first_visit")
    before = Deadline.from_json(visit.due)
    later = before.due_on + timedelta(days=30)

    # when: it is agreed beyond the law
    after = agreed_dates.move(mo, visit.id, Move(later, "The establishment is shut."))

    # then: the law is what counts, where there is one
    assert after.agreed is not None
    assert after.agreed.due_at.date() == later
    assert after.statutory == before.statutory
    assert after.due_at == (before.statutory.due_at if before.statutory else after.agreed.due_at)
    assert "because: The establishment is shut." in after.explanation
    assert Deadline.from_json(after.to_json()) == after
    assert last_entry("deadline_moved")["reason"] == "The establishment is shut."
    with reading() as session:
        assert session.scalars(
            select(Letter.kind).where(Letter.kind == "moved", Letter.task_id == visit.id)
        ).all()

    # and: brought forward it counts itself, and is watched
    earlier = agreed_dates.move(mo, visit.id, Move(date(2026, 12, 2), "The child asks for it."))
    assert task_of(remand, "record_first_visit").due_at == earlier.due_at
    assert earlier.worked_out.due_at == before.due_at
    assert_all()

    # and: taken back it is as it was worked out
    with pytest.raises(BadInput):
        agreed_dates.take_back(mo, visit.id, " ")
    assert agreed_dates.take_back(mo, visit.id, "A mistake.") == before
    assert_all()


def test_who_may_not_move_it_and_what_is_no_date(remand: str) -> None:
    visit = task_of(remand, "record_first_visit")
    tomorrow = Move(date(2026, 12, 2), "Agreed.")
    for name, refused in (("sam", NotAllowed), ("corin", NotFound)):
        with pytest.raises((refused, NotFound)):
            agreed_dates.move(somebody(name), visit.id, tomorrow)
    with pytest.raises(BadInput) as wrong:
        agreed_dates.move(somebody("mo"), visit.id, Move(date(2026, 11, 30), " "))
    assert set(wrong.value.errors) == {"on", "reason"}
    with pytest.raises(StaleTask):
        agreed_dates.take_back(somebody("mo"), visit.id, "Nothing there.")
    assert "agreed" not in task_of(remand, "record_first_visit").due


def test_a_suspended_pathway_keeps_its_dates_and_makes_up_for_them_when_it_goes_on(
    remand: str, clock: SimulatedClock
) -> None:
    # given
    mo, sam = somebody("mo"), somebody("sam")
    visit = task_of(remand, "record_first_visit")
    with pytest.raises((NotAllowed, NotFound)):
        suspending.suspend(sam, remand, "No.", None)
    with pytest.raises(BadInput) as wrong:
        suspending.suspend(mo, remand, " ", date(2026, 12, 1))
    assert set(wrong.value.errors) == {"reason", "until_on"}

    # when
    suspending.suspend(mo, remand, "The court hears it again.", None)

    # then: nothing goes on, nothing is forgotten
    with pytest.raises(StaleTask, match="The court hears it again"):
        tasks.complete(sam, visit.id, VISIT)
    with pytest.raises(StaleTask):
        suspending.suspend(mo, remand, "Twice.", None)
    clock.move_to(visit.due_at + timedelta(days=1))
    timers.drain()
    assert task_of(remand, "record_first_visit").overdue_at is None
    assert task_of(remand, "record_first_visit").due_at == visit.due_at
    standing = suspending.of_instance(mo, remand)
    assert standing is not None
    assert (visit.name, visit.due_at) in standing.came_due
    assert_all()

    # and: it is made up for
    with pytest.raises((NotAllowed, NotFound)):
        suspending.resume(sam, remand, "Why not.")
    suspending.resume(mo, remand, "It was heard.")
    assert task_of(remand, "record_first_visit").overdue_at is not None
    assert last_entry("instance_resumed")["reason"] == "It was heard."
    with pytest.raises(StaleTask):
        suspending.resume(mo, remand, "Twice.")
    assert_all(quiet_at=clock.now())


def test_it_goes_on_by_itself_when_its_day_has_come(remand: str, clock: SimulatedClock) -> None:
    suspending.suspend(somebody("mo"), remand, "He is in hospital.", date(2026, 12, 3))
    clock.move_to(clock.now() + timedelta(days=1))
    assert suspending.bring_forward() == 0

    clock.move_to(clock.now() + timedelta(days=1))

    assert (suspending.bring_forward(), suspending.bring_forward()) == (1, 0)
    assert last_entry("instance_resumed")["reason"] == suspending.BY_ITSELF
    timers.drain()
    assert_all(quiet_at=clock.now())


def test_a_wrong_start_is_put_right_and_what_hangs_from_it_follows(
    remand: str, clock: SimulatedClock
) -> None:
    # given: a remand recorded a day too late, with a task of Sam's and one that is done
    mo, visit = somebody("mo"), task_of(remand, "record_first_visit")
    was = correct_starts.show(mo, remand)
    asked = Asked(was - timedelta(days=1), "The court sat on Monday.")
    with reading() as session:
        begun = {row.element_id: row.due_at for row in session.scalars(select(UserTask))}

    # when: it is looked at, then done
    looked = correct_starts.look(mo, remand, asked)
    assert correct_starts.show(mo, remand) == was
    correct_starts.correct(mo, remand, asked, submission="once")
    correct_starts.correct(mo, remand, asked, submission="once")

    # then: what was shown is what happened, in every place that says so
    with reading() as session:
        rows = session.scalars(select(UserTask).where(UserTask.state == "open")).all()
        moved = {
            (row.name, begun[row.element_id], row.due_at)
            for row in rows
            if row.due_at != begun[row.element_id]
        }
        shown = {(one.name, one.was, one.becomes) for one in looked.moves if one.kind == "task"}
        assert shown == moved
        assert len(moved) > 3
        start = session.get(ProcessInstance, ("wandsworth", remand))
        assert start.started_at == asked.becomes
        assert f'"remanded_at":"{was.isoformat()}"' not in start.state
        answers = session.get(Answer, ("wandsworth", remand)).answers
        assert read_moment(answers["remanded_at"]) == asked.becomes
        for table in (LegalStatus, BedNights):
            assert session.scalars(select(table.from_at).where(table.instance_id == remand)).all() == [
                asked.becomes
            ]
        told = session.scalars(select(Letter.task_id).where(Letter.kind == "moved")).all()
        assert visit.id in told
    law = {one.name: one for one in looked.moves}[visit.name]
    assert law.limit is not None
    entry = last_entry("start_corrected")
    assert entry["reason"] == asked.reason
    assert entry["was"] == was.isoformat()
    assert last_entry("deadline_moved")["reason"].endswith(asked.reason)
    timers.drain()  # what is late from now on
    assert_all(quiet_at=clock.now())


def test_a_start_that_makes_no_sense_is_refused(remand: str, clock: SimulatedClock) -> None:
    mo, now = somebody("mo"), clock.now()
    was = correct_starts.show(mo, remand)

    def wrong(becomes: Any, reason: str = "A slip.") -> dict[str, list[str]]:
        with pytest.raises(BadInput) as error:
            correct_starts.correct(mo, remand, Asked(becomes, reason))
        return error.value.errors

    assert "future" in wrong(now + timedelta(hours=1))["started_at"][0]
    assert "already" in wrong(was)["started_at"][0]
    assert set(wrong(None, " ")) == {"started_at", "reason"}
    clock.move_to(now + timedelta(hours=2))
    tasks.complete(somebody("sam"), task_of(remand, "record_first_visit").id, VISIT)
    clock.move_to(now + timedelta(hours=5))
    assert "was completed on" in wrong(now + timedelta(hours=4))["started_at"][0]
    with pytest.raises((NotAllowed, NotFound)):
        correct_starts.look(somebody("sam"), remand, Asked(was - timedelta(hours=1), "No."))
    with reading() as session:
        of_tree = ProcessInstance.root_id == remand, ProcessInstance.id != remand
        child = session.scalars(select(ProcessInstance.id).where(*of_tree)).first()
    with pytest.raises(Conflict, match="Another pathway started"):
        correct_starts.show(mo, str(child))
    assert correct_starts.show(mo, remand) == was


def test_a_pathway_goes_back_to_a_task_that_was_done(remand: str, clock: SimulatedClock) -> None:
    # given
    mo = somebody("mo")
    visit = task_of(remand, "record_first_visit")
    tasks.complete(somebody("sam"), visit.id, VISIT)
    (way,) = course_changes.show(mo, remand).back
    assert (way.name, way.refusal) == (visit.name, "")
    asked = Course(way.key, "It was another child’s visit.")
    with pytest.raises((NotAllowed, NotFound)):
        course_changes.change(somebody("sam"), remand, asked)
    with pytest.raises(BadInput) as wrong:
        course_changes.change(mo, remand, Course("back:", " "))
    assert set(wrong.value.errors) == {"way", "reason"}

    # when
    looked = course_changes.look(mo, remand, asked)
    course_changes.change(mo, remand, asked, submission="once")
    course_changes.change(mo, remand, asked, submission="once")

    # then: what was shown has happened, and the earlier answers are kept
    with reading() as session:
        of_visit = UserTask.element_id == visit.element_id, UserTask.state == "open"
        again = session.scalars(select(UserTask).where(*of_visit)).one()
    assert again.id != visit.id
    assert again.due_at == visit.due_at
    assert [(one.name, one.due_at) for one in looked.seen.opens] == [(visit.name, visit.due_at)]
    assert looked.again
    assert last_entry("course_changed")["reason"] == asked.reason
    assert course_changes.show(mo, remand).back[0].refusal.endswith("is open already.")
    tasks.complete(somebody("sam"), again.id, VISIT)
    assert_all(quiet_at=clock.now())


def test_a_pathway_goes_on_without_what_it_waits_for(remand: str, clock: SimulatedClock) -> None:
    mo = somebody("mo")
    tasks.complete(somebody("sam"), task_of(remand, "record_first_visit").id, VISIT)
    with reading() as session:
        cycle = session.scalars(
            select(ProcessInstance.id).where(ProcessInstance.definition_key == "visit_cycle")
        ).one()
    way = next(one for one in course_changes.show(mo, cycle).on if not one.refusal)
    looked = course_changes.look(mo, cycle, Course(way.key, "She is seen tomorrow."))

    course_changes.change(mo, cycle, Course(way.key, "She is seen tomorrow."))

    with reading() as session:
        opened = session.scalars(
            select(UserTask.name).where(UserTask.instance_id == cycle, UserTask.state == "open")
        )
        assert sorted(opened) == sorted(one.name for one in looked.seen.opens)
    assert way.name in last_entry("course_changed")["detail"]
    with pytest.raises(StaleTask):
        course_changes.change(mo, cycle, Course(way.key, "Twice."))
    suspending.suspend(mo, cycle, "He is in hospital.", None)
    with pytest.raises(StaleTask, match="in hospital"):
        course_changes.show(mo, cycle)
    assert_all()
