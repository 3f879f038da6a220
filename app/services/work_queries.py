"""The statements behind lists of tasks, each built once for every combination of filters.

Two things keep a list's cost to what is on it, however many tasks others have. The state is named as a literal,
because SQLite uses a partial index only then. And "mine" is a union of two index ranges, my own tasks and those
that nobody has, because neither database finds them through one OR.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, select, union_all

from app.store.askings import Asking
from app.store.children import Child
from app.store.people import Person, Team
from app.store.tasks import Draft, UserTask

IS_OPEN = UserTask.state == literal_column("'open'")
IN_TEAMS = UserTask.team_id.in_(bindparam("of_teams", expanding=True))
UNCLAIMED = UserTask.assignee_id.is_(None)
WHOSE: dict[str, tuple[ColumnElement[bool], ...]] = {
    "mine": (
        UserTask.assignee_id == bindparam("of_person"),
        and_(
            UNCLAIMED,
            # coalesce keeps the team's index out: there are fewer tasks without a person than in a team
            func.coalesce(UserTask.team_id, "").in_(bindparam("of_teams", expanding=True)),
            UserTask.role.in_(bindparam("of_roles", expanding=True)),
        ),
    ),
    "team": (IN_TEAMS,),
    "unclaimed": (and_(UNCLAIMED, IN_TEAMS),),
}
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
    )


@lru_cache(maxsize=64)
def statements(whose: str, *, by_role: bool, by_pathway: bool, by_due: bool) -> tuple[Any, Any]:
    """(how many tasks in each section, the rows of one page) of a list.

    Parameters: of_authority, of_teams, of_person and of_roles (for "mine"), role, pathway, due (where filtered),
    passed, tomorrow and monday (the edges of the sections), at_most and skipped.
    """
    narrowed = [UserTask.authority_id == bindparam("of_authority"), IS_OPEN]
    if by_role:
        narrowed.append(UserTask.role == bindparam("role"))
    if by_pathway:
        narrowed.append(UserTask.definition_key == bindparam("pathway"))
    ranges = [select(UserTask.id, UserTask.due_at).where(*narrowed, branch) for branch in WHOSE[whose]]
    found = (union_all(*ranges) if len(ranges) > 1 else ranges[0]).subquery("found")
    section = _section_of(found.c.due_at)
    counts = select(section.label("section"), func.count().label("number")).group_by(section)
    page = select(found.c.id).order_by(found.c.due_at.is_(None), found.c.due_at, found.c.id)
    if by_due:
        page = page.where(section == bindparam("due"))
    page = page.limit(bindparam("at_most")).offset(bindparam("skipped"))
    rows = (
        task_rows()
        .where(UserTask.authority_id == bindparam("of_authority"), UserTask.id.in_(page))
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )
    return counts, rows


def _section_of(due_at: Any) -> ColumnElement[str]:
    return case(
        (due_at.is_(None), literal_column("'none'")),
        (due_at < bindparam("passed", type_=UserTask.due_at.type), literal_column("'overdue'")),
        (due_at < bindparam("tomorrow", type_=UserTask.due_at.type), literal_column("'today'")),
        (due_at < bindparam("monday", type_=UserTask.due_at.type), literal_column("'week'")),
        else_=literal_column("'later'"),
    )
