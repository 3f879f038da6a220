"""Putting a task off until a day, with a reason: it leaves its list, comes back by itself, and hides nothing late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now, today
from app.domain.errors import BadInput
from app.domain.moments import day_in_words, london_day, start_of_day
from app.services import advance, task_lookup
from app.services.work_rows import TaskRow, is_away
from app.store.audit import Entry
from app.store.db import reading, table_of, transaction
from app.store.people import name_of
from app.store.upsert import put
from app.store.work import Snooze

LONGEST_REASON = 500
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class PuttingOff:
    """What the page of a task says of putting it off.

    `until_on` is set while it is put off. `days` are the days to offer, in words: those ahead that are not after
    the day on which the task is due.
    """

    can: bool
    due_at: datetime | None
    until_on: date | None
    reason: str | None
    by: str | None
    days: tuple[tuple[date, str], ...]

    @property
    def is_too_late(self) -> bool:
        """Whether the task is due today or overdue: there is no day left until which it could wait."""
        return self.due_at is not None and london_day(self.due_at) <= today()


def put_off(viewer: Viewer, task_id: str, until_on: date | None, reason: str) -> str:
    """Put one's own task off until the morning of a day; the task's name. Put off already, it gets the new day.

    Raises NotFound, NotAllowed for the work of others, StaleTask, and BadInput for a day that is not ahead, is more
    than a year ahead or is after the task's due date: putting off must not hide that a duty is broken.
    """
    with transaction() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        task_thing = task_lookup.thing(session, task)
        require(viewer, "put_off", task_thing, seen_by="see_task")
        instance = advance.lock(session, viewer.authority_id, task.instance_id)
        task = task_lookup.row(session, viewer.authority_id, task_id)
        task_lookup.refuse_unless_open(session, task)
        require(viewer, "put_off", task_lookup.thing(session, task), seen_by="see_task")
        until_on, reason = _checked(until_on, reason.strip(), task.due_at)
        snooze = {
            "authority_id": viewer.authority_id,
            "task_id": task_id,
            "for_id": task.assignee_id,
            "until_on": until_on,
            "until_at": start_of_day(until_on),
            "reason": reason,
            "by_id": viewer.person_id,
            "at": now(),
        }
        kept = ("for_id", "until_on", "until_at", "reason", "by_id", "at")
        put(session, table_of(Snooze), [snooze], replace=kept)
        entry = Entry(
            kind="task_put_off",
            child_id=task.child_id,
            person_id=viewer.person_id,
            for_id=acts_for(viewer, task_thing),
            task_id=task_id,
            facts={
                "element": task.element_id,
                "name": task.name,
                "detail": f"until {day_in_words(until_on)}",
                "reason": reason,
            },
        )
        advance.record(session, instance, [entry])
    return str(task.name)


def bring_forward(viewer: Viewer, task_id: str) -> str:
    """Put a task back on its list now; its name. Nothing happens when it is there already.

    Raises NotFound, NotAllowed for the work of others, StaleTask.
    """
    with transaction() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        task_thing = task_lookup.thing(session, task)
        require(viewer, "put_off", task_thing, seen_by="see_task")
        instance = advance.lock(session, viewer.authority_id, task.instance_id)
        task = task_lookup.row(session, viewer.authority_id, task_id)
        task_lookup.refuse_unless_open(session, task)
        gone = session.execute(
            delete(Snooze).where(Snooze.authority_id == viewer.authority_id, Snooze.task_id == task_id)
        )
        if getattr(gone, "rowcount", 0):
            entry = Entry(
                kind="task_brought_forward",
                child_id=task.child_id,
                person_id=viewer.person_id,
                for_id=acts_for(viewer, task_thing),
                task_id=task_id,
                facts={"element": task.element_id, "name": task.name},
            )
            advance.record(session, instance, [entry])
    return str(task.name)


def of_task(viewer: Viewer, task: TaskRow) -> PuttingOff:
    """What there is to say of putting a task off that the viewer is shown, and whether they may."""
    with reading() as session:
        found = task_lookup.row(session, viewer.authority_id, task.id)
        may_put_off = found.state == "open" and may(viewer, "put_off", task_lookup.thing(session, found))
        snooze = _in_force(session, found)
        by = name_of(session, viewer.authority_id, snooze.by_id) if snooze else None
    return PuttingOff(
        can=may_put_off,
        due_at=found.due_at,
        until_on=snooze.until_on if snooze else None,
        reason=snooze.reason if snooze else None,
        by=by,
        days=_offered(found.due_at),
    )


def _in_force(session: Session, task: Row[Any]) -> Snooze | None:
    snooze = session.get(Snooze, (task.authority_id, task.id))
    if snooze is None or task.state != "open":
        return None
    is_in_force = is_away(
        due_at=task.due_at,
        assignee_id=task.assignee_id,
        put_off_by=snooze.for_id,
        put_off_at=snooze.until_at,
        at=now(),
    )
    return snooze if is_in_force else None


def _checked(until_on: date | None, reason: str, due_at: datetime | None) -> tuple[date, str]:
    errors: dict[str, list[str]] = {}
    if until_on is None:
        errors["until_on"] = ["Enter the day on which you want to see this again"]
    elif until_on <= today():
        errors["until_on"] = ["The day must be in the future"]
    elif until_on > today() + LONGEST:
        errors["until_on"] = ["The day must be within a year"]
    elif due_at is not None and until_on > london_day(due_at):
        errors["until_on"] = [
            f"The day must not be after {day_in_words(london_day(due_at))}, when the task is due: "
            "putting it off would hide that it is late"
        ]
    missing = "Enter the reason for putting this off"
    if wrong := reasons.problem(reason, most=LONGEST_REASON, missing=missing):
        errors["reason"] = [wrong]
    if errors or until_on is None:
        raise BadInput("The task cannot be put off like this.", errors)
    return until_on, reason


def _offered(due_at: datetime | None) -> tuple[tuple[date, str], ...]:
    """Tomorrow, next Monday, in a week, on the due day: those that may be chosen, each once."""
    start = today()
    monday = start + timedelta(days=7 - start.weekday())
    days = {start + timedelta(days=1): "Tomorrow", monday: "Next Monday"}
    days.setdefault(start + timedelta(days=7), "In a week")
    last = london_day(due_at) if due_at else None
    if last is not None and start < last:
        days = {day: words for day, words in days.items() if day < last}
        days[last] = "On the day it is due"
    elif last is not None:
        days = {}
    return tuple((day, f"{words}, {day_in_words(day, year=False)}") for day, words in sorted(days.items()))
