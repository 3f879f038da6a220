"""Lists of tasks: my work, and a team's queue. Every list takes the viewer and is filtered in SQL.

The conditions name the state as a literal, not as a parameter: SQLite uses a partial index only for those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.domain.access import TeamThing, Viewer, may
from app.domain.clock import now, today
from app.domain.errors import NotFound
from app.domain.moments import start_of_day
from app.services import reference
from app.services.children import ChildRow
from app.store.children import Child
from app.store.db import reading
from app.store.people import Person, Team, teams
from app.store.tasks import Draft, UserTask

PAGE_SIZE = 50
SECTIONS = {
    "overdue": "Overdue",
    "today": "Due today",
    "week": "Due this week",
    "later": "Due later",
    "none": "No due date",
}
IS_OPEN = UserTask.state == literal_column("'open'")


@dataclass(frozen=True)
class TaskRow:
    """A task as lists show it. `section` is a key of SECTIONS; `status` is what its tag says."""

    id: str
    name: str
    child: ChildRow
    instance_id: str
    definition_key: str
    element_id: str
    role: str
    role_name: str
    team_id: str | None
    team: str | None
    assignee_id: str | None
    assignee: str | None
    state: str
    created_at: datetime
    due_at: datetime | None
    explanation: str
    overdue_at: datetime | None
    escalated_at: datetime | None
    completed_at: datetime | None
    has_draft: bool
    section: str

    @property
    def is_overdue(self) -> bool:
        """Whether the task is open and its due time has passed."""
        return self.section == "overdue" and self.state == "open"

    @property
    def status(self) -> str:
        """Not started, In progress, Due today, Overdue; Done, or Not needed."""
        if self.state != "open":
            return "Done" if self.state == "completed" else "Not needed"
        if self.section in {"overdue", "today"}:
            return {"overdue": "Overdue", "today": "Due today"}[self.section]
        return "In progress" if self.has_draft else "Not started"


@dataclass(frozen=True)
class Filters:
    """What a list of work is narrowed to. `who` is mine (also what waits for my role) or team."""

    who: str = "mine"
    role: str | None = None
    pathway: str | None = None
    due: str | None = None


@dataclass(frozen=True)
class ChildGroup:
    """A child, and the tasks for that child on this page, earliest due first."""

    child: ChildRow
    tasks: tuple[TaskRow, ...]


@dataclass(frozen=True)
class WorkPage:
    """One page of a list of work. `counts` has the number of tasks in each section, whatever the filter `due`."""

    groups: tuple[ChildGroup, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int

    @property
    def tasks(self) -> tuple[TaskRow, ...]:
        """The tasks of the page, group by group."""
        return tuple(task for group in self.groups for task in group.tasks)


@dataclass(frozen=True)
class TeamRow:
    """A team whose queue the viewer may see."""

    id: str
    name: str
    agency: str


def my_work(viewer: Viewer, filters: Filters = Filters(), page: int = 1) -> WorkPage:
    """What the viewer has to do, or their teams, grouped by child, earliest due first; 50 tasks a page."""
    mine = or_(
        UserTask.assignee_id == viewer.person_id,
        and_(
            UserTask.team_id.in_(sorted(viewer.team_ids)),
            UserTask.assignee_id.is_(None),
            UserTask.role.in_(sorted(viewer.roles)),
        ),
    )
    whose = UserTask.team_id.in_(sorted(viewer.team_ids)) if filters.who == "team" else mine
    with reading() as session:
        return _page(session, viewer, whose, filters, page)


def team_queue(
    viewer: Viewer,
    team_id: str,
    filters: Filters = Filters(),
    page: int = 1,
    *,
    unclaimed_only: bool = False,
) -> WorkPage:
    """The open tasks of a team. Raises NotFound when the team's queue is not the viewer's to see."""
    if team_id not in {team.id for team in teams_of(viewer)}:
        raise NotFound()
    whose = UserTask.team_id == team_id
    if unclaimed_only:
        whose = and_(whose, UserTask.assignee_id.is_(None))
    with reading() as session:
        return _page(session, viewer, whose, filters, page)


def teams_of(viewer: Viewer) -> list[TeamRow]:
    """The teams whose queue the viewer may see: their own; a manager those of their agency; by name."""
    with reading() as session:
        found = [
            TeamRow(team.id, team.name, team.agency)
            for team in teams(session, viewer.authority_id)
            if may(viewer, "see_team", TeamThing(viewer.authority_id, team.id, team.agency))
        ]
    return sorted(found, key=lambda team: (team.id not in viewer.team_ids, team.name))


def _page(
    session: Session, viewer: Viewer, whose: ColumnElement[bool], filters: Filters, page: int
) -> WorkPage:
    conditions = [UserTask.authority_id == viewer.authority_id, IS_OPEN, whose]
    if filters.role:
        conditions.append(UserTask.role == filters.role)
    if filters.pathway:
        conditions.append(UserTask.definition_key == filters.pathway)
    counts = _counts(session, conditions)
    if filters.due in SECTIONS:
        conditions.append(_section_column() == filters.due)
    total = counts.get(filters.due, 0) if filters.due in SECTIONS else sum(counts.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = session.execute(
        task_rows()
        .where(*conditions)
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return WorkPage(_grouped(as_task_row(row) for row in rows), counts, total, page, pages)


def _counts(session: Session, conditions: list[Any]) -> dict[str, int]:
    section = _section_column()
    found = session.execute(select(section, func.count()).where(*conditions).group_by(section)).all()
    numbers: dict[str, int] = {row[0]: row[1] for row in found}
    return {key: numbers.get(key, 0) for key in SECTIONS}


def _edges() -> tuple[datetime, datetime, datetime]:
    """Now, the end of today and the end of Sunday, in London, as moments."""
    day = today()
    return now(), start_of_day(day + timedelta(days=1)), start_of_day(day + timedelta(days=7 - day.weekday()))


def _section_column() -> ColumnElement[str]:
    passed, tomorrow, monday = _edges()
    return case(
        (UserTask.due_at.is_(None), literal_column("'none'")),
        (UserTask.due_at < passed, literal_column("'overdue'")),
        (UserTask.due_at < tomorrow, literal_column("'today'")),
        (UserTask.due_at < monday, literal_column("'week'")),
        else_=literal_column("'later'"),
    )


def section_of(due_at: datetime | None) -> str:
    """Which of SECTIONS a due time falls in now."""
    if due_at is None:
        return "none"
    passed, tomorrow, monday = _edges()
    if due_at < passed:
        return "overdue"
    return "today" if due_at < tomorrow else "week" if due_at < monday else "later"


def _grouped(tasks: Iterable[TaskRow]) -> tuple[ChildGroup, ...]:
    """By child, in the order of each child's earliest task."""
    found: dict[str, list[TaskRow]] = {}
    for task in tasks:
        found.setdefault(task.child.id, []).append(task)
    return tuple(ChildGroup(group[0].child, tuple(group)) for group in found.values())


def task_rows() -> Any:
    """The query behind every list of tasks; the caller says which and in what order."""
    return (
        select(UserTask, Child, Person.name, Team.name, Draft.version)
        .join(Child, (Child.authority_id == UserTask.authority_id) & (Child.id == UserTask.child_id))
        .outerjoin(
            Person, (Person.authority_id == UserTask.authority_id) & (Person.id == UserTask.assignee_id)
        )
        .outerjoin(Team, (Team.authority_id == UserTask.authority_id) & (Team.id == UserTask.team_id))
        .outerjoin(Draft, (Draft.authority_id == UserTask.authority_id) & (Draft.task_id == UserTask.id))
    )


def as_task_row(row: Any) -> TaskRow:
    """A row of `task_rows` as lists show it."""
    task, child, assignee, team, draft_version = row
    role = reference.roles().by_key.get(task.role)
    return TaskRow(
        id=task.id,
        name=task.name,
        child=_child_row(child),
        instance_id=task.instance_id,
        definition_key=task.definition_key,
        element_id=task.element_id,
        role=task.role,
        role_name=role.name if role else task.role.replace("_", " ").capitalize(),
        team_id=task.team_id,
        team=team,
        assignee_id=task.assignee_id,
        assignee=assignee,
        state=task.state,
        created_at=task.created_at,
        due_at=task.due_at,
        explanation=(task.due or {}).get("explanation", ""),
        overdue_at=task.overdue_at,
        escalated_at=task.escalated_at,
        completed_at=task.completed_at,
        has_draft=draft_version is not None,
        section=section_of(task.due_at),
    )


def child_rows(session: Session, authority_id: str, child_ids: Iterable[str]) -> dict[str, ChildRow]:
    """Children by their ids, as headings show them. Whether they may be seen is the caller's question."""
    found = session.scalars(
        select(Child).where(Child.authority_id == authority_id, Child.id.in_(sorted(set(child_ids))))
    )
    return {child.id: _child_row(child) for child in found}


def _child_row(child: Child) -> ChildRow:
    return ChildRow(
        child.id,
        child.reference,
        child.given_name,
        child.family_name,
        child.date_of_birth,
        child.is_provisional,
    )
