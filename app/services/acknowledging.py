"""Whoever was told of something by a task says that they have seen it: who was told, who has, and who has not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotAllowed
from app.services import advance, submissions
from app.services.task_lookup import refuse_unless_open, row, thing
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.escalations import Acknowledgement
from app.store.people import Person, PersonRole

LONGEST = 2000
FORMS = frozenset(
    {
        "shared/respond_to_escalation",
        "release_preparation/answer_as_service",
        "release_preparation/answer_on_home_as_director",
        "remand_yda/answer_as_director",
    }
)
"""The forms by which a manager answers what was escalated to them."""


@dataclass(frozen=True)
class Told:
    """Somebody who was told: when they said that they had seen it, and what they said; or not yet."""

    person_id: str
    name: str
    at: datetime | None
    words: str


@dataclass(frozen=True)
class Seen:
    """Who was told by a task, and whether the viewer is one of them who has not acknowledged it yet."""

    told: tuple[Told, ...]
    can: bool


def of_task(viewer: Viewer, task_id: str) -> Seen | None:
    """Who was told; nothing for a task that does not answer an escalation. Raises NotFound."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "see_task", its_thing)
        if task.form not in FORMS:
            return None
        people = told(session, [task]).get(task_id, ())
    has_done = any(one.person_id == viewer.person_id and one.at for one in people)
    can = task.state == "open" and not has_done and may(viewer, "acknowledge", its_thing)
    return Seen(people, can)


def acknowledge(viewer: Viewer, task_id: str, words: str = "", *, submission: str | None = None) -> None:
    """Say that one has seen it, and what one will do. Said again it changes nothing.

    Raises NotFound, NotAllowed for those who were not told, BadInput, StaleTask when an answer is no longer waited for.
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "acknowledge", its_thing, seen_by="see_task")
        if task.form not in FORMS:
            raise NotAllowed("Only what was escalated is acknowledged.")
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
        refuse_unless_open(session, task)
        words = words.strip()
        if len(words) > LONGEST:
            errors = {"words": [f"What you say must be {LONGEST:,} characters or fewer"]}
            raise BadInput("That cannot be recorded like this.", errors)
        if session.get(Acknowledgement, (viewer.authority_id, task_id, viewer.person_id)) is not None:
            return
        session.execute(
            insert(Acknowledgement).values(
                authority_id=viewer.authority_id,
                task_id=task_id,
                person_id=viewer.person_id,
                words=words,
                at=now(),
            )
        )
        entry = Entry(
            kind="escalation_acknowledged",
            child_id=task.child_id,
            person_id=viewer.person_id,
            for_id=acts_for(viewer, its_thing),
            task_id=task.id,
            facts={
                "definition": task.definition_key,
                "element": task.element_id,
                "name": task.name,
                "reason": words,
            },
        )
        advance.record(session, instance, [entry])
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)


def told(session: Session, tasks: Sequence[Any]) -> dict[str, tuple[Told, ...]]:
    """By task, whoever has it, or of an open one that nobody has taken who holds its role; and who acknowledged it.

    The rows have authority_id, id, role, assignee_id, state and completed_by. Three statements for any number.
    """
    if not tasks:
        return {}
    authority_id = tasks[0].authority_id
    seen = session.execute(
        select(
            Acknowledgement.task_id,
            Acknowledgement.person_id,
            Acknowledgement.words,
            Acknowledgement.at,
            Person.name,
        )
        .join(
            Person,
            and_(Person.authority_id == Acknowledgement.authority_id, Person.id == Acknowledgement.person_id),
        )
        .where(
            Acknowledgement.authority_id == authority_id,
            Acknowledgement.task_id.in_([task.id for task in tasks]),
        )
        .order_by(Acknowledgement.at)
    ).all()
    holders = session.execute(
        select(PersonRole.role, Person.id, Person.name)
        .join(Person, and_(Person.authority_id == PersonRole.authority_id, Person.id == PersonRole.person_id))
        .where(
            PersonRole.authority_id == authority_id,
            PersonRole.role.in_(sorted({task.role for task in tasks if task.state == "open"})),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name)
    ).all()
    named = {task.assignee_id or task.completed_by for task in tasks} - {None}
    names = {
        one.id: one.name
        for one in session.execute(
            select(Person.id, Person.name).where(
                Person.authority_id == authority_id, Person.id.in_(sorted(named))
            )
        )
    }
    return {task.id: _told(task, seen, holders, names) for task in tasks}


def _told(
    task: Row[Any], seen: Sequence[Any], holders: Sequence[Any], names: dict[str, str]
) -> tuple[Told, ...]:
    own = {one.person_id: one for one in seen if one.task_id == task.id}
    has_it = task.assignee_id or task.completed_by
    if has_it:
        people = {has_it: names.get(has_it, "")}
    elif task.state == "open":
        people = {one.id: one.name for one in holders if one.role == task.role}
    else:
        people = {}
    people |= {person_id: one.name for person_id, one in own.items()}
    return tuple(
        Told(person_id, name, own[person_id].at, own[person_id].words)
        if person_id in own
        else Told(person_id, name, None, "")
        for person_id, name in people.items()
    )
