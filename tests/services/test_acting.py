"""What managers do to running work: each with its reason, its entry in the audit, and refused to everybody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.domain.deadlines import Deadline
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.services import agreed_dates, suspending, tasks, timers
from app.services.agreed_dates import Move
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.letters import Letter
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
