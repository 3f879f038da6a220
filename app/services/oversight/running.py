"""Every pathway that a manager may see, running or ended: narrowed, sorted and counted in the database.

Nobody reads further than the first thousand of a list, and counting a hundred thousand would take as long as all
else together: a longer list says that it is longer, and is in the order of its index alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.moments import start_of_day
from app.services.child_rows import ChildRow, child_row
from app.services.listing import page_within
from app.services.oversight.scope import ALL, Scope
from app.services.work_queries import IS_OPEN
from app.store.children import Child
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.incidents import Incident
from app.store.instances import ProcessInstance, TaskHistory
from app.store.prepared import unprepared
from app.store.tasks import UserTask
from app.store.ties import sees_child

PAGE_SIZE = 50
MOST_COUNTED = 1000
OPEN, ANY = "open", "any"
STATES = MappingProxyType(
    {
        OPEN: "Running or suspended",
        "running": "Running",
        "suspended": "Suspended",
        "ended": "Ended",
        "cancelled": "Cancelled",
        ANY: "Any state",
    }
)
NEWEST = "-started"
_DUE = (
    select(func.min(UserTask.due_at))
    .where(
        UserTask.authority_id == ProcessInstance.authority_id,
        UserTask.instance_id == ProcessInstance.id,
        IS_OPEN,
    )
    .scalar_subquery()
)
ORDERS: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "child": (Child.family_name, Child.given_name),
        "pathway": (ProcessInstance.name,),
        "state": (ProcessInstance.status,),
        "started": (ProcessInstance.started_at,),
        "due": (_DUE,),
    }
)
"""By what the list can be sorted; with - before it the other way round."""


@dataclass(frozen=True)
class Narrowed:
    """What the list is narrowed to. `children` are those whom a search found; a version needs a pathway beside it."""

    scope: Scope
    state: str = OPEN
    is_overdue: bool = False
    has_incident: bool = False
    first: date | None = None
    last: date | None = None
    version: int | None = None
    children: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RunningRow:
    """A pathway on the list. `due_at` is the earliest of its open tasks, `moved_at` when it last took a step."""

    id: str
    name: str
    definition_key: str
    version: int
    status: str
    started_at: datetime
    ended_at: datetime | None
    child: ChildRow
    open_tasks: int
    overdue: int
    due_at: datetime | None
    moved_at: datetime | None
    stands_still: bool


@dataclass(frozen=True)
class RunningPage:
    """One page. `total` goes up to a thousand; `is_longer` when there are more, which then have one order alone."""

    rows: tuple[RunningRow, ...]
    total: int
    is_longer: bool
    page: int
    pages: int
    sort: str


def listed(viewer: Viewer, narrowed: Narrowed, sort: str = NEWEST, page: int = 1) -> RunningPage:
    """A page of the list, 50 pathways. Raises NotFound when it is not the viewer's to see."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    with reading() as session, unprepared(session.connection()):
        conditions = _conditions(session, viewer, narrowed)
        counted: Select[Any] = select(literal_column("1")).select_from(ProcessInstance).where(*conditions)
        number = session.scalar(select(func.count()).select_from(counted.limit(MOST_COUNTED + 1).subquery()))
        total, is_longer = min(number or 0, MOST_COUNTED), (number or 0) > MOST_COUNTED
        sort = NEWEST if is_longer and sort.removeprefix("-") != "started" else _known(sort)
        page, pages = page_within(page, total, PAGE_SIZE)
        query = _rows(viewer, conditions, sort, PAGE_SIZE, (page - 1) * PAGE_SIZE)
        # that there is none is known after looking at all of them, and need not be found out twice
        rows = _read(session, viewer, query) if total else ()
        return RunningPage(rows, total, is_longer, page, pages, sort)


def every(viewer: Viewer, narrowed: Narrowed, sort: str, most: int) -> tuple[RunningRow, ...]:
    """The same rows for a file, up to `most`; newest first where the list is longer than it can be sorted."""
    found = listed(viewer, narrowed, sort)
    with reading() as session, unprepared(session.connection()):
        query = _rows(viewer, _conditions(session, viewer, narrowed), found.sort, most)
        return _read(session, viewer, query)


def versions_of(viewer: Viewer, pathway: str | None) -> tuple[int, ...]:
    """The numbers of a pathway's versions, newest first; none without a pathway."""
    require(viewer, "see_running", AuthorityThing(viewer.authority_id))
    query = select(DefinitionVersion.number).where(DefinitionVersion.key == pathway)
    with reading() as session:
        return tuple(session.scalars(query.order_by(DefinitionVersion.number.desc()))) if pathway else ()


def _known(sort: str) -> str:
    return sort if sort.removeprefix("-") in ORDERS else NEWEST


def _conditions(session: Session, viewer: Viewer, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    one, scope = ProcessInstance, narrowed.scope
    found: list[ColumnElement[bool]] = [one.authority_id == viewer.authority_id]
    if narrowed.state != ANY:
        states = ("running", "suspended") if narrowed.state == OPEN else (narrowed.state,)
        found.append(one.status.in_([literal_column(f"'{state}'") for state in states if state in STATES]))
    if scope.pathway:
        found.append(one.definition_key == scope.pathway)
        if narrowed.version:
            found.append(one.version_id == _version_id(session, scope.pathway, narrowed.version))
    if scope.chosen != ALL or scope.role:
        found.append(_has_a_task(_of_scope(scope)))
    if narrowed.is_overdue:
        found.append(_has_a_task([IS_OPEN, UserTask.due_at < now()]))
    if narrowed.has_incident:
        found.append(exists().where(*_incident()))
    if narrowed.first:
        found.append(one.started_at >= start_of_day(narrowed.first))
    if narrowed.last:
        found.append(one.started_at < start_of_day(narrowed.last + timedelta(days=1)))
    if narrowed.children is not None:
        found.append(one.child_id.in_(narrowed.children))
    return [*found, sees_child(viewer, one.authority_id, one.child_id)]  # the dearest is asked last


def _of_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """A pathway is a team's as soon as it has had work for it, and stays so."""
    found: list[ColumnElement[bool]] = []
    if scope.chosen != ALL:
        found.append(UserTask.team_id.in_([team.id for team in scope.teams]))
    if scope.role:
        found.append(UserTask.role == scope.role)
    return found


def _has_a_task(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return exists().where(
        UserTask.authority_id == ProcessInstance.authority_id,
        UserTask.instance_id == ProcessInstance.id,
        *conditions,
    )


def _incident() -> tuple[ColumnElement[bool], ...]:
    return (
        Incident.authority_id == ProcessInstance.authority_id,
        Incident.instance_id == ProcessInstance.id,
        Incident.resolved_at.is_(None),
    )


def _version_id(session: Session, key: str, number: int) -> str:
    """Its id; no version has the empty one."""
    query = select(DefinitionVersion.id).where(
        DefinitionVersion.key == key, DefinitionVersion.number == number
    )
    return session.scalar(query) or ""


def _rows(
    viewer: Viewer, conditions: list[ColumnElement[bool]], sort: str, most: int, skipped: int = 0
) -> Select[Any]:
    """A page in the order of `sort`. Which pathways are on it is found by their own table alone, where an index gives
    them in the order of their start, before their children are joined to them.
    """
    columns, by_start = ORDERS[sort.removeprefix("-")], sort.removeprefix("-") == "started"
    newest = (ProcessInstance.started_at, ProcessInstance.id)
    which = select(ProcessInstance.id).where(*conditions)
    which = which.order_by(*newest) if sort == "started" else which.order_by(*(one.desc() for one in newest))
    which = which.limit(most).offset(skipped) if by_start else which.limit(MOST_COUNTED)
    order: list[Any] = [column.desc() if sort.startswith("-") else column for column in columns]
    if sort.removeprefix("-") == "due":
        order = [_DUE.is_(None), *order]
    order.append(ProcessInstance.id.desc() if sort.startswith("-") else ProcessInstance.id)
    query = cast("Select[Any]", select(ProcessInstance, Child, DefinitionVersion.number))
    query = (
        query.join(
            Child,
            and_(Child.authority_id == ProcessInstance.authority_id, Child.id == ProcessInstance.child_id),
        )
        .join(DefinitionVersion, DefinitionVersion.id == ProcessInstance.version_id)
        .where(ProcessInstance.authority_id == viewer.authority_id, ProcessInstance.id.in_(which))
        .order_by(*order)
    )
    return query if by_start else query.limit(most).offset(skipped)


def _read(session: Session, viewer: Viewer, query: Select[Any]) -> tuple[RunningRow, ...]:
    """The rows with what belongs to each, by one statement of a kind for all of them."""
    found = session.execute(query).all()
    ids = [instance.id for instance, _, _ in found]
    late = func.sum(func.coalesce((UserTask.due_at < now()).cast(Integer), 0))
    tasks = _by_instance(
        session, viewer, ids, UserTask, (func.count(), late, func.min(UserTask.due_at)), IS_OPEN
    )
    steps = _by_instance(
        session, viewer, ids, TaskHistory,
        (func.max(func.coalesce(TaskHistory.left_at, TaskHistory.entered_at)),),
    )  # fmt: skip
    still = _by_instance(session, viewer, ids, Incident, (func.count(),), Incident.resolved_at.is_(None))
    rows = []
    for instance, child, number in found:
        open_tasks, overdue, due_at = tasks.get(instance.id, (0, 0, None))
        rows.append(
            RunningRow(
                instance.id, instance.name, instance.definition_key, number, instance.status,
                instance.started_at, instance.ended_at, child_row(child), open_tasks, overdue or 0, due_at,
                steps.get(instance.id, (None,))[0], instance.id in still,
            )
        )  # fmt: skip
    return tuple(rows)


def _by_instance(
    session: Session, viewer: Viewer, ids: list[str], table: Any, values: tuple[Any, ...], *conditions: Any
) -> dict[str, tuple[Any, ...]]:
    own = (table.authority_id == viewer.authority_id, table.instance_id.in_(ids))
    query = select(table.instance_id, *values).where(*own, *conditions).group_by(table.instance_id)
    return {row[0]: tuple(row[1:]) for row in session.execute(query)}
