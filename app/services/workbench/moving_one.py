"""One running pathway on another version: what would happen to it, the move itself, and the way back.

The rows that mirror the state are written anew from it; those of people's tasks stay, with their drafts and whoever
has them, and follow the new drawing in what it says of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import PathwayCannotMove
from app.engine import migration, runner
from app.engine.contracts import CompiledVersion, EngineContext
from app.engine.migration import Clock, Moves, Plan
from app.services import advance, definitions, surroundings
from app.services.advance import Cause
from app.services.workbench import moving_rows
from app.store.audit import Entry
from app.store.instances import TaskHistory
from app.store.moving import MovedInstance

TAKEN_STEP = "A step has been taken since it was moved, so it stays on the new version."
DATE_MOVED = "One of its tasks has been changed since it was moved, so it stays on the new version."


@dataclass(frozen=True)
class Order:
    """Where pathways are moved to, how, why and by whom."""

    to_version_id: str
    moves: Moves
    reason: str
    person_id: str | None


@dataclass(frozen=True)
class DateLine:
    """A date of one pathway before and after. `is_late`: it lies in the past only from then on."""

    element_id: str
    name: str
    kind: str
    was: datetime | None
    becomes: datetime | None
    is_late: bool

    @property
    def has_moved(self) -> bool:
        """Whether it is another one afterwards."""
        return self.was != self.becomes


@dataclass(frozen=True)
class Prospect:
    """What a move would do to one pathway: sentences that stop it, its dates, what is no longer waited for."""

    blocks: tuple[str, ...]
    dates: tuple[DateLine, ...] = ()
    lost: tuple[str, ...] = ()
    plan: Plan = field(default_factory=lambda: Plan(()), repr=False)


@dataclass(frozen=True)
class Moved:
    """What has been done, for the way back."""

    state_before: str
    hash_after: str
    rows: list[dict[str, Any]]
    dates: list[dict[str, Any]]


def prospect(
    session: Session,
    instance: Row[Any],
    to: CompiledVersion,
    moves: Moves,
    context: EngineContext,
    tasks: Sequence[Row[Any]],
    entered: Mapping[str, datetime],
    *,
    is_preview: bool = False,
) -> Prospect:
    """What moving an instance would do to it. `tasks` are the rows of its open tasks, the rest as for the engine."""
    old = definitions.compiled(session, instance.version_id)
    plan = migration.plan(old, to, instance.state, context, moves, entered, is_preview=is_preview)
    dates = tuple(_date_line(clock, tasks) for clock in plan.clocks)
    blocks = [block.sentence for block in plan.blocks]
    blocks += _asks_otherwise(session, instance, to, plan, tasks)
    return Prospect(tuple(blocks), dates, tuple(lost.name for lost in plan.lost), plan)


def _date_line(clock: Clock, tasks: Sequence[Row[Any]]) -> DateLine:
    row = next((task for task in tasks if task.ref == clock.ref), None)
    was = row.due_at if row is not None else clock.was
    stays = row is not None and (clock.choice == "keep" or moving_rows.has_agreed_date(row))
    becomes = was if stays else clock.after
    at = now()
    is_late = becomes is not None and becomes < at and (was is None or was >= at)
    return DateLine(clock.rule.element_id, clock.rule.name, clock.rule.kind, was, becomes, is_late)


def _asks_otherwise(
    session: Session, instance: Row[Any], to: CompiledVersion, plan: Plan, tasks: Sequence[Row[Any]]
) -> list[str]:
    """Answers that wait for a manager's word were given to the questions of the old form."""
    if plan.step is None:
        return []
    forms = {task.ref: task.element.form for task in plan.step.tasks}
    old, new = (definitions.bundle_of(session, one).forms for one in (instance.version_id, to.version_id))
    return [
        f"“{task.name}” waits for sign-off, and its form asks something else in the new version."
        for task in tasks
        if task.sign_off == "waiting" and old.get(task.form or "") != new.get(forms.get(task.ref) or "")
    ]


def entered(
    session: Session, authority_id: str, instance_ids: Sequence[str]
) -> dict[str, dict[str, datetime]]:
    """When what is under way was begun: instance id -> ref -> moment."""
    found: dict[str, dict[str, datetime]] = {instance_id: {} for instance_id in instance_ids}
    for row in session.execute(
        select(TaskHistory.instance_id, TaskHistory.ref, TaskHistory.entered_at).where(
            TaskHistory.authority_id == authority_id,
            TaskHistory.instance_id.in_(instance_ids),
            TaskHistory.left_at.is_(None),
        )
    ):
        found[row.instance_id][row.ref] = row.entered_at
    return found


def move(session: Session, instance: Row[Any], order: Order) -> Moved:
    """Move a locked instance. Raises PathwayCannotMove with the reason, EngineFailure when its state cannot be read."""
    to = definitions.compiled(session, order.to_version_id)
    context = surroundings.context_for(session, instance.authority_id, instance.child_id)
    tasks = moving_rows.open_tasks(session, instance.authority_id, [instance.id])
    begun = entered(session, instance.authority_id, [instance.id])[instance.id]
    found = prospect(session, instance, to, order.moves, context, tasks, begun)
    if found.blocks or found.plan.step is None:
        raise PathwayCannotMove(found.blocks[0])
    step = found.plan.step
    number = definitions.number_of(session, to.version_id)
    words = f"from version {definitions.number_of(session, instance.version_id)} to version {number}"
    entries = [
        _entry("instance_migrated", instance, words, order),
        *_moved_dates(instance, found, tasks, order),
    ]
    changes = moving_rows.follow(session, instance, step, found.plan, tasks, context)
    moving_rows.rename(session, instance, order.moves.names)
    moving_rows.note_what_was_asked(session, instance, asked_on=instance.version_id)
    moving_rows.drop_mirror(session, instance)
    columns = {"version_id": to.version_id, "name": to.name}
    advance.apply(session, instance, to, step, _cause(entries, order.person_id, columns), context)
    return Moved(
        instance.state, _hash(step.state), changes, [_as_json(line) for line in found.dates if line.has_moved]
    )


def put_back(session: Session, instance: Row[Any], row: MovedInstance, order: Order) -> None:
    """Put a locked instance back as it was. Raises PathwayCannotMove when it has moved on since."""
    if instance.status not in ("running", "suspended"):
        raise PathwayCannotMove("It has ended since it was moved.")
    if instance.version_id != order.to_version_id or _hash(instance.state) != row.hash_after:
        raise PathwayCannotMove(TAKEN_STEP)
    tasks = moving_rows.open_tasks(session, instance.authority_id, [instance.id])
    if not moving_rows.are_as_left(tasks, row.rows_before):
        raise PathwayCannotMove(DATE_MOVED)
    old = definitions.compiled(session, row.from_version_id)
    context = surroundings.context_for(session, instance.authority_id, instance.child_id)
    step = replace(runner.look(old, row.state_before or "", context), state=row.state_before or "")
    words = f"back to version {definitions.number_of(session, old.version_id)}"
    moving_rows.restore(session, instance, row.rows_before)
    moving_rows.rename(session, instance, {new: was for was, new in order.moves.names.items()})
    moving_rows.note_what_was_asked(session, instance, asked_on=None, where=row.from_version_id)
    moving_rows.drop_mirror(session, instance)
    entries = [
        _entry("migration_reverted", instance, words, order),
        *_dates_back(instance, row, tasks, order),
    ]
    columns = {"version_id": old.version_id, "name": old.name}
    advance.apply(session, instance, old, step, _cause(entries, order.person_id, columns), context)


def _cause(entries: list[Entry], person_id: str | None, columns: Mapping[str, Any]) -> Cause:
    return Cause(entries=tuple(entries), person_id=person_id, columns=columns)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _entry(kind: str, instance: Row[Any], words: str, order: Order) -> Entry:
    if kind == "instance_migrated":
        return Entry(
            kind="instance_migrated",
            child_id=instance.child_id,
            person_id=order.person_id,
            facts=_facts(instance, words, order),
        )
    return Entry(
        kind="migration_reverted",
        child_id=instance.child_id,
        person_id=order.person_id,
        facts=_facts(instance, words, order),
    )


def _facts(instance: Row[Any], words: str, order: Order) -> dict[str, Any]:
    return {
        "definition": instance.definition_key,
        "name": instance.name,
        "detail": words,
        "reason": order.reason,
    }


def _moved_dates(instance: Row[Any], found: Prospect, tasks: Sequence[Row[Any]], order: Order) -> list[Entry]:
    """An entry for each date that the move gives anew."""
    by_ref = {task.ref: task for task in tasks}
    entries = []
    for clock, line in zip(found.plan.clocks, found.dates, strict=True):
        task = by_ref.get(clock.ref)
        if line.has_moved and (task is not None or (line.was is not None and line.becomes is not None)):
            entries.append(
                Entry(
                    kind="deadline_moved",
                    child_id=instance.child_id,
                    person_id=order.person_id,
                    for_id=None,  # a designer moves pathways for nobody else
                    task_id=task.id if task is not None else None,
                    facts=_date_facts(instance, line, order),
                )
            )
    return entries


def _date_facts(instance: Row[Any], line: DateLine, order: Order) -> dict[str, Any]:
    return {
        "definition": instance.definition_key,
        "element": line.element_id,
        "name": line.name,
        "was": line.was.isoformat() if line.was else None,
        "due_at": line.becomes.isoformat() if line.becomes else None,
        "reason": f"The pathway was moved to another version. {order.reason}",
    }


def _dates_back(
    instance: Row[Any], row: MovedInstance, tasks: Sequence[Row[Any]], order: Order
) -> list[Entry]:
    names = {task.id: task.name for task in tasks}
    entries = []
    for change in row.rows_before:
        was, became = change["was"].get("due_at"), change["is"].get("due_at")
        if was != became:
            entries.append(
                Entry(
                    kind="deadline_moved",
                    child_id=instance.child_id,
                    person_id=order.person_id,
                    for_id=None,  # a designer moves pathways for nobody else
                    task_id=change["id"],
                    facts={
                        "definition": instance.definition_key,
                        "name": names[change["id"]],
                        "was": became,
                        "due_at": was,
                        "reason": "The pathway was put back to its earlier version.",
                    },
                )
            )
    return entries


def _as_json(line: DateLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "kind": line.kind,
        "was": line.was.isoformat() if line.was else None,
        "is": line.becomes.isoformat() if line.becomes else None,
        "is_late": line.is_late,
    }
