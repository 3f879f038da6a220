"""The versions of a child's plan, the times it was given, and the finished forms that are documents of the child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.services import children, lists, reach
from app.services.children import ChildRow
from app.services.lists import TaskRow, as_task_row, task_rows
from app.services.task_view import badges
from app.store.db import reading
from app.store.people import names_of
from app.store.plans import ChildPlan, PlanGiven
from app.store.tasks import UserTask
from app.store.ties import child_thing

DOCUMENTS = (
    "%/record_release_pathway_plan",
    "shared/write_pathway_plan",
    "shared/review_pathway_plan",
    "custodial_sentence/update_pathway_plan",
    "%/write_placement_plan",
    "%/attend_planning_meeting",
    "remand_yda/hold_%review",
    "remand_yda/complete_pep",
    "remand_yda/review_care_plan",
    "rilaa/write_care_plan",
    "custodial_sentence/agree_sentence_plan",
    "custodial_sentence/hold_combined_review",
    "release_preparation/hold_%",
    "release_preparation/make_joint_plan",
    "release_preparation/write_education_plan",
    "release_preparation/ten_things",
    "%/youth_justice_plan",
)
"""Forms that are plans, or records of a meeting or review: the child's papers. Every other form is one too, on its
task's page; these are listed."""


@dataclass(frozen=True)
class PlanRow:
    """A version as lists show it."""

    id: str
    number: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Given:
    """That a version was given."""

    plan_id: str
    number: int
    given_on: date
    given_to: str
    how: str
    said: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class Papers:
    """All plans and records of a child. `openable` are the ids of the forms that the viewer may read."""

    child: ChildRow
    badges: tuple[str, ...]
    versions: tuple[PlanRow, ...]
    given: tuple[Given, ...]
    forms: tuple[TaskRow, ...]
    openable: frozenset[str]


def papers(viewer: Viewer, child_id: str) -> Papers:
    """What there is on paper about a child, newest first. Raises NotFound."""
    with reading() as session:
        children.get(session, viewer.authority_id, child_id)
        require(viewer, "see_plans", child_thing(session, viewer.authority_id, child_id))
        child = lists.child_rows(session, viewer.authority_id, [child_id])[child_id]
        marks = badges(session, viewer.authority_id, child_id)
        made = versions(session, viewer.authority_id, child_id)
        handed = given(session, viewer.authority_id, child_id)
        forms = _forms(session, viewer.authority_id, child_id)
    return Papers(child, marks, made, handed, forms, reach.openable(viewer, child_id, forms))


def versions(session: Session, authority_id: str, child_id: str) -> tuple[PlanRow, ...]:
    """The versions of the child's plan, newest first."""
    rows = session.execute(
        select(ChildPlan.id, ChildPlan.number, ChildPlan.made_at, ChildPlan.made_by)
        .where(ChildPlan.authority_id == authority_id, ChildPlan.child_id == child_id)
        .order_by(ChildPlan.number.desc())
    ).all()
    names = names_of(session, authority_id, {row.made_by for row in rows})
    return tuple(PlanRow(row.id, row.number, row.made_at, names.get(row.made_by, "")) for row in rows)


def given(
    session: Session, authority_id: str, child_id: str, plan_id: str | None = None
) -> tuple[Given, ...]:
    """When the plan, or one version of it, was given: the last time first."""
    query = (
        select(
            PlanGiven.plan_id,
            ChildPlan.number,
            PlanGiven.given_on,
            PlanGiven.given_to,
            PlanGiven.how,
            PlanGiven.said,
            PlanGiven.recorded_at,
            PlanGiven.recorded_by,
        )
        .join(
            ChildPlan,
            (ChildPlan.authority_id == PlanGiven.authority_id) & (ChildPlan.id == PlanGiven.plan_id),
        )
        .where(PlanGiven.authority_id == authority_id, PlanGiven.child_id == child_id)
        .order_by(PlanGiven.given_on.desc(), PlanGiven.recorded_at.desc())
    )
    if plan_id is not None:
        query = query.where(PlanGiven.plan_id == plan_id)
    rows = session.execute(query).all()
    names = names_of(session, authority_id, {row.recorded_by for row in rows})
    return tuple(Given(*row[:7], by=names.get(row.recorded_by, "")) for row in rows)


def _forms(session: Session, authority_id: str, child_id: str) -> tuple[TaskRow, ...]:
    rows = session.execute(
        task_rows()
        .where(
            UserTask.authority_id == authority_id,
            UserTask.child_id == child_id,
            UserTask.state == "completed",
            or_(*(UserTask.form.like(pattern) for pattern in DOCUMENTS)),
        )
        .order_by(UserTask.completed_at.desc())
        .limit(100)
    )
    return tuple(as_task_row(row) for row in rows)
