"""The rows of a pathway that is moved: open tasks follow the new drawing, timers and subscriptions are written anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, delete, insert, select, update
from sqlalchemy.orm import Session

from app.engine.contracts import EngineContext, ReadyTask, Step, WaitingTimer
from app.engine.migration import Plan
from app.services import asking_rows, reference, task_rows
from app.services.projection import timer_row
from app.store.db import table_of
from app.store.instances import TaskHistory
from app.store.outbox import Subscription
from app.store.people import TeamRole
from app.store.tasks import Answer, UserTask
from app.store.ties import tie
from app.store.timers import Timer

_TASKS = table_of(UserTask)
_UNSEEN = ("overdue_at", "due", "local_due_at", "statutory_due_at")
"""What may change by itself: a date that came to pass is marked, and its explanation goes with it."""


def open_tasks(session: Session, authority_id: str, instance_ids: Sequence[str]) -> list[Row[Any]]:
    """The whole rows of the open tasks of some instances."""
    return list(
        session.execute(
            select(_TASKS).where(
                _TASKS.c.authority_id == authority_id,
                _TASKS.c.instance_id.in_(instance_ids),
                _TASKS.c.state == "open",
            )
        )
    )


def follow(
    session: Session,
    instance: Row[Any],
    step: Step,
    plan: Plan,
    tasks: Sequence[Row[Any]],
    context: EngineContext,
) -> list[dict[str, Any]]:
    """Open tasks say what the new version says of them, and have their dates as planned; what was changed, as JSON."""
    asked = asking_rows.whose(session, instance)
    choices = {clock.ref: clock.choice for clock in plan.clocks}
    ready = {task.ref: task for task in step.tasks}
    changes = []
    for row in tasks:
        task = ready[row.ref]
        values = _of_drawing(session, instance, row, task, context, asked)
        if choices.get(row.ref, "keep") != "keep" and not has_agreed_date(row):
            values |= _of_date(row, task)
        changed = {name: value for name, value in values.items() if value != getattr(row, name)}
        if changed:
            _write(session, instance, row.id, changed)
            was = {name: _plain(getattr(row, name)) for name in changed}
            changes.append(
                {"id": row.id, "was": was, "is": {name: _plain(value) for name, value in changed.items()}}
            )
    return changes


def has_agreed_date(row: Row[Any]) -> bool:
    """Whether a manager moved the due time of a task and said that it stays: no drawing moves it again."""
    agreed = (row.due or {}).get("agreed")
    return bool(agreed and agreed["stays"])


def _of_drawing(
    session: Session,
    instance: Row[Any],
    row: Row[Any],
    task: ReadyTask,
    context: EngineContext,
    asked: Row[Any] | None,
) -> dict[str, Any]:
    role, name = task_rows.role_and_name(session, instance, task, context, asked)
    values = {
        "element_id": task.element.id,
        "name": name,
        "form": task.element.form,
        "duty": list(task.element.duty),
        "overdue": task.element.overdue,
    }
    if role != row.role and row.sign_off != "waiting":
        values |= {"role": role, "team_id": _team(session, instance, role)}
        known = reference.roles().by_key.get(role)
        if known is not None:
            tie(session, instance.authority_id, instance.child_id, {known.agency})
    return values


def _team(session: Session, instance: Row[Any], role: str) -> str | None:
    return session.scalar(
        select(TeamRole.team_id).where(TeamRole.authority_id == instance.authority_id, TeamRole.role == role)
    )


def _of_date(row: Row[Any], task: ReadyTask) -> dict[str, Any]:
    due_at = task.due.due_at if task.due else None
    if due_at == row.due_at:
        return {}
    return {"due_at": due_at, **task_rows.limits(task.due), "overdue_at": None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def are_as_left(tasks: Iterable[Row[Any]], changes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether open tasks still say what the move made them say."""
    rows = {row.id: row for row in tasks}
    return all(
        change["id"] in rows and _plain(getattr(rows[change["id"]], name)) == value
        for change in changes
        for name, value in change["is"].items()
        if name not in _UNSEEN
    )


def restore(session: Session, instance: Row[Any], changes: Iterable[Mapping[str, Any]]) -> None:
    """Give open tasks what they said before the move."""
    for change in changes:
        values = {
            name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
            for name, value in change["was"].items()
        }
        _write(session, instance, change["id"], values)


def _write(session: Session, instance: Row[Any], task_id: str, values: Mapping[str, Any]) -> None:
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.authority_id == instance.authority_id, _TASKS.c.id == task_id)
        .values(**values)
    )


def rename(session: Session, instance: Row[Any], names: Mapping[str, str]) -> None:
    """What was recorded at elements whose ids changed is found under the new ones."""
    for model in (UserTask, Answer, TaskHistory) if names else ():
        table = table_of(model)
        wanted = [
            table.c.authority_id == instance.authority_id,
            table.c.instance_id == instance.id,
            table.c.element_id.in_(names),
        ]
        if model is UserTask:  # open ones follow the drawing by themselves
            wanted.append(table.c.state != "open")
        fresh = case(dict(names), value=table.c.element_id)
        session.execute(update(table).where(*wanted).values(element_id=fresh))


def note_what_was_asked(
    session: Session, instance: Row[Any], *, asked_on: str | None, where: str | None = None
) -> None:
    """Finished tasks keep the version whose form they had; with `where`, those that say that one, as it is in force."""
    session.execute(
        update(_TASKS)
        .where(
            _TASKS.c.authority_id == instance.authority_id,
            _TASKS.c.instance_id == instance.id,
            _TASKS.c.state != "open",
            _TASKS.c.asked_on.is_(None) if where is None else _TASKS.c.asked_on == where,
        )
        .values(asked_on=asked_on)
    )


def drop_mirror(session: Session, instance: Row[Any]) -> None:
    """Timers and subscriptions go; the step writes its own, and the due times of open tasks are set here."""
    for model in (Timer, Subscription):
        table = table_of(model)
        session.execute(
            delete(table).where(
                table.c.authority_id == instance.authority_id, table.c.instance_id == instance.id
            )
        )
    watched = [
        timer_row(instance, "overdue", WaitingTimer(row.id, row.element_id, row.name, row.due_at))
        for row in open_tasks(session, instance.authority_id, [instance.id])
        if row.due_at is not None and row.overdue_at is None
    ]
    if watched:
        session.execute(insert(Timer), watched)
