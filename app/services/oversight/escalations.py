"""Every escalation that runs, with its ladder: who was told at which level and when, who answered, and who is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.services.child_rows import ChildRow
from app.services.listing import page_within
from app.services.oversight.ladders import Escalation, ladders
from app.services.oversight.scope import ALL, Scope
from app.services.work_queries import IS_OPEN
from app.store.db import known_as, reading
from app.store.escalations import Acknowledgement
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.ties import sees_child

PAGE_SIZE = 25
PATHWAY = "escalation"
OPEN, UNSEEN, OVER = "open", "unseen", "over"
LISTS = {OPEN: "Open", UNSEEN: "Not yet acknowledged", OVER: "Over"}
"""Which escalations one looks at: that run, of which nobody who was told has said “I have seen it”, that ended."""
_RAISED_BY = known_as(ProcessInstance, "raised_by")
RUNS = ProcessInstance.status.in_((literal_column("'running'"), literal_column("'suspended'")))
OVER_ALREADY = ProcessInstance.ended_at.is_not(None)


@dataclass(frozen=True)
class EscalationPage:
    """One page of a list: open ones by child, the child first whose clock runs out first; what is over latest first."""

    escalations: tuple[Escalation, ...]
    total: int
    page: int
    pages: int

    @property
    def by_child(self) -> tuple[tuple[ChildRow, tuple[Escalation, ...]], ...]:
        """The same, what follows each other for one child together."""
        groups = groupby(self.escalations, key=lambda one: one.child)
        return tuple((child, tuple(found)) for child, found in groups)


@dataclass(frozen=True)
class Counts:
    """How many escalations run, and of how many nobody who was told has said that they have seen it."""

    open: int
    unseen: int


def counts(viewer: Viewer, scope: Scope) -> Counts:
    """The numbers above the lists, each as long as the list that it opens. Raises NotFound."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return Counts(_number(session, viewer, scope, OPEN), _number(session, viewer, scope, UNSEEN))


def page_of(viewer: Viewer, scope: Scope, which: str = OPEN, page: int = 1) -> EscalationPage:
    """One page of one of LISTS, 25 on a page. Raises NotFound for another, or when it is not the viewer's to see."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    if which not in LISTS:
        raise NotFound()
    with reading() as session:
        total = _number(session, viewer, scope, which)
        page, pages = page_within(page, total, PAGE_SIZE)
        query = _rows().where(*_conditions(viewer, scope, which)).order_by(*_order(which))
        rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
        return EscalationPage(tuple(ladders(session, viewer, rows)), total, page, pages)


def show(viewer: Viewer, escalation_id: str) -> Escalation:
    """One escalation with its ladder. Raises NotFound, also for a pathway that is none."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    with reading() as session:
        found = of_instances(session, viewer, [ProcessInstance.id == escalation_id])
    if not found:
        raise NotFound()
    return found[0]


def of_instances(session: Session, viewer: Viewer, which: Sequence[ColumnElement[bool]]) -> list[Escalation]:
    """Those that the viewer may see of the escalations that `which` says, in the order in which they were raised."""
    query = _rows().where(*_seen(viewer), *which).order_by(ProcessInstance.created_at, ProcessInstance.id)
    return ladders(session, viewer, session.execute(query).all())


def _rows() -> Any:
    return select(
        ProcessInstance.id,
        ProcessInstance.child_id,
        ProcessInstance.status,
        ProcessInstance.created_at,
        ProcessInstance.ended_at,
        ProcessInstance.end_event,
        ProcessInstance.parent_id,
        ProcessInstance.correlation_key,
        _RAISED_BY.name.label("raised_by"),
        _RAISED_BY.definition_key.label("raised_by_key"),
    ).outerjoin(
        _RAISED_BY,
        and_(
            _RAISED_BY.authority_id == ProcessInstance.authority_id,
            _RAISED_BY.id == ProcessInstance.parent_id,
        ),
    )


def _number(session: Session, viewer: Viewer, scope: Scope, which: str) -> int:
    counted = _rows().where(*_conditions(viewer, scope, which)).with_only_columns(func.count())
    return session.scalar(counted) or 0


def _seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    return [
        ProcessInstance.authority_id == viewer.authority_id,
        ProcessInstance.definition_key == PATHWAY,
        sees_child(viewer, ProcessInstance.authority_id, ProcessInstance.child_id),
    ]


def _conditions(viewer: Viewer, scope: Scope, which: str) -> list[ColumnElement[bool]]:
    found = [*_seen(viewer), OVER_ALREADY if which == OVER else RUNS]
    if which == UNSEEN:
        acknowledged = exists().where(
            Acknowledgement.authority_id == viewer.authority_id, Acknowledgement.task_id == UserTask.id
        )
        found.append(_has_step(IS_OPEN, ~acknowledged))
    if scope.chosen != ALL:
        # coalesce keeps the team's index out: an escalation has few tasks, and a team has many
        teams = [team.id for team in scope.teams]
        late = known_as(UserTask, "late")
        is_theirs = exists().where(
            late.authority_id == ProcessInstance.authority_id,
            late.instance_id == ProcessInstance.parent_id,
            late.element_id == ProcessInstance.correlation_key,
            func.coalesce(late.team_id, "").in_(teams),
        )
        found.append(or_(_has_step(func.coalesce(UserTask.team_id, "").in_(teams)), is_theirs))
    if scope.role:
        found.append(_has_step(UserTask.role == scope.role))
    if scope.pathway:
        found.append(_RAISED_BY.definition_key == scope.pathway)
    return found


def _has_step(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of the levels that it has reached is so."""
    return exists().where(
        UserTask.authority_id == ProcessInstance.authority_id,
        UserTask.instance_id == ProcessInstance.id,
        *conditions,
    )


def _order(which: str) -> tuple[Any, ...]:
    if which == OVER:
        return ProcessInstance.ended_at.desc(), ProcessInstance.id
    runs_out = (
        select(func.min(UserTask.due_at))
        .where(
            UserTask.authority_id == ProcessInstance.authority_id,
            UserTask.instance_id == ProcessInstance.id,
            IS_OPEN,
        )
        .scalar_subquery()
    )
    # as it stands, SQLite would read every pathway of the authority in the order of the children
    child = func.coalesce(ProcessInstance.child_id, "")
    return func.min(runs_out).over(partition_by=child), child, runs_out, ProcessInstance.id
