"""The statements behind lists of tasks, each built once for every combination of filters.

Two things keep a list's cost to what is on it, however many tasks others have. The state is named as a literal,
because SQLite uses a partial index only then. And "mine" is a union of two index ranges, the tasks of those I stand
for and those that nobody has, because neither database finds them through one OR.

A list takes two statements. The first counts what is on it by child and section, which gives every number on the
page, the order of the children and those whose tasks are on this page; the second reads these tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from app.domain.access import Viewer
from app.services.work_rows import PUT_OFF
from app.store.askings import Asking
from app.store.children import Child, ChildWorker
from app.store.db import known_as
from app.store.instances import ProcessInstance
from app.store.people import Person, Team
from app.store.record_rules import is_open, is_open_to
from app.store.tasks import Draft, UserTask
from app.store.ties import sees_child, sees_own_child
from app.store.work import Snooze

IS_OPEN = UserTask.state == literal_column("'open'")
IN_TEAMS = UserTask.team_id.in_(bindparam("of_teams", expanding=True))
OF_PEOPLE = UserTask.assignee_id.in_(bindparam("of_people", expanding=True))
UNCLAIMED = UserTask.assignee_id.is_(None)
# coalesce keeps the team's index out: there are fewer tasks without a person than in a team
FOR_MY_ROLE = and_(
    UNCLAIMED,
    func.coalesce(UserTask.team_id, "").in_(bindparam("of_teams", expanding=True)),
    UserTask.role.in_(bindparam("of_roles", expanding=True)),
)
FOR_ROLE_OF_GUEST = and_(UNCLAIMED, UserTask.role.in_(bindparam("of_roles", expanding=True)))
WHOSE: dict[str, tuple[ColumnElement[bool], ...]] = {
    "mine": (OF_PEOPLE, FOR_MY_ROLE),
    "team": (IN_TEAMS,),
    "person": (and_(IN_TEAMS, OF_PEOPLE),),
    "unclaimed": (and_(UNCLAIMED, IN_TEAMS),),
}
Branches = Sequence[tuple[ColumnElement[bool], ...]]
"""The ranges of tasks that a list is made of, each with its conditions; no task is in two of them."""
_COLUMNS = (
    UserTask.id,
    UserTask.name,
    UserTask.instance_id,
    UserTask.definition_key,
    UserTask.element_id,
    UserTask.role,
    UserTask.team_id,
    UserTask.assignee_id,
    UserTask.state,
    UserTask.created_at,
    UserTask.due_at,
    UserTask.due,
    UserTask.overdue_at,
    UserTask.escalated_at,
    UserTask.completed_at,
    UserTask.sign_off,
    select(func.count())
    .where(
        Asking.authority_id == UserTask.authority_id,
        Asking.task_id == UserTask.id,
        Asking.state == literal_column("'open'"),
    )
    .scalar_subquery()
    .label("contributions"),
    Child.id.label("child_id"),
    Child.reference,
    Child.given_name,
    Child.family_name,
    Child.date_of_birth,
    Child.is_provisional,
    Child.kind,
    Person.name.label("assignee"),
    Team.name.label("team"),
    Draft.version.label("draft_version"),
    Snooze.until_on.label("put_off_until"),
    Snooze.until_at.label("put_off_at"),
    Snooze.reason.label("put_off_because"),
    Snooze.for_id.label("put_off_by"),
)


def task_rows() -> Any:
    """The query behind every list of tasks; the caller says which and in what order."""
    return (
        select(*_COLUMNS)
        .join(Child, (Child.authority_id == UserTask.authority_id) & (Child.id == UserTask.child_id))
        .outerjoin(
            Person, (Person.authority_id == UserTask.authority_id) & (Person.id == UserTask.assignee_id)
        )
        .outerjoin(Team, (Team.authority_id == UserTask.authority_id) & (Team.id == UserTask.team_id))
        .outerjoin(Draft, (Draft.authority_id == UserTask.authority_id) & (Draft.task_id == UserTask.id))
        .outerjoin(Snooze, (Snooze.authority_id == UserTask.authority_id) & (Snooze.task_id == UserTask.id))
    )


@lru_cache(maxsize=64)
def statements(
    whose: str,
    *,
    by_role: bool,
    by_pathway: bool,
    by_due: bool,
    sees_restricted: bool = False,
    for_guest: bool = False,
) -> tuple[Any, Any]:
    """(how many tasks each child has in each section and the earliest due, the tasks of some children) of a list.

    Parameters: of_authority, of_viewer, of_teams, of_people and of_roles (as `whose` needs them), role, pathway, due
    (where filtered), passed, tomorrow and monday (the edges of the sections), and of_children for the second.
    """
    may_hold = is_open(UserTask.child_id, sees_restricted=sees_restricted, for_guest=for_guest)
    narrowed = (*_narrowed(by_role=by_role, by_pathway=by_pathway), may_hold)
    branches = (OF_PEOPLE, FOR_ROLE_OF_GUEST) if for_guest and whose == "mine" else WHOSE[whose]
    return _of([(*narrowed, branch) for branch in branches], is_own=whose == "mine", by_due=by_due)


@lru_cache(maxsize=16)
def statements_of_waiting(
    viewer: Viewer, *, by_role: bool, by_pathway: bool, by_due: bool
) -> tuple[Any, Any]:
    """Like `statements`, of what others have to do for the viewer's children and in pathways that the viewer started.

    Built for the viewer, because whom they may see is part of it; to be run by the session, which asks for the time.
    """
    people = sorted(viewer.stands_for)
    allocated = select(ChildWorker.child_id).where(
        ChildWorker.authority_id == viewer.authority_id,
        ChildWorker.person_id.in_(people),
        ChildWorker.until_at.is_(None),
        sees_own_child(viewer, ChildWorker.child_id, "tasks"),
    )
    roots = known_as(ProcessInstance, "roots")
    own_roots = select(roots.id).where(
        roots.authority_id == viewer.authority_id,
        roots.created_by.in_(people),
        roots.status.in_((literal_column("'running'"), literal_column("'suspended'"))),
    )
    started = select(ProcessInstance.id).where(
        ProcessInstance.authority_id == viewer.authority_id,
        ProcessInstance.root_id.in_(own_roots),
        ProcessInstance.child_id.not_in(allocated),
    )
    with_others = or_(
        UserTask.assignee_id.not_in(people),
        and_(
            UNCLAIMED,
            ~and_(
                func.coalesce(UserTask.team_id, "").in_(sorted(viewer.team_ids)),
                UserTask.role.in_(sorted(viewer.roles)),
            ),
        ),
    )
    # whom the viewer may see is asked of their own children and of the tasks that are open, not of all there ever were
    narrowed = (*_narrowed(by_role=by_role, by_pathway=by_pathway), with_others)
    of_own_children = (UserTask.child_id.in_(allocated),)
    of_started = (
        UserTask.instance_id.in_(started),
        is_open_to(viewer, UserTask.child_id, "tasks"),
        sees_child(viewer, UserTask.authority_id, UserTask.child_id),
    )
    branches = [(*narrowed, *branch) for branch in (of_own_children, of_started)]
    return _of(branches, is_own=False, by_due=by_due)


def _narrowed(*, by_role: bool, by_pathway: bool) -> tuple[ColumnElement[bool], ...]:
    narrowed = [UserTask.authority_id == bindparam("of_authority"), IS_OPEN]
    if by_role:
        narrowed.append(UserTask.role == bindparam("role"))
    if by_pathway:
        narrowed.append(UserTask.definition_key == bindparam("pathway"))
    return tuple(narrowed)


def _of(branches: Branches, *, is_own: bool, by_due: bool) -> tuple[Any, Any]:
    found = _found(branches, is_own)
    section = _section_of(found)
    # as it stands, SQLite would read every task of the authority in the order of the children
    of_child = func.coalesce(found.c.child_id, literal_column("''"))
    counts = select(
        of_child.label("child_id"),
        section.label("section"),
        func.count().label("number"),
        func.min(found.c.due_at).label("earliest"),
    ).group_by(of_child, section)
    on_page = UserTask.child_id.in_(bindparam("of_children", expanding=True))
    found = _found([(*branch, on_page) for branch in branches], is_own)
    section = _section_of(found)
    shown = select(found.c.id).where(
        section == bindparam("due") if by_due else section != literal_column(f"'{PUT_OFF}'")
    )
    rows = task_rows().where(UserTask.authority_id == bindparam("of_authority"), UserTask.id.in_(shown))
    return counts, rows


def _found(branches: Branches, is_own: bool) -> Any:
    """What a list counts of a task; on one's own list also until when the task is put off."""
    query = cast("Select[Any]", select(UserTask.id, UserTask.child_id, UserTask.due_at))
    if is_own:
        query = query.add_columns(Snooze.until_at.label("away_until")).outerjoin(
            Snooze,
            (Snooze.authority_id == UserTask.authority_id)
            & (Snooze.task_id == UserTask.id)
            & (Snooze.for_id == UserTask.assignee_id),
        )
    ranges = [query.where(*branch) for branch in branches]
    return (union_all(*ranges) if len(ranges) > 1 else ranges[0]).subquery("found")


def _section_of(found: Any) -> ColumnElement[str]:
    due_at, away_until = found.c.due_at, found.c.get("away_until")
    now = bindparam("passed", type_=UserTask.due_at.type)
    sections: list[Any] = [
        (due_at.is_(None), literal_column("'none'")),
        (due_at < now, literal_column("'overdue'")),
        (due_at < bindparam("tomorrow", type_=UserTask.due_at.type), literal_column("'today'")),
        (due_at < bindparam("monday", type_=UserTask.due_at.type), literal_column("'week'")),
    ]
    if away_until is not None:
        is_away = and_(away_until > now, or_(due_at.is_(None), due_at >= away_until))
        sections.insert(0, (is_away, literal_column(f"'{PUT_OFF}'")))
    return case(*sections, else_=literal_column("'later'"))
