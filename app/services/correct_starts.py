"""A pathway was recorded with a wrong start: the moment is put right, and what hangs from it is counted again.

The pathway itself changes, those of its tree that still run, and others of the child where a fact came from the start.
What is done stays as it was; a clock that has fired does not fire again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict, EngineFailure, StaleTask
from app.domain.moments import moment_in_words
from app.engine import runner
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import (
    advance,
    date_moves,
    definitions,
    instance_rows,
    messages,
    projection,
    start_record,
    submissions,
    surroundings,
)
from app.services.advance import Cause
from app.services.date_moves import DateMove
from app.services.poison import one_step
from app.services.read_first import read_first
from app.store.audit import Entry
from app.store.db import db, reading, transaction
from app.store.tasks import UserTask

LONGEST_REASON = 2000
LONGEST = timedelta(days=10 * 366)
CANNOT = "The start cannot be corrected like this."


@dataclass(frozen=True)
class Asked:
    """The start as it really was, and why it is corrected."""

    becomes: datetime | None
    reason: str


@dataclass(frozen=True)
class Looked:
    """What correcting a start would do: every date that moves, and what the record says otherwise."""

    was: datetime
    becomes: datetime
    moves: tuple[DateMove, ...]
    records: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """One pathway that the correction reaches, and its step."""

    row: Row[Any]
    version: CompiledVersion
    context: EngineContext
    mirror: projection.Mirror
    step: Step
    is_of_tree: bool


def show(viewer: Viewer, instance_id: str) -> datetime:
    """The start as it is recorded. Raises NotFound, NotAllowed, StaleTask, Conflict where it cannot be corrected."""
    with reading() as session:
        started_at: datetime = _correctable(session, viewer, instance_id).started_at
    return started_at


def look(viewer: Viewer, instance_id: str, asked: Asked) -> Looked:
    """What would move; nothing is written. Raises as `correct` does."""
    with reading() as session:
        row = _correctable(session, viewer, instance_id)
        becomes = _checked(session, row, asked)
        told = start_record.told_by(session, row, becomes)
        parts = _parts(session, row, becomes, told, _open_ones(session, row, is_locked=False))
        moves = [
            move for part in parts for move in date_moves.of_step(session, part.row, part.mirror, part.step)
        ]
    moves.sort(key=lambda one: (one.becomes is None, one.becomes, one.name))
    return Looked(row.started_at, becomes, tuple(moves), tuple(sorted(told)))


@read_first
def correct(viewer: Viewer, instance_id: str, asked: Asked, *, submission: str | None = None) -> None:
    """Put the start right, count again what hangs from it, and write to whoever has a task whose date moves.

    Raises NotFound, NotAllowed, StaleTask when it has ended, Conflict for one that another pathway started, BadInput
    without a reason, for a start that is no other one, in the future, after something was done, or with which a date
    cannot be worked out.
    """
    with transaction() as session:
        rows = _open_ones(session, _correctable(session, viewer, instance_id), is_locked=True)
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
        row = _correctable(session, viewer, instance_id)
        becomes = _checked(session, row, asked)
        told = start_record.told_by(session, row, becomes)
        parts = _parts(session, row, becomes, told, rows)
        start_record.rewrite(session, viewer, row, becomes, told)
        reason = f"The start was corrected. {asked.reason.strip()}"
        for part in parts:
            with one_step():
                _write(session, viewer, part, row, becomes, reason)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, instance_id)
    messages.deliver_queued(db.session())


def _correctable(session: Session, viewer: Viewer, instance_id: str) -> Row[Any]:
    row = instance_rows.row_for(session, viewer, instance_id, "correct_start")
    if row.status not in ("running", "suspended"):
        raise StaleTask("This pathway has ended, so nothing is counted from its start any more.")
    if row.root_id != row.id:
        raise Conflict(
            "Another pathway started this one. Correct the start of that one, and this one follows."
        )
    return row


def _checked(session: Session, row: Row[Any], asked: Asked) -> datetime:
    errors: dict[str, list[str]] = {}
    if problem := _problem_of_start(session, row, asked.becomes):
        errors["started_at"] = [problem]
    if problem := reasons.problem(asked.reason, most=LONGEST_REASON, missing="Enter why the start is wrong"):
        errors["reason"] = [problem]
    if errors or asked.becomes is None:
        raise BadInput(CANNOT, errors)
    return asked.becomes


def _problem_of_start(session: Session, row: Row[Any], becomes: datetime | None) -> str:
    if becomes is None:
        return "Enter when it really started"
    if becomes > now():
        return "The start must be in the past: a pathway cannot start in the future"
    if becomes == row.started_at:
        return "That is the start that is recorded already"
    if becomes < row.started_at - LONGEST:
        return "The start must be within ten years of the one that is recorded"
    first = session.execute(
        select(UserTask.name, UserTask.completed_at)
        .where(
            UserTask.authority_id == row.authority_id,
            UserTask.root_id == row.id,
            UserTask.state == "completed",
        )
        .order_by(UserTask.completed_at)
        .limit(1)
    ).first()
    if first is not None and becomes > first.completed_at:
        done_at = moment_in_words(first.completed_at)
        return f"“{first.name}” was completed on {done_at}, so it cannot have started after that"
    for table in start_record.TIMES:
        over_at = session.scalar(
            select(table.until_at)
            .where(*start_record.begun_with(table, row), table.until_at <= becomes)
            .limit(1)
        )
        if over_at is not None:
            return f"What began with it ended on {moment_in_words(over_at)}, so it cannot have started later"
    return ""


def _open_ones(session: Session, row: Row[Any], *, is_locked: bool) -> Sequence[Row[Any]]:
    return instance_rows.open_ones(session, row.authority_id, row.child_id, is_locked=is_locked)


def _parts(
    session: Session,
    row: Row[Any],
    becomes: datetime,
    told: Mapping[str, list[Any]],
    running: Iterable[Row[Any]],
) -> list[_Part]:
    """The pathways that are counted again, the steps worked out. Raises BadInput when one cannot be."""
    context = surroundings.context_for(session, row.authority_id, row.child_id)
    context = replace(context, facts={**context.facts, **{name: is_ for name, (_, is_) in told.items()}})
    parts = []
    for one in running:
        version = definitions.compiled(session, one.version_id)
        is_of_tree = one.root_id == row.id
        hangs = one.status == "running" and not version.hangs_on.isdisjoint(told)
        if not is_of_tree and not hangs:
            continue
        try:
            if is_of_tree:
                step = runner.put_right(version, one.state, context, row.started_at, becomes)
            else:
                step = runner.recompute(version, one.state, context)
        except EngineFailure as failure:
            sentence = f"With this start “{one.name}” cannot work its dates out: {failure.sentence}"
            raise BadInput(CANNOT, {"started_at": [sentence]}) from failure
        parts.append(_Part(one, version, context, projection.read(session, one), step, is_of_tree))
    return parts


def _write(
    session: Session, viewer: Viewer, part: _Part, root: Row[Any], becomes: datetime, reason: str
) -> None:
    entries = date_moves.write(session, part.row, part.mirror, part.step, reason, viewer.person_id)
    columns = {}
    if part.is_of_tree and part.row.started_at == root.started_at:
        columns = {"started_at": becomes}
    if not (columns or entries or part.step.state != part.row.state):
        return
    if columns or not entries:
        entries.insert(0, _corrected(viewer, part.row, root.started_at, becomes, reason))
    cause = Cause(entries=tuple(entries), person_id=viewer.person_id, columns=columns)
    mirror = projection.read(session, part.row)  # the clocks of its tasks have moved since
    advance.apply(session, part.row, part.version, part.step, cause, part.context, mirror=mirror)


def _corrected(viewer: Viewer, row: Row[Any], was: datetime, becomes: datetime, reason: str) -> Entry:
    words = f"from {moment_in_words(was)} to {moment_in_words(becomes)}"
    return Entry(
        kind="start_corrected",
        child_id=row.child_id,
        person_id=viewer.person_id,
        facts={
            "definition": row.definition_key,
            "name": row.name,
            "was": was.isoformat(),
            "started_at": becomes.isoformat(),
            "detail": words,
            "reason": reason.removeprefix("The start was corrected. "),
        },
    )


__all__ = ["LONGEST_REASON", "Asked", "Looked", "correct", "look", "show"]
