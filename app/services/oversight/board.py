"""The board: what is missed, what will be while it can still be saved, and the children behind each number.

Each number is counted by the same conditions as the list that opens from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import NotFound
from app.domain.forms import read_form
from app.engine.contracts import Bundle
from app.services import definitions, incidents
from app.services.child_rows import ChildRow, child_row
from app.services.listing import page_within
from app.services.oversight.capacity import TeamWeek, weeks
from app.services.oversight.scope import Scope
from app.services.records import subject_access
from app.services.records.subject_rows import Request
from app.services.work_queries import task_rows
from app.services.work_rows import TaskRow, as_task_row
from app.store.children import Child, ChildFact, ChildWorker
from app.store.db import known_as, reading
from app.store.tasks import UserTask
from app.store.ties import sees_child

SOON = timedelta(hours=48)
RELEASE_DAYS = 30
PAGE_SIZE = 50
WORKERS = ("social_worker", "yjs_case_manager", "personal_adviser")
"""The roles without whom a child counts as unallocated."""
LISTS = {
    "breached": "Past their due time",
    "soon": "Due within 48 hours",
    "unallocated": "Children waiting for a worker",
}
"""The lists of tasks that open from the board, and what they are called."""


@dataclass(frozen=True)
class Board:
    """The numbers: tasks, tasks, children, children, incidents; and the coming week of each team.

    `asked_for` are the requests for what is on record that wait for their answer, the soonest due first.
    """

    breached: int
    soon: int
    unallocated: int
    releases: int
    incidents: int
    asked_for: tuple[Request, ...]
    weeks: tuple[TeamWeek, ...]


@dataclass(frozen=True)
class TaskPage:
    """One page of a list of tasks, earliest due first. `total` is the number on the board, of tasks or of children."""

    tasks: tuple[TaskRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Release:
    """A child who is to be released soon and has no address: on which day, in how many."""

    child: ChildRow
    on: date

    @property
    def days(self) -> int:
        """Days from today until the release."""
        return (self.on - today()).days


def show(viewer: Viewer, scope: Scope) -> Board:
    """The whole board. Raises NotFound when it is not the viewer's to see."""
    require(viewer, "see_board", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return Board(
            breached=_count(session, viewer, scope, "breached"),
            soon=_count(session, viewer, scope, "soon"),
            unallocated=_count(session, viewer, scope, "unallocated"),
            releases=len(_releases(session, viewer)),
            incidents=len(incidents.unresolved(viewer)),
            asked_for=subject_access.waiting(session, viewer),
            weeks=weeks(session, viewer, scope),
        )


def tasks(viewer: Viewer, scope: Scope, which: str, page: int = 1) -> TaskPage:
    """One of LISTS. Raises NotFound for another, or when it is not the viewer's to see."""
    require(viewer, "see_board", AuthorityThing(viewer.authority_id))
    if which not in LISTS:
        raise NotFound()
    with reading() as session:
        conditions = _conditions(session, viewer, scope, which)
        rows = session.scalar(select(func.count()).select_from(UserTask).where(*conditions)) or 0
        page, pages = page_within(page, rows, PAGE_SIZE)
        query = task_rows().where(*conditions).order_by(UserTask.due_at, UserTask.id)
        found = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
        total = _number(session, which, conditions)
        return TaskPage(tuple(as_task_row(row) for row in found), total, page, pages)


def releases(viewer: Viewer) -> list[Release]:
    """Children to be released within 30 days of whom no address is known, soonest first."""
    require(viewer, "see_board", AuthorityThing(viewer.authority_id))
    with reading() as session:
        found = _releases(session, viewer)
        children = session.scalars(
            select(Child).where(
                Child.authority_id == viewer.authority_id, Child.id.in_([child_id for child_id, _ in found])
            )
        )
        known = {child.id: child_row(child) for child in children}
    return [Release(known[child_id], on) for child_id, on in found]


def _count(session: Session, viewer: Viewer, scope: Scope, which: str) -> int:
    return _number(session, which, _conditions(session, viewer, scope, which))


def _number(session: Session, which: str, conditions: list[ColumnElement[bool]]) -> int:
    """Tasks; of the unallocated the children, since one may wait for two workers."""
    what = UserTask.child_id.distinct() if which == "unallocated" else UserTask.id
    return session.scalar(select(func.count(what)).where(*conditions)) or 0


def _conditions(session: Session, viewer: Viewer, scope: Scope, which: str) -> list[ColumnElement[bool]]:
    found = scope.tasks(viewer)
    if which == "breached":
        return [*found, UserTask.due_at < now()]
    if which == "soon":
        return [*found, UserTask.due_at >= now(), UserTask.due_at < now() + SOON]
    return [*found, _names_a_worker(session, viewer)]


def _names_a_worker(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """The form of the task names a worker of a role that nobody has for the child."""
    either: list[ColumnElement[bool]] = []
    for role, forms in _forms_that_name(session).items():
        has_one = exists().where(
            ChildWorker.authority_id == viewer.authority_id,
            ChildWorker.child_id == UserTask.child_id,
            ChildWorker.role == role,
            ChildWorker.until_at.is_(None),
        )
        either.append(UserTask.form.in_(sorted(forms)) & ~has_one)
    condition = either[0]
    for one in either[1:]:
        condition |= one
    return condition


_named: dict[str, tuple[tuple[str, str], ...]] = {}
"""For each version of a pathway (by id; it never changes) the (role, form) by which its tasks name a worker."""


def _forms_that_name(session: Session) -> dict[str, set[str]]:
    """The forms by which a worker is named, by the worker's role. A version is read once."""
    ids = definitions.ids_in_force(session)
    if not _named.keys() >= set(ids):
        _named.update({bundle.version_id(): _names_in(bundle) for bundle in definitions.in_force(session)})
    found: dict[str, set[str]] = {role: set() for role in WORKERS}
    for version_id in ids:
        for role, form_key in _named[version_id]:
            found[role].add(form_key)
    return found


def _names_in(bundle: Bundle) -> tuple[tuple[str, str], ...]:
    forms = (read_form(key, form) for key, form in bundle.forms.items() if '"allocates"' in json.dumps(form))
    return tuple(
        (field.allocates, form.key)
        for form in forms
        for field in form.fields
        if field.allocates in WORKERS and field.required
    )


def _releases(session: Session, viewer: Viewer) -> list[tuple[str, date]]:
    """(child, day) of whom the viewer may see, soonest first."""
    address = known_as(ChildFact, "address")
    has_one = exists().where(
        address.authority_id == viewer.authority_id,
        address.child_id == ChildFact.child_id,
        address.name == "release_address",
        address.value["value"].as_string() != "",
    )
    day = ChildFact.value["value"].as_string()
    rows = session.execute(
        select(ChildFact.child_id, day.label("day"))
        .where(
            ChildFact.authority_id == viewer.authority_id,
            ChildFact.name == "release_on",
            day >= today().isoformat(),
            day < (today() + timedelta(days=RELEASE_DAYS + 1)).isoformat(),
            sees_child(viewer, ChildFact.authority_id, ChildFact.child_id),
            ~has_one,
        )
        .order_by(day, ChildFact.child_id)
    )
    return [(row.child_id, date.fromisoformat(row.day[:10])) for row in rows]
