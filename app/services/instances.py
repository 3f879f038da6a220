"""Starting a pathway, and what a person is shown before they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.clock import LONDON, now, today
from app.domain.errors import BadInput, StaleTask
from app.domain.forms import Form, facts_from, prefill, validate
from app.domain.moments import read_moment
from app.engine import runner
from app.engine.contracts import CompiledVersion
from app.services import (
    advance,
    appointments,
    definitions,
    effects,
    facts,
    messages,
    partnership,
    reference,
    submissions,
    surroundings,
)
from app.services.advance import Cause
from app.services.crashpoints import crash_point
from app.services.known_answers import from_record
from app.services.read_first import read_first
from app.store.audit import Entry
from app.store.db import db, reading, transaction
from app.store.tasks import Answer
from app.store.ties import child_thing

STARTED_AT = "started_at"


@dataclass(frozen=True)
class Told:
    """Somebody who will be told when the pathway starts."""

    role: str
    label: str
    email: str


@dataclass(frozen=True)
class FirstTask:
    """A task that begins with the pathway, and when it is due."""

    name: str
    role: str
    due_at: datetime | None
    explanation: str


@dataclass(frozen=True)
class Preview:
    """What starting will do: whom it tells, which clocks it begins."""

    name: str
    told: tuple[Told, ...]
    tasks: tuple[FirstTask, ...]


def start_form(viewer: Viewer, pathway: str) -> Form | None:
    """The questions that start a pathway. Raises NotFound when there is no such pathway."""
    with reading() as session:
        version = definitions.current(session, pathway)
        return definitions.form(session, version.version_id, version.start_form)


def prefilled(viewer: Viewer, pathway: str, child_id: str | None) -> dict[str, Any]:
    """What the start form begins with: today, and what is known of a child whose record the viewer may see."""
    form = start_form(viewer, pathway)
    if form is None:
        return {}
    zero = definitions.clock_field(form)
    known: dict[str, Any] = {zero: _today_in_boxes()} if zero else {}
    if child_id is None:
        return known
    with reading() as session:
        if not may(viewer, "see_child", child_thing(session, viewer.authority_id, child_id)):
            return known
        answers = prefill(form, facts.known(session, viewer.authority_id, child_id))
        return {**known, **from_record(session, viewer.authority_id, child_id, form), **answers}


def _today_in_boxes() -> dict[str, str]:
    """The day on which somebody rings is mostly the day that they ring about; the time is theirs to say."""
    on = today()
    return {"day": str(on.day), "month": str(on.month), "year": str(on.year), "time": ""}


def preview(viewer: Viewer, pathway: str, child_id: str | None, answers: Mapping[str, Any]) -> Preview:
    """Who will be told and which clocks begin, by taking the first step without keeping it.

    Raises BadInput when the answers do not validate.
    """
    with reading() as session:
        return preview_in(session, viewer, pathway, child_id, answers)


def preview_in(
    session: Session, viewer: Viewer, pathway: str, child_id: str | None, answers: Mapping[str, Any]
) -> Preview:
    """The same within a transaction. Raises BadInput."""
    version = definitions.current(session, pathway)
    valid, started_at = accept(session, version, answers, None)
    context = surroundings.context_for(session, viewer.authority_id, child_id or "")
    step = runner.start(version, context, _variables(valid, started_at), None)
    told = tuple(
        Told(role, contact.label, contact.email)
        for effect in step.effects
        if effect.operator == "notify"
        for role in effect.parameters["to"]
        for contact in effects.contacts_for(session, viewer.authority_id, child_id or "", role, context)
    )
    tasks = tuple(
        FirstTask(
            task.element.name,
            reference.roles().name_of(task.element.role or ""),
            task.due.due_at if task.due else None,
            task.due.explanation if task.due else "",
        )
        for task in step.tasks
    )
    return Preview(version.name, told, tasks)


@read_first
def start(
    viewer: Viewer,
    pathway: str,
    child_id: str | None,
    answers: Mapping[str, Any],
    *,
    started_at: datetime | None = None,
    submission: str | None = None,
) -> str:
    """Start a pathway for a child, or for nobody where it is about the partnership; the instance's id.

    The same `submission` again gets the first answer. Raises BadInput (answers, a start in the future), NotFound
    (child, pathway, or not the viewer's to start), EngineFailure when the first step cannot be taken; nothing is
    kept then.
    """
    with transaction() as session:
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        version = definitions.current(session, pathway)
        about = partnership.subject(session, viewer, version, child_id)
        valid, begins_at = accept(session, version, answers, started_at)
        instance_id = begin(
            session,
            authority_id=viewer.authority_id,
            child_id=about,
            version=version,
            answers=valid,
            started_at=begins_at,
            person_id=viewer.person_id,
        )
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, instance_id)
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return instance_id


def begin(
    session: Session,
    *,
    authority_id: str,
    child_id: str,
    version: CompiledVersion,
    answers: Mapping[str, Any],
    started_at: datetime,
    person_id: str | None,
) -> str:
    """The start itself, within a transaction: instance, answers, facts and first step; the instance's id."""
    form = definitions.form(session, version.version_id, version.start_form)
    instance = advance.create(
        session,
        authority_id=authority_id,
        child_id=child_id,
        version=version,
        started_at=started_at,
        person_id=person_id,
    )
    session.execute(
        insert(Answer).values(
            authority_id=authority_id,
            id=instance.id,
            child_id=child_id,
            instance_id=instance.id,
            element_id="start",
            form=version.start_form,
            answers=dict(answers),
            at=now(),
            by=person_id,
        )
    )
    facts.record(
        session,
        authority_id,
        child_id,
        facts_from(form, answers) if form else {},
        person_id=person_id,
        task_id=None,
    )
    appointments.note(
        session,
        authority_id=authority_id,
        child_id=child_id,
        instance_id=instance.id,
        task_id=None,
        form=version.start_form,
        answers=answers,
        person_id=person_id,
    )
    context = surroundings.context_for(session, authority_id, child_id)
    step = runner.start(version, context, _variables(answers, started_at), None)
    entry = started_entry(instance, person_id)
    advance.apply(session, instance, version, step, Cause(entries=(entry,), person_id=person_id), context)
    return str(instance.id)


def started_entry(instance: advance.InstanceRow, person_id: str | None) -> Entry:
    """The audit entry of an instance's start."""
    return Entry(
        kind="instance_started",
        child_id=instance.child_id,
        person_id=person_id,
        facts={
            "definition": instance.definition_key,
            "name": instance.name,
            "started_at": instance.started_at.astimezone(LONDON).isoformat(),
            "parent": instance.parent_id,
        },
    )


def accept(
    session: Session, version: CompiledVersion, answers: Mapping[str, Any], started_at: datetime | None
) -> tuple[dict[str, Any], datetime]:
    """The validated answers, and the moment that the pathway's clocks start from."""
    form = definitions.form(session, version.version_id, version.start_form)
    zero = definitions.clock_field(form)
    given = dict(answers)
    if started_at is not None and zero and not given.get(zero):
        given[zero] = started_at.astimezone(LONDON).isoformat()
    valid = validate(form, given) if form is not None else given
    begins_at = started_at or now()
    if zero and valid.get(zero):
        begins_at = read_moment(valid[zero])
    if begins_at > now():
        sentence = "The date and time must be in the past: a pathway cannot start in the future."
        raise BadInput(sentence, {zero or STARTED_AT: [sentence]})
    return valid, begins_at


def _variables(answers: Mapping[str, Any], started_at: datetime) -> dict[str, Any]:
    """What a new instance knows: the answers of its start form, and clock zero."""
    return {**answers, STARTED_AT: started_at.isoformat()}


def cancel(viewer: Viewer, instance_id: str, reason: str) -> None:
    """End an instance and withdraw its work, with a reason. Raises NotFound, StaleTask, BadInput."""
    if not reason.strip():
        raise BadInput("Enter the reason.", {"reason": ["Enter the reason for cancelling the pathway."]})
    with transaction() as session:
        instance = advance.lock(session, viewer.authority_id, instance_id)
        require(
            viewer,
            "cancel_instance",
            child_thing(session, viewer.authority_id, instance.child_id),
            seen_by="see_instance",
        )
        if instance.status not in ("running", "suspended"):
            raise StaleTask("This pathway has ended already.")
        entry = Entry(
            kind="instance_cancelled",
            child_id=instance.child_id,
            person_id=viewer.person_id,
            facts={"definition": instance.definition_key, "name": instance.name, "reason": reason.strip()},
        )
        advance.cancel(session, instance, entry)
    messages.deliver_queued(db.session())
