"""What a pathway has gone through: when each of its elements was entered and left, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from app.engine.contracts import CompiledVersion
from app.store.instances import ProcessInstance, TaskHistory

LINES_SHOWN = 200


@dataclass(frozen=True)
class HistoryLine:
    """An element that was entered, and left unless it is still active."""

    element_id: str
    name: str
    type: str
    entered_at: datetime
    left_at: datetime | None
    how: str | None


@dataclass(frozen=True)
class ElementTimes:
    """All the times that an element was entered: `times` of them, of which `completed` came to their end.

    `left_at` is when it was last left, also where the pathway stands at it again; `is_open` while it does.
    """

    element_id: str
    name: str
    type: str
    times: int
    completed: int
    entered_at: datetime
    last_entered_at: datetime
    left_at: datetime | None
    is_open: bool


def elements(session: Session, found: ProcessInstance, version: CompiledVersion) -> tuple[ElementTimes, ...]:
    """Every element that was entered, in the order in which they first were, as far as that tells them apart."""
    is_open = TaskHistory.left_at.is_(None).cast(Integer)
    rows = session.execute(
        select(
            TaskHistory.element_id,
            func.min(TaskHistory.element_type).label("type"),
            func.count().label("times"),
            func.sum((func.coalesce(TaskHistory.how, "") == "completed").cast(Integer)).label("completed"),
            func.min(TaskHistory.entered_at).label("entered_at"),
            func.max(TaskHistory.entered_at).label("last_entered_at"),
            func.max(TaskHistory.left_at).label("left_at"),
            func.sum(is_open).label("open"),
        )
        .where(*_of(found))
        .group_by(TaskHistory.element_id)
    ).all()
    drawn = {element.id: place for place, element in enumerate(version.elements)}
    rows = sorted(rows, key=lambda row: (row.entered_at, drawn.get(row.element_id, len(drawn))))
    return tuple(
        ElementTimes(
            row.element_id, _name(version, row.element_id), row.type, row.times, row.completed, row.entered_at,
            row.last_entered_at, row.left_at, row.open > 0,
        )
        for row in rows
    )  # fmt: skip


def lines(session: Session, found: ProcessInstance, version: CompiledVersion) -> tuple[HistoryLine, ...]:
    """Each time by itself, the newest first, so many as a page shows."""
    rows = session.scalars(
        select(TaskHistory).where(*_of(found)).order_by(TaskHistory.entered_at.desc()).limit(LINES_SHOWN)
    )
    return tuple(
        HistoryLine(
            row.element_id, _name(version, row.element_id), row.element_type, row.entered_at, row.left_at, row.how
        )
        for row in rows
    )  # fmt: skip


def _of(found: ProcessInstance) -> tuple[Any, ...]:
    return TaskHistory.authority_id == found.authority_id, TaskHistory.instance_id == found.id


def _name(version: CompiledVersion, element_id: str) -> str:
    element = version.element(element_id)
    return element.name if element and element.name else element_id.replace("_", " ")
