"""Tasks as lists show them: what a row says, and which section its due time falls in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import now, today
from app.domain.moments import start_of_day
from app.services import reference
from app.services.child_rows import ChildRow, child_row
from app.store.children import Child

SECTIONS = {
    "overdue": "Overdue",
    "today": "Due today",
    "week": "Due this week",
    "later": "Due later",
    "none": "No due date",
}
PUT_OFF = "put_off"
"""The section of what the person has put off; it is on no list but its own."""


@dataclass(frozen=True)
class TaskRow:
    """A task as lists show it. `section` is a key of SECTIONS; `status` is what its tag says.

    `sign_off` is waiting, returned or approved where a manager has to agree; `contributions` are still to come.
    `put_off_until` is the day until which whoever has it has put it off, while that lasts.
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
    put_off_until: date | None = None
    put_off_because: str | None = None
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


def edges() -> tuple[datetime, datetime, datetime]:
    """Now, the end of today and the end of Sunday, in London, as moments."""
    day = today()
    return now(), start_of_day(day + timedelta(days=1)), start_of_day(day + timedelta(days=7 - day.weekday()))


def section_of(due_at: datetime | None) -> str:
    """Which of SECTIONS a due time falls in now."""
    if due_at is None:
        return "none"
    passed, tomorrow, monday = edges()
    if due_at < passed:
        return "overdue"
    return "today" if due_at < tomorrow else "week" if due_at < monday else "later"


def as_task_row(row: Any) -> TaskRow:
    """A row of `task_rows` as lists show it."""
    is_put_off = row.put_off_at is not None and is_away(
        due_at=row.due_at,
        assignee_id=row.assignee_id,
        put_off_by=row.put_off_by,
        put_off_at=row.put_off_at,
        at=now(),
    )
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
        role_name=reference.roles().name_of(row.role),
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
        put_off_until=row.put_off_until if is_put_off else None,
        put_off_because=row.put_off_because if is_put_off else None,
    )


def is_away(
    *, due_at: datetime | None, assignee_id: str | None, put_off_by: str, put_off_at: datetime, at: datetime
) -> bool:
    """Whether what was put off is away from its list at a moment: not given to another, not due before it is back."""
    if put_off_by != assignee_id or put_off_at <= at:
        return False
    return due_at is None or due_at >= put_off_at


def child_rows(session: Session, authority_id: str, child_ids: Iterable[str]) -> dict[str, ChildRow]:
    """Children by their ids, as headings show them. Whether they may be seen is the caller's question."""
    found = session.scalars(
        select(Child).where(Child.authority_id == authority_id, Child.id.in_(sorted(set(child_ids))))
    )
    return {child.id: child_row(child) for child in found}
