"""The hallway: every step of every pathway is stored here, whoever took it.

A form, the API, a message or a timer each lock the instance, let the engine compute a Step from the old state, and
hand it to `apply`, inside one transaction: state and version, tasks, timers, history, messages, letters and audit
are written together or not at all. The engine is pure, so a step that cannot be taken has changed nothing: it
becomes an Incident by `suspend`, and only its own instance stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, bindparam, insert, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import EngineFailure, NotFound, ThroughcareError
from app.domain.ids import new_id
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import definitions, effects, incident_rows, letters, projection, step_messages, task_rows
from app.services.crashpoints import crash_point
from app.services.instance_saves import refuse_stale, save
from app.store import audit
from app.store.audit import Entry
from app.store.db import execute, table_of, together
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask

_INSTANCES, _TASKS = table_of(ProcessInstance), table_of(UserTask)
_ADD = insert(_INSTANCES)
INSTANCE_COLUMNS = (
    _INSTANCES.c.authority_id,
    _INSTANCES.c.id,
    _INSTANCES.c.child_id,
    _INSTANCES.c.definition_key,
    _INSTANCES.c.version_id,
    _INSTANCES.c.name,
    _INSTANCES.c.parent_id,
    _INSTANCES.c.root_id,
    _INSTANCES.c.correlation_key,
    _INSTANCES.c.status,
    _INSTANCES.c.state,
    _INSTANCES.c.version,
    _INSTANCES.c.audit_seq,
    _INSTANCES.c.audit_hash,
    _INSTANCES.c.started_at,
)
InstanceRow = Row[Any]
Writes = tuple[tuple[Executable, Mapping[str, Any]], ...]
"""Statements with their values."""
Write = Callable[[], CursorResult[Any]]
"""Writes what was taken of one instance, its row last; see `store`."""
_LOCK = (
    select(*INSTANCE_COLUMNS)
    .where(
        _INSTANCES.c.authority_id == bindparam("of_authority"), _INSTANCES.c.id == bindparam("of_instance")
    )
    .with_for_update()
)
LOCK_OF_TASK = (
    select(*INSTANCE_COLUMNS)
    .where(
        _INSTANCES.c.authority_id == bindparam("of_authority"),
        _INSTANCES.c.id
        == select(_TASKS.c.instance_id)
        .where(_TASKS.c.authority_id == bindparam("of_authority"), _TASKS.c.id == bindparam("of_task"))
        .scalar_subquery(),
    )
    .with_for_update(of=_INSTANCES)
)
_VERSION = select(_INSTANCES.c.version_id).where(
    _INSTANCES.c.authority_id == bindparam("of_authority"), _INSTANCES.c.id == bindparam("of_instance")
)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What made the step happen: who, and the audit entries that say so. `done_ref` is the task that was completed.

    `columns` of the instance's row change with it: a step that moves it to another version says to which.
    """

    entries: tuple[Entry, ...]
    person_id: str | None = None
    done_ref: str | None = None
    fired_timer_id: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


def lock(session: Session, authority_id: str, instance_id: str) -> InstanceRow:
    """The instance's row, locked until the transaction ends. Raises NotFound."""
    return locked(execute(session, _LOCK, {"of_authority": authority_id, "of_instance": instance_id}).first())


def lock_of_task(session: Session, authority_id: str, task_id: str) -> InstanceRow:
    """The row of the instance that a task belongs to, locked like `lock`. Raises NotFound."""
    return locked(execute(session, LOCK_OF_TASK, {"of_authority": authority_id, "of_task": task_id}).first())


def locked(found: InstanceRow | None) -> InstanceRow:
    """What a statement that locks has found. Raises NotFound."""
    if found is None:
        raise NotFound()
    crash_point("after_lock")
    return found


def version_id(session: Session, authority_id: str, instance_id: str) -> str:
    """The version that an instance runs on. Raises NotFound."""
    found = execute(session, _VERSION, {"of_authority": authority_id, "of_instance": instance_id}).scalar()
    if found is None:
        raise NotFound()
    return str(found)


def apply(
    session: Session,
    instance: InstanceRow,
    version: CompiledVersion,
    step: Step,
    cause: Cause,
    context: EngineContext,
    *,
    mirror: projection.Mirror | None = None,
) -> None:
    """Write a step of a locked instance. Raises StaleTask when somebody else advanced it in the meantime.

    `mirror` is what the tables say of it, where that has been read since it was locked.
    """
    store(session, [begin(session, instance, version, step, cause, context, mirror=mirror)])


def begin(
    session: Session,
    instance: InstanceRow,
    version: CompiledVersion,
    step: Step,
    cause: Cause,
    context: EngineContext,
    *,
    mirror: projection.Mirror | None = None,
) -> Write:
    """The first half of `apply`: what the step asks for outside its instance. What it gives is for `store`.

    Whoever takes steps of several instances in one transaction begins each, and then stores them all.
    """
    crash_point("after_engine")
    mirror = mirror or projection.read(session, instance)
    entries = list(cause.entries)
    entries += step_messages.send_messages(session, instance, version, step, context)
    entries += effects.apply_effects(session, instance, version, step, context)
    return lambda: _write(session, instance, step, mirror, cause, context, entries)


@contextmanager
def writing_ahead(session: Session, writes: Writes) -> Iterator[None]:
    """A block in which the engine works while PostgreSQL writes what is known already.

    What a statement is refused for is raised at its end. A step that cannot be taken has to undo the transaction.
    The mirror is read before it, and handed to `apply`: a task that has ended is not in it afterwards.
    """
    with together(session):
        for statement, values in writes:
            execute(session, statement, values)
        yield


def store(session: Session, writes: Iterable[Write]) -> None:
    """Write what was begun of several instances, for one journey. Raises StaleTask as `apply` does."""
    with together(session):
        saved = [write() for write in writes]
    for one in saved:
        refuse_stale(one)
    crash_point("before_commit")


def _write(
    session: Session,
    instance: InstanceRow,
    step: Step,
    mirror: projection.Mirror,
    cause: Cause,
    context: EngineContext,
    entries: list[Entry],
) -> CursorResult[Any]:
    projection.write_history(session, instance, step.history)
    entries += projection.withdraw(session, instance, mirror, step, cause.done_ref)
    created, opened = task_rows.create(session, instance, step, mirror, context)
    entries += opened
    letters.opened(session, instance, created, cause.person_id)
    projection.write_timers(session, instance, mirror, step, created, cause.fired_timer_id)
    projection.write_subscriptions(session, instance, mirror, step)
    if step.ended:
        entries.append(projection.ended(session, instance, cause.person_id))
    columns: dict[str, Any] = {"state": step.state, **cause.columns}
    if step.ended:
        columns |= {"status": "ended", "ended_at": now(), "end_event": ", ".join(step.end_events) or None}
    return save(session, instance, entries, **columns)


def record(session: Session, instance: InstanceRow, entries: list[Entry], **values: Any) -> None:
    """Write audit entries (and columns of the row) of a locked instance without a step of the engine."""
    with together(session):
        saved = save(session, instance, entries, **values)
    refuse_stale(saved)


def cancel(session: Session, instance: InstanceRow, entry: Entry) -> None:
    """End a locked instance without its engine: its tasks are withdrawn, its timers and subscriptions dropped."""
    nothing_waits = Step(state=instance.state)
    mirror = projection.read(session, instance)
    entries = [entry, *projection.withdraw(session, instance, mirror, nothing_waits, None)]
    projection.write_timers(session, instance, mirror, nothing_waits, [], None)
    projection.write_subscriptions(session, instance, mirror, nothing_waits)
    record(session, instance, entries, status="cancelled", ended_at=now())


def create(
    session: Session,
    *,
    authority_id: str,
    child_id: str,
    version: CompiledVersion,
    started_at: datetime,
    person_id: str | None,
    parent: Mapping[str, Any] | None = None,
    correlation_key: str | None = None,
) -> InstanceRow:
    """A new, empty instance, ready for its first step in the same transaction."""
    instance_id = new_id()
    execute(
        session,
        _ADD,
        {
            "authority_id": authority_id,
            "id": instance_id,
            "child_id": child_id,
            "definition_key": version.key,
            "version_id": version.version_id,
            "name": version.name,
            "parent_id": parent["id"] if parent else None,
            "root_id": (parent["root_id"] if parent else None) or instance_id,
            "correlation_key": correlation_key,
            "status": "running",
            "state": "",
            "version": 0,
            "audit_seq": 0,
            "audit_hash": audit.GENESIS,
            "started_at": started_at,
            "created_at": now(),
            "created_by": person_id,
        },
    )
    return lock(session, authority_id, instance_id)


def suspend(session: Session, instance: InstanceRow, failure: EngineFailure, command: dict[str, Any]) -> str:
    """Stop a locked instance whose step cannot be taken; the incident's id. Its last good state is kept."""
    incident_id = incident_rows.note_incident(
        session,
        failure,
        command,
        authority_id=instance.authority_id,
        child_id=instance.child_id,
        instance_id=instance.id,
        definition_key=instance.definition_key,
    )
    facts = {
        "definition": instance.definition_key,
        "element": failure.element_id,
        "name": _name_of(session, instance, failure.element_id or ""),
        "detail": failure.sentence,
        "incident": incident_id,
    }
    record(
        session,
        instance,
        [Entry(kind="incident", child_id=instance.child_id, facts=facts)],
        status="suspended",
    )
    return incident_id


def _name_of(session: Session, instance: InstanceRow, element_id: str) -> str:
    try:
        element = definitions.compiled(session, instance.version_id).element(element_id)
    except ThroughcareError:  # the version itself may be what is wrong
        element = None
    return str(element.name if element else instance.name)
