"""The tasks and the children behind a number of compliance, read by the conditions by which it was counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import NotAllowed, NotFound
from app.domain.late_reasons import REASONS
from app.domain.limits import add_months
from app.domain.moments import start_of_day
from app.services import late_reasons, reference
from app.services.listing import page_within
from app.services.oversight.compliance_groups import NONE, WAYS, agency_of, duty_keys
from app.services.oversight.compliance_rules import (
    DUTY_TEXT,
    ENDS,
    LIMITS,
    OUTCOMES,
    Asked,
    conditions,
    month_of,
    outcome,
)
from app.services.task_rows import duties_in
from app.services.work_queries import task_rows
from app.services.work_rows import TaskRow, as_task_row
from app.store.db import reading
from app.store.tasks import LateReason, UserTask

PAGE_SIZE = 50


@dataclass(frozen=True)
class Behind:
    """What a number counts: one of LIMITS, one of OUTCOMES, a line of one of WAYS ("" for all), and a reason given."""

    limit: str = "due"
    outcome: str = "missed"
    by: str = ""
    key: str = ""
    reason: str = ""


@dataclass(frozen=True)
class CountedTask:
    """A task behind a number, where the limit ended that it is held against, and why it was late as far as is said."""

    task: TaskRow
    ends_at: datetime
    reason: str
    words: str

    @property
    def days_late(self) -> int:
        """Whole days after the limit; 0 when it was met, or missed by less."""
        until = self.task.completed_at or now()
        return max(0, (until - self.ends_at).days)

    @property
    def is_late(self) -> bool:
        """Whether its due date was missed, so that a reason can be given."""
        return late_reasons.is_late(self.task)


@dataclass(frozen=True)
class TaskPage:
    """One page of them, the latest due first; `children` counts the different children on all pages."""

    tasks: tuple[CountedTask, ...]
    total: int
    children: int
    page: int
    pages: int


def behind(viewer: Viewer, asked: Asked, number: Behind, page: int = 1) -> TaskPage:
    """The tasks behind a number, 50 on a page.

    Raises NotFound for a line that is not there, NotAllowed for figures whose children are not the viewer's to see.
    """
    require(viewer, "see_compliance", AuthorityThing(viewer.authority_id))
    if not asked.names_children(viewer):
        raise NotAllowed("You may see these figures, and not the children behind them.")
    if number.limit not in LIMITS or number.outcome not in OUTCOMES or number.by not in ("", *WAYS):
        raise NotFound()
    ends_at = ENDS[number.limit]
    with reading() as session:
        wanted = [*conditions(viewer, asked), outcome(number.limit, number.outcome)]
        wanted += _of_line(session, viewer, wanted, asked, number)
        wanted += _of_reason(number.reason)
        has_reason = (LateReason.authority_id == UserTask.authority_id) & (LateReason.task_id == UserTask.id)
        counting = select(func.count(UserTask.id), func.count(UserTask.child_id.distinct()))
        total, children = session.execute(
            counting.select_from(UserTask).outerjoin(LateReason, has_reason).where(*wanted)
        ).one()
        page, pages = page_within(page, total, PAGE_SIZE)
        query = (
            task_rows()
            .add_columns(ends_at.label("ends_at"), LateReason.reason, LateReason.words)
            .outerjoin(LateReason, has_reason)
            .where(*wanted)
            .order_by(UserTask.due_at.desc(), UserTask.id)
        )
        rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    found = tuple(
        CountedTask(
            as_task_row(row), row.ends_at or row.due_at, REASONS.get(row.reason or "", ""), row.words or ""
        )
        for row in rows
    )
    return TaskPage(found, total, children, page, pages)


def _of_reason(reason: str) -> list[ColumnElement[bool]]:
    if not reason:
        return []
    return [LateReason.reason.is_(None) if reason == NONE else LateReason.reason == reason]


def _of_line(
    session: Session, viewer: Viewer, wanted: list[ColumnElement[bool]], asked: Asked, number: Behind
) -> list[ColumnElement[bool]]:
    """The tasks that are counted in one line. Raises NotFound for a step or month that cannot be."""
    by, key = number.by, number.key
    if by in ("duty", "clause"):
        area = reference.profile(viewer.profile).area
        texts = session.scalars(select(DUTY_TEXT).where(*wanted).distinct()).all()
        return [
            DUTY_TEXT.in_([text for text in texts if key in duty_keys(duties_in(area, json.loads(text)), by)])
        ]
    if by == "agency":
        roles = session.scalars(select(UserTask.role).where(*wanted).distinct()).all()
        return [UserTask.role.in_([role for role in roles if agency_of(role) == key])]
    if by == "team":
        return [UserTask.team_id.is_(None) if key == NONE else UserTask.team_id == key]
    if by == "pathway":
        return [UserTask.definition_key == key]
    if by == "step":
        pathway, _, element = key.partition(":")
        return [UserTask.definition_key == pathway, UserTask.element_id == element]
    if by == "month":
        months = [month for month in asked.period.months if month_of(month) == key]
        if not months:
            raise NotFound()
        return [
            UserTask.due_at >= start_of_day(months[0]),
            UserTask.due_at < start_of_day(add_months(months[0], 1)),
        ]
    return []
