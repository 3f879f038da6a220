"""Tables that mirror the engine's state: tasks, timers, subscriptions, history. Written with it, never alone.

Every step comes through here, so the statements are constants: see `app.store.db.execute`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CursorResult,
    Executable,
    Row,
    bindparam,
    cast,
    delete,
    insert,
    literal_column,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.ids import new_id
from app.engine.contracts import HistoryRow, Step, WaitingTimer
from app.services import asking_rows, messages_out
from app.services.hands import Hands
from app.store.askings import Asking
from app.store.audit import Entry
from app.store.db import execute, table_of
from app.store.instances import TaskHistory
from app.store.outbox import Subscription
from app.store.tasks import Draft, UserTask
from app.store.timers import Timer

_TASKS, _TIMERS, _WAITS = table_of(UserTask), table_of(Timer), table_of(Subscription)
_HISTORY, _DRAFTS, _ASKINGS = table_of(TaskHistory), table_of(Draft), table_of(Asking)
IS_OPEN = _TASKS.c.state == literal_column("'open'")  # a partial index is used for a literal only


def _of_instance(table: Any) -> tuple[Any, Any]:
    return table.c.authority_id == bindparam("of_authority"), table.c.instance_id == bindparam("of_instance")


def _of_instances(table: Any) -> tuple[Any, Any]:
    of_them = table.c.instance_id.in_(bindparam("of_instances", expanding=True))
    return table.c.authority_id == bindparam("of_authority"), of_them


_MIRRORED = union_all(
    select(
        _TASKS.c.instance_id,
        literal_column("'task'").label("what"),
        _TASKS.c.id,
        _TASKS.c.ref,
        _TASKS.c.element_id,
        _TASKS.c.name,
        _TASKS.c.escalated_at.label("at"),
    ).where(*_of_instances(_TASKS), IS_OPEN),
    select(
        _TIMERS.c.instance_id,
        _TIMERS.c.kind,
        _TIMERS.c.id,
        _TIMERS.c.ref,
        _TIMERS.c.element_id,
        _TIMERS.c.name,
        _TIMERS.c.due_at,
    ).where(*_of_instances(_TIMERS)),
    select(
        _WAITS.c.instance_id,
        literal_column("'waits'"),
        _WAITS.c.id,
        _WAITS.c.ref,
        _WAITS.c.element_id,
        _WAITS.c.message,
        cast(null(), _TIMERS.c.due_at.type),
    ).where(*_of_instances(_WAITS)),
    select(
        _ASKINGS.c.instance_id,
        literal_column("'asking'"),
        _ASKINGS.c.id,
        _ASKINGS.c.task_id,
        literal_column("''"),
        _ASKINGS.c.pathway,
        cast(null(), _TIMERS.c.due_at.type),
    ).where(*_of_instances(_ASKINGS), _ASKINGS.c.state == literal_column("'open'")),
    select(
        _TASKS.c.instance_id,
        literal_column("'draft'"),
        _DRAFTS.c.task_id,
        _TASKS.c.ref,
        _TASKS.c.element_id,
        _TASKS.c.name,
        _DRAFTS.c.saved_at,
    )
    .join(_TASKS, (_TASKS.c.authority_id == _DRAFTS.c.authority_id) & (_TASKS.c.id == _DRAFTS.c.task_id))
    .where(*_of_instances(_TASKS), IS_OPEN),
)


def _by_ids(table: Any) -> tuple[Any, Any]:
    return table.c.authority_id == bindparam("of_authority"), table.c.id.in_(bindparam("ids", expanding=True))


_CANCEL_TASKS = (
    update(_TASKS).where(*_by_ids(_TASKS)).values(state="cancelled", completed_at=bindparam("left_when"))
)
_DROP_TIMERS = delete(_TIMERS).where(*_by_ids(_TIMERS))
_DROP_WAITS = delete(_WAITS).where(*_by_ids(_WAITS))
_DROP_DRAFTS = delete(_DRAFTS).where(
    _DRAFTS.c.authority_id == bindparam("of_authority"),
    _DRAFTS.c.task_id.in_(bindparam("ids", expanding=True)),
)
_LEAVE = (
    update(_HISTORY)
    .where(*_of_instance(_HISTORY), _HISTORY.c.ref.in_(bindparam("refs", expanding=True)))
    .values(left_at=bindparam("left_when"), how=bindparam("how_left"))
)
_ENDS = (
    select(_HISTORY.c.element_id)
    .where(*_of_instance(_HISTORY), _HISTORY.c.element_type == "endEvent", _HISTORY.c.how == "completed")
    .order_by(_HISTORY.c.entered_at, _HISTORY.c.ref)
)
_ADD_TIMERS, _ADD_WAITS, _ADD_HISTORY = insert(_TIMERS), insert(_WAITS), insert(_HISTORY)


@dataclass(frozen=True)
class Mirror:
    """What the tables say of an instance before a step."""

    tasks: Mapping[str, Row[Any]]  # by the engine's ref
    engine_timers: Sequence[Row[Any]]
    overdue_timers: Mapping[str, Row[Any]]  # by the task's id
    waits: Sequence[Row[Any]]
    askings: Sequence[Row[Any]]  # open ones of its tasks; `ref` is the task's id, `name` their pathway
    drafts: frozenset[str] = frozenset()  # the ids of those of its tasks that have one
    hands: Hands | None = None  # whose its next tasks are, where that was asked for

    def oldest_due(self, at: datetime) -> Row[Any] | None:
        """The timer that is due longest by `at` (its due time is its own `at`); None when none is."""
        due = [row for row in (*self.engine_timers, *self.overdue_timers.values()) if row.at <= at]
        return min(due, key=lambda row: (row.at, row.what == "engine", row.id), default=None)


def read(session: Session, instance: Row[Any]) -> Mirror:
    """The instance's open tasks, timers and subscriptions, in one query."""
    ids = [instance.id]
    return mirrors_of(execute(session, *question(instance.authority_id, ids)), ids)[instance.id]


def question(authority_id: str, instance_ids: Sequence[str]) -> tuple[Executable, dict[str, Any]]:
    """The statement that asks for the mirrors of an authority's instances, with its values."""
    return _MIRRORED, {"of_authority": authority_id, "of_instances": instance_ids}


def mirrors_of(found: CursorResult[Any], instance_ids: Iterable[str]) -> dict[str, Mirror]:
    """The mirrors that the answer to `question` shows, by their instances."""
    shown: dict[str, list[Row[Any]]] = {instance_id: [] for instance_id in instance_ids}
    for row in found:
        shown[row.instance_id].append(row)
    return {instance_id: _mirror(rows) for instance_id, rows in shown.items()}


def _mirror(rows: Sequence[Row[Any]]) -> Mirror:
    return Mirror(
        tasks={row.ref: row for row in rows if row.what == "task"},
        engine_timers=[row for row in rows if row.what == "engine"],
        overdue_timers={row.ref: row for row in rows if row.what == "overdue"},
        waits=[row for row in rows if row.what == "waits"],
        askings=[row for row in rows if row.what == "asking"],
        drafts=frozenset(row.id for row in rows if row.what == "draft"),
    )


def _keys(instance: Row[Any]) -> dict[str, Any]:
    return {"of_authority": instance.authority_id, "of_instance": instance.id}


def withdraw(
    session: Session, instance: Row[Any], mirror: Mirror, step: Step, done_ref: str | None
) -> list[Entry]:
    """Close the tasks that are no longer open, with their due times and drafts; the audit entries that say so."""
    ready = {task.ref for task in step.tasks}
    left = [row for row in mirror.tasks.values() if row.ref not in ready]
    if not left:
        return []
    gone = [row for row in left if row.ref != done_ref]
    if gone:
        keys = {"of_authority": instance.authority_id, "ids": [row.id for row in gone]}
        execute(session, _CANCEL_TASKS, {**keys, "left_when": now()})
    kept = [row.id for row in left if row.id in mirror.drafts]
    if kept:
        execute(session, _DROP_DRAFTS, {"of_authority": instance.authority_id, "ids": kept})
    for row in left:
        if row.at is not None:
            payload = {"correlation_key": row.element_id, "element": row.element_id}
            messages_out.queue(session, instance, name="escalation_over", payload=payload)
    names = {row.id: row.name for row in left}
    done = {row.id for row in left if row.ref == done_ref}
    entries = asking_rows.over(session, instance, mirror.askings, names, done)
    return [*(_withdrawn(instance, row) for row in gone), *entries]


def _withdrawn(instance: Row[Any], row: Row[Any]) -> Entry:
    return Entry(
        kind="task_cancelled",
        child_id=instance.child_id,
        task_id=row.id,
        facts={"definition": instance.definition_key, "element": row.element_id, "name": row.name},
    )


def write_timers(
    session: Session,
    instance: Row[Any],
    mirror: Mirror,
    step: Step,
    created: Sequence[Mapping[str, Any]],
    fired_timer_id: str | None,
) -> None:
    """Make the timers those of the step: the engine's, and the due times of its tasks."""
    ready = {task.ref for task in step.tasks}
    still_open = {row.id for row in mirror.tasks.values() if row.ref in ready}
    wanted = {(timer.ref, timer.due_at): timer for timer in step.timers}
    kept = {(row.ref, row.at) for row in mirror.engine_timers if row.id != fired_timer_id}
    there = mirror.engine_timers
    gone = [row.id for row in there if (row.ref, row.at) not in wanted or row.id == fired_timer_id]
    gone += [row.id for task_id, row in mirror.overdue_timers.items() if task_id not in still_open]
    if gone:
        execute(session, _DROP_TIMERS, {"of_authority": instance.authority_id, "ids": gone})
    fresh = [timer_row(instance, "engine", timer) for key, timer in wanted.items() if key not in kept]
    fresh += [
        timer_row(instance, "overdue", WaitingTimer(row["id"], row["element_id"], row["name"], row["due_at"]))
        for row in created
        if row["due_at"] is not None
    ]
    if fresh:
        execute(session, _ADD_TIMERS, fresh)


def timer_row(instance: Row[Any], kind: str, timer: WaitingTimer) -> dict[str, Any]:
    """The row of a timer; `kind` is engine or overdue."""
    return {
        "authority_id": instance.authority_id,
        "id": new_id(),
        "instance_id": instance.id,
        "kind": kind,
        "ref": timer.ref,
        "element_id": timer.element_id,
        "name": timer.name,
        "due_at": timer.due_at,
    }


def write_subscriptions(session: Session, instance: Row[Any], mirror: Mirror, step: Step) -> None:
    """Make the messages that the instance waits for those of the step."""
    wanted = {(waiting.ref, waiting.name): waiting for waiting in step.subscriptions}
    known = {(row.ref, row.name) for row in mirror.waits}
    gone = [row.id for row in mirror.waits if (row.ref, row.name) not in wanted]
    if gone:
        execute(session, _DROP_WAITS, {"of_authority": instance.authority_id, "ids": gone})
    fresh = [
        {
            "authority_id": instance.authority_id,
            "id": new_id(),
            "instance_id": instance.id,
            "root_id": instance.root_id,
            "child_id": instance.child_id,
            "correlation_key": instance.correlation_key,
            "message": waiting.name,
            "ref": waiting.ref,
            "element_id": waiting.element_id,
        }
        for key, waiting in wanted.items()
        if key not in known
    ]
    if fresh:
        execute(session, _ADD_WAITS, fresh)


def write_history(session: Session, instance: Row[Any], rows: Iterable[HistoryRow]) -> None:
    """Note which elements of the diagram were entered and left."""
    at = now()
    entered = [
        {
            "authority_id": instance.authority_id,
            "instance_id": instance.id,
            "ref": row.ref,
            "element_id": row.element_id,
            "element_type": row.element_type,
            "entered_at": at,
            "left_at": at if row.left else None,
            "how": row.left,
        }
        for row in rows
        if row.entered
    ]
    if entered:
        execute(session, _ADD_HISTORY, entered)
    for how in ("completed", "cancelled"):
        refs = [row.ref for row in rows if not row.entered and row.left == how]
        if refs:
            execute(session, _LEAVE, {**_keys(instance), "refs": refs, "left_when": at, "how_left": how})


def ended(session: Session, instance: Row[Any], person_id: str | None) -> Entry:
    """The audit entry of an instance's end: the end events that it has come to, in the order in which it did."""
    found = execute(session, _ENDS, _keys(instance))
    facts = {
        "definition": instance.definition_key,
        "name": instance.name,
        "end_events": list(dict.fromkeys(row.element_id for row in found)),
    }
    return Entry(kind="instance_ended", child_id=instance.child_id, person_id=person_id, facts=facts)
