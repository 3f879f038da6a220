"""Tasks as another system lists them: everything that the viewer may see, narrowed and counted in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal_column, or_, select

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.services import reference
from app.services.listing import Page, Paged, in_order
from app.services.work_queries import task_rows
from app.services.work_rows import TaskRow, as_task_row
from app.store.askings import SignOff
from app.store.children import ChildWorker
from app.store.db import reading
from app.store.people import Team
from app.store.record_rules import is_open_to, was_opened_by
from app.store.tasks import UserTask

ORDERS = {
    "due_at": UserTask.due_at,
    "created_at": UserTask.created_at,
    "completed_at": UserTask.completed_at,
    "name": UserTask.name,
}
USUAL = (case((UserTask.state == "open", 0), else_=1), UserTask.due_at.is_(None), UserTask.due_at)
"""Open ones first, then by due time."""


@dataclass(frozen=True)
class TaskFilter:
    """What the list is narrowed to; what is None narrows nothing. `assignee` is me, none or a person's id."""

    assignee: str | None = None
    role: str | None = None
    team: str | None = None
    child_id: str | None = None
    instance_id: str | None = None
    state: str | None = None
    overdue: bool | None = None
    due_before: datetime | None = None


def find(viewer: Viewer, narrowed: TaskFilter, sort: str | None, paged: Paged) -> Page[TaskRow]:
    """One page of the tasks that the viewer may see; `sort` is a key of ORDERS, with “-” before it turned round."""
    require(viewer, "see_own_work", AuthorityThing(viewer.authority_id))
    chosen = [sees_task(viewer), *_narrowing(viewer, narrowed)]
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(UserTask).where(*chosen)) or 0
        rows = session.execute(
            task_rows()
            .where(*chosen)
            .order_by(*in_order(ORDERS, sort, USUAL, UserTask.id))
            .limit(paged.page_size)
            .offset(paged.offset)
        )
        return Page(tuple(as_task_row(row) for row in rows), total, paged.page, paged.page_size)


def sees_task(viewer: Viewer) -> ColumnElement[bool]:
    """The rule `see_task` of the permission table as an SQL condition on user_tasks."""
    own = and_(UserTask.authority_id == viewer.authority_id, is_open_to(viewer, UserTask.child_id, "tasks"))
    if viewer.is_admin:
        return own
    people = sorted(viewer.stands_for)
    reach: list[Any] = [
        UserTask.team_id.in_(sorted(viewer.team_ids)) if viewer.team_ids else false(),
        and_(UserTask.team_id.is_(None), UserTask.role.in_(sorted(viewer.roles)))
        if viewer.roles
        else false(),
        UserTask.assignee_id.in_(people),
        exists().where(
            ChildWorker.authority_id == UserTask.authority_id,
            ChildWorker.child_id == UserTask.child_id,
            ChildWorker.person_id.in_(people),
            ChildWorker.until_at.is_(None),
        ),
        _signs(people),
        was_opened_by(viewer, UserTask.child_id),
        UserTask.role.in_(sorted(viewer.roles)) if viewer.is_guest else false(),
    ]
    if viewer.is_manager:
        roles = sorted(role.key for role in reference.roles() if role.agency in viewer.agencies)
        reach.append(UserTask.role.in_(roles))
    return and_(own, or_(*reach))


def _signs(people: list[str]) -> ColumnElement[bool]:
    """What they have sent for sign-off and is waiting, or have signed off last."""
    own = and_(SignOff.authority_id == UserTask.authority_id, SignOff.task_id == UserTask.id)
    waits = and_(
        UserTask.sign_off == literal_column("'waiting'"),
        exists().where(own, SignOff.state == literal_column("'waiting'"), SignOff.submitted_by.in_(people)),
    )
    signer = (
        select(SignOff.decided_by)
        .where(own)
        .order_by(SignOff.number.desc())
        .limit(1)
        .correlate(UserTask)
        .scalar_subquery()
    )
    return or_(waits, and_(UserTask.sign_off == literal_column("'approved'"), signer.in_(people)))


def _narrowing(viewer: Viewer, narrowed: TaskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrowed.assignee == "none":
        found.append(UserTask.assignee_id.is_(None))
    elif narrowed.assignee is not None:
        person = viewer.person_id if narrowed.assignee == "me" else narrowed.assignee
        found.append(UserTask.assignee_id == person)
    for column, value in (
        (UserTask.role, narrowed.role),
        (UserTask.child_id, narrowed.child_id),
        (UserTask.instance_id, narrowed.instance_id),
        (UserTask.state, narrowed.state),
    ):
        if value is not None:
            found.append(column == value)
    if narrowed.team is not None:
        named = select(Team.id).where(Team.authority_id == viewer.authority_id, Team.name == narrowed.team)
        found.append(or_(UserTask.team_id == narrowed.team, UserTask.team_id.in_(named)))
    if narrowed.overdue is not None:
        is_overdue = and_(UserTask.state == "open", UserTask.due_at < now())
        found.append(is_overdue if narrowed.overdue else ~func.coalesce(is_overdue, false()))
    if narrowed.due_before is not None:
        found.append(UserTask.due_at < narrowed.due_before)
    return found
