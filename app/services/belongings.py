"""What a person has for each child, tasks, roles and loose ends, and why a part of it cannot go to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import TaskThing, Viewer, keeps_out, may, may_be_given
from app.domain.viewer import Record
from app.services import loose_ends, reference
from app.services.children import ChildRow
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.services.loose_ends import LooseEnd
from app.store.children import Child, ChildWorker
from app.store.tasks import UserTask
from app.store.ties import record_of_child, sees_child, workers_of

Receivers = Mapping[str, str]
"""Who takes over what concerns a child: child id -> person id."""


@dataclass(frozen=True)
class Piece:
    """A task, a role for the child (`role` is its key then) or a loose end; `problem` says why it has to stay."""

    name: str
    role: str | None = None
    task: TaskRow | None = None
    due_at: datetime | None = None
    end: LooseEnd | None = None
    problem: str = ""


@dataclass(frozen=True)
class Bundle:
    """What a person has for one child, and who is to have it."""

    child: ChildRow
    pieces: tuple[Piece, ...]
    receiver_id: str | None = None
    receiver: str = ""

    @property
    def moving(self) -> tuple[Piece, ...]:
        """What can go to the receiver."""
        return tuple(piece for piece in self.pieces if not piece.problem) if self.receiver_id else ()


def bundles_of(
    session: Session, viewer: Viewer, person: Viewer, receivers: Receivers, everybody: Mapping[str, Viewer]
) -> tuple[tuple[Bundle, ...], int]:
    """What the person has, child by child, and how much of it concerns children whom the viewer does not see."""
    tasks = [as_task_row(row) for row in session.execute(_tasks_of(person))]
    roles = session.execute(_roles_of(person)).all()
    ends = loose_ends.of(session, person)
    child_ids = (
        {task.child.id for task in tasks} | {row.child_id for row in roles} | {end.child_id for end in ends}
    )
    seen = set(
        session.scalars(
            select(Child.id).where(
                Child.authority_id == viewer.authority_id,
                Child.id.in_(sorted(child_ids)),
                sees_child(viewer, Child.authority_id, Child.id),
            )
        )
    )
    names = child_rows(session, viewer.authority_id, seen)
    bundles = []
    for child in sorted(names.values(), key=lambda child: (child.family_name, child.given_name, child.id)):
        pieces = [
            Piece(reference.roles().name_of(row.role), role=row.role)
            for row in roles
            if row.child_id == child.id
        ]
        pieces += [
            Piece(task.name, task=task, due_at=task.due_at) for task in tasks if task.child.id == child.id
        ]
        pieces += [Piece(end.name, end=end) for end in ends if end.child_id == child.id]
        receiver = everybody.get(receivers.get(child.id, ""))
        if (
            receiver is None
            or receiver.person_id == person.person_id
            or not receiver.agencies & person.agencies
        ):
            bundles.append(Bundle(child, tuple(pieces)))
        else:
            checked = _checked(session, viewer, child, pieces, receiver)
            bundles.append(Bundle(child, checked, receiver.person_id, receiver.name))
    unseen = sum(task.child.id not in seen for task in tasks) + sum(row.child_id not in seen for row in roles)
    return tuple(bundles), unseen + sum(end.child_id not in seen for end in ends)


def _tasks_of(person: Viewer) -> Any:
    return (
        task_rows()
        .where(
            UserTask.authority_id == person.authority_id,
            UserTask.assignee_id == person.person_id,
            UserTask.state == "open",
        )
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )


def _roles_of(person: Viewer) -> Any:
    return (
        select(ChildWorker.child_id, ChildWorker.role)
        .where(
            ChildWorker.authority_id == person.authority_id,
            ChildWorker.person_id == person.person_id,
            ChildWorker.until_at.is_(None),
        )
        .order_by(ChildWorker.role)
    )


def _checked(
    session: Session, viewer: Viewer, child: ChildRow, pieces: Iterable[Piece], receiver: Viewer
) -> tuple[Piece, ...]:
    """The pieces, each with the reason why the receiver cannot have it, if there is one."""
    workers = workers_of(session, viewer.authority_id, child.id)
    record = record_of_child(session, viewer.authority_id, child.id)
    listed = list(pieces)
    if any(piece.role in receiver.roles for piece in listed):
        workers |= {receiver.person_id}
    checked = [
        piece if piece.end else replace(piece, problem=_problem(viewer, piece, receiver, workers, record))
        for piece in listed
    ]
    moving = {piece.task.id for piece in checked if piece.task and not piece.problem}
    return tuple(
        replace(piece, problem=loose_ends.problem(piece.end, receiver, workers, moving, record))
        if piece.end
        else piece
        for piece in checked
    )


def _problem(viewer: Viewer, piece: Piece, receiver: Viewer, workers: frozenset[str], record: Record) -> str:
    if keeps_out(receiver, record):
        return f"the record is closed to {receiver.name}"
    if piece.task is None:
        return "" if piece.role in receiver.roles else f"{receiver.name} does not hold this role"
    role = reference.roles().by_key.get(piece.task.role)
    thing = TaskThing(
        authority_id=viewer.authority_id,
        role=piece.task.role,
        team_id=piece.task.team_id,
        assignee_id=piece.task.assignee_id,
        agency=role.agency if role else None,
        worker_ids=workers,
        record=record,
    )
    if not may(viewer, "assign", thing):
        return "a manager of the agency that answers for it has to give it to somebody"
    return (
        ""
        if may_be_given(receiver, thing)
        else f"{receiver.name} is not in its team and does not hold its role"
    )
