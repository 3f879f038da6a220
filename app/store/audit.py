"""The audit: append-only, a hash chain without gaps for each stream.

A stream is an instance (its tip lives in the instance's row, which every step locks anyway, so that writers of
different children never wait for each other), or a person or thing outside the pathways (its tip is the last row).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.clock import now
from app.domain.ids import new_id
from app.store.absences import DoneFor
from app.store.db import Base, execute, table_of

GENESIS = "0" * 64


class AuditEntry(Base):
    """What happened, in the past tense, when, to what and by whom."""

    __tablename__ = "audit"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str]  # orders the entries of all streams
    kind: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[str | None]
    child_id: Mapped[str | None]
    instance_id: Mapped[str | None]
    instance_version: Mapped[int | None]
    task_id: Mapped[str | None]
    timer_id: Mapped[str | None]
    message_id: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    hash: Mapped[str]
    __table_args__ = (
        Index("ix_audit_feed", "authority_id", "id", unique=True),
        Index("ix_audit_child", "authority_id", "child_id", "id"),
        Index(
            "uq_audit_task_completed",
            "authority_id",
            "task_id",
            unique=True,
            sqlite_where=text("kind = 'task_completed'"),
            postgresql_where=text("kind = 'task_completed'"),
        ),
        Index(
            "uq_audit_timer_fired",
            "authority_id",
            "timer_id",
            unique=True,
            sqlite_where=text("timer_id IS NOT NULL"),
            postgresql_where=text("timer_id IS NOT NULL"),
        ),
    )


_APPEND = insert(table_of(AuditEntry))
_STAND_IN = insert(table_of(DoneFor))
APPEND_ONLY_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb} BEFORE {verb.upper()} ON audit BEGIN "
    f"SELECT RAISE(ABORT, 'the audit is append-only'); END"
    for verb in ("update", "delete")
)
APPEND_ONLY_POSTGRESQL = (
    "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, not yet written. `for_id` is whom the person covered for: “A for B”."""

    kind: str
    person_id: str | None = None
    for_id: str | None = None
    child_id: str | None = None
    task_id: str | None = None
    timer_id: str | None = None
    message_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tip:
    """The last link of a chain."""

    seq: int = 0
    hash: str = GENESIS


def link(previous: str, row: dict[str, Any]) -> str:
    """The hash of a row: sha-256 over the hash before it and the row's own content."""
    return link_content(previous, content_of(row))


def content_of(row: dict[str, Any]) -> str:
    """What of a row is hashed, as text: everything but its hash."""
    return json.dumps(
        {name: value for name, value in row.items() if name != "hash"}, sort_keys=True, default=_plain
    )


def link_content(previous: str, content: str) -> str:
    """The hash of a row with this content behind the one with that hash."""
    return hashlib.sha256(f"{previous}{content}".encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be audited")


def append(
    session: Session,
    entries: Sequence[Entry],
    *,
    authority_id: str,
    stream: str,
    tip: Tip,
    instance_id: str | None = None,
    instance_version: int | None = None,
) -> Tip:
    """Write the entries behind `tip`, in order; the new tip. The caller holds the stream's lock."""
    rows: list[dict[str, Any]] = []
    at = now()
    for entry in entries:
        row = {
            "authority_id": authority_id,
            "stream": stream,
            "seq": tip.seq + 1,
            "id": new_id(),
            "kind": entry.kind,
            "at": at,
            "person_id": entry.person_id,
            "child_id": entry.child_id,
            "instance_id": instance_id,
            "instance_version": instance_version,
            "task_id": entry.task_id,
            "timer_id": entry.timer_id,
            "message_id": entry.message_id,
            "facts": {**entry.facts, "for": entry.for_id} if entry.for_id else entry.facts,
        }
        tip = Tip(tip.seq + 1, link(tip.hash, row))
        rows.append({**row, "hash": tip.hash})
    if rows:
        execute(session, _APPEND, rows)
    stood_in = [_done_for(row) for row in rows if "for" in row["facts"]]
    if stood_in:
        execute(session, _STAND_IN, stood_in)
    return tip


def _done_for(row: dict[str, Any]) -> dict[str, Any]:
    copied = ("authority_id", "id", "at", "kind", "child_id", "task_id")
    return {
        **{name: row[name] for name in copied},
        "person_id": row["facts"]["for"],
        "by_id": row["person_id"],
        "name": row["facts"].get("name", ""),
    }


def note(session: Session, entry: Entry, *, authority_id: str, stream: str) -> None:
    """Write one entry to a stream outside the pathways (a person's sign-ins, a child's record, publishing).

    Two writers of one such stream at once: the primary key lets one win, the other's transaction is undone.
    """
    last = session.execute(
        select(AuditEntry.seq, AuditEntry.hash)
        .where(AuditEntry.authority_id == authority_id, AuditEntry.stream == stream)
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    ).first()
    append(
        session,
        [entry],
        authority_id=authority_id,
        stream=stream,
        tip=Tip(last.seq, last.hash) if last else Tip(),
    )
