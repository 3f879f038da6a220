"""Messages between instances: routed by our own subscriptions, delivered exactly once, in the order of the child's.

A message is delivered in one transaction with the steps that it causes, so that it is marked as delivered if and
only if they were taken. Who gets it: see `_receivers`. Deliveries of one child never overtake each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, Busy, EngineFailure, StaleTask
from app.engine import runner
from app.services import (
    advance,
    definitions,
    message_starts,
    messages_out,
    recounting,
    surroundings,
)
from app.services.advance import Cause
from app.services.crashpoints import crash_point
from app.services.poison import one_step
from app.services.read_first import read_first
from app.store.audit import Entry
from app.store.db import db, execute, known_as, savepoint, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage, Subscription
from app.store.ties import child_thing

MOST_AT_ONCE = 500
TRIES = 5
_EARLIER = known_as(OutboxMessage, "earlier")
_QUEUED: ColumnElement[str] = literal_column(
    "'queued'"
)  # not a parameter, or the index of queued messages would not be used
_NEXT = (
    select(*message_starts.MESSAGE_COLUMNS)
    .where(
        OutboxMessage.state == _QUEUED,
        ~exists().where(
            _EARLIER.authority_id == OutboxMessage.authority_id,
            _EARLIER.child_id == OutboxMessage.child_id,
            _EARLIER.id < OutboxMessage.id,
            _EARLIER.state == _QUEUED,
        ),
    )
    .order_by(OutboxMessage.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=OutboxMessage)
)
_NEXT_OF = _NEXT.where(OutboxMessage.authority_id == bindparam("of_authority"))
_MARK = (
    update(table_of(OutboxMessage))
    .where(
        OutboxMessage.authority_id == bindparam("of_authority"), OutboxMessage.id == bindparam("of_message")
    )
    .values(state=bindparam("new_state"), delivered_at=bindparam("delivered_when"))
)


@dataclass(frozen=True)
class Receiver:
    """An instance that waits for a message, and the places where it does."""

    instance_id: str
    status: str
    refs: tuple[str, ...]


def send(
    viewer: Viewer, instance_id: str, name: str, payload: Mapping[str, Any], *, submission: str | None = None
) -> str:
    """Tell a pathway something from outside (the remand ended, a court date was set); the message's id.

    Raises NotFound, NotAllowed, BadInput when nobody in the pathway's tree waits for it.
    """
    from app.services import submissions

    with transaction() as session:
        instance = advance.lock(session, viewer.authority_id, instance_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        thing = child_thing(session, viewer.authority_id, instance.child_id)
        require(viewer, "send_message", thing, seen_by="see_instance")
        if instance.status not in ("running", "suspended"):
            raise StaleTask("This pathway has ended already.")
        waits = session.execute(
            _waiting(instance.authority_id, instance.child_id, name, instance.root_id).limit(1)
        ).first()
        if waits is None and not definitions.starting_on(session, name):
            raise BadInput("This pathway does not wait for that now.")
        message_id = messages_out.queue(
            session, instance, name=name, payload=payload, person_id=viewer.person_id
        )
        facts = {
            "definition": instance.definition_key,
            "name": name,
            "message": name,
            "detail": dict(payload),
        }
        entry = Entry(
            kind="message_sent",
            child_id=instance.child_id,
            person_id=viewer.person_id,
            message_id=message_id,
            facts=facts,
        )
        advance.record(session, instance, [entry])
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, message_id)
        crash_point("before_commit")
    crash_point("after_commit")
    deliver_queued(db.session())
    return message_id


def deliver_pending(authority_id: str | None = None, *, limit: int = MOST_AT_ONCE) -> int:
    """Deliver what is queued (of one authority, or of all), oldest first; how many were."""
    delivered = 0
    while delivered < limit and deliver_next(authority_id):
        delivered += 1
    return delivered


def deliver_queued(session: Session) -> None:
    """Deliver at once what the session's last transaction queued, if it queued anything.

    What is asked for has been committed by now: while the database is busy, delivery is left to the scheduler.
    """
    if messages_out.take_queued(session):
        with suppress(Busy):
            deliver_pending()


def deliver_next(authority_id: str | None = None) -> bool:
    """Deliver the oldest message that may go now; False when there is none.

    A receiver may have moved on between our looking for it and our locking it: then we look again.
    """
    for _ in range(TRIES):
        with suppress(StaleTask):
            return _deliver_next(authority_id)
    return _deliver_next(authority_id, must_fit=True)


@read_first
def _deliver_next(authority_id: str | None, *, must_fit: bool = False) -> bool:
    with transaction() as session:
        message = _next_queued(session, authority_id)
        if message is None:
            return False
        crash_point("after_claim")
        if message.name == messages_out.FACTS_CHANGED:
            recounting.spread(session, message)
            _mark(session, message, "delivered")
            return True
        receivers = _receivers(session, message)
        held = [receiver for receiver in receivers if receiver.status == "suspended"]
        for receiver in receivers:
            if receiver.status == "running":
                _deliver_to(session, message, receiver, must_fit=must_fit)
        for receiver in held:
            _hold(session, message, receiver.instance_id)
        started = [] if receivers else message_starts.start_on(session, message)
        state = "delivered" if receivers or started else "unclaimed"
        _mark(session, message, state)
        crash_point("before_commit")
    crash_point("after_commit")
    return True


def _next_queued(session: Session, authority_id: str | None) -> Row[Any] | None:
    if authority_id is None:
        return execute(session, _NEXT).first()
    return execute(session, _NEXT_OF, {"of_authority": authority_id}).first()


def _waiting(authority_id: str, child_id: str, name: str, root_id: str | None) -> Select[*tuple[Any, ...]]:
    """Everything of the child (of one tree, where `root_id` is given) that waits for `name`, in a fixed order."""
    query = (
        select(
            Subscription.instance_id, ProcessInstance.status, Subscription.ref, Subscription.correlation_key
        )
        .join(
            ProcessInstance,
            (ProcessInstance.authority_id == Subscription.authority_id)
            & (ProcessInstance.id == Subscription.instance_id),
        )
        .where(
            Subscription.authority_id == authority_id,
            Subscription.child_id == child_id,
            Subscription.message == name,
            ProcessInstance.status.in_(("running", "suspended")),
        )
        .order_by(Subscription.instance_id)
    )
    return query if root_id is None else query.where(Subscription.root_id == root_id)


def _receivers(session: Session, message: Row[Any]) -> list[Receiver]:
    """Who waits for the message.

    Within the sender's tree, unless the message is declared to correlate on the child (a second remand must not
    end the first one's visits). A message with a correlation key reaches only instances that were started with it.
    """
    root_id = None if message.correlate == "child" else message.root_id
    query = _waiting(message.authority_id, message.child_id, message.name, root_id)
    found = session.execute(query.with_for_update(of=ProcessInstance)).all()
    if message.target_id is not None:
        found = [row for row in found if row[0] == message.target_id]
    if message.correlation_key is not None:
        found = [row for row in found if row[3] == message.correlation_key]
    statuses = {row[0]: row[1] for row in found}
    return [
        Receiver(instance_id, status, tuple(row[2] for row in found if row[0] == instance_id))
        for instance_id, status in statuses.items()
    ]


def _deliver_to(session: Session, message: Row[Any], receiver: Receiver, *, must_fit: bool) -> None:
    instance = advance.lock(session, message.authority_id, receiver.instance_id)
    entry = Entry(
        kind="message_received",
        child_id=instance.child_id,
        person_id=message.person_id,
        message_id=message.id,
        facts={"definition": instance.definition_key, "name": message.name, "message": message.name},
    )
    try:
        with one_step(), savepoint(session):
            version = definitions.compiled(session, instance.version_id)
            context, mirror = surroundings.around(session, instance)
            step = runner.deliver(
                version, instance.state, context, receiver.refs, message.name, dict(message.payload)
            )
            moved = recounting.moved_by_news(instance, mirror.engine_timers, step.timers, message.payload)
            cause = Cause(entries=(entry, *moved), person_id=message.person_id)
            advance.apply(session, instance, version, step, cause, context, mirror=mirror)
    except (EngineFailure, StaleTask) as error:
        if isinstance(error, StaleTask) and not must_fit:
            raise
        failure = error if isinstance(error, EngineFailure) else EngineFailure(None, error.sentence)
        advance.suspend(session, instance, failure, {"do": "deliver", "message": message.id})
        _hold(session, message, instance.id)


def _hold(session: Session, message: Row[Any], instance_id: str) -> None:
    """Keep the message for one suspended instance; it goes on when the incident has been put right."""
    held_id = messages_out.queue_for_child(
        session,
        authority_id=message.authority_id,
        child_id=message.child_id,
        sender_id=message.sender_id,
        root_id=message.root_id,
        target_id=instance_id,
        name=message.name,
        payload=message.payload,
        correlate=message.correlate,
        person_id=message.person_id,
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.authority_id == message.authority_id, OutboxMessage.id == held_id)
        .values(state="held")
        .execution_options(synchronize_session=False)
    )


def _mark(session: Session, message: Row[Any], state: str) -> None:
    keys = {"of_authority": message.authority_id, "of_message": message.id}
    execute(session, _MARK, {**keys, "new_state": state, "delivered_when": now()})
