"""Lists of tasks: my work, and a team's queue. Every list takes the viewer and is filtered in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import TeamThing, Viewer, may
from app.domain.clock import now, today
from app.domain.errors import NotFound
from app.domain.moments import start_of_day
from app.services import reference
from app.services.children import ChildRow
from app.services.work_queries import statements, task_rows
from app.store.children import Child
from app.store.db import execute, reading
from app.store.people import teams

PAGE_SIZE = 50
SECTIONS = {
    "overdue": "Overdue",
    "today": "Due today",
    "week": "Due this week",
    "later": "Due later",
    "none": "No due date",
}
__all__ = [
    "ChildGroup",
    "Filters",
    "TaskRow",
    "TeamRow",
    "WorkPage",
    "as_task_row",
    "child_rows",
    "my_work",
    "section_of",
    "task_rows",
    "team_queue",
    "teams_of",
]


@dataclass(frozen=True)
class TaskRow:
    """A task as lists show it. `section` is a key of SECTIONS; `status` is what its tag says.

    `sign_off` is waiting, returned or approved where a manager has to agree; `contributions` are still to come.
    """

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
    sign_off: str | None = None
    contributions: int = 0

    @property
    def is_overdue(self) -> bool:
        """Whether the task is open and its due time has passed."""
        return self.section == "overdue" and self.state == "open"

    @property
    def status(self) -> str:
        """Not started, In progress, Returned, Due today, Overdue, Waiting for sign-off; Done, or Not needed."""
        if self.state != "open":
            return "Done" if self.state == "completed" else "Not needed"
        if self.sign_off == "returned":
            return "Returned"
        if self.section in {"overdue", "today"}:
            return {"overdue": "Overdue", "today": "Due today"}[self.section]
        if self.sign_off == "waiting":
            return "Waiting for sign-off"
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
    whose = "team" if filters.who == "team" else "mine"
    return _page(viewer, whose, sorted(viewer.team_ids), filters, page)


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
    return _page(viewer, "unclaimed" if unclaimed_only else "team", [team_id], filters, page)


def teams_of(viewer: Viewer) -> list[TeamRow]:
    """The teams whose queue the viewer may see: their own; a manager those of their agency; by name."""
    with reading() as session:
        found = [
            TeamRow(team.id, team.name, team.agency)
            for team in teams(session, viewer.authority_id)
            if may(viewer, "see_team", TeamThing(viewer.authority_id, team.id, team.agency))
        ]
    return sorted(found, key=lambda team: (team.id not in viewer.team_ids, team.name))


def _page(viewer: Viewer, whose: str, team_ids: list[str], filters: Filters, page: int) -> WorkPage:
    counting, listing = statements(
        whose,
        by_role=bool(filters.role),
        by_pathway=bool(filters.pathway),
        by_due=filters.due in SECTIONS,
    )
    given = _parameters(viewer, whose, team_ids, filters)
    with reading() as session:
        numbers = {row.section: row.number for row in execute(session, counting, given)}
        counts = {key: numbers.get(key, 0) for key in SECTIONS}
        total = counts[filters.due] if filters.due in SECTIONS else sum(counts.values())
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(max(1, page), pages)
        if filters.due in SECTIONS:
            given["due"] = filters.due
        given |= {"at_most": PAGE_SIZE, "skipped": (page - 1) * PAGE_SIZE}
        rows = execute(session, listing, given).all() if total else []
    return WorkPage(_grouped(as_task_row(row) for row in rows), counts, total, page, pages)


def _parameters(viewer: Viewer, whose: str, team_ids: list[str], filters: Filters) -> dict[str, Any]:
    passed, tomorrow, monday = _edges()
    given: dict[str, Any] = {
        "of_authority": viewer.authority_id,
        "of_teams": team_ids,
        "passed": passed,
        "tomorrow": tomorrow,
        "monday": monday,
    }
    if whose == "mine":
        given |= {"of_person": viewer.person_id, "of_roles": sorted(viewer.roles)}
    if filters.role:
        given["role"] = filters.role
    if filters.pathway:
        given["pathway"] = filters.pathway
    return given


def _edges() -> tuple[datetime, datetime, datetime]:
    """Now, the end of today and the end of Sunday, in London, as moments."""
    day = today()
    return now(), start_of_day(day + timedelta(days=1)), start_of_day(day + timedelta(days=7 - day.weekday()))


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


def as_task_row(row: Any) -> TaskRow:
    """A row of `task_rows` as lists show it."""
    role = reference.roles().by_key.get(row.role)
    return TaskRow(
        id=row.id,
        name=f"To sign off: {row.name}" if row.sign_off == "waiting" and row.state == "open" else row.name,
        child=ChildRow(
            row.child_id,
            row.reference,
            row.given_name,
            row.family_name,
            row.date_of_birth,
            row.is_provisional,
            kind=row.kind,
        ),
        instance_id=row.instance_id,
        definition_key=row.definition_key,
        element_id=row.element_id,
        role=row.role,
        role_name=role.name if role else row.role.replace("_", " ").capitalize(),
        team_id=row.team_id,
        team=row.team,
        assignee_id=row.assignee_id,
        assignee=row.assignee,
        state=row.state,
        created_at=row.created_at,
        due_at=row.due_at,
        explanation=(row.due or {}).get("explanation", ""),
        overdue_at=row.overdue_at,
        escalated_at=row.escalated_at,
        completed_at=row.completed_at,
        has_draft=row.draft_version is not None,
        section=section_of(row.due_at),
        sign_off=row.sign_off,
        contributions=row.contributions,
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
        kind=child.kind,
    )
