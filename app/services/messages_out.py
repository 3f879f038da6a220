"""Putting a message into the outbox, in the transaction of whatever sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.ids import new_id
from app.store.db import execute, table_of
from app.store.outbox import OutboxMessage

_ADD = insert(table_of(OutboxMessage))
QUEUED = "throughcare_messages_queued"
ESCALATE = "escalate"  # starts the ladder for the step that its correlation key names
FACTS_CHANGED = (
    "facts_changed"  # from the platform to every pathway of the child whose due times hang on a fact
)


def take_queued(session: Session) -> bool:
    """Whether this session has queued a message since it was last asked."""
    return bool(session.info.pop(QUEUED, False))


def queue(
    session: Session,
    instance: Row[Any],
    *,
    name: str,
    payload: Mapping[str, Any],
    correlate: str = "root",
    person_id: str | None = None,
) -> str:
    """A message from an instance to others of its child, or to the one that started it; the message's id."""
    return queue_for_child(
        session,
        authority_id=instance.authority_id,
        child_id=instance.child_id,
        sender_id=instance.id,
        root_id=instance.root_id,
        target_id=instance.parent_id if correlate == "parent" else None,
        name=name,
        payload=payload,
        correlate=correlate,
        person_id=person_id,
    )


def queue_for_child(
    session: Session,
    *,
    authority_id: str,
    child_id: str,
    name: str,
    payload: Mapping[str, Any],
    correlate: str = "root",
    sender_id: str | None = None,
    root_id: str | None = None,
    target_id: str | None = None,
    person_id: str | None = None,
) -> str:
    """A message to the instances of a child; the message's id. It is delivered after the commit."""
    message_id = new_id()
    session.info[QUEUED] = True
    execute(
        session,
        _ADD,
        {
            "authority_id": authority_id,
            "id": message_id,
            "child_id": child_id,
            "sender_id": sender_id,
            "root_id": root_id,
            "target_id": target_id,
            "name": name,
            "payload": dict(payload),
            "correlate": correlate,
            "correlation_key": payload.get("correlation_key"),
            "person_id": person_id,
            "state": "queued",
            "created_at": now(),
        },
    )
    return message_id
