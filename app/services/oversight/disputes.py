"""Disputes between services: what they are about, whose managers are asked, how far the ladders are, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlalchemy.orm import Session

from app.domain.access import CASEWORK_AGENCIES, AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.services import definitions
from app.services.child_rows import ChildRow
from app.services.listing import page_within
from app.services.oversight import escalations
from app.services.oversight.ladders import Escalation
from app.services.oversight.scope import ALL, Scope
from app.services.plan_record import as_day
from app.services.work_rows import child_rows
from app.store.db import known_as, reading
from app.store.instances import ProcessInstance
from app.store.people import names_of
from app.store.tasks import Answer, UserTask
from app.store.ties import sees_child

PAGE_SIZE = 25
PATHWAY = "dispute"
OPEN, OVER = "open", "over"
SETTLES = "settle_for_"
"""How the steps begin by which a service settles it; what follows is the service, as the start form has it."""


@dataclass(frozen=True)
class Party:
    """A service whose managers are asked: by when its own workers may settle it, and its ladder."""

    name: str
    is_open: bool
    due_at: datetime | None
    ladder: Escalation | None


@dataclass(frozen=True)
class Dispute:
    """A dispute. `about` and `outcome` are for those who read answers; `settled_by` is who settled it for everybody."""

    id: str
    child: ChildRow
    kind: str
    about: str
    raised_at: datetime
    parties: tuple[Party, ...]
    is_open: bool
    ended_at: datetime | None
    settled_on: date | None
    settled_by: str
    outcome: str
    how_it_ended: str


@dataclass(frozen=True)
class DisputePage:
    """One page of the list: open ones in the order in which they were raised, those that are over latest first."""

    disputes: tuple[Dispute, ...]
    total: int
    page: int
    pages: int


def number(viewer: Viewer, scope: Scope) -> int:
    """How many disputes are open. Raises NotFound."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _number(session, viewer, scope, OPEN)


def page_of(viewer: Viewer, scope: Scope, which: str = OPEN, page: int = 1) -> DisputePage:
    """Disputes that are open, or over. Raises NotFound for another list, or when it is not the viewer's to see."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    if which not in (OPEN, OVER):
        raise NotFound()
    with reading() as session:
        total = _number(session, viewer, scope, which)
        page, pages = page_within(page, total, PAGE_SIZE)
        order = ProcessInstance.created_at if which == OPEN else ProcessInstance.ended_at.desc()
        rows = session.execute(
            select(
                ProcessInstance.id, ProcessInstance.child_id, ProcessInstance.status, ProcessInstance.started_at,
                ProcessInstance.ended_at, ProcessInstance.end_event, ProcessInstance.version_id, Answer.answers,
            )
            .outerjoin(
                Answer, (Answer.authority_id == ProcessInstance.authority_id) & (Answer.id == ProcessInstance.id)
            )
            .where(*_conditions(viewer, scope, which))
            .order_by(order, ProcessInstance.id)
            .limit(PAGE_SIZE)
            .offset((page - 1) * PAGE_SIZE)
        ).all()  # fmt: skip
        return DisputePage(tuple(_disputes(session, viewer, rows)), total, page, pages)


def _number(session: Session, viewer: Viewer, scope: Scope, which: str) -> int:
    counting = select(func.count()).select_from(ProcessInstance).where(*_conditions(viewer, scope, which))
    return session.scalar(counting) or 0


def _conditions(viewer: Viewer, scope: Scope, which: str) -> list[ColumnElement[bool]]:
    found = [
        ProcessInstance.authority_id == viewer.authority_id,
        ProcessInstance.definition_key == PATHWAY,
        escalations.RUNS if which == OPEN else escalations.OVER_ALREADY,
        sees_child(viewer, ProcessInstance.authority_id, ProcessInstance.child_id),
    ]
    if scope.chosen != ALL:
        found.append(_has_task(func.coalesce(UserTask.team_id, "").in_([team.id for team in scope.teams])))
    if scope.role:
        found.append(_has_task(UserTask.role == scope.role))
    return found


def _has_task(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of its own tasks, or of its ladders', is so."""
    ladder = known_as(ProcessInstance, "ladder")
    of_ladder = (
        select(ladder.id)
        .where(
            ladder.authority_id == ProcessInstance.authority_id,
            ladder.root_id == ProcessInstance.root_id,
            ladder.parent_id == ProcessInstance.id,
        )
        .correlate(ProcessInstance)
    )
    of_authority = UserTask.authority_id == ProcessInstance.authority_id
    return or_(
        exists().where(of_authority, UserTask.instance_id == ProcessInstance.id, condition),
        exists().where(of_authority, UserTask.instance_id.in_(of_ladder), condition),
    )


def _disputes(session: Session, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[Dispute]:
    """The disputes of these rows, in their order, by a fixed number of statements."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    tasks = session.execute(
        select(
            UserTask.instance_id, UserTask.element_id, UserTask.state, UserTask.due_at, UserTask.completed_by,
            Answer.answers,
        )
        .outerjoin(Answer, (Answer.authority_id == UserTask.authority_id) & (Answer.id == UserTask.id))
        .where(UserTask.authority_id == viewer.authority_id, UserTask.instance_id.in_(ids))
        .order_by(UserTask.created_at, UserTask.element_id)
    ).all()  # fmt: skip
    ladders = {
        (one.raised_by_id, one.raised_for): one
        for one in escalations.of_instances(session, viewer, [ProcessInstance.parent_id.in_(ids)])
    }
    names = names_of(session, viewer.authority_id, [task.completed_by for task in tasks if task.completed_by])
    children = child_rows(session, viewer.authority_id, [row.child_id for row in rows])
    may_read = viewer.is_admin or not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)
    words_of = {version_id: _words(session, version_id) for version_id in {row.version_id for row in rows}}
    found = []
    for row in rows:
        words = words_of[row.version_id]
        own = [task for task in tasks if task.instance_id == row.id]
        parties = tuple(
            Party(
                words.get(task.element_id.removeprefix(SETTLES), task.element_id),
                task.state == "open",
                task.due_at,
                ladders.get((row.id, task.element_id)),
            )
            for task in own
        )
        found.append(_dispute(row, children[row.child_id], parties, own, names, words, may_read))
    return found


def _words(session: Session, version_id: str) -> dict[str, str]:
    """What the start form calls its kinds and its parties."""
    form = definitions.form(session, version_id, "shared/dispute")
    return {option.value: option.label for field in (form.fields if form else ()) for option in field.options}


def _dispute(
    row: Row[Any],
    child: ChildRow,
    parties: tuple[Party, ...],
    tasks: Sequence[Any],
    names: Mapping[str, str],
    words: Mapping[str, str],
    may_read: bool,
) -> Dispute:
    said = row.answers or {}
    done = next((task for task in tasks if task.state == "completed"), None)
    given = (done.answers or {}) if done else {}
    step = next(
        (step for party in parties if party.ladder for step in party.ladder.steps if step.settled), None
    )
    by = names.get(done.completed_by or "", "") if done else step.answered_by if step else ""
    is_open = row.status in ("running", "suspended")
    ended = "" if is_open else _how(row.status, row.end_event or "", is_settled=bool(done or step))
    outcome = str(given.get("outcome") or "") if done else step.response if step else ""
    return Dispute(
        id=row.id,
        child=child,
        kind=words.get(str(said.get("kind")), "Dispute"),
        about=str(said.get("issue") or "") if may_read else "",
        raised_at=row.started_at,
        parties=parties,
        is_open=is_open,
        ended_at=row.ended_at,
        settled_on=as_day(given.get("settled_on")),
        settled_by=by,
        outcome=outcome if may_read else "",
        how_it_ended=ended,
    )


def _how(status: str, end_event: str, *, is_settled: bool) -> str:
    if status == "cancelled":
        return "Cancelled"
    if is_settled:
        return "Settled for every service"
    return "Put on record" if "put_on_record" in end_event else "Over"
