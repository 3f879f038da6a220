"""What something would do to the work of a child: it is done in earnest, looked at, and undone.

What is shown before is therefore what happens, through every pathway that a message reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.deadlines import Deadline
from app.services import date_moves, instance_rows, reference
from app.services.date_moves import DateMove
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.outbox import Notification
from app.store.rehearsing import rehearsing
from app.store.tasks import UserTask
from app.store.timers import Timer


@dataclass(frozen=True)
class Dated:
    """A task or a clock of a pathway; `role` is nothing for a clock. `is_late` when its moment has passed already."""

    name: str
    pathway: str
    role: str
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Foreseen:
    """What would be otherwise. `withdrawn` are tasks and `stops` clocks whose dates fall away; `faults` what fails."""

    ends: tuple[str, ...]
    begins: tuple[str, ...]
    withdrawn: tuple[Dated, ...]
    stops: tuple[Dated, ...]
    moves: tuple[DateMove, ...]
    opens: tuple[Dated, ...]
    starts: tuple[Dated, ...]
    told: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether all would stay as it is."""
        return not any(vars(self).values())


Found = Mapping[tuple[str, ...], Row[Any]]


@dataclass(frozen=True)
class _Work:
    """All that is open for a child at one moment, by what it is known by."""

    pathways: Found
    tasks: Found
    clocks: Found
    letters: Found
    faults: Found


def of(viewer: Viewer, child_id: str, do: Callable[[], object]) -> Foreseen:
    """What would come of `do`, a use case that touches this child. Raises what `do` raises; nothing is written."""
    with rehearsing():
        with (
            transaction() as session
        ):  # all at once and in one order, or it and a deed could wait for each other
            instance_rows.open_ones(session, viewer.authority_id, child_id, is_locked=True)
        before = _work(viewer, child_id)
        do()
        after = _work(viewer, child_id)
    moves = [
        *_moves(before.tasks, after.tasks, lambda row: Deadline.from_json(row.due) if row.due else None),
        *_moves(before.clocks, after.clocks, lambda _: None),
    ]
    return Foreseen(
        ends=tuple(row.name for row in _gone(before.pathways, after.pathways)),
        begins=tuple(row.name for row in _gone(after.pathways, before.pathways)),
        withdrawn=_dated(_gone(before.tasks, after.tasks)),
        stops=_dated(_gone(before.clocks, after.clocks)),
        moves=tuple(sorted(moves, key=lambda one: (one.becomes is None, one.becomes, one.name))),
        opens=_dated(_gone(after.tasks, before.tasks)),
        starts=_dated(_gone(after.clocks, before.clocks)),
        told=tuple(sorted({row.recipient for row in _gone(after.letters, before.letters)})),
        faults=tuple(row.sentence for row in _gone(after.faults, before.faults)),
    )


def _work(viewer: Viewer, child_id: str) -> _Work:
    def of_child(table: Any) -> Any:
        return and_(table.authority_id == viewer.authority_id, table.child_id == child_id)

    runs = ProcessInstance.status.in_(("running", "suspended"))
    pathway = ProcessInstance.name.label("pathway")
    with reading() as session:
        return _Work(
            pathways=_found(
                session,
                select(ProcessInstance.id, ProcessInstance.name).where(of_child(ProcessInstance), runs),
            ),
            tasks=_found(
                session,
                _within(
                    UserTask,
                    UserTask.id,
                    UserTask.name,
                    pathway,
                    UserTask.role,
                    UserTask.due_at,
                    UserTask.due,
                ).where(of_child(UserTask), UserTask.state == "open"),
            ),
            clocks=_found(
                session,
                _within(Timer, Timer.instance_id, Timer.ref, Timer.name, pathway, Timer.due_at).where(
                    of_child(ProcessInstance), runs, Timer.kind == "engine", Timer.name != ""
                ),
                by=2,
            ),
            letters=_found(
                session, select(Notification.id, Notification.recipient).where(of_child(Notification))
            ),
            faults=_found(
                session,
                select(Incident.id, Incident.sentence).where(
                    of_child(Incident), Incident.resolved_at.is_(None)
                ),
            ),
        )


def _within(table: Any, *columns: Any) -> Any:
    """A query of what belongs to pathways, with the pathway."""
    return select(*columns).join(
        ProcessInstance,
        (ProcessInstance.authority_id == table.authority_id) & (ProcessInstance.id == table.instance_id),
    )


def _found(session: Session, query: Any, by: int = 1) -> dict[tuple[str, ...], Row[Any]]:
    return {tuple(row[:by]): row for row in session.execute(query)}


def _gone(before: Found, after: Found) -> list[Row[Any]]:
    return [row for key, row in before.items() if key not in after]


def _dated(rows: list[Row[Any]]) -> tuple[Dated, ...]:
    """Earliest first, what has no date last."""
    at, roles = now(), reference.roles()
    found = [
        Dated(
            row.name,
            row.pathway,
            roles.name_of(row.role) if "role" in row._fields else "",
            row.due_at,
            row.due_at is not None and row.due_at < at,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.due_at is None, one.due_at or at, one.name)))


def _moves(before: Found, after: Found, deadline_of: Callable[[Row[Any]], Deadline | None]) -> list[DateMove]:
    return [
        date_moves.moved(row.pathway, row.name, before[key].due_at, row.due_at, deadline_of(row))
        for key, row in after.items()
        if key in before and before[key].due_at != row.due_at
    ]
