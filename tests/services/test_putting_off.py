"""Putting a task off, on both databases: it leaves its list, comes back by itself, and hides nothing late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, today
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.domain.moments import end_of_day, london_day, start_of_day
from app.services import absences, chronology, lists, putting_off, tasks
from app.services.absences import Plan
from app.services.lists import PUT_OFF, Filters, TaskRow
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.tasks import UserTask
from tests.services.test_lists import remand_of, somebody

REASON = "Waiting for the school's report"


@pytest.fixture
def visit(clock: SimulatedClock, filled_app: Flask) -> TaskRow:
    """Sam's first visit to Alex, due in a week."""
    remand_of("alex", clock)
    return next(
        task for task in lists.my_work(somebody("sam")).tasks if task.element_id == "record_first_visit"
    )


def on_list(who: Viewer, task: TaskRow, due: str | None = None) -> bool:
    return task.id in {one.id for one in lists.my_work(who, Filters(due=due)).tasks}


def set_due(task: TaskRow, on: date | None) -> None:
    with transaction() as session:
        session.execute(
            update(UserTask).where(UserTask.id == task.id).values(due_at=end_of_day(on) if on else None)
        )


def in_days(number: int) -> date:
    return today() + timedelta(days=number)


def test_what_is_put_off_leaves_the_list_and_stands_under_put_off(visit: TaskRow) -> None:
    sam = somebody("sam")
    before = lists.my_work(sam)

    putting_off.put_off(sam, visit.id, in_days(3), REASON)
    after = lists.my_work(sam)
    away_from_it = lists.my_work(sam, Filters(due=PUT_OFF))

    assert not on_list(sam, visit)
    assert (after.total, after.put_off) == (before.total - 1, 1)
    assert [(task.id, task.put_off_until, task.put_off_because) for task in away_from_it.tasks] == [
        (visit.id, in_days(3), REASON)
    ]


def test_it_comes_back_by_itself_in_the_morning_of_the_day(visit: TaskRow, clock: SimulatedClock) -> None:
    sam = somebody("sam")
    back_on = in_days(3)
    putting_off.put_off(sam, visit.id, back_on, REASON)

    clock.move_to(start_of_day(back_on) - timedelta(seconds=1))
    assert not on_list(sam, visit)
    clock.move_to(start_of_day(back_on))
    assert on_list(sam, visit)
    assert lists.my_work(sam).put_off == 0


def test_it_comes_back_at_once_when_it_becomes_due_before_that_day(visit: TaskRow) -> None:
    sam = somebody("sam")
    putting_off.put_off(sam, visit.id, in_days(5), REASON)

    set_due(visit, in_days(4))

    assert on_list(sam, visit)
    assert lists.my_work(sam).put_off == 0


def test_due_on_the_very_day_it_stays_away_until_then(visit: TaskRow, clock: SimulatedClock) -> None:
    sam = somebody("sam")
    assert visit.due_at is not None
    putting_off.put_off(sam, visit.id, london_day(visit.due_at), REASON)
    assert not on_list(sam, visit)

    clock.move_to(start_of_day(london_day(visit.due_at)))

    assert on_list(sam, visit, "today")


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "Enter the day"), (0, "in the future"), (-1, "in the future"), (367, "within a year")],
)
def test_a_day_that_makes_no_sense_is_refused(visit: TaskRow, days: int | None, words: str) -> None:
    set_due(visit, None)

    with pytest.raises(BadInput) as refused:
        putting_off.put_off(somebody("sam"), visit.id, None if days is None else in_days(days), REASON)

    assert words in refused.value.errors["until_on"][0]
    assert on_list(somebody("sam"), visit)


def test_a_day_after_the_due_day_is_refused_because_it_would_hide_a_breach(visit: TaskRow) -> None:
    assert visit.due_at is not None

    with pytest.raises(BadInput) as refused:
        putting_off.put_off(somebody("sam"), visit.id, london_day(visit.due_at) + timedelta(days=1), REASON)

    assert "must not be after" in refused.value.errors["until_on"][0]
    assert "hide that it is late" in refused.value.errors["until_on"][0]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_is_needed(visit: TaskRow, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        putting_off.put_off(somebody("sam"), visit.id, in_days(2), reason)

    assert list(refused.value.errors) == ["reason"]


def test_what_is_overdue_cannot_be_put_off(visit: TaskRow) -> None:
    set_due(visit, in_days(-1))

    with pytest.raises(BadInput):
        putting_off.put_off(somebody("sam"), visit.id, in_days(1), REASON)

    assert putting_off.of_task(somebody("sam"), visit).is_too_late


def test_only_who_has_it_may_put_it_off(visit: TaskRow) -> None:
    with pytest.raises(NotAllowed):
        putting_off.put_off(somebody("mo"), visit.id, in_days(2), REASON)
    with pytest.raises(NotAllowed):
        putting_off.bring_forward(somebody("ash"), visit.id)
    with pytest.raises(NotFound):
        putting_off.put_off(somebody("sam", "stockport"), visit.id, in_days(2), REASON)


def test_who_covers_may_put_it_off_and_it_is_away_for_both(visit: TaskRow) -> None:
    sam = somebody("sam")
    absences.record(sam, Plan(sam.person_id, somebody("ash").person_id, today(), in_days(4)))
    ash = somebody("ash")
    assert on_list(ash, visit)

    putting_off.put_off(ash, visit.id, in_days(2), REASON)

    assert not on_list(ash, visit)
    assert not on_list(sam, visit)
    assert on_list(ash, visit, PUT_OFF)


def test_given_to_somebody_else_it_is_on_their_list(visit: TaskRow) -> None:
    putting_off.put_off(somebody("sam"), visit.id, in_days(3), REASON)

    tasks.assign(somebody("mo"), visit.id, somebody("ash").person_id, "Sam is ill.")

    assert on_list(somebody("ash"), visit)


def test_it_is_brought_forward_and_both_are_in_the_record(visit: TaskRow) -> None:
    sam = somebody("sam")
    putting_off.put_off(sam, visit.id, in_days(3), REASON)

    putting_off.bring_forward(sam, visit.id)
    putting_off.bring_forward(sam, visit.id)

    assert on_list(sam, visit)
    with reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.task_id == visit.id).order_by(AuditEntry.seq)
        ).all()
    kinds = [entry.kind for entry in entries if entry.kind in ("task_put_off", "task_brought_forward")]
    assert kinds == ["task_put_off", "task_brought_forward"]
    told = [line.words for line in chronology.of_child(sam, visit.child.id).happenings]
    assert any(
        words.startswith("Put off until Friday 4 December 2026: ") and REASON in words for words in told
    )
    assert any(words.startswith("Brought forward: ") for words in told)


def test_put_off_again_it_has_the_new_day(visit: TaskRow) -> None:
    sam = somebody("sam")
    putting_off.put_off(sam, visit.id, in_days(2), REASON)

    putting_off.put_off(sam, visit.id, in_days(4), "The school closed early")

    (task,) = lists.my_work(sam, Filters(due=PUT_OFF)).tasks
    assert (task.put_off_until, task.put_off_because) == (in_days(4), "The school closed early")


def test_what_is_done_cannot_be_put_off(visit: TaskRow) -> None:
    with transaction() as session:
        session.execute(update(UserTask).where(UserTask.id == visit.id).values(state="cancelled"))

    with pytest.raises(StaleTask):
        putting_off.put_off(somebody("sam"), visit.id, in_days(2), REASON)


def test_a_manager_sees_in_the_queue_that_it_is_put_off_and_why(visit: TaskRow) -> None:
    putting_off.put_off(somebody("sam"), visit.id, in_days(3), REASON)

    work = lists.team_queue(somebody("mo"), visit.team_id or "")

    assert [(task.put_off_until, task.put_off_because) for task in work.tasks if task.id == visit.id] == [
        (in_days(3), REASON)
    ]


def test_the_days_that_are_offered_are_ahead_and_not_after_the_due_day(visit: TaskRow) -> None:
    state = putting_off.of_task(somebody("sam"), visit)

    assert state.can
    assert [words for _, words in state.days] == [
        "Tomorrow, Wednesday 2 December",
        "Next Monday, Monday 7 December",
        "On the day it is due, Tuesday 8 December",
    ]
    set_due(visit, None)
    assert [day for day, _ in putting_off.of_task(somebody("sam"), visit).days] == [
        in_days(1),
        date(2026, 12, 7),
        in_days(7),
    ]
