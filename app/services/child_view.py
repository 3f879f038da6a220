"""What a person sees of a child: who they are, what is open, their pathways, the people around them, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.clock import LONDON
from app.domain.moments import day_in_words, london_day
from app.services import child_keys, facts, reference
from app.services.children import ChildRow, get
from app.services.instance_view import InstanceRow, of_child
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.services.task_view import badges
from app.store.audit import AuditEntry
from app.store.children import ChildWorker
from app.store.db import reading
from app.store.people import Person, for_somebody, names_of
from app.store.tasks import UserTask
from app.store.ties import child_thing

SHOWN = 100
TOLD = {
    "instance_started": "Pathway started: {name}",
    "instance_ended": "Pathway ended: {name}",
    "instance_cancelled": "Pathway cancelled: {name}",
    "task_completed": "Completed: {name}",
    "task_cancelled": "No longer needed: {name}",
    "task_not_needed": "Set aside as not needed: {name}. {reason}",
    "task_reopened": "Reopened: {name}. {reason}",
    "duty_overdue": "Overdue: {name}",
    "escalated": "Escalated: {name}",
    "notification_queued": "Told: {detail}",
    "status_recorded": "Legal status recorded: {detail}",
    "status_confirmed": "Legal status confirmed: {detail}",
    "status_ended": "Legal status ended: {detail}",
    "plan_made": "“What I need to know” made: {detail}",
    "plan_given": "“What I need to know” given: {detail}",
    "facts_recorded": "Recorded: {detail}",
    "deadline_moved": "Moved from {was} to {due}: {name}. {reason}",
    "incident": "Stopped by a fault: {name}",
    "incident_retried": "Went on after a fault: {name}",
    "child_created": "Record made",
    "worker_allocated": "Worker allocated: {role}",
    "contribution_asked": "Contribution asked for: {name}",
    "contribution_given": "Contribution given: {name}",
    "contribution_withdrawn": "Contribution no longer asked for: {name}. {reason}",
    "action_agreed": "Decided that somebody does something: {name}",
    "action_done": "Done as decided: {name}",
    "action_withdrawn": "No longer to be done: {name}. {reason}",
    "task_submitted": "Sent for sign-off: {name}",
    "task_signed_off": "Signed off: {name}",
    "task_returned": "Returned to its author: {name}",
    "comment_added": "Comment on: {name}",
    "comment_withdrawn": "Comment withdrawn on: {name}",
    "task_assigned": "Given to somebody: {name}",
    "task_put_off": "Put off {detail}: {name}. {reason}",
    "task_brought_forward": "Brought forward: {name}",
}


@dataclass(frozen=True)
class Worker:
    """Somebody who works with the child."""

    role_name: str
    name: str
    from_at: datetime


@dataclass(frozen=True)
class Happening:
    """A line of the chronology: what, when, by whom; `due_at` where it was a task's."""

    at: datetime
    kind: str
    words: str
    person: str | None
    instance_id: str | None
    was_overdue: bool = False


@dataclass(frozen=True)
class ChildView:
    """Everything that the child's page shows."""

    child: ChildRow
    identifiers: Mapping[str, str]
    facts: Mapping[str, Any]
    badges: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    pathways: tuple[InstanceRow, ...]
    workers: tuple[Worker, ...]
    chronology: tuple[Happening, ...]
    can: frozenset[str]


def show(viewer: Viewer, child_id: str) -> ChildView:
    """A child for the person who looks at the record. Raises NotFound."""
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "see_child", thing)
        view: dict[str, Any] = {
            "child": child_rows(session, viewer.authority_id, [child_id])[child_id],
            "identifiers": child_keys.numbers_of(session, viewer.authority_id, child_id),
            "facts": facts.known(session, viewer.authority_id, child_id),
            "badges": badges(session, viewer.authority_id, child_id),
            "tasks": _tasks(session, viewer.authority_id, child_id),
            "workers": _workers(session, viewer.authority_id, child_id),
            "chronology": _chronology(session, viewer.authority_id, child_id),
            "can": frozenset(
                action for action in ("start_pathway", "edit_child") if may(viewer, action, thing)
            ),
        }
    return ChildView(pathways=of_child(viewer, child_id), **view)


def _tasks(session: Session, authority_id: str, child_id: str) -> tuple[TaskRow, ...]:
    rows = session.execute(
        task_rows()
        .where(UserTask.authority_id == authority_id, UserTask.child_id == child_id, UserTask.state == "open")
        .order_by(UserTask.due_at.is_(None), UserTask.due_at)
    )
    return tuple(as_task_row(row) for row in rows)


def _workers(session: Session, authority_id: str, child_id: str) -> tuple[Worker, ...]:
    rows = session.execute(
        select(ChildWorker.role, ChildWorker.from_at, Person.name)
        .join(
            Person, (Person.authority_id == ChildWorker.authority_id) & (Person.id == ChildWorker.person_id)
        )
        .where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id == child_id,
            ChildWorker.until_at.is_(None),
        )
        .order_by(ChildWorker.from_at)
    )
    return tuple(Worker(_role_name(row.role), row.name, row.from_at) for row in rows)


def _role_name(role: str) -> str:
    found = reference.roles().by_key.get(role)
    return found.name if found else role.replace("_", " ").capitalize()


def _chronology(session: Session, authority_id: str, child_id: str) -> tuple[Happening, ...]:
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.kind, AuditEntry.facts, AuditEntry.instance_id, Person.name)
        .outerjoin(
            Person, (Person.authority_id == AuditEntry.authority_id) & (Person.id == AuditEntry.person_id)
        )
        .where(
            AuditEntry.authority_id == authority_id,
            AuditEntry.child_id == child_id,
            AuditEntry.kind.in_(list(TOLD)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(SHOWN)
    ).all()
    covered = names_of(session, authority_id, (row.facts["for"] for row in rows if "for" in row.facts))
    return tuple(_happening(row, covered) for row in rows)


def _day(moment: str | None) -> str:
    return day_in_words(london_day(datetime.fromisoformat(moment))) if moment else "no date"


def _happening(row: Any, covered: Mapping[str, str]) -> Happening:
    told = {
        "name": row.facts.get("name") or "",
        "detail": str(row.facts.get("detail") or "").replace("_", " "),
        "role": _role_name(row.facts.get("role", "")),
        "was": _day(row.facts.get("was")),
        "due": _day(row.facts.get("due_at")),
        "reason": row.facts.get("reason") or "",
    }
    return Happening(
        at=row.at.astimezone(LONDON),
        kind=row.kind,
        words=TOLD[row.kind].format(**told),
        person=for_somebody(row.name, covered.get(row.facts.get("for", ""))),
        instance_id=row.instance_id,
        was_overdue=bool(row.facts.get("was_overdue")),
    )
