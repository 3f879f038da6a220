"""What becomes of a task besides being completed: reopened and corrected, or found not to be needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict, StaleTask
from app.domain.forms import Form, validate
from app.engine import runner
from app.services import (
    advance,
    definitions,
    going_on,
    messages,
    reference,
    signing_again,
    submissions,
    surroundings,
    tasks,
)
from app.services.advance import Cause
from app.services.choices import offered
from app.services.poison import one_step
from app.services.task_lookup import refuse_unless_open, refuse_while_signing, row, thing
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.corrections import EarlierAnswer
from app.store.db import db, reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.people import names_of
from app.store.tasks import Answer, UserTask

LONGEST_REASON = 2000
_TASKS = table_of(UserTask)
_NOT_NEEDED = (
    update(_TASKS)
    .where(_TASKS.c.authority_id == bindparam("of_authority"), _TASKS.c.id == bindparam("of_task"))
    .values(
        state="cancelled",
        completed_at=bindparam("done_at"),
        completed_by=bindparam("done_by"),
        not_needed_reason=bindparam("why"),
    )
)


@dataclass(frozen=True)
class Correction:
    """A correction: who made it, when and why, and the answers as they were before it."""

    number: int
    by: str
    at: datetime
    reason: str
    before: Mapping[str, Any]


@dataclass(frozen=True)
class Life:
    """What the task's page says beside its form: corrections, why it was not needed, and what may still be done.

    `decisive` are the questions whose answers the pathway has gone by or will go by.
    """

    corrections: tuple[Correction, ...]
    not_needed_reason: str | None
    decisive: tuple[str, ...]
    can: frozenset[str]


def of_task(viewer: Viewer, task_id: str) -> Life:
    """The life of a task for the person who looks at it. Raises NotFound."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        task_thing = thing(session, task)
        require(viewer, "see_task", task_thing)
        found = session.execute(
            select(UserTask.not_needed_reason, ProcessInstance.version_id, ProcessInstance.status)
            .join(
                ProcessInstance,
                (ProcessInstance.authority_id == UserTask.authority_id)
                & (ProcessInstance.id == UserTask.instance_id),
            )
            .where(UserTask.authority_id == viewer.authority_id, UserTask.id == task_id)
        ).one()
        version_id = task.asked_on or found.version_id
        form = definitions.form(session, version_id, task.form)
        decisive = decided_by(session, version_id, task.element_id, form)
        duties = duties_in(reference.profile(viewer.profile).area, task.duty)
        can = set()
        if task.state == "completed" and form is not None and found.status != "cancelled":
            can = {"reopen"} if may(viewer, "reopen", task_thing) else set()
        allocates = form is not None and any(field.allocates for field in form.fields)
        if task.state == "open" and task.author_id is None and not decisive and not allocates:
            can = {"set_aside"} if may(viewer, action_for(duties), task_thing) else set()
        made = corrections(session, viewer.authority_id, task_id) if task.state == "completed" else ()
    return Life(made, found.not_needed_reason, decisive, frozenset(can))


def correct(
    viewer: Viewer, task_id: str, answers: tasks.Given, reason: str, *, submission: str | None = None
) -> None:
    """Reopen a completed task, put its answers right and close it again; what it said before is kept.

    Facts of the child that the answers state are recorded anew, and move what hangs on them. The way that the pathway
    has taken is not undone. Whoever signed it off is asked for their word again. Raises NotFound, NotAllowed, BadInput,
    StaleTask when the task is not completed.
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        task_thing = thing(session, task)
        require(viewer, "reopen", task_thing, seen_by="see_task")
        if submissions.earlier_result(session, viewer.authority_id, submission):
            return
        if task.state != "completed" or instance.status == "cancelled":
            raise StaleTask("Only a completed task of a pathway that was not cancelled can be reopened.")
        form = definitions.form(session, task.asked_on or instance.version_id, task.form)
        if form is None:
            raise StaleTask("This task asks nothing, so there is nothing to correct.")
        form = offered(session, viewer.authority_id, form)
        valid = _checked(form, answers, reason)
        before = session.get(Answer, (viewer.authority_id, task_id))
        if before is None or before.answers == valid:
            raise BadInput(
                "Nothing was changed.", {"_form": ["Change an answer, or leave the task as it is"]}
            )
        changed = sorted(key for key, value in valid.items() if before.answers.get(key) != value)
        _keep_earlier(session, viewer, before, reason)
        before.answers, before.at, before.by = valid, now(), viewer.person_id
        session.flush()
        tasks.take_into_the_record(session, task, form, valid, viewer.person_id)
        of = {"child_id": task.child_id, "person_id": viewer.person_id, "task_id": task.id}
        told = {"definition": task.definition_key, "element": task.element_id, "name": task.name}
        for_id = acts_for(viewer, task_thing)
        signer_id = signing_again.ask_again(session, instance, task, valid, viewer.person_id, for_id)
        asked = {"word_of": signer_id} if signer_id else {}
        entries = [
            Entry(kind="task_reopened", for_id=for_id, facts={**told, "reason": reason.strip()}, **of),
            Entry(kind="task_corrected", for_id=for_id, facts={**told, "questions": changed, **asked}, **of),
        ]
        advance.record(session, instance, entries)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    messages.deliver_queued(db.session())


def _checked(form: Form, answers: tasks.Given, reason: str) -> dict[str, Any]:
    """The answers, valid. Raises BadInput for them and for a missing reason together."""
    given = answers(form) if callable(answers) else answers
    errors: dict[str, list[str]] = {}
    valid: dict[str, Any] = {}
    try:
        valid = validate(form, given)
    except BadInput as error:
        errors |= error.errors
    errors |= _reason_problem(reason, "Enter why the answers are being corrected")
    if errors:
        raise BadInput("The correction cannot be recorded like this.", errors)
    return valid


def _reason_problem(reason: str, missing: str) -> dict[str, list[str]]:
    wrong = reasons.problem(reason, most=LONGEST_REASON, missing=missing)
    return {"reason": [wrong]} if wrong else {}


def _keep_earlier(session: Session, viewer: Viewer, before: Answer, reason: str) -> None:
    number = session.scalar(
        select(func.coalesce(func.max(EarlierAnswer.number), 0)).where(
            EarlierAnswer.authority_id == before.authority_id, EarlierAnswer.task_id == before.id
        )
    )
    session.execute(
        insert(EarlierAnswer).values(
            authority_id=before.authority_id,
            task_id=before.id,
            number=(number or 0) + 1,
            answers=before.answers,
            at=before.at,
            by=before.by,
            corrected_at=now(),
            corrected_by=viewer.person_id,
            reason=reason.strip(),
        )
    )


def corrections(session: Session, authority_id: str, task_id: str) -> tuple[Correction, ...]:
    """Every correction of a task, the newest first. Whether the task may be seen is the caller's question."""
    found = session.scalars(
        select(EarlierAnswer)
        .where(EarlierAnswer.authority_id == authority_id, EarlierAnswer.task_id == task_id)
        .order_by(EarlierAnswer.number.desc())
    ).all()
    names = names_of(session, authority_id, [one.corrected_by for one in found])
    return tuple(
        Correction(
            one.number, names.get(one.corrected_by, "somebody"), one.corrected_at, one.reason, one.answers
        )
        for one in found
    )


def decided_by(session: Session, version_id: str, element_id: str, form: Form | None) -> tuple[str, ...]:
    """The questions whose answers the pathway itself reads: what it decided by them is not undone."""
    element = definitions.compiled(session, version_id).element(element_id)
    if form is None or element is None:
        return ()
    return tuple(field.label for field in form.fields if field.key in element.copy)


def not_needed(viewer: Viewer, task_id: str, reason: str, *, submission: str | None = None) -> None:
    """Close an open task that need not be done, with the reason; the pathway goes on as if it were done.

    Raises NotFound, NotAllowed (a duty that must be met is set aside by a manager only), BadInput without a reason,
    Conflict when the pathway needs an answer of the task to know how it goes on, StaleTask, EngineFailure.
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        task_thing = thing(session, task)
        require(viewer, "see_task", task_thing)
        if task.state != "open" and submissions.earlier_result(session, viewer.authority_id, submission):
            return
        refuse_unless_open(session, task)
        refuse_while_signing(session, task)
        duties = duties_in(reference.profile(viewer.profile).area, task.duty)
        require(viewer, action_for(duties), task_thing, seen_by="see_task")
        if problem := _reason_problem(reason, "Enter why the task is not needed"):
            raise BadInput("The task cannot be set aside like this.", problem)
        _refuse_if_decisive(session, instance, task)
        with one_step():
            _pass_by(session, viewer, instance, task, reason.strip(), duties, acts_for(viewer, task_thing))
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    messages.deliver_queued(db.session())


def action_for(duty_ids: list[str]) -> str:
    """The row of the permission table: a duty that must be met needs a manager's word."""
    known = reference.register().by_id
    is_must = any(known[duty].strength == "must" for duty in duty_ids if duty in known)
    return "set_aside_duty" if is_must else "set_aside"


def _refuse_if_decisive(session: Session, instance: advance.InstanceRow, task: Row[Any]) -> None:
    form = definitions.form(session, instance.version_id, task.form)
    asked = decided_by(session, instance.version_id, task.element_id, form)
    if asked:
        raise Conflict(
            f"The pathway needs the answer to “{asked[0]}” to know how it goes on, so this task cannot be set aside. "
            "Complete it with what is known, or have the pathway cancelled."
        )
    if form is not None and any(field.allocates for field in form.fields):
        raise Conflict("Somebody has to be chosen in this task, so it cannot be set aside.")
    if instance.status == "suspended":
        raise StaleTask(going_on.why_it_stands(session, instance))


def _pass_by(
    session: Session,
    viewer: Viewer,
    instance: advance.InstanceRow,
    task: Row[Any],
    reason: str,
    duties: list[str],
    for_id: str | None,
) -> None:
    version = definitions.compiled(session, instance.version_id)
    context, mirror = surroundings.around(session, instance, version.roles)
    done = {
        "of_authority": task.authority_id,
        "of_task": task.id,
        "done_at": now(),
        "done_by": viewer.person_id,
        "why": reason,
    }
    with advance.writing_ahead(session, ((_NOT_NEEDED, done),)):
        step = runner.complete(version, instance.state, context, task.ref, {})
    entry = Entry(
        kind="task_not_needed",
        child_id=task.child_id,
        person_id=viewer.person_id,
        for_id=for_id,
        task_id=task.id,
        facts={
            "definition": task.definition_key,
            "element": task.element_id,
            "name": task.name,
            "lane": task.role,
            "duty": duties,
            "reason": reason,
        },
    )
    cause = Cause(entries=(entry,), person_id=viewer.person_id, done_ref=task.ref)
    advance.apply(session, instance, version, step, cause, context, mirror=mirror)
