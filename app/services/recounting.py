"""Open deadlines worked out again: a fact of the child that they hang from has changed, or a bank holiday was added.

What was done already stays as it was. Each deadline that moves is an entry in the audit, with old, new and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, literal_column, select
from sqlalchemy.orm import Session

from app.domain.errors import EngineFailure
from app.domain.moments import day_in_words, moment_in_words
from app.engine import runner
from app.engine.contracts import CompiledVersion, WaitingTimer
from app.services import advance, definitions, projection, reference, surroundings, task_rows
from app.services.advance import Cause
from app.services.poison import one_step
from app.store.audit import Entry
from app.store.db import savepoint
from app.store.instances import ProcessInstance


def count_again(session: Session, instance: Row[Any], reason: str, person_id: str | None) -> int:
    """Work out every open due time and waiting timer of a locked, running instance again; how many moved.

    Raises EngineFailure when one cannot be worked out.
    """
    version = definitions.compiled(session, instance.version_id)
    context = surroundings.context_for(session, instance.authority_id, instance.child_id)
    before = {row.ref: row for row in projection.read(session, instance).engine_timers}
    step = runner.recompute(version, instance.state, context)
    due = {task.ref: task.due for task in step.tasks if task.due is not None}
    moved = task_rows.move_due_times(session, instance, due, reason)
    for timer in step.timers:
        was = before.get(timer.ref)
        if was is not None and was.at != timer.due_at:
            moved.append(timer_moved(instance, timer.element_id, timer.name, was.at, timer.due_at, reason))
    if moved or step.state != instance.state:
        cause = Cause(entries=tuple(moved), person_id=person_id)
        advance.apply(session, instance, version, step, cause, context)
    return len(moved)


def moved_by_news(
    instance: Row[Any], before: Iterable[Any], after: Iterable[WaitingTimer], payload: Mapping[str, Any]
) -> list[Entry]:
    """An entry for each timer that a message has put to another moment: it waits at the same element as one that went.

    A step that is set anew gets a timer of its own, so that by their refs nothing would have moved.
    """
    rows, timers = list(before), list(after)
    gone = {row.element_id: row for row in rows if row.ref not in {timer.ref for timer in timers}}
    fresh = [timer for timer in timers if timer.ref not in {row.ref for row in rows}]
    said = payload.get("reason")
    reason = said if isinstance(said, str) and " " in said else "A new date was set"
    return [
        timer_moved(instance, timer.element_id, timer.name, gone[timer.element_id].at, timer.due_at, reason)
        for timer in fresh
        if timer.element_id in gone and gone[timer.element_id].at != timer.due_at
    ]


def spread(session: Session, message: Row[Any]) -> None:
    """Take a change of facts to every running pathway of the child that hangs from one of them.

    `message` is the one that `facts.record` queued, or one to a single pathway: it goes on after a fault, or
    the profile of its authority has changed.
    A pathway that cannot work its deadlines out is suspended alone.
    """
    changes: Mapping[str, list[Any]] = message.payload["facts"]
    if message.target_id is not None:
        reason = message.payload.get("reason", "The pathway goes on after a fault")
        _count_one_again(session, message, message.target_id, str(reason))
        return
    running = session.execute(
        select(ProcessInstance.id, ProcessInstance.version_id)
        .where(
            ProcessInstance.authority_id == message.authority_id,
            ProcessInstance.child_id == message.child_id,
            ProcessInstance.status == literal_column("'running'"),
        )
        .order_by(ProcessInstance.id)  # always in one order, or two changes could wait for each other
    ).all()
    for row in running:
        hanging = _hanging(definitions.compiled(session, row.version_id), changes)
        if hanging:
            _count_one_again(session, message, row.id, why(hanging))


def _hanging(version: CompiledVersion, changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: change for name, change in changes.items() if name in version.hangs_on}


def _count_one_again(session: Session, message: Row[Any], instance_id: str, reason: str) -> None:
    instance = advance.lock(session, message.authority_id, instance_id)
    if instance.status != "running":
        return
    try:
        with one_step(), savepoint(session):
            count_again(session, instance, reason, message.person_id)
    except EngineFailure as failure:
        instance = advance.lock(session, message.authority_id, instance_id)
        advance.suspend(session, instance, failure, {"do": "count_again", "reason": reason})


def why(changes: Mapping[str, list[Any]]) -> str:
    """What has changed, in a sentence: `{name: [was, is]}`."""
    return "; ".join(
        _changed(reference.called(name), was, is_) for name, (was, is_) in sorted(changes.items())
    )


def _changed(what: str, was: Any, is_: Any) -> str:
    if was is None:
        return f"{what} is known now: {_said(is_)}"
    if is_ is None:
        return f"{what} is no longer known; it was {_said(was)}"
    return f"{what} changed from {_said(was)} to {_said(is_)}"


def _said(value: Any) -> str:
    text = str(value)
    with suppress(ValueError):
        return day_in_words(date.fromisoformat(text))
    with suppress(ValueError):
        return moment_in_words(datetime.fromisoformat(text))
    return text


def timer_moved(
    instance: Row[Any], element_id: str, name: str, was: datetime, due_at: datetime, reason: str
) -> Entry:
    """The audit entry of a clock that has been put to another moment."""
    return Entry(
        kind="deadline_moved",
        child_id=instance.child_id,
        facts={
            "definition": instance.definition_key,
            "element": element_id,
            "name": name,
            "was": was.isoformat(),
            "due_at": due_at.isoformat(),
            "reason": reason,
        },
    )
