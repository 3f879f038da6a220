"""A leaver's work: what they have, where each part of it could go, and moving it all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.errors import BadInput, NotFound
from app.services import accounts, advance, asking_rows, caseloads, children, letters, loose_ends, submissions
from app.services.absences import covered_by, thing_of
from app.services.belongings import Bundle, Piece, Receivers, bundles_of
from app.services.caseloads import Caseload, PersonRow
from app.services.lists import TaskRow
from app.services.loose_ends import LooseEnd
from app.services.task_lookup import LONGEST_REASON
from app.store import audit, people
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.people import Person
from app.store.tasks import UserTask


@dataclass(frozen=True)
class HandOver:
    """A person's work child by child, and the caseload of each receiver before and after."""

    person: PersonRow
    bundles: tuple[Bundle, ...]
    unseen: int
    receivers: tuple[PersonRow, ...]
    after: Mapping[str, Caseload]
    can_close: bool
    covers: tuple[str, ...] = ()

    @property
    def moving(self) -> tuple[Piece, ...]:
        """Everything that would move."""
        return tuple(piece for bundle in self.bundles for piece in bundle.moving)

    @property
    def staying(self) -> tuple[tuple[Bundle, Piece], ...]:
        """What would stay where it is, because of a problem."""
        return tuple((bundle, piece) for bundle in self.bundles for piece in bundle.pieces if piece.problem)


@dataclass(frozen=True)
class Moved:
    """What one press has done: how many tasks, roles and loose ends moved."""

    tasks: int
    roles: int
    ends: int = 0


def show(viewer: Viewer, person_id: str, receivers: Receivers | None = None) -> HandOver:
    """A person's work and, where receivers are chosen, the preview of the move. Raises NotFound."""
    with reading() as session:
        everybody = {one.person_id: one for one in people.viewers(session, viewer.authority_id)}
        person = _allowed(session, viewer, person_id)
        bundles, unseen = bundles_of(session, viewer, person, receivers or {}, everybody)
        able = [
            one for one in everybody.values() if one.person_id != person_id and one.agencies & person.agencies
        ]
        rows = caseloads.rows_of(session, [person, *able])
        covers = tuple(covered_by(session, viewer.authority_id, person_id))
    after = {row.id: row.load for row in rows}
    for bundle in bundles:
        if bundle.receiver_id:
            after[bundle.receiver_id] += _load_of(bundle)
    is_theirs_to_close = may(viewer, "manage_people", AuthorityThing(viewer.authority_id))
    can_close = is_theirs_to_close and viewer.person_id != person_id and not rows[0].is_closed
    return HandOver(rows[0], bundles, unseen, tuple(rows[1:]), after, can_close, covers)


def move(
    viewer: Viewer, person_id: str, receivers: Receivers, reason: str, *, submission: str | None = None
) -> Moved:
    """Move everything that can move to its receiver, in one transaction; drafts stay on their tasks and go along.

    So do questions without an answer, unread mentions, and letters about them that have not gone yet.

    Each task and each role is in the audit of its child. Raises NotFound, BadInput when nothing was chosen, or
    no reason.
    The same `submission` again is answered like the first.
    """
    with transaction() as session:
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier:
            return Moved(**json.loads(earlier))
        # one move of a person's work at a time: what is read below is still theirs when it is written
        one_at_a_time = select(Person.id).where(
            Person.authority_id == viewer.authority_id, Person.id == person_id
        )
        session.execute(one_at_a_time.with_for_update()).all()
        everybody = {one.person_id: one for one in people.viewers(session, viewer.authority_id)}
        person = _allowed(session, viewer, person_id)
        bundles, _ = bundles_of(session, viewer, person, receivers, everybody)
        to = {bundle.child.id: bundle.receiver_id for bundle in bundles if bundle.receiver_id}
        if not to:
            raise BadInput("Choose who takes over.", {"to": ["Select who takes over"]})
        if wrong := reasons.problem(reason, most=LONGEST_REASON, missing="Enter why the work moves"):
            raise BadInput("The work cannot be handed over like this.", {"reason": [wrong]})
        ends = _loose_ends(bundles)
        of_tasks = (piece.task.instance_id for bundle in bundles for piece in bundle.moving if piece.task)
        for instance_id in sorted({*of_tasks, *ends}):  # one order, so that two moves cannot deadlock
            advance.lock(session, viewer.authority_id, instance_id)
        number = _move_tasks(session, viewer, person_id, bundles, reason.strip())
        roles = _move_roles(session, viewer, bundles)
        moved = Moved(number, roles, _move_loose_ends(session, viewer, person_id, ends))
        letters.readdress(session, viewer.authority_id, person_id, _about(bundles), viewer.person_id)
        entry = Entry(
            kind="work_handed_over",
            person_id=viewer.person_id,
            facts={
                "person": person_id,
                "to": sorted(set(to.values())),
                "reason": reason.strip(),
                **vars(moved),
            },
        )
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{person_id}")
        submissions.remember(
            session, viewer.authority_id, submission, viewer.person_id, json.dumps(vars(moved))
        )
    return moved


def close_account(viewer: Viewer, person_id: str) -> str:
    """Close a leaver's account; their name. Raises NotFound, BadInput for one's own."""
    require(viewer, "manage_people", AuthorityThing(viewer.authority_id))
    with reading() as session:
        person = session.get(Person, (viewer.authority_id, person_id))
        if person is None:
            raise NotFound()
        username, name = person.username, person.name
    if person_id == viewer.person_id:
        raise BadInput("You cannot close your own account: ask another administrator.")
    accounts.disable_person(username, by=viewer.person_id)
    return name


def left_with(username: str) -> tuple[str, Caseload, list[str]]:
    """(a person's id, what is still theirs, for whom they cover), account open or closed. Raises NotFound."""
    with reading() as session:
        person = people.account(session, username.strip().casefold())
        if person is None:
            raise NotFound(f"There is no account with the user name “{username}”.")
        load = caseloads.of(session, person.authority_id, [person.id])[person.id]
        return person.id, load, covered_by(session, person.authority_id, person.id)


def _allowed(session: Session, viewer: Viewer, person_id: str) -> Viewer:
    """The person whose work it is, account open or closed."""
    found = people.viewers(session, viewer.authority_id, [person_id], with_closed=True)
    if not found:
        raise NotFound()
    require(viewer, "hand_over_work", thing_of(found[0]))
    return found[0]


def _load_of(bundle: Bundle) -> Caseload:
    tasks = [piece.task for piece in bundle.moving if piece.task]
    has_role = any(piece.role for piece in bundle.moving)
    return Caseload(len(tasks), sum(task.is_overdue for task in tasks), int(has_role))


def _move_tasks(
    session: Session, viewer: Viewer, person_id: str, bundles: Iterable[Bundle], reason: str
) -> int:
    """Give each task to its receiver, instance by instance; what a contribution answers goes with it."""
    to: dict[str, list[tuple[TaskRow, str]]] = {}
    for bundle in bundles:
        for piece in bundle.moving:
            if piece.task and bundle.receiver_id:
                to.setdefault(piece.task.instance_id, []).append((piece.task, bundle.receiver_id))
    moved = 0
    for instance_id in sorted(to):
        instance = advance.lock(session, viewer.authority_id, instance_id)
        entries, given = [], []
        for task, receiver_id in to[instance_id]:
            changed: Any = session.execute(
                update(UserTask)
                .where(
                    UserTask.authority_id == viewer.authority_id,
                    UserTask.id == task.id,
                    UserTask.state == "open",
                    UserTask.assignee_id == person_id,
                )
                .values(assignee_id=receiver_id)
                .execution_options(synchronize_session=False)
            )
            if changed.rowcount:
                entries.append(_given(viewer, task, person_id, receiver_id, reason))
                asking_rows.handed(session, instance, person_id, receiver_id)
                given.append((task.id, task.child.id, receiver_id))
        if entries:
            advance.record(session, instance, entries)
            letters.given(session, viewer.authority_id, given, viewer.person_id)
        moved += len(entries)
    return moved


def _given(viewer: Viewer, task: TaskRow, person_id: str, receiver_id: str, reason: str) -> Entry:
    return Entry(
        kind="task_assigned",
        child_id=task.child.id,
        person_id=viewer.person_id,
        for_id=None,  # a manager gives work out as themselves
        task_id=task.id,
        facts={
            "element": task.element_id,
            "name": task.name,
            "from": person_id,
            "to": receiver_id,
            "at": "hand-over",
            "reason": reason,
        },
    )


def _loose_ends(bundles: Iterable[Bundle]) -> dict[str, list[tuple[LooseEnd, str]]]:
    """The loose ends that move, each with its receiver, by the pathway that they are in."""
    found: dict[str, list[tuple[LooseEnd, str]]] = {}
    for bundle in bundles:
        for piece in bundle.moving:
            if piece.end and bundle.receiver_id:
                found.setdefault(piece.end.instance_id, []).append((piece.end, bundle.receiver_id))
    return found


def _move_loose_ends(
    session: Session, viewer: Viewer, person_id: str, ends: Mapping[str, list[tuple[LooseEnd, str]]]
) -> int:
    """Questions, mentions and words that are asked for go to the receiver, instance by instance."""
    moved = 0
    for instance_id in sorted(ends):
        instance = advance.lock(session, viewer.authority_id, instance_id)
        moved += loose_ends.pass_on(session, instance, viewer, person_id, ends[instance_id])
    return moved


def _about(bundles: Iterable[Bundle]) -> dict[str, str]:
    """Who has a task from now on, or what hangs on it: task id -> receiver."""
    found = {}
    for bundle in bundles:
        for piece in bundle.moving:
            task_id = piece.task.id if piece.task else piece.end.task_id if piece.end else None
            if task_id and bundle.receiver_id:
                found[task_id] = bundle.receiver_id
    return found


def _move_roles(session: Session, viewer: Viewer, bundles: Iterable[Bundle]) -> int:
    """Allocate each child's roles to the receiver; the record keeps who had them and until when."""
    moved = 0
    for bundle in sorted(bundles, key=lambda bundle: bundle.child.id):
        for piece in bundle.moving:
            if piece.role and bundle.receiver_id:
                children.allocate(
                    session,
                    viewer.authority_id,
                    bundle.child.id,
                    piece.role,
                    bundle.receiver_id,
                    by=viewer.person_id,
                )
                moved += 1
    return moved
