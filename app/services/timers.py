"""Firing what is due: the engine's timers and the due times of tasks, each exactly once.

The lock order is always the instance, never the timer: the oldest due timer names an instance, that is locked
(skipping those that somebody else holds), and its timers are read again under the lock.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.clock import LONDON, now
from app.domain.errors import Busy, EngineFailure, StaleTask
from app.engine import runner
from app.services import advance, definitions, effects, messages, messages_out, rebuilding, reference
from app.services.advance import Cause
from app.services.crashpoints import crash_point
from app.store.audit import Entry
from app.store.db import arbiter_now, db, reading, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.timers import Timer

TRIES = 5


@dataclass(frozen=True)
class Due:
    """A timer whose moment has come."""

    authority_id: str
    instance_id: str
    timer_id: str
    kind: str
    ref: str


def drain(*, limit: int = 200, seconds: float = 5.0) -> int:
    """Fire what is due, oldest first, until nothing is, or `limit` or `seconds` is reached; how many were fired.

    Messages that the firings send are delivered in between, so that what they cause happens in its order.
    """
    fired = 0
    until = time.monotonic() + seconds
    while fired < limit and time.monotonic() < until:
        if not fire_next():
            break
        fired += 1
        messages.deliver_queued(db.session())
    return fired


def fire_next() -> bool:
    """Fire the oldest timer that is due; False when nothing is. A step that fails suspends its own instance."""
    due: list[Due] = []
    for attempt in range(TRIES):
        due.clear()
        try:
            return _fire_next(due)
        except (Busy, StaleTask):
            time.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
        except EngineFailure as failure:
            _suspend(due[0], failure)
            return True
    return False


def _fire_next(due: list[Due]) -> bool:
    with transaction() as session:
        at = arbiter_now(session)
        instance = _claim(session, at)
        if instance is None:
            return False
        crash_point("after_claim")
        timer = _oldest_due(session, instance, at)
        if timer is None:  # another process fired or withdrew it just before we had the lock
            return True
        due.append(Due(instance.authority_id, instance.id, timer.id, timer.kind, timer.ref))
        if timer.kind == "overdue":
            _mark_overdue(session, instance, timer)
        else:
            _fire(session, instance, timer)
        crash_point("before_commit")
    crash_point("after_commit")
    return True


def _claim(session: Session, at: datetime) -> advance.InstanceRow | None:
    query = (
        select(*advance.INSTANCE_COLUMNS)
        .join(
            Timer,
            (Timer.authority_id == ProcessInstance.authority_id) & (Timer.instance_id == ProcessInstance.id),
        )
        .where(Timer.due_at <= at, ProcessInstance.status == "running")
        .order_by(Timer.due_at, Timer.authority_id, Timer.id)
        .limit(1)
        .with_for_update(of=ProcessInstance, skip_locked=True)
    )
    return session.execute(query).first()


def _oldest_due(session: Session, instance: advance.InstanceRow, at: datetime) -> Row[Any] | None:
    return session.execute(
        select(Timer.id, Timer.kind, Timer.ref, Timer.element_id, Timer.name, Timer.due_at)
        .where(
            Timer.authority_id == instance.authority_id,
            Timer.instance_id == instance.id,
            Timer.due_at <= at,
        )
        .order_by(Timer.due_at, Timer.kind.desc(), Timer.id)
        .limit(1)
    ).first()


def _fire(session: Session, instance: advance.InstanceRow, timer: Row[Any]) -> None:
    version = definitions.compiled(session, instance.version_id)
    context = advance.context_for(session, instance.authority_id, instance.child_id)
    step = runner.fire(version, instance.state, context, timer.ref)
    element = version.element(timer.element_id)
    entry = Entry(
        kind="timer_fired",
        child_id=instance.child_id,
        timer_id=timer.id,
        facts={
            "definition": instance.definition_key,
            "element": timer.element_id,
            "name": timer.name,
            "lane": element.role if element else None,
            "duty": list(element.duty) if element else [],
            "due_at": timer.due_at.astimezone(LONDON).isoformat(),
        },
    )
    advance.apply(session, instance, version, step, Cause(entries=(entry,), fired_timer_id=timer.id), context)


def _mark_overdue(session: Session, instance: advance.InstanceRow, timer: Row[Any]) -> None:
    """A task's due time has passed: mark it, and start the ladder where the task says so."""
    session.execute(delete(Timer).where(Timer.authority_id == instance.authority_id, Timer.id == timer.id))
    task = session.execute(
        select(
            UserTask.id,
            UserTask.element_id,
            UserTask.name,
            UserTask.role,
            UserTask.duty,
            UserTask.due_at,
            UserTask.overdue,
            UserTask.escalated_at,
        ).where(
            UserTask.authority_id == instance.authority_id, UserTask.id == timer.ref, UserTask.state == "open"
        )
    ).first()
    if task is None:
        return
    session.execute(
        update(UserTask)
        .where(UserTask.authority_id == instance.authority_id, UserTask.id == task.id)
        .values(overdue_at=now())
        .execution_options(synchronize_session=False)
    )
    context = advance.context_for(session, instance.authority_id, instance.child_id)
    area = context.profile.area
    register = reference.register()
    facts = {
        "definition": instance.definition_key,
        "element": task.element_id,
        "name": task.name,
        "lane": task.role,
        "duty": [duty for duty in task.duty if area is None or register.by_id[duty].area == area],
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
        messages_out.queue(session, instance, name=effects.ESCALATE, payload=payload)
        entries.append(effects.note_escalation(session, instance, payload))
    advance.record(session, instance, entries)


def _suspend(due: Due, failure: EngineFailure) -> None:
    with transaction() as session:
        instance = advance.lock(session, due.authority_id, due.instance_id)
        if instance.status == "running":
            advance.suspend(session, instance, failure, {"do": "fire", "timer": due.timer_id})


def lag() -> timedelta:
    """How long the oldest due timer of a running instance has been waiting; nothing when none is."""
    with reading() as session:
        at = arbiter_now(session)
        oldest = session.scalar(
            select(func.min(Timer.due_at))
            .join(
                ProcessInstance,
                (Timer.authority_id == ProcessInstance.authority_id) & (Timer.instance_id == ProcessInstance.id),
            )
            .where(Timer.due_at <= at, ProcessInstance.status == "running")
        )
    return at - oldest if oldest is not None else timedelta()


def rebuild() -> int:
    """Write every running instance's timers again from its state; how many rows differed (none, unless damaged)."""
    with reading() as session:
        ids = session.execute(
            select(ProcessInstance.authority_id, ProcessInstance.id).where(
                ProcessInstance.status.in_(("running", "suspended"))
            )
        ).all()
    differed = 0
    for authority_id, instance_id in ids:
        with transaction() as session:
            instance = advance.lock(session, authority_id, instance_id)
            version = definitions.compiled(session, instance.version_id)
            context = advance.context_for(session, authority_id, instance.child_id)
            differed += rebuilding.rebuild_timers(session, instance, runner.look(version, instance.state, context))
    return differed
