"""Everything that a plan for the child is made from: facts with who recorded them, workers, open tasks, teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.moments import day_in_words, london_day
from app.domain.plan_words import PlanWords
from app.services import facts, reference
from app.store.children import Child, ChildFact, ChildWorker
from app.store.people import Person, Team, TeamRole, names_of
from app.store.tasks import UserTask

OUT_OF_HOURS_ROLE = "emergency_duty_team"


@dataclass(frozen=True)
class Worker:
    """Somebody who works with the child, and since they hold which role."""

    role: str
    name: str


@dataclass(frozen=True)
class PlanRecord:
    """Everything that the plan is made from, read once."""

    words: PlanWords
    child: Child
    facts: Mapping[str, Any]
    noted: Mapping[str, str]
    workers: tuple[Worker, ...]
    tasks: Mapping[str, Any]
    teams: Mapping[str, str]
    night: str
    release_on: date | None


def read(session: Session, viewer: Viewer, child: Child) -> PlanRecord:
    """What the record knows of the child now."""
    authority_id = viewer.authority_id
    known = facts.known(session, authority_id, child.id)
    night = reference.profile(viewer.profile).contacts.get(OUT_OF_HOURS_ROLE, ())
    return PlanRecord(
        words=reference.plan_words(),
        child=child,
        facts=known,
        noted=_noted(session, authority_id, child.id),
        workers=_workers(session, authority_id, child.id),
        tasks=_open_tasks(session, authority_id, child.id),
        teams=_teams(session, authority_id),
        night="\n".join(f"{contact.label}: {_on_one_line(contact.phone)}" for contact in night[:1]),
        release_on=as_day(known.get("release_on")),
    )


def _on_one_line(phone: str) -> str:
    """A number that no line breaks in two."""
    return phone.replace(" ", "\N{NO-BREAK SPACE}")


def _noted(session: Session, authority_id: str, child_id: str) -> dict[str, str]:
    """For each fact who recorded it and when."""
    rows = session.execute(
        select(ChildFact.name, ChildFact.recorded_at, ChildFact.recorded_by).where(
            ChildFact.authority_id == authority_id, ChildFact.child_id == child_id
        )
    ).all()
    names = names_of(session, authority_id, {row.recorded_by for row in rows if row.recorded_by})
    return {
        row.name: f"{names.get(row.recorded_by, 'A pathway')}, {day_in_words(london_day(row.recorded_at))}"
        for row in rows
    }


def _workers(session: Session, authority_id: str, child_id: str) -> tuple[Worker, ...]:
    """Who holds a role that a child knows, in the order of the file."""
    rows = session.execute(
        select(ChildWorker.role, Person.name)
        .join(
            Person, (Person.authority_id == ChildWorker.authority_id) & (Person.id == ChildWorker.person_id)
        )
        .where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id == child_id,
            ChildWorker.until_at.is_(None),
        )
    ).all()
    order = list(reference.plan_words().workers)
    found = [Worker(row.role, row.name) for row in rows if row.role in order]
    return tuple(sorted(found, key=lambda worker: order.index(worker.role)))


def _open_tasks(session: Session, authority_id: str, child_id: str) -> dict[str, Any]:
    """The open task of each form, the first due where there are several."""
    rows = session.execute(
        select(
            UserTask.id,
            UserTask.form,
            UserTask.name,
            UserTask.role,
            UserTask.due_at,
            Person.name.label("assignee"),
        )
        .outerjoin(
            Person, (Person.authority_id == UserTask.authority_id) & (Person.id == UserTask.assignee_id)
        )
        .where(
            UserTask.authority_id == authority_id,
            UserTask.child_id == child_id,
            UserTask.state == "open",
            UserTask.form.is_not(None),
        )
        .order_by(UserTask.due_at.is_(None), UserTask.due_at.desc())
    )
    return {row.form: row for row in rows}


def _teams(session: Session, authority_id: str) -> dict[str, str]:
    """The name of the team that answers for each role."""
    rows = session.execute(
        select(TeamRole.role, Team.name)
        .join(Team, (Team.authority_id == TeamRole.authority_id) & (Team.id == TeamRole.team_id))
        .where(TeamRole.authority_id == authority_id)
    )
    return {row.role: row.name for row in rows}


def as_day(value: Any) -> date | None:
    """The day of a fact; None where it has none."""
    return date.fromisoformat(value[: len("2026-12-31")]) if isinstance(value, str) and value else None
