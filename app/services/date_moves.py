"""Dates that a step would move, told before it is taken; and the letters to whoever has the tasks, once it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.deadlines import Deadline
from app.engine.contracts import Step
from app.services import letters, projection, recounting, task_rows
from app.store.audit import Entry
from app.store.tasks import UserTask


@dataclass(frozen=True)
class DateMove:
    """A due time or clock before and after. `limit` is the statutory limit afterwards, where the law sets one.

    `is_law`: that limit is what counts. `is_late`: the date lies in the past only from then on.
    """

    name: str
    pathway: str
    kind: str
    was: datetime | None
    becomes: datetime | None
    limit: datetime | None
    is_law: bool
    is_late: bool


def of_step(session: Session, instance: Row[Any], mirror: projection.Mirror, step: Step) -> list[DateMove]:
    """The due times and clocks of an instance that are others after the step; `mirror` is what they are before."""
    tasks = session.execute(
        select(UserTask.ref, UserTask.name, UserTask.due_at, UserTask.due).where(
            UserTask.authority_id == instance.authority_id,
            UserTask.instance_id == instance.id,
            UserTask.state == "open",
        )
    ).all()
    due = {task.ref: task.due for task in step.tasks if task.due is not None}
    moves = []
    for task in tasks:
        if task.ref in due:
            deadline = task_rows.with_agreed(task, due[task.ref])
            if deadline.due_at != task.due_at:
                moves.append(moved(instance.name, task.name, task.due_at, deadline.due_at, deadline))
    was = {timer.ref: timer.at for timer in mirror.engine_timers}
    moves += [
        moved(instance.name, timer.name, was[timer.ref], timer.due_at, None)
        for timer in step.timers
        if was.get(timer.ref) not in (None, timer.due_at)
    ]
    return moves


def moved(
    pathway: str, name: str, was: datetime | None, becomes: datetime | None, deadline: Deadline | None
) -> DateMove:
    """A date that is another: of a task where there is a deadline, else of a clock."""
    law = deadline.statutory if deadline is not None else None
    at = now()
    return DateMove(
        name=name,
        pathway=pathway,
        kind="timer" if deadline is None else "task",
        was=was,
        becomes=becomes,
        limit=law.due_at if law else None,
        is_law=law is not None and law.due_at == becomes,
        is_late=becomes is not None and becomes < at and (was is None or was >= at),
    )


def write(
    session: Session, instance: Row[Any], mirror: projection.Mirror, step: Step, reason: str, by: str
) -> list[Entry]:
    """Give the open tasks the due times of a step and write to whoever has them; the entries, its clocks' too."""
    due = {task.ref: task.due for task in step.tasks if task.due is not None}
    entries = task_rows.move_due_times(session, instance, due, reason)
    _tell(session, instance, entries, by)
    was = {timer.ref: timer.at for timer in mirror.engine_timers}
    entries += [
        recounting.timer_moved(instance, timer.element_id, timer.name, was[timer.ref], timer.due_at, reason)
        for timer in step.timers
        if was.get(timer.ref) not in (None, timer.due_at)
    ]
    return entries


def _tell(session: Session, instance: Row[Any], entries: Iterable[Entry], by: str) -> None:
    moved = [entry.task_id for entry in entries]
    if not moved:
        return
    tasks = session.execute(
        select(UserTask.authority_id, UserTask.id, UserTask.child_id, UserTask.assignee_id).where(
            UserTask.authority_id == instance.authority_id,
            UserTask.id.in_(moved),
            UserTask.assignee_id.is_not(None),
        )
    )
    for task in tasks.all():
        letters.tell(session, task.assignee_id, "moved", task, by=by)
