"""What a person sees of a task: its form with what is known, why it is due then, its clause, what happens next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import legal_status
from app.domain.access import Viewer, may, may_be_given, require
from app.domain.deadlines import Deadline
from app.domain.duties import Duty
from app.domain.forms import Form, prefill
from app.domain.moments import moment_in_words, read_moment
from app.services import (
    accounts,
    definitions,
    earlier_answers,
    facts,
    known_answers,
    reference,
    stand_ins,
    task_lookup,
)
from app.services.children import ChildRow
from app.services.choices import people_for
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.store.children import LegalStatus
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Answer, Draft, UserTask

ABOUT = {
    "name": "What is late",
    "due_at": "It was due",
    "recipient": "Who to ring",
    "phone": "Phone",
    "reason": "Why the message did not arrive",
}


@dataclass(frozen=True)
class TaskView:
    """Everything that the task's page shows.

    `answers` are what the form starts with: the `draft`, else what is known of the child; for a finished task what
    was answered. `form_source` is the form's form-js schema. `about` says what an escalation or a call is about.
    `people` has the people that may be chosen for each role that the form allocates.
    """

    task: TaskRow
    pathway: str
    child: ChildRow
    badges: tuple[str, ...]
    form: Form | None
    form_source: Mapping[str, Any] | None
    answers: Mapping[str, Any]
    draft: Mapping[str, Any]
    draft_version: int | None
    draft_saved_at: datetime | None
    draft_saved_by: str | None
    due: Deadline | None
    duties: tuple[Duty, ...]
    about: tuple[tuple[str, str], ...]
    next: tuple[str, ...]
    people: Mapping[str, tuple[tuple[str, str], ...]]
    completed_by: str | None
    can: frozenset[str]
    colleagues: tuple[tuple[str, str], ...]


def show(viewer: Viewer, task_id: str) -> TaskView:
    """A task for the person who looks at it. Raises NotFound."""
    with reading() as session:
        row = task_lookup.row(session, viewer.authority_id, task_id)
        thing = task_lookup.thing(session, row)
        require(viewer, "see_task", thing)
        listed = as_task_row(
            session.execute(
                task_rows().where(UserTask.authority_id == viewer.authority_id, UserTask.id == task_id)
            ).one()
        )
        instance = session.execute(
            select(
                ProcessInstance.version_id,
                ProcessInstance.name,
                ProcessInstance.parent_id,
                ProcessInstance.correlation_key,
            ).where(
                ProcessInstance.authority_id == viewer.authority_id, ProcessInstance.id == row.instance_id
            )
        ).one()
        form = definitions.form(session, row.asked_on or instance.version_id, row.form)
        draft = session.get(Draft, (viewer.authority_id, task_id))
        is_open = row.state == "open"
        can = {
            action
            for action in ("claim", "release", "assign", "complete", "save_draft")
            if is_open and may(viewer, action, thing)
        } | {action for action in ("attach", "record_elsewhere") if may(viewer, action, thing)}
        view = TaskView(
            task=listed,
            pathway=instance.name,
            child=child_rows(session, viewer.authority_id, [row.child_id])[row.child_id],
            badges=badges(session, viewer.authority_id, row.child_id),
            form=form,
            form_source=definitions.form_source(session, row.asked_on or instance.version_id, row.form),
            answers=_answers(session, row, form, draft),
            draft=draft.answers if draft else {},
            draft_version=draft.version if draft else None,
            draft_saved_at=draft.saved_at if draft else None,
            draft_saved_by=stand_ins.draft_saved_by(session, row, draft) if draft else None,
            due=Deadline.from_json(row.due) if row.due else None,
            duties=duties_of(viewer, row.duty),
            about=_about(session, viewer.authority_id, instance),
            next=definitions.outline_of(session, row.asked_on or instance.version_id).what_follows(
                row.element_id
            ),
            people=people_for(session, viewer.authority_id, form),
            completed_by=stand_ins.completed_by(session, row),
            can=frozenset(can),
            colleagues=(),
        )
    if "assign" in can:
        able = [person for person in accounts.colleagues(viewer) if may_be_given(person, thing)]
        view = replace(view, colleagues=tuple((person.person_id, person.name) for person in able))
    return view


def _about(session: Session, authority_id: str, instance: Any) -> tuple[tuple[str, str], ...]:
    """What the message said that started the pathway for one thing only: what is late, or whom to ring."""
    if instance.correlation_key is None:
        return ()
    payload = session.scalar(
        select(OutboxMessage.payload)
        .where(
            OutboxMessage.authority_id == authority_id,
            OutboxMessage.sender_id == instance.parent_id,
            OutboxMessage.correlation_key == instance.correlation_key,
            OutboxMessage.name.in_(("escalate", "notification_failed")),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    said = payload or {}
    return tuple((label, _in_words(name, said[name])) for name, label in ABOUT.items() if said.get(name))


def _in_words(name: str, value: Any) -> str:
    return moment_in_words(read_moment(value)) if name.endswith("_at") else str(value)


def _answers(session: Session, row: Any, form: Form | None, draft: Draft | None) -> dict[str, Any]:
    if row.state == "completed":
        given = session.get(Answer, (row.authority_id, row.id))
        return dict(given.answers) if given else {}
    if form is None:
        return {}
    carried = earlier_answers.carried_over(form, earlier_answers.before(session, row))
    known = {
        **known_answers.of_sentence(session, row.authority_id, row.child_id, form),
        **carried,
        **prefill(form, facts.known(session, row.authority_id, row.child_id)),
    }
    return {**known, **(draft.answers if draft else {})}


def badges(session: Session, authority_id: str, child_id: str) -> tuple[str, ...]:
    """The child's present legal statuses, as the identity bar shows them."""
    found = session.scalars(
        select(LegalStatus.status)
        .where(
            LegalStatus.authority_id == authority_id,
            LegalStatus.child_id == child_id,
            LegalStatus.until_at.is_(None),
        )
        .order_by(LegalStatus.from_at)
    )
    return tuple(legal_status.name_of(status) for status in found)


def duties_of(viewer: Viewer, ids: Any) -> tuple[Duty, ...]:
    """The duties of the authority's own protocol among `ids`; all of them where it has none of its own."""
    profile = reference.profile(viewer.profile)
    register = reference.register()
    found = [register.by_id[duty] for duty in ids]
    return tuple(duty for duty in found if profile.area is None or duty.area == profile.area)
