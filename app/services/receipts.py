"""What a completed task has set going: the receipt of whoever completed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.access import Viewer, require
from app.services import task_lookup
from app.services.lists import TaskRow, as_task_row, task_rows
from app.services.work_queries import IS_OPEN
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.ties import sees_child
from app.store.timers import Timer

MOST_TASKS = 3


@dataclass(frozen=True)
class Receipt:
    """The tasks that have opened, earliest due first, and the first clock (name, when) of what was started.

    `is_own`: whoever reads it has completed the task, and it has not been opened again.
    """

    name: str
    child_id: str
    is_own: bool
    tasks: tuple[TaskRow, ...]
    clock: tuple[str, datetime] | None


def of_task(viewer: Viewer, task_id: str) -> Receipt:
    """What has begun since a task was completed, in its pathway and those that it started. Raises NotFound."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", task_lookup.thing(session, task))
        if task.completed_at is None:
            return Receipt(task.name, task.child_id, False, (), None)
        tree = select(ProcessInstance.root_id).where(
            ProcessInstance.authority_id == viewer.authority_id, ProcessInstance.id == task.instance_id
        )
        opened = session.execute(
            task_rows()
            .where(
                UserTask.authority_id == viewer.authority_id,
                UserTask.root_id == tree.scalar_subquery(),
                IS_OPEN,
                UserTask.created_at >= task.completed_at,
                sees_child(viewer, UserTask.authority_id, UserTask.child_id),
            )
            .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
            .limit(MOST_TASKS)
        ).all()
        clock = session.execute(
            select(Timer.name, Timer.due_at)
            .join(
                ProcessInstance,
                (ProcessInstance.authority_id == Timer.authority_id)
                & (ProcessInstance.id == Timer.instance_id),
            )
            .where(
                Timer.authority_id == viewer.authority_id,
                ProcessInstance.root_id == tree.scalar_subquery(),
                ProcessInstance.created_at >= task.completed_at,
                Timer.kind == "engine",
            )
            .order_by(Timer.due_at)
            .limit(1)
        ).first()
    return Receipt(
        task.name,
        task.child_id,
        task.completed_by == viewer.person_id,
        tuple(as_task_row(row) for row in opened),
        (clock.name, clock.due_at) if clock else None,
    )
