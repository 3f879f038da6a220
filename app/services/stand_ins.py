"""Who did something to a task, and for whom: “Casey Casemanager for Sam Socialworker”."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.moments import london_day
from app.store.absences import Absence, DoneFor
from app.store.audit import AuditEntry
from app.store.people import Person, for_somebody, names_of
from app.store.tasks import Draft


def completed_by(session: Session, task: Any) -> str | None:
    """Who completed the task, and for whom if they covered; None while it is open or where nobody did."""
    if task.completed_by is None:
        return None
    absent = session.scalar(
        select(DoneFor.person_id)
        .where(
            DoneFor.authority_id == task.authority_id,
            DoneFor.task_id == task.id,
            DoneFor.kind == "task_completed",
            DoneFor.by_id == task.completed_by,
        )
        .order_by(DoneFor.id.desc())
        .limit(1)
    )
    return _named(session, task.authority_id, task.completed_by, absent)


def draft_saved_by(session: Session, task: Any, draft: Draft) -> str | None:
    """Who saved the draft, and for whom if they covered for whoever has the task on that day."""
    if draft.saved_by is None:
        return None
    day = london_day(draft.saved_at)
    absent = None
    if task.assignee_id not in (None, draft.saved_by):
        absent = session.scalar(
            select(Absence.person_id)
            .where(
                Absence.authority_id == task.authority_id,
                Absence.person_id == task.assignee_id,
                Absence.cover_id == draft.saved_by,
                Absence.from_on <= day,
                Absence.until_on >= day,
                or_(Absence.ended_at.is_(None), Absence.ended_at >= draft.saved_at),
            )
            .limit(1)
        )
    return _named(session, task.authority_id, draft.saved_by, absent)


def commented_for(session: Session, authority_id: str, task_id: str) -> dict[str, str]:
    """For whom the remarks on a task were made by a cover: id of the remark -> name of who was away."""
    found = session.execute(
        select(AuditEntry.facts, Person.name)
        .join(DoneFor, (DoneFor.authority_id == AuditEntry.authority_id) & (DoneFor.id == AuditEntry.id))
        .join(Person, (Person.authority_id == DoneFor.authority_id) & (Person.id == DoneFor.person_id))
        .where(
            DoneFor.authority_id == authority_id,
            DoneFor.task_id == task_id,
            DoneFor.kind == "comment_added",
        )
    )
    return {str(row.facts["comment"]): row.name for row in found}


def _named(session: Session, authority_id: str, person_id: str, absent_id: str | None) -> str | None:
    names = names_of(session, authority_id, [person_id, *([absent_id] if absent_id else [])])
    return for_somebody(names.get(person_id), names.get(absent_id or ""))
