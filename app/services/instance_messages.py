"""What a running pathway said and was told, and how it came from one version to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.audit import AuditEntry
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.people import names_of

MESSAGES_SHOWN = 200


@dataclass(frozen=True)
class MessageLine:
    """A message that the pathway sent, that a person said on its page, or that reached it.

    `sender` is the name of the person, or of the other pathway; empty where the pathway itself sent it.
    """

    name: str
    state: str
    created_at: datetime
    sender: str = ""
    is_received: bool = False


@dataclass(frozen=True)
class MoveLine:
    """When the pathway was moved to another version, or back: from which to which, and why."""

    at: datetime
    words: str
    reason: str


def messages(session: Session, found: ProcessInstance, names: Mapping[str, str]) -> tuple[MessageLine, ...]:
    """What was sent and what arrived, the newest first; `names` are those of the pathways that belong to it."""
    rows = session.execute(
        select(AuditEntry, OutboxMessage)
        .join(
            OutboxMessage,
            (OutboxMessage.authority_id == AuditEntry.authority_id)
            & (OutboxMessage.id == AuditEntry.message_id),
        )
        .where(*_told(found, "message_sent", "message_received"))
        .order_by(AuditEntry.seq.desc())
        .limit(MESSAGES_SHOWN)
    ).all()
    people = names_of(session, found.authority_id, filter(None, (message.person_id for _, message in rows)))
    lines = []
    for entry, message in rows:
        person = people.get(message.person_id or "", "")
        if entry.kind == "message_sent":
            said_by = "" if "element" in entry.facts else person
            lines.append(MessageLine(message.name, message.state, entry.at, said_by))
        elif message.sender_id != found.id:
            sender = names.get(message.sender_id or "") or person or "outside"
            lines.append(MessageLine(message.name, "received", entry.at, sender, is_received=True))
    return tuple(lines)


def moves(session: Session, found: ProcessInstance) -> tuple[MoveLine, ...]:
    """Each move to another version, the newest first."""
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.facts)
        .where(*_told(found, "instance_migrated", "migration_reverted"))
        .order_by(AuditEntry.seq.desc())
    )
    return tuple(MoveLine(at, facts["detail"], facts.get("reason") or "") for at, facts in rows)


def _told(found: ProcessInstance, *kinds: str) -> tuple[Any, ...]:
    """What the pathway's own chain of the audit has of these kinds."""
    return (
        AuditEntry.authority_id == found.authority_id,
        AuditEntry.stream == found.id,
        AuditEntry.kind.in_(kinds),
    )
