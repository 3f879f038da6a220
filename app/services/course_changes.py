"""A manager changes the course of a pathway: back to an earlier task, or on without what it waits for.

What has been done stays in the record. What a step would take away and open is worked out by taking it without keeping
it, so that what is shown before is what happens. Tasks are skipped as “not needed” (`task_life.not_needed`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer
from app.domain.errors import BadInput, EngineFailure, PathwayCannotMove, StaleTask
from app.engine import course, runner
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import (
    advance,
    definitions,
    foresight,
    going_on,
    instance_rows,
    messages,
    projection,
    submissions,
    surroundings,
)
from app.services.advance import Cause
from app.services.foresight import Foreseen
from app.services.poison import one_step
from app.store.audit import Entry
from app.store.db import db, reading, transaction
from app.store.instances import TaskHistory
from app.store.people import names_of
from app.store.tasks import UserTask

LONGEST_REASON = 2000
BACK, ON = "back", "on"
CANNOT = "The pathway cannot be changed like this."


@dataclass(frozen=True)
class Way:
    """A place to go back to, or something to go on without. `refusal` says why not; empty where one may.

    `key` is what `Asked` names; `at` is when the task was done, or when the clock is due.
    """

    key: str
    name: str
    at: datetime | None
    person: str | None
    refusal: str


@dataclass(frozen=True)
class Ways:
    """What can be done with the course of a pathway."""

    back: tuple[Way, ...]
    on: tuple[Way, ...]


@dataclass(frozen=True)
class Asked:
    """Which way to go (the key of a `Way`) and why."""

    way: str
    reason: str


@dataclass(frozen=True)
class Looked:
    """What would happen, in words and to the child's work; `again` has happened already and may once more."""

    words: str
    seen: Foreseen
    again: tuple[str, ...]


@dataclass(frozen=True)
class _Taken:
    words: str
    step: Step
    again: tuple[str, ...]


def show(viewer: Viewer, instance_id: str) -> Ways:
    """Every way that there is, with the reasons against those that are none. Raises NotFound, NotAllowed, StaleTask."""
    with reading() as session:
        row = _changeable(session, viewer, instance_id)
        version, context = _around(session, row)
        return Ways(_back(session, row, version, context), _on(session, row, version, context))


def look(viewer: Viewer, instance_id: str, asked: Asked) -> Looked:
    """What would happen; nothing is written. Raises as `change` does."""
    with reading() as session:
        row = _changeable(session, viewer, instance_id)
        version, context = _around(session, row)
        _check(asked)
        taken = _take(session, row, version, context, asked)
    seen = foresight.of(viewer, row.child_id, lambda: change(viewer, instance_id, asked))
    return Looked(taken.words, seen, taken.again)


def change(viewer: Viewer, instance_id: str, asked: Asked, *, submission: str | None = None) -> str:
    """Go that way, with a reason; what was done, in words.

    Raises NotFound, NotAllowed, StaleTask when the pathway does not run or the way is no longer there, BadInput
    without a reason or a way, PathwayCannotMove with the sentence that says why one cannot go back to a task.
    """
    with transaction() as session:
        advance.lock(session, viewer.authority_id, instance_id)
        row = _changeable(session, viewer, instance_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        _check(asked)
        version, context = _around(session, row)
        with one_step():
            taken = _take(session, row, version, context, asked)
            entry = Entry(
                kind="course_changed",
                child_id=row.child_id,
                person_id=viewer.person_id,
                facts={
                    "definition": row.definition_key,
                    "name": row.name,
                    "detail": taken.words,
                    "reason": asked.reason.strip(),
                },
            )
            cause = Cause(entries=(entry,), person_id=viewer.person_id)
            advance.apply(session, row, version, taken.step, cause, context)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, taken.words)
    messages.deliver_queued(db.session())
    return taken.words


def _changeable(session: Session, viewer: Viewer, instance_id: str) -> Row[Any]:
    row = instance_rows.row_for(session, viewer, instance_id, "change_course")
    if row.status == "suspended":
        raise StaleTask(going_on.why_it_stands(session, row))
    if row.status != "running":
        raise StaleTask("This pathway has ended, so its course cannot be changed.")
    return row


def _around(session: Session, row: Row[Any]) -> tuple[CompiledVersion, EngineContext]:
    version = definitions.compiled(session, row.version_id)
    return version, surroundings.context_for(session, row.authority_id, row.child_id)


def _back(
    session: Session, row: Row[Any], version: CompiledVersion, context: EngineContext
) -> tuple[Way, ...]:
    """The tasks that were done or set aside, the last one first."""
    found = session.execute(
        select(UserTask.element_id, UserTask.name, UserTask.completed_at, UserTask.completed_by)
        .where(
            UserTask.authority_id == row.authority_id,
            UserTask.instance_id == row.id,
            or_(UserTask.state == "completed", UserTask.not_needed_reason.is_not(None)),
        )
        .order_by(UserTask.completed_at.desc())
    ).all()
    names = names_of(session, row.authority_id, [one.completed_by for one in found if one.completed_by])
    ways: dict[str, Way] = {}
    for one in found:
        if one.element_id not in ways:
            key, who = f"{BACK}:{one.element_id}", names.get(one.completed_by)
            refusal = _refusal(lambda: runner.go_back(version, row.state, context, one.element_id))  # noqa: B023
            ways[one.element_id] = Way(key, one.name, one.completed_at, who, refusal)
    return tuple(ways.values())


def _refusal(go: Callable[[], Step]) -> str:
    try:
        go()
    except (PathwayCannotMove, EngineFailure) as error:
        return error.sentence
    return ""


def _on(session: Session, row: Row[Any], version: CompiledVersion, context: EngineContext) -> tuple[Way, ...]:
    due = {timer.ref: timer.at for timer in projection.read(session, row).engine_timers}
    return tuple(
        Way(f"{ON}:{wait.ref}", _called(wait.element.name or wait.message), due.get(wait.ref), None, refusal)
        for wait in runner.waits(version, row.state, context)
        for refusal in [wait.refusal or _refusal(lambda: _pass(version, row, context, wait))]  # noqa: B023
    )


def _called(name: str) -> str:
    return name.replace("_", " ")


def _pass(version: CompiledVersion, row: Row[Any], context: EngineContext, wait: course.Wait) -> Step:
    if wait.kind == "timer":
        return runner.fire(version, row.state, context, wait.ref)
    return runner.deliver(version, row.state, context, [wait.ref], wait.message, {})


def _check(asked: Asked) -> None:
    errors: dict[str, list[str]] = {}
    kind, _, which = asked.way.partition(":")
    if kind not in (BACK, ON) or not which:
        errors["way"] = ["Select what is to happen"]
    if problem := reasons.problem(asked.reason, most=LONGEST_REASON):
        errors["reason"] = [problem]
    if errors:
        raise BadInput(CANNOT, errors)


def _take(
    session: Session, row: Row[Any], version: CompiledVersion, context: EngineContext, asked: Asked
) -> _Taken:
    kind, _, which = asked.way.partition(":")
    try:
        return (_go_back if kind == BACK else _go_on)(session, row, version, context, which)
    except EngineFailure as failure:
        raise PathwayCannotMove(f"The pathway cannot go that way: {failure.sentence}") from failure


def _go_back(
    session: Session, row: Row[Any], version: CompiledVersion, context: EngineContext, element_id: str
) -> _Taken:
    own = UserTask.authority_id == row.authority_id, UserTask.instance_id == row.id
    done = or_(UserTask.state == "completed", UserTask.not_needed_reason.is_not(None))
    name = session.scalar(select(UserTask.name).where(*own, done, UserTask.element_id == element_id).limit(1))
    if name is None:
        raise PathwayCannotMove("That task has not been done in this pathway.")
    step = runner.go_back(version, row.state, context, element_id)
    happened = session.scalars(
        select(TaskHistory.element_id).where(
            TaskHistory.authority_id == row.authority_id,
            TaskHistory.instance_id == row.id,
            TaskHistory.how == "completed",
            TaskHistory.element_id.in_(course.comes_by(version, element_id)),
        )
    ).all()
    elements = [version.element(one) for one in dict.fromkeys(happened)]
    again = [one.name for one in elements if one is not None and one.name and one.type != "endEvent"]
    return _Taken(f"Gone back to “{name}”", step, tuple(again))


def _go_on(
    session: Session, row: Row[Any], version: CompiledVersion, context: EngineContext, ref: str
) -> _Taken:
    wait = next((one for one in runner.waits(version, row.state, context) if one.ref == ref), None)
    if wait is None:
        raise StaleTask("The pathway does not wait for that any more.")
    if wait.refusal:
        raise PathwayCannotMove(wait.refusal)
    words = f"Gone on without waiting for “{_called(wait.element.name or wait.message)}”"
    return _Taken(words, _pass(version, row, context, wait), ())
