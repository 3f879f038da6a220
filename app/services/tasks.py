"""What people do with tasks: claim, release, assign, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, acts_for, may_be_given, require
from app.domain.clock import LONDON, now
from app.domain.errors import BadInput, EngineFailure, StaleTask
from app.domain.forms import Form, facts_from, validate
from app.engine import runner
from app.services import (
    accounts,
    advance,
    appointments,
    asking_rows,
    children,
    definitions,
    director_pages,
    drafts,
    facts,
    going_on,
    letters,
    messages,
    notifications,
    sign_offs,
    submissions,
    surroundings,
)
from app.services.advance import Cause
from app.services.choices import offered
from app.services.crashpoints import crash_point
from app.services.poison import one_step
from app.services.read_first import read_first
from app.services.task_lookup import (
    locked,
    name_of,
    refuse_unless_open,
    refuse_while_signing,
    refuse_without_reason,
    row,
    thing,
)
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.db import db, table_of, transaction
from app.store.people import Person
from app.store.tasks import Answer, UserTask

Given = Mapping[str, Any] | Callable[[Form], Mapping[str, Any]]
_TASKS, _ANSWERS = table_of(UserTask), table_of(Answer)
_COMPLETE = (
    update(_TASKS)
    .where(_TASKS.c.authority_id == bindparam("of_authority"), _TASKS.c.id == bindparam("of_task"))
    .values(state="completed", completed_at=bindparam("done_at"), completed_by=bindparam("done_by"))
)
_ANSWER = insert(_ANSWERS)


def claim(viewer: Viewer, task_id: str) -> None:
    """Take an open task. Raises NotFound, NotAllowed, StaleTask when somebody else has it or it is done."""
    with transaction() as session:
        task = _open(session, viewer, task_id)
        if task.assignee_id not in (None, viewer.person_id):
            raise StaleTask(
                f"{name_of(session, task.assignee_id, task.authority_id)} has taken this task already."
            )
        require(viewer, "claim", thing(session, task), seen_by="see_task")
        _hand(session, task, viewer, viewer.person_id, "task_claimed")


def release(viewer: Viewer, task_id: str) -> None:
    """Put a task back into its team's queue. Raises NotFound, NotAllowed, StaleTask."""
    with transaction() as session:
        task = _open(session, viewer, task_id)
        require(viewer, "release", thing(session, task), seen_by="see_task")
        _hand(session, task, viewer, None, "task_released")


def assign(viewer: Viewer, task_id: str, person_id: str, reason: str = "") -> None:
    """Give a task to somebody who can do it; taking it from somebody needs a reason. Raises as `release`, BadInput."""
    person = accounts.viewer_of(viewer.authority_id, person_id) if person_id else None
    with transaction() as session:
        task = _open(session, viewer, task_id)
        task_thing = thing(session, task)
        require(viewer, "assign", task_thing, seen_by="see_task")
        if person is None or not may_be_given(person, task_thing):
            wrong = "Select who the task is for"
            if person_id:
                wrong = "Select a person who works in this task's team."
            raise BadInput("Choose somebody of the team.", {"person_id": [wrong]})
        refuse_without_reason(session, viewer, task, person_id, reason)
        _hand(session, task, viewer, person_id, "task_assigned", reason.strip())


def _open(session: Session, viewer: Viewer, task_id: str) -> Row[Any]:
    """An open task with its instance locked. Raises NotFound, StaleTask."""
    found = row(session, viewer.authority_id, task_id)
    require(viewer, "see_task", thing(session, found))
    advance.lock(session, viewer.authority_id, found.instance_id)
    found = row(session, viewer.authority_id, task_id)
    refuse_unless_open(session, found)
    return found


def _hand(
    session: Session, task: Row[Any], viewer: Viewer, person_id: str | None, kind: str, reason: str = ""
) -> None:
    if task.assignee_id == person_id:
        return
    session.execute(
        update(UserTask)
        .where(UserTask.authority_id == task.authority_id, UserTask.id == task.id)
        .values(assignee_id=person_id)
        .execution_options(synchronize_session=False)
    )
    instance = advance.lock(session, task.authority_id, task.instance_id)
    facts = {"element": task.element_id, "name": task.name, "from": task.assignee_id, "to": person_id}
    facts |= {"reason": reason} if reason else {}
    entry = Entry(
        kind=kind,
        child_id=task.child_id,
        person_id=viewer.person_id,
        for_id=acts_for(viewer, thing(session, task)),
        task_id=task.id,
        facts=facts,
    )
    advance.record(session, instance, [entry])
    if task.assignee_id is not None:
        asking_rows.handed(session, instance, task.assignee_id, person_id)
    letters.handed(session, task, person_id, viewer.person_id)


@read_first
def complete(
    viewer: Viewer,
    task_id: str,
    answers: Given,
    *,
    submission: str | None = None,
    draft_version: int | None = None,
) -> str:
    """Complete a task with its answers; the pathway goes on. The task's name, for the receipt.

    Where the step asks for a manager's word, the answers are sent for sign-off instead.

    `answers` may be a function that reads them for the form, so that a page needs no transaction of its own for it.
    Raises NotFound, NotAllowed, BadInput (a sentence for each field), StaleTask (done already, by whom and when),
    Conflict when somebody saved another draft than the one of `draft_version`, which the person started from,
    EngineFailure when the pathway cannot go on: it is suspended then, with an incident, and the answers are kept
    as a draft. The same `submission` again is answered like the first.
    """
    given: Mapping[str, Any] = {}
    try:
        with transaction() as session:
            instance, task = locked(session, viewer.authority_id, task_id)
            task_thing = thing(session, task, viewer)
            require(viewer, "see_task", task_thing)
            is_taken = task.state != "open" or task.author_id is not None
            if is_taken and submissions.earlier_result(session, viewer.authority_id, submission):
                return str(task.name)
            refuse_unless_open(session, task)
            refuse_while_signing(session, task)
            require(viewer, "complete", task_thing, seen_by="see_task")
            if draft_version is not None:
                drafts.refuse_newer(session, task, viewer.person_id, draft_version, submission)
            form = definitions.form(session, instance.version_id, task.form)
            valid: dict[str, Any] = {}
            if form is not None:
                form = offered(session, viewer.authority_id, form)
                given = answers(form) if callable(answers) else answers
                valid = validate(form, given)
            asking_rows.refuse_while_required(task)
            for_id = acts_for(viewer, task_thing)
            taken = submissions.taken(viewer.authority_id, submission, viewer.person_id, task_id)
            if sign_offs.submit(session, instance, task, valid, viewer.person_id, for_id):
                submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
            else:
                with one_step(), submissions.one_of_twins():
                    take(session, instance, task, valid, viewer.person_id, for_id, writes=taken)
    except EngineFailure as failure:
        _keep_and_suspend(viewer, task_id, given, failure)
        raise
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return str(task.name)


def take(
    session: Session,
    instance: advance.InstanceRow,
    task: Row[Any],
    answers: Mapping[str, Any],
    person_id: str | None,
    for_id: str | None = None,
    *,
    before: tuple[Entry, ...] = (),
    writes: advance.Writes = (),
) -> None:
    """The completion itself, of an open task of a locked instance, with answers that are valid already.

    `for_id` is whom the person covers for, `before` are audit entries of what let the task be completed,
    `writes` what is written with it.
    Raises StaleTask, EngineFailure.
    """
    if instance.status == "suspended":
        raise StaleTask(
            f"{going_on.why_it_stands(session, instance)} Your answers are kept as a draft.",
            state="suspended",
        )
    version = definitions.compiled(session, instance.version_id)
    form = definitions.form(session, instance.version_id, task.form)
    take_into_the_record(session, task, form, answers, person_id)
    context, mirror = surroundings.around(session, instance, version.roles)
    with advance.writing_ahead(session, (*_written(session, task, answers, person_id), *writes)):
        step = runner.complete(version, instance.state, context, task.ref, dict(answers))
    if task.definition_key == notifications.BY_PHONE and instance.correlation_key:
        notifications.told_by_phone(session, task.authority_id, instance.correlation_key)
    contributed = asking_rows.given(session, instance, task.id, person_id, for_id)
    cause = Cause(
        entries=(*before, *contributed, _completed(task, person_id, for_id, context.profile.area)),
        person_id=person_id,
        done_ref=task.ref,
    )
    advance.apply(session, instance, version, step, cause, context, mirror=mirror)


def _written(
    session: Session, task: Row[Any], answers: Mapping[str, Any], person_id: str | None
) -> advance.Writes:
    answer = {
        "authority_id": task.authority_id,
        "id": task.id,
        "child_id": task.child_id,
        "instance_id": task.instance_id,
        "element_id": task.element_id,
        "form": task.form,
        "answers": dict(answers),
        "at": now(),
        "by": person_id,
    }
    done = {"of_authority": task.authority_id, "of_task": task.id, "done_at": now(), "done_by": person_id}
    page = director_pages.kept_as_sent(session, task, answers, person_id)
    return ((_ANSWER, answer), (_COMPLETE, done), *page)


def take_into_the_record(
    session: Session, task: Row[Any], form: Form | None, answers: Mapping[str, Any], person_id: str | None
) -> None:
    """What the answers say of the child: facts, and who works with the child from now on."""
    if form is None:
        return
    facts.record(
        session,
        task.authority_id,
        task.child_id,
        facts_from(form, answers),
        person_id=person_id,
        task_id=task.id,
    )
    appointments.note(
        session,
        authority_id=task.authority_id,
        child_id=task.child_id,
        instance_id=task.instance_id,
        task_id=task.id,
        form=task.form,
        answers=answers,
        person_id=person_id,
    )
    for field in form.fields:
        chosen = answers.get(field.key)
        if field.allocates and chosen and _is_person(session, task.authority_id, chosen):
            children.allocate(
                session, task.authority_id, task.child_id, field.allocates, chosen, by=person_id
            )


def _is_person(session: Session, authority_id: str, person_id: str) -> bool:
    known = select(Person.id).where(Person.authority_id == authority_id, Person.id == person_id)
    return session.scalar(known) is not None


def _completed(task: Row[Any], person_id: str | None, for_id: str | None, area: str | None) -> Entry:
    return Entry(
        kind="task_completed",
        child_id=task.child_id,
        person_id=person_id,
        for_id=for_id,
        task_id=task.id,
        facts={
            "definition": task.definition_key,
            "element": task.element_id,
            "name": task.name,
            "lane": task.role,
            "duty": duties_in(area, task.duty),
            "due_at": _in_london(task.due_at),
            "was_overdue": task.due_at is not None and now() > task.due_at,
        },
    )


def _in_london(moment: datetime | None) -> str | None:
    return moment.astimezone(LONDON).isoformat() if moment else None


def _keep_and_suspend(
    viewer: Viewer, task_id: str, answers: Mapping[str, Any], failure: EngineFailure
) -> None:
    with transaction() as session:
        task = row(session, viewer.authority_id, task_id)
        instance = advance.lock(session, viewer.authority_id, task.instance_id)
        drafts.keep(session, task, answers, viewer.person_id)
        if instance.status == "running":
            advance.suspend(session, instance, failure, {"do": "complete", "task": task.id})
