"""A task whose due time has passed: it is marked, and the ladder starts where the task says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.domain.clock import LONDON, now
from app.engine.contracts import EngineContext
from app.services import letters, messages_out, reference, step_messages
from app.services.advance import InstanceRow, Write
from app.services.instance_saves import save
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.db import execute, table_of
from app.store.tasks import UserTask
from app.store.timers import Timer

_TIMERS, _TASKS = table_of(Timer), table_of(UserTask)
_DROP = delete(_TIMERS).where(
    _TIMERS.c.authority_id == bindparam("of_authority"), _TIMERS.c.id == bindparam("of_timer")
)
_LATE = select(
    _TASKS.c.id,
    _TASKS.c.element_id,
    _TASKS.c.name,
    _TASKS.c.role,
    _TASKS.c.team_id,
    _TASKS.c.assignee_id,
    _TASKS.c.duty,
    _TASKS.c.due_at,
    _TASKS.c.overdue,
    _TASKS.c.escalated_at,
).where(
    _TASKS.c.authority_id == bindparam("of_authority"),
    _TASKS.c.id == bindparam("of_task"),
    _TASKS.c.state == "open",
)
_MARK = (
    update(_TASKS)
    .where(_TASKS.c.authority_id == bindparam("of_authority"), _TASKS.c.id == bindparam("of_task"))
    .values(overdue_at=bindparam("late_at"))
)


def mark(session: Session, instance: InstanceRow, timer: Row[Any], context: EngineContext) -> Write:
    """What marks the task of a due timer, for `advance.store`; of a task that is no longer open, the timer goes."""
    task = execute(session, _LATE, {"of_authority": instance.authority_id, "of_task": timer.ref}).first()
    return lambda: _mark(session, instance, timer, task, context)


def _mark(
    session: Session, instance: InstanceRow, timer: Row[Any], task: Row[Any] | None, context: EngineContext
) -> CursorResult[Any]:
    dropped = execute(session, _DROP, {"of_authority": instance.authority_id, "of_timer": timer.id})
    if task is None:
        return dropped
    execute(session, _MARK, {"of_authority": instance.authority_id, "of_task": task.id, "late_at": now()})
    letters.overdue(session, instance, task)
    facts = {
        "definition": instance.definition_key,
        "element": task.element_id,
        "name": task.name,
        "lane": task.role,
        "duty": duties_in(context.profile.area, task.duty),
        "due_at": task.due_at.astimezone(LONDON).isoformat(),
    }
    entries = [
        Entry(
            kind="duty_overdue",
            child_id=instance.child_id,
            task_id=task.id,
            timer_id=timer.id,
            facts=facts,
        )
    ]
    if task.overdue == "escalate" and task.escalated_at is None:
        role = reference.roles().by_key.get(task.role)
        payload = {
            **facts,
            "correlation_key": task.element_id,
            "agency": role.agency if role else "csc",
            "level": 1,
        }
        messages_out.queue(session, instance, name=messages_out.ESCALATE, payload=payload)
        entries.append(step_messages.note_escalation(session, instance, payload, context))
    return save(session, instance, entries)
