"""Pathways that a message starts, because nobody of the child waits for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import EngineFailure
from app.domain.moments import read_moment
from app.engine import runner
from app.services import advance, definitions, incident_rows, surroundings
from app.services.advance import Cause
from app.services.poison import one_step
from app.store import audit
from app.store.audit import Entry
from app.store.db import savepoint
from app.store.outbox import OutboxMessage

MESSAGE_COLUMNS = (
    OutboxMessage.authority_id,
    OutboxMessage.id,
    OutboxMessage.child_id,
    OutboxMessage.sender_id,
    OutboxMessage.root_id,
    OutboxMessage.target_id,
    OutboxMessage.name,
    OutboxMessage.payload,
    OutboxMessage.correlate,
    OutboxMessage.correlation_key,
    OutboxMessage.person_id,
)


def start_on(session: Session, message: Row[Any]) -> list[str]:
    """Start the pathways that begin with the message, when nobody waits for it; their ids."""
    if message.target_id is not None:
        return []
    return [_start_one(session, message, key) for key in definitions.starting_on(session, message.name)]


def start_again(session: Session, authority_id: str, message_id: str, key: str) -> None:
    """Start a pathway once more that a message should have started and could not; if it cannot again, an incident."""
    message = session.execute(
        select(*MESSAGE_COLUMNS).where(
            OutboxMessage.authority_id == authority_id, OutboxMessage.id == message_id
        )
    ).one()
    _start_one(session, message, key)


def _start_one(session: Session, message: Row[Any], key: str) -> str:
    payload = dict(message.payload)
    try:
        with one_step(), savepoint(session):
            version = definitions.current(session, key)
            zero = definitions.clock_field(definitions.form(session, version.version_id, version.start_form))
            started_at = payload.get(zero or "") or payload.get("started_at")
            instance = advance.create(
                session,
                authority_id=message.authority_id,
                child_id=message.child_id,
                version=version,
                started_at=read_moment(started_at) if started_at else now(),
                person_id=message.person_id,
                parent={"id": message.sender_id, "root_id": message.root_id},
                correlation_key=message.correlation_key,
            )
            context = surroundings.context_for(session, message.authority_id, message.child_id)
            payload.setdefault("started_at", instance.started_at.isoformat())
            step = runner.start(version, context, {}, payload)
            entries = (started_entry(instance, message),)
            cause = Cause(entries=entries, person_id=message.person_id)
            advance.apply(session, instance, version, step, cause, context)
            return str(instance.id)
    except EngineFailure as failure:
        incident_id = incident_rows.note_incident(
            session,
            failure,
            {"do": "start", "message": message.id, "definition": key},
            authority_id=message.authority_id,
            child_id=message.child_id,
            instance_id=message.sender_id,
            definition_key=key,
        )
        told = {
            "definition": key,
            "element": failure.element_id,
            "name": key.replace("_", " "),
            "detail": failure.sentence,
            "incident": incident_id,
        }
        entry = Entry(kind="incident", child_id=message.child_id, message_id=message.id, facts=told)
        audit.note(session, entry, authority_id=message.authority_id, stream=f"child:{message.child_id}")
        return incident_id


def started_entry(instance: advance.InstanceRow, message: Row[Any]) -> Entry:
    """The audit entry of an instance that a message started."""
    return Entry(
        kind="instance_started",
        child_id=instance.child_id,
        person_id=message.person_id,
        message_id=message.id,
        facts={
            "definition": instance.definition_key,
            "name": instance.name,
            "parent": instance.parent_id,
            "message": message.name,
            "started_at": instance.started_at.isoformat(),
        },
    )
