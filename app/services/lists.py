"""Lists of tasks: my work, a team's queue, what I wait for. Every list takes the viewer and is filtered in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.access import TeamThing, Viewer, may
from app.domain.errors import NotFound
from app.services.children import ChildRow
from app.services.listing import page_within
from app.services.work_queries import statements, statements_of_waiting, task_rows
from app.services.work_rows import PUT_OFF, SECTIONS, TaskRow, as_task_row, child_rows, edges, section_of
from app.store.db import execute, reading
from app.store.people import teams
from app.store.team_members import members, roles_answered

PAGE_SIZE = 50
MOST_CHILDREN_OFFERED = 30
__all__ = [
    "PUT_OFF",
    "SECTIONS",
    "ChildGroup",
    "Filters",
    "TaskRow",
    "TeamRow",
    "WorkPage",
    "as_task_row",
    "child_rows",
    "my_work",
    "people_of",
    "roles_of",
    "section_of",
    "task_rows",
    "team_queue",
    "teams_of",
    "waiting",
]


@dataclass(frozen=True)
class Filters:
    """What a list of work is narrowed to.

    `who` is mine (also what waits for my role, and the work of those I cover for), team, nobody (not taken yet) or
    the id of a person; `due` a key of SECTIONS, or PUT_OFF on one's own list; `child` a child's id.
    """

    who: str = "mine"
    role: str | None = None
    pathway: str | None = None
    due: str | None = None
    child: str | None = None


@dataclass(frozen=True)
class ChildGroup:
    """A child, and the tasks for that child on this page, earliest due first; `total` counts those on other pages."""

    child: ChildRow
    tasks: tuple[TaskRow, ...]
    total: int


@dataclass(frozen=True)
class WorkPage:
    """One page of a list of work.

    `counts` has the number of tasks in each section, whatever the filter `due`; `put_off` is apart, for what is put
    off is in no other section. `children` are those on the list whatever the filter `child`, by name, with their
    number of tasks; none where there are too many to choose from.
    """

    groups: tuple[ChildGroup, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int
    put_off: int = 0
    children: tuple[tuple[ChildRow, int], ...] = ()

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
    """What the viewer has to do, or their teams, or a colleague, by child, earliest due first; 50 tasks a page.

    Of a colleague's work it lists what is in a queue that the viewer may see. Raises NotFound when that person has
    no team whose queue it is.
    """
    if filters.who in ("mine", "team", "nobody"):
        return _page(viewer, sorted(viewer.team_ids), filters, page)
    seen = teams_of(viewer)
    if filters.who not in {person_id for person_id, _ in people_of(viewer, seen)}:
        raise NotFound()
    return _page(viewer, sorted(team.id for team in seen), filters, page)


def team_queue(
    viewer: Viewer, team_id: str, filters: Filters = Filters(who="team"), page: int = 1
) -> WorkPage:
    """The open tasks of a team: all, those that nobody has, or those of one person.

    Raises NotFound when the team's queue is not the viewer's to see.
    """
    if team_id not in {team.id for team in teams_of(viewer)}:
        raise NotFound()
    return _page(viewer, [team_id], filters, page)


def waiting(viewer: Viewer, filters: Filters = Filters(), page: int = 1) -> WorkPage:
    """What others have to do for the viewer's children and in the pathways that the viewer started."""
    return _page(
        viewer, [], Filters("waiting", filters.role, filters.pathway, filters.due, filters.child), page
    )


def teams_of(viewer: Viewer) -> list[TeamRow]:
    """The teams whose queue the viewer may see: their own; a manager those of their agency; by name."""
    with reading() as session:
        found = [
            TeamRow(team.id, team.name, team.agency)
            for team in teams(session, viewer.authority_id)
            if may(viewer, "see_team", TeamThing(viewer.authority_id, team.id, team.agency))
        ]
    return sorted(found, key=lambda team: (team.id not in viewer.team_ids, team.name))


def people_of(viewer: Viewer, of_teams: Iterable[TeamRow]) -> list[tuple[str, str]]:
    """(id, name) of the colleagues in these teams, whose work there the viewer may look at; by name."""
    with reading() as session:
        found = members(session, viewer.authority_id, [team.id for team in of_teams])
    return [(person_id, name) for person_id, name in found if person_id != viewer.person_id]


def roles_of(viewer: Viewer, of_teams: Iterable[TeamRow] | None = None) -> frozenset[str]:
    """The roles by which a list can be narrowed: those of the teams, or of all teams of the authority."""
    team_ids = None if of_teams is None else [team.id for team in of_teams]
    with reading() as session:
        return roles_answered(session, viewer.authority_id, team_ids)


def _page(viewer: Viewer, team_ids: list[str], filters: Filters, page: int) -> WorkPage:
    whose = {"mine": "mine", "team": "team", "nobody": "unclaimed", "waiting": "waiting"}.get(
        filters.who, "person"
    )
    due = filters.due if filters.due in SECTIONS or (filters.due == PUT_OFF and whose == "mine") else None
    shape = {"by_role": bool(filters.role), "by_pathway": bool(filters.pathway), "by_due": due is not None}
    given = _parameters(viewer, whose, team_ids, filters)
    with reading() as session:
        if whose == "waiting":
            counting, listing = statements_of_waiting(viewer, **shape)
            rows = session.execute(counting, given).all()
        else:
            rights = {
                "sees_restricted": viewer.is_out_of_hours or viewer.is_operator,
                "for_guest": viewer.is_guest,
            }
            counting, listing = statements(whose, **shape, **rights)
            rows = execute(session, counting, given).all()
        summary = _Summary(rows, due, filters.child)
        page, pages = page_within(page, summary.total, PAGE_SIZE)
        skipped = (page - 1) * PAGE_SIZE
        shown = summary.children_between(skipped, skipped + PAGE_SIZE)
        tasks: list[TaskRow] = []
        if shown:
            given |= {"of_children": list(shown)} | ({"due": due} if due else {})
            run = session.execute if whose == "waiting" else _executed(session)
            tasks = [as_task_row(row) for row in run(listing, given)]
        children = _offered(session, viewer.authority_id, summary.by_child)
    return WorkPage(
        groups=_grouped(tasks, summary, shown, skipped),
        counts={key: summary.counts[key] for key in SECTIONS},
        total=summary.total,
        page=page,
        pages=pages,
        put_off=summary.counts[PUT_OFF],
        children=children,
    )


def _executed(session: Session) -> Any:
    return lambda statement, given: execute(session, statement, given)


class _Summary:
    """What the first statement found: every number on the page, and the order of the children."""

    def __init__(self, rows: Iterable[Any], due: str | None, child_id: str | None) -> None:
        self.counts = dict.fromkeys((*SECTIONS, PUT_OFF), 0)
        self.by_child: dict[str, int] = {}
        on_list: dict[str, int] = {}
        earliest: dict[str, tuple[bool, float, str]] = {}
        for row in rows:
            is_of_child = child_id in (None, row.child_id)
            if is_of_child:
                self.counts[row.section] += row.number
            if row.section != (due or row.section) or (due is None and row.section == PUT_OFF):
                continue
            self.by_child[row.child_id] = self.by_child.get(row.child_id, 0) + row.number
            if is_of_child:
                on_list[row.child_id] = on_list.get(row.child_id, 0) + row.number
                place = (*_by_due(row.earliest), row.child_id)
                earliest[row.child_id] = min(place, earliest.get(row.child_id, place))
        self.total = sum(on_list.values())
        self.in_order = {key: on_list[key] for key in sorted(on_list, key=earliest.__getitem__)}

    def children_between(self, first: int, last: int) -> dict[str, int]:
        """The children with tasks from the `first` place of the list to before the `last`: id -> place of the first."""
        found, place = {}, 0
        for child_id, number in self.in_order.items():
            if place < last and place + number > first:
                found[child_id] = place
            place += number
        return found


def _by_due(due_at: datetime | None) -> tuple[bool, float]:
    """To sort by: the earliest first, and last what has no due time."""
    return due_at is None, due_at.timestamp() if due_at else 0.0


def _grouped(
    tasks: Iterable[TaskRow], summary: _Summary, shown: Mapping[str, int], skipped: int
) -> tuple[ChildGroup, ...]:
    """By child, in the order of each child's earliest task, and of these only what stands on the page."""
    found: dict[str, list[TaskRow]] = {child_id: [] for child_id in shown}
    for task in tasks:
        found[task.child.id].append(task)
    groups = []
    for child_id, own in found.items():
        own.sort(
            key=lambda task: (task.due_at is None, task.due_at.timestamp() if task.due_at else 0, task.id)
        )
        begin = max(0, skipped - shown[child_id])
        on_page = own[begin : skipped + PAGE_SIZE - shown[child_id]]
        if on_page:
            groups.append(ChildGroup(on_page[0].child, tuple(on_page), summary.in_order[child_id]))
    return tuple(groups)


def _offered(
    session: Session, authority_id: str, by_child: Mapping[str, int]
) -> tuple[tuple[ChildRow, int], ...]:
    if not 1 < len(by_child) <= MOST_CHILDREN_OFFERED:
        return ()
    rows = child_rows(session, authority_id, by_child)
    return tuple((row, by_child[row.id]) for row in sorted(rows.values(), key=lambda row: (row.name, row.id)))


def _parameters(viewer: Viewer, whose: str, team_ids: list[str], filters: Filters) -> dict[str, Any]:
    passed, tomorrow, monday = edges()
    given: dict[str, Any] = {
        "of_authority": viewer.authority_id,
        "of_viewer": viewer.person_id,
        "passed": passed,
        "tomorrow": tomorrow,
        "monday": monday,
    }
    if whose != "waiting":
        given["of_teams"] = team_ids
    if whose == "mine":
        given |= {"of_people": sorted(viewer.stands_for), "of_roles": sorted(viewer.roles)}
    if whose == "person":
        given["of_people"] = [filters.who]
    if filters.role:
        given["role"] = filters.role
    if filters.pathway:
        given["pathway"] = filters.pathway
    return given
