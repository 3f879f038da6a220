"""A manager suspends a pathway and lets it go on: with a reason, and if they like with the day on which it does.

The law's clocks do not stand still for a suspension. Tasks keep their dates and are late when they are late; what
waits is that they can be completed, that timers fire, that messages arrive and that lateness is escalated. All of it
is made up for when the pathway goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound, StaleTask
from app.domain.moments import day_in_words
from app.services import advance, going_on, messages, submissions, timers
from app.store.audit import Entry
from app.store.db import db, reading, transaction
from app.store.instances import ProcessInstance, Suspension
from app.store.people import name_of
from app.store.ties import child_thing
from app.store.timers import Timer

LONGEST_REASON = 2000
LONGEST = timedelta(days=366)
BY_ITSELF = "The day had come until which it was suspended."


@dataclass(frozen=True)
class Standing:
    """A pathway that a manager has suspended. `came_due` are its clocks whose moment has come meanwhile."""

    by: str
    at: datetime
    reason: str
    until_on: date | None
    came_due: tuple[tuple[str, datetime], ...]


def of_instance(viewer: Viewer, instance_id: str) -> Standing | None:
    """Who has suspended the pathway, and why; nothing when nobody has. Raises NotFound."""
    with reading() as session:
        row = session.get(ProcessInstance, (viewer.authority_id, instance_id))
        if row is None:
            raise NotFound()
        require(viewer, "see_instance", child_thing(session, viewer.authority_id, row.child_id))
        found = session.get(Suspension, (viewer.authority_id, instance_id))
        if found is None or row.status != "suspended":
            return None
        query = select(Timer.name, Timer.due_at).where(
            Timer.authority_id == viewer.authority_id, Timer.instance_id == instance_id, Timer.due_at <= now()
        )
        came_due = tuple((one.name, one.due_at) for one in session.execute(query.order_by(Timer.due_at)))
        by = name_of(session, viewer.authority_id, found.by_id) or "A manager"
    return Standing(by, found.at, found.reason, found.until_on, came_due)


def suspend(
    viewer: Viewer, instance_id: str, reason: str, until_on: date | None, *, submission: str | None = None
) -> None:
    """Let a running pathway stand still, until it is let go on or a day comes.

    Raises NotFound, NotAllowed, BadInput, StaleTask when it does not run.
    """
    with transaction() as session:
        instance = _locked(session, viewer, instance_id, "suspend_instance")
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
        if instance.status == "suspended":
            raise StaleTask(going_on.why_it_stands(session, instance))
        if instance.status != "running":
            raise StaleTask("This pathway has ended already.")
        _check(reason, until_on)
        session.execute(
            delete(Suspension).where(
                Suspension.authority_id == viewer.authority_id, Suspension.instance_id == instance_id
            )
        )
        session.execute(
            insert(Suspension).values(
                authority_id=viewer.authority_id,
                instance_id=instance_id,
                reason=reason.strip(),
                by_id=viewer.person_id,
                at=now(),
                until_on=until_on,
            )
        )
        until = f"until {day_in_words(until_on)}" if until_on else "until somebody lets it go on"
        entry = Entry(
            kind="instance_suspended",
            child_id=instance.child_id,
            person_id=viewer.person_id,
            facts={**_about(instance), "detail": until, "reason": reason.strip()},
        )
        advance.record(session, instance, [entry], status="suspended")
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, instance_id)


def resume(viewer: Viewer, instance_id: str, reason: str, *, submission: str | None = None) -> None:
    """Let it go on: what came due meanwhile fires, and what was said to it arrives.

    Raises NotFound, NotAllowed, BadInput, StaleTask when no manager has suspended it.
    """
    with transaction() as session:
        instance = _locked(session, viewer, instance_id, "resume_instance")
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
        _refuse_unless_suspended(session, instance)
        _check(reason, None)
        _let_go_on(session, instance, viewer.person_id, reason.strip())
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, instance_id)
    messages.deliver_queued(db.session())
    timers.drain()


def bring_forward() -> int:
    """Let the pathways go on whose day has come; how many. For the scheduler, and safe in several at once."""
    with reading() as session:
        due = session.execute(
            select(Suspension.authority_id, Suspension.instance_id)
            .join(
                ProcessInstance,
                (ProcessInstance.authority_id == Suspension.authority_id)
                & (ProcessInstance.id == Suspension.instance_id),
            )
            .where(Suspension.until_on <= today(), ProcessInstance.status == "suspended")
        ).all()
    done = 0
    for row in due:
        with transaction() as session:
            instance = advance.lock(session, row.authority_id, row.instance_id)
            found = session.get(Suspension, (row.authority_id, row.instance_id), populate_existing=True)
            if instance.status == "suspended" and found is not None and found.until_on is not None:
                _let_go_on(session, instance, None, BY_ITSELF)
                done += 1
    return done


def _locked(session: Session, viewer: Viewer, instance_id: str, action: str) -> Row[Any]:
    instance = advance.lock(session, viewer.authority_id, instance_id)
    thing = child_thing(session, viewer.authority_id, instance.child_id)
    require(viewer, action, thing, seen_by="see_instance")
    return instance


def _refuse_unless_suspended(session: Session, instance: Row[Any]) -> None:
    if instance.status != "suspended":
        raise StaleTask("This pathway is not suspended.")
    if session.get(Suspension, (instance.authority_id, instance.id)) is None:
        raise StaleTask(
            "This pathway stands still because of a fault: put the incident right, and it goes on."
        )


def _let_go_on(session: Session, instance: Row[Any], person_id: str | None, reason: str) -> None:
    session.execute(
        delete(Suspension).where(
            Suspension.authority_id == instance.authority_id, Suspension.instance_id == instance.id
        )
    )
    entry = Entry(
        kind="instance_resumed",
        child_id=instance.child_id,
        person_id=person_id,
        facts={**_about(instance), "reason": reason},
    )
    advance.record(session, instance, [entry], status="running")
    going_on.let_waiting_go_on(session, instance, person_id, "The pathway goes on after it was suspended")


def _about(instance: Row[Any]) -> dict[str, str]:
    return {"definition": instance.definition_key, "name": instance.name}


def _check(reason: str, until_on: date | None) -> None:
    errors: dict[str, list[str]] = {}
    if wrong := reasons.problem(reason, most=LONGEST_REASON):
        errors["reason"] = [wrong]
    if until_on is not None and until_on <= today():
        errors["until_on"] = ["The day must be in the future"]
    elif until_on is not None and until_on > today() + LONGEST:
        errors["until_on"] = ["The day must be within a year"]
    if errors:
        raise BadInput("That cannot be done like this.", errors)
