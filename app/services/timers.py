"""Firing what is due: the engine's timers and the due times of tasks, each exactly once.

The lock order is always the instance, never the timer: the oldest due timer names an instance, that is locked
(skipping those that somebody else holds), and its timers are read again under the lock.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import SystemRandom
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.clock import LONDON
from app.domain.errors import Busy, EngineFailure, StaleTask
from app.engine import runner
from app.engine.contracts import EngineContext
from app.services import (
    advance,
    ahead,
    definitions,
    messages,
    overdue,
    rebuilding,
    surroundings,
)
from app.services.advance import Cause
from app.services.ahead import Ahead
from app.services.crashpoints import crash_point
from app.services.poison import one_step
from app.services.projection import Mirror
from app.services.read_first import read_first
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.db import arbiter_now, db, execute, reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.timers import Timer
from app.store.turns import others_write

TRIES = 5
AT_ONCE = 20
jitter = SystemRandom()
_TIMERS, _INSTANCES = table_of(Timer), table_of(ProcessInstance)
_CLAIM = (
    select(*advance.INSTANCE_COLUMNS, _TIMERS.c.id.label("timer_id"))
    .select_from(
        _TIMERS.join(
            _INSTANCES,
            (_TIMERS.c.authority_id == _INSTANCES.c.authority_id)
            & (_TIMERS.c.instance_id == _INSTANCES.c.id),
        )
    )
    .where(_TIMERS.c.due_at <= bindparam("at"), _INSTANCES.c.status == "running")
    .order_by(_TIMERS.c.due_at, _TIMERS.c.authority_id, _TIMERS.c.id)
    .with_for_update(of=_INSTANCES, skip_locked=True)
)


@cache
def _claim(most: int) -> Select[Any]:
    """The number stands in the statement: PostgreSQL takes an unknown one for a tenth of all timers, and plans anew."""
    return _CLAIM.limit(literal_column(str(most)))


@cache
def _look(most: int) -> Select[Any]:
    """What `_claim` would find further on."""
    return _claim(most).offset(bindparam("skipped"))


_place = ahead.Place()


@dataclass(frozen=True)
class Due:
    """A timer whose moment has come."""

    authority_id: str
    instance_id: str
    timer_id: str


def drain(*, limit: int = 200, seconds: float = 5.0) -> int:
    """Fire what is due, oldest first, until nothing is, or `limit` or `seconds` is reached; how many were fired.

    Messages that the firings send are delivered in between.
    """
    fired = 0
    until = time.monotonic() + seconds
    while fired < limit and time.monotonic() < until:
        taken = fire_some(min(AT_ONCE, limit - fired))
        if not taken:
            break
        fired += taken
        messages.deliver_queued(db.session())
    return fired


def fire_some(most: int) -> int:
    """Fire the oldest due timer of each of up to `most` instances, in one transaction; how many were taken.

    The disk is waited for once for all of them. Should one fail, all are undone, and fired one by one instead, so
    that only the one that fails stands still.
    """
    try:
        return _fire_some(most)
    except (Busy, StaleTask, EngineFailure):
        taken = 0
        while taken < most and fire_next():
            taken += 1
        return taken


@read_first
def _fire_some(most: int) -> int:
    before = _work_ahead(most) if others_write(db.engine) else ahead.NOTHING
    with transaction() as session:
        at = arbiter_now(session)
        claimed = {row.id: row for row in before.locked(session)}
        if 2 * len(claimed) < len(before.instances):
            _place.met_others(most)
        claimed = claimed or {row.id: row for row in execute(session, _claim(most), {"at": at})}
        crash_point("after_claim")
        taken = _take_each(session, claimed.values(), at, before) if claimed else 0
        crash_point("before_commit")
    crash_point("after_commit")
    return taken


def _work_ahead(most: int) -> Ahead:
    with reading() as session:
        at = arbiter_now(session)
        found = execute(session, _look(most), {"at": at, "skipped": _place.skipped}).all()
        _place.looked(len(found))
        return ahead.work_out(session, found, at)


def fire_next() -> bool:
    """Fire the oldest timer that is due; False when nothing is. A step that fails suspends its own instance."""
    due: list[Due] = []
    stale: StaleTask | None = None
    for attempt in range(TRIES):
        try:
            return _fire_next(due)
        except (Busy, StaleTask) as error:
            stale = error if isinstance(error, StaleTask) else None
            time.sleep(jitter.uniform(0.005, 0.05) * (attempt + 1))
        except EngineFailure as failure:
            _suspend(due[0], failure)
            return True
    if stale is None:
        return False
    _suspend(due[0], EngineFailure(None, stale.sentence))  # or it would stand before everybody else's timers
    return True


@read_first
def _fire_next(due: list[Due]) -> bool:
    due.clear()
    with transaction() as session:
        at = arbiter_now(session)
        instance = claim(session, at)
        if instance is None:
            return False
        crash_point("after_claim")
        due.append(Due(instance.authority_id, instance.id, instance.timer_id))
        _take_each(session, [instance], at)
        crash_point("before_commit")
    crash_point("after_commit")
    return True


def claim(session: Session, at: datetime) -> advance.InstanceRow | None:
    """The instance whose timer is due longest, locked until the transaction ends; None when nothing is due."""
    return execute(session, _claim(1), {"at": at}).first()


def _take_each(
    session: Session, claimed: Collection[advance.InstanceRow], at: datetime, before: Ahead = ahead.NOTHING
) -> int:
    """Take the oldest due timer of each locked instance; how many still had one. Raises EngineFailure: see `one_step`.

    What all of them need to know is asked together, and what they write is sent together. A child is
    asked about again before another instance of it is taken, since the one before may have recorded something.
    """
    writes: list[advance.Write] = []
    met: set[str] = set()
    with one_step():
        around = surroundings.around_each(session, claimed)
        for instance in claimed:
            context, mirror = around[instance.id]
            timer = mirror.oldest_due(at)
            if timer is None:  # another process fired or withdrew it just before we had the lock
                continue
            if instance.child_id in met:
                context = surroundings.context_for(session, instance.authority_id, instance.child_id)
            met.add(instance.child_id)
            if timer.what == "overdue":
                writes.append(overdue.mark(session, instance, timer, context))
            else:
                writes.append(_fire(session, instance, timer, context, mirror, before))
        advance.store(session, writes)
    return len(writes)


def _fire(
    session: Session,
    instance: advance.InstanceRow,
    timer: Row[Any],
    context: EngineContext,
    mirror: Mirror,
    before: Ahead,
) -> advance.Write:
    version = definitions.compiled(session, instance.version_id)
    worked = before.step(instance, context, timer.ref)
    if worked is not None:
        context, step = worked.context, worked.step
    else:
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
            "duty": duties_in(context.profile.area, element.duty) if element else [],
            "due_at": timer.at.astimezone(LONDON).isoformat(),
        },
    )
    cause = Cause(entries=(entry,), fired_timer_id=timer.id)
    return advance.begin(session, instance, version, step, cause, context, mirror=mirror)


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
                (Timer.authority_id == ProcessInstance.authority_id)
                & (Timer.instance_id == ProcessInstance.id),
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
            context = surroundings.context_for(session, authority_id, instance.child_id)
            differed += rebuilding.rebuild_timers(
                session, instance, runner.look(version, instance.state, context)
            )
    return differed
