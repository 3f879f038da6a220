"""Asking somebody for a contribution to a task: whom one can ask, asking, withdrawing, what was asked and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound, StaleTask
from app.domain.forms import Form, validate
from app.domain.ids import new_id
from app.domain.moments import end_of_day, london_day
from app.services import advance, asking_rows, messages, messages_out, reference, submissions, surroundings
from app.services.asked_people import Asked, ask_form, choices
from app.services.crashpoints import crash_point
from app.services.task_lookup import refuse_unless_open, row, thing
from app.store.askings import Asking
from app.store.audit import Entry
from app.store.db import db, known_as, reading, transaction
from app.store.instances import ProcessInstance
from app.store.people import Person, Team
from app.store.tasks import Answer, UserTask
from app.store.ties import tie

USUAL_DAYS = 5
LONGEST_REASON = 1000


@dataclass(frozen=True)
class AskingRow:
    """A question as the page of the task shows it: whom, what, by when, and what was answered, by whom, when.

    `taken_over_by` is whom the answer reaches since the asker's work was handed over. `task_id` is the
    contribution's own task once it has begun, for those who may see it.
    """

    id: str
    whom: str
    question: str
    is_required: bool
    is_action: bool
    wanted_on: date
    asked_by: str
    taken_over_by: str
    asked_at: datetime
    state: str
    answer: str
    answered_by: str
    ended_at: datetime | None
    reason: str
    task_id: str | None

    @property
    def is_late(self) -> bool:
        """Whether it is still waited for after its day."""
        return self.state == "open" and self.wanted_on < today()


@dataclass(frozen=True)
class _Which:
    """An asking as `asking_rows.withdraw` takes it."""

    id: str
    ref: str
    name: str


@dataclass(frozen=True)
class AskPage:
    """What one needs to ask: the form with everybody who can be asked, and what it starts with."""

    form: Form
    people: Mapping[str, tuple[tuple[str, str], ...]]
    answers: Mapping[str, Any]


def ask_page(viewer: Viewer, task_id: str) -> AskPage:
    """The form for asking. Raises NotFound, NotAllowed, StaleTask."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        require(viewer, "ask", thing(session, task), seen_by="see_task")
        refuse_unless_open(session, task)
        offers = choices(session, viewer.authority_id)
        answers = {"wanted_on": _usual_day(session, task).isoformat(), "need": "optional"}
        people = {"asked": tuple((key, one.label) for key, one in offers.items())}
        return AskPage(ask_form(offers), people, answers)


def ask(viewer: Viewer, task_id: str, given: Mapping[str, Any], *, submission: str | None = None) -> str:
    """Ask for a contribution to an open task; who was asked, in words. It reaches them with the commit.

    Raises NotFound, NotAllowed, StaleTask, BadInput (a sentence for each field).
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "ask", its_thing, seen_by="see_task")
        offers = choices(session, viewer.authority_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        refuse_unless_open(session, task)
        valid = validate(ask_form(offers), given)
        asked = offers[valid["who"]]
        _write(session, instance, task, asked, valid, viewer.person_id, acts_for(viewer, its_thing))
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, asked.label)
        crash_point("before_commit")
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return asked.label


def withdraw(viewer: Viewer, asking_id: str, reason: str) -> str:
    """Take a question back; the id of the task that asked. Raises NotFound, NotAllowed, StaleTask, BadInput."""
    said = reason.strip()
    if wrong := reasons.problem(said, most=LONGEST_REASON, missing="Enter why it is no longer needed"):
        raise BadInput(wrong, {"reason": [wrong]})
    with transaction() as session:
        asking = session.get(Asking, (viewer.authority_id, asking_id))
        if asking is None:
            raise NotFound()
        instance = advance.lock(session, viewer.authority_id, asking.instance_id)
        task = row(session, viewer.authority_id, asking.task_id)
        its_thing = thing(session, task)
        require(viewer, "ask", its_thing, seen_by="see_task")
        who = (viewer.person_id, acts_for(viewer, its_thing))
        which = _Which(asking.id, asking.task_id, asking.pathway)
        entries = asking_rows.withdraw(session, instance, which, task.name, said, *who)
        if not entries:
            raise StaleTask("This question has been answered or withdrawn already.")
        advance.record(session, instance, entries)
    messages.deliver_queued(db.session())
    return str(asking.task_id)


def question_of(viewer: Viewer, asking_id: str) -> tuple[AskingRow, str]:
    """A question and the id of the task that asks it, for somebody who may withdraw it. Raises NotFound, NotAllowed."""
    with reading() as session:
        asking = session.get(Asking, (viewer.authority_id, asking_id))
        if asking is None:
            raise NotFound()
        task = row(session, viewer.authority_id, asking.task_id)
        require(viewer, "ask", thing(session, task), seen_by="see_task")
        found = _rows(session, viewer.authority_id, Asking.id == asking_id)
        return found[0], asking.task_id


def of_task(session: Session, authority_id: str, task_id: str) -> tuple[AskingRow, ...]:
    """What was asked for in a task, oldest first. Whether the viewer sees the task is the caller's question."""
    return _rows(session, authority_id, Asking.task_id == task_id)


def behind(session: Session, viewer: Viewer, task: Row[Any]) -> tuple[AskingRow, str | None] | None:
    """The question that a contribution's task answers, and the id of the task that asked where the viewer sees it.

    None for every other task.
    """
    if task.definition_key not in asking_rows.PATHWAYS:
        return None
    key = session.scalar(
        select(ProcessInstance.correlation_key).where(
            ProcessInstance.authority_id == viewer.authority_id, ProcessInstance.id == task.instance_id
        )
    )
    asking = session.get(Asking, (viewer.authority_id, key)) if key else None
    if asking is None:
        return None
    asker = thing(session, row(session, viewer.authority_id, asking.task_id))
    found = _rows(session, viewer.authority_id, Asking.id == asking.id)
    return found[0], asking.task_id if may(viewer, "see_task", asker) else None


def _usual_day(session: Session, task: Row[Any]) -> date:
    """Five working days from now, or the working day before the task itself is due; tomorrow at the earliest."""
    calendar = surroundings.context_for(session, task.authority_id, task.child_id).calendar
    usual = calendar.add(today(), USUAL_DAYS)[0]
    if task.due_at is not None:
        usual = min(usual, calendar.previous_working_day(london_day(task.due_at) - timedelta(days=1))[0])
    return max(usual, calendar.next_working_day(today() + timedelta(days=1)))


def _write(
    session: Session,
    instance: advance.InstanceRow,
    task: Row[Any],
    asked: Asked,
    valid: Mapping[str, Any],
    person_id: str,
    for_id: str | None,
) -> None:
    wanted_on = date.fromisoformat(valid["wanted_on"])
    asking_id = new_id()
    key = asking_rows.ACTION if valid["need"] == "after" else asking_rows.CONTRIBUTION
    pathway = asking_rows.PATHWAYS[key]
    session.execute(
        insert(Asking).values(
            authority_id=task.authority_id,
            id=asking_id,
            child_id=task.child_id,
            instance_id=instance.id,
            task_id=task.id,
            pathway=key,
            role=asked.role,
            team_id=asked.team_id,
            person_id=asked.person_id,
            question=valid["question"],
            is_required=valid["need"] == "required",
            wanted_on=wanted_on,
            asked_at=now(),
            asked_by=person_id,
            state="open",
        )
    )
    if asked.agency:
        tie(session, task.authority_id, task.child_id, {asked.agency})
    payload = {"correlation_key": asking_id, "wanted_by": end_of_day(wanted_on).isoformat()}
    message_id = messages_out.queue(
        session, instance, name=pathway.asked, payload=payload, person_id=person_id
    )
    facts = {
        "definition": instance.definition_key,
        "element": task.element_id,
        "name": task.name,
        "asking": asking_id,
        "role": asked.role,
        "to": asked.person_id,
        "due_at": payload["wanted_by"],
    }
    entry = Entry(
        kind=pathway.told[0],
        child_id=task.child_id,
        person_id=person_id,
        for_id=for_id,
        task_id=task.id,
        message_id=message_id,
        facts=facts,
    )
    advance.record(session, instance, [entry])


def _rows(session: Session, authority_id: str, which: Any) -> tuple[AskingRow, ...]:
    asker = known_as(Person, "asker")
    asked = known_as(Person, "asked")
    ender = known_as(Person, "ender")
    successor = known_as(Person, "successor")
    of = Asking.authority_id
    found = session.execute(
        select(
            Asking,
            asker.name.label("asker"),
            asked.name.label("asked"),
            ender.name.label("ender"),
            successor.name.label("successor"),
            Team.name.label("team"),
            Answer.answers,
            UserTask.id.label("contribution_id"),
        )
        .outerjoin(asker, (asker.authority_id == of) & (asker.id == Asking.asked_by))
        .outerjoin(asked, (asked.authority_id == of) & (asked.id == Asking.person_id))
        .outerjoin(ender, (ender.authority_id == of) & (ender.id == Asking.ended_by))
        .outerjoin(successor, (successor.authority_id == of) & (successor.id == Asking.taken_over_by))
        .outerjoin(Team, (Team.authority_id == of) & (Team.id == Asking.team_id))
        .outerjoin(Answer, (Answer.authority_id == of) & (Answer.id == Asking.answer_id))
        .outerjoin(
            ProcessInstance,
            (ProcessInstance.authority_id == of)
            & (ProcessInstance.parent_id == Asking.instance_id)
            & (ProcessInstance.correlation_key == Asking.id),
        )
        .outerjoin(UserTask, (UserTask.authority_id == of) & (UserTask.instance_id == ProcessInstance.id))
        .where(of == authority_id, which)
        .order_by(Asking.asked_at, Asking.id)
    )
    return tuple(_asking_row(one) for one in found)


def _asking_row(found: Row[Any]) -> AskingRow:
    asking: Asking = found.Asking
    role = reference.roles().name_of(asking.role)
    return AskingRow(
        id=asking.id,
        whom=f"{found.asked} ({role})" if found.asked else found.team or role,
        question=asking.question,
        is_required=asking.is_required,
        is_action=asking.pathway == asking_rows.ACTION,
        wanted_on=asking.wanted_on,
        asked_by=found.asker or "the service",
        taken_over_by=found.successor or "",
        asked_at=asking.asked_at,
        state=asking.state,
        answer=str((found.answers or {}).get("contribution") or ""),
        answered_by=found.ender or "",
        ended_at=asking.ended_at,
        reason=asking.reason or "",
        task_id=found.contribution_id,
    )
