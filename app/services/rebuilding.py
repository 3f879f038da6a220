"""Timer rows again from what they mirror: the engine's state, and the due times of open tasks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.domain.ids import new_id
from app.engine.contracts import Step
from app.store.tasks import UserTask
from app.store.timers import Timer


def rebuild_timers(session: Session, instance: Row[Any], step: Step) -> int:
    """Make the timers of a locked instance those of `step` and of its open tasks; how many rows differed."""
    wanted = {("engine", timer.ref, timer.due_at): (timer.element_id, timer.name) for timer in step.timers}
    for task in _watched(session, instance):
        wanted["overdue", task.id, task.due_at] = (task.element_id, task.name)
    found = {(row.kind, row.ref, row.due_at): row.id for row in _rows(session, instance)}
    gone = [found[key] for key in found.keys() - wanted.keys()]
    if gone:
        session.execute(delete(Timer).where(Timer.authority_id == instance.authority_id, Timer.id.in_(gone)))
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        rows = [_row(instance, key, *wanted[key]) for key in missing]
        session.execute(insert(Timer), rows)
    return len(gone) + len(missing)


def _watched(session: Session, instance: Row[Any]) -> list[Row[Any]]:
    """The open tasks whose due time has not been dealt with yet."""
    return list(
        session.execute(
            select(UserTask.id, UserTask.element_id, UserTask.name, UserTask.due_at).where(
                UserTask.authority_id == instance.authority_id,
                UserTask.instance_id == instance.id,
                UserTask.state == "open",
                UserTask.due_at.is_not(None),
                UserTask.overdue_at.is_(None),
            )
        )
    )


def _rows(session: Session, instance: Row[Any]) -> list[Row[Any]]:
    return list(
        session.execute(
            select(Timer.id, Timer.kind, Timer.ref, Timer.due_at).where(
                Timer.authority_id == instance.authority_id, Timer.instance_id == instance.id
            )
        )
    )


def _row(instance: Row[Any], key: tuple[str, str, Any], element_id: str, name: str) -> dict[str, Any]:
    kind, ref, due_at = key
    return {
        "authority_id": instance.authority_id,
        "id": new_id(),
        "instance_id": instance.id,
        "kind": kind,
        "ref": ref,
        "element_id": element_id,
        "name": name,
        "due_at": due_at,
    }
