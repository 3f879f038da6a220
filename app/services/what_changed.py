"""Something has changed: what people can tell a child's pathways now, and what came of telling them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.errors import NotFound
from app.services import definitions, reference
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.outbox import Notification, Subscription
from app.store.ties import child_thing

ORIGINS = (
    "message_sent",
    "task_completed",
    "instance_started",
    "instance_cancelled",
    "child_changed",
    "timer_fired",
)
"""Entries that begin something new, where they have no message before them in the same delivery."""
MOST = 200


@dataclass(frozen=True)
class News:
    """Something that a pathway of the child waits to be told; `root_id` is the one that its tree began with."""

    instance_id: str
    message: str
    title: str
    pathway: str
    root_id: str


@dataclass(frozen=True)
class Moved:
    """A due time that has moved: from, to, why."""

    name: str
    was: datetime | None
    due_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Told:
    """Somebody who is told, and how far the letter has come."""

    recipient: str
    state: str


@dataclass(frozen=True)
class Opened:
    """A task that has begun: whose, and when it is due."""

    name: str
    role_name: str
    due_at: datetime | None


@dataclass(frozen=True)
class WhatChanged:
    """What came of one message: the receipt of whoever sent it."""

    child_id: str
    sent_at: datetime
    moved: tuple[Moved, ...]
    told: tuple[Told, ...]
    started: tuple[str, ...]
    ended: tuple[str, ...]
    closed: tuple[str, ...]
    opened: tuple[Opened, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all came of it."""
        return not any((self.moved, self.told, self.started, self.ended, self.closed, self.opened))


def news(viewer: Viewer, child_id: str) -> list[News]:
    """What the viewer can tell the running pathways of a child, each thing once for each tree. Raises NotFound."""
    with reading() as session:
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "see_child", thing)
        if not may(viewer, "send_message", thing):
            return []
        waits = session.execute(
            select(
                Subscription.message,
                Subscription.root_id,
                ProcessInstance.id,
                ProcessInstance.version_id,
                ProcessInstance.name,
            )
            .join(
                ProcessInstance,
                (ProcessInstance.authority_id == Subscription.authority_id)
                & (ProcessInstance.id == Subscription.instance_id),
            )
            .where(
                Subscription.authority_id == viewer.authority_id,
                Subscription.child_id == child_id,
                ProcessInstance.status.in_(("running", "suspended")),
            )
            .order_by(ProcessInstance.id)
        )
        found: dict[tuple[str, str], News] = {}
        for row in waits:
            form = definitions.message_form(session, row.version_id, row.message)
            if form is not None:
                one = News(row.id, row.message, form.title, row.name, row.root_id)
                found.setdefault((row.root_id, row.message), one)
    return sorted(found.values(), key=lambda one: (one.title, one.pathway, one.instance_id))


def of_message(viewer: Viewer, instance_id: str, message_id: str) -> WhatChanged:
    """What came of a message that somebody sent to a pathway. Raises NotFound."""
    with reading() as session:
        sent = session.scalars(
            select(AuditEntry).where(
                AuditEntry.authority_id == viewer.authority_id,
                AuditEntry.instance_id == instance_id,
                AuditEntry.kind == "message_sent",
                AuditEntry.message_id == message_id,
            )
        ).first()
        if sent is None or sent.child_id is None:
            raise NotFound()
        require(viewer, "see_instance", child_thing(session, viewer.authority_id, sent.child_id))
        entries = _after(session, sent)
        return WhatChanged(
            child_id=sent.child_id,
            sent_at=sent.at,
            moved=tuple(_moved(row.facts) for row in entries if row.kind == "deadline_moved"),
            told=_told(session, viewer.authority_id, entries),
            started=_names(entries, "instance_started"),
            ended=_names(entries, "instance_ended"),
            closed=_names(entries, "task_cancelled"),
            opened=tuple(_opened(row.facts) for row in entries if row.kind == "task_created"),
        )


def _after(session: Session, sent: AuditEntry) -> list[Row[Any]]:
    """The entries of the child from the message on, until something that did not come of it begins.

    A message of a person is delivered at once, with all that it causes: what follows names the person who sent it,
    or nobody.
    """
    rows = session.execute(
        select(AuditEntry.kind, AuditEntry.facts, AuditEntry.person_id, AuditEntry.message_id)
        .where(
            AuditEntry.authority_id == sent.authority_id,
            AuditEntry.child_id == sent.child_id,
            AuditEntry.id > sent.id,
        )
        .order_by(AuditEntry.id)
        .limit(MOST)
    ).all()
    found: list[Row[Any]] = []
    for row in rows:
        if _is_of_its_own(row):
            break
        found.append(row)
    return found


def _is_of_its_own(row: Row[Any]) -> bool:
    if row.kind == "message_sent":
        return row.person_id is not None  # what a pathway sends by itself names nobody
    if row.kind == "instance_started":
        return "message" not in row.facts
    return row.kind in ORIGINS


def _names(entries: list[Row[Any]], kind: str) -> tuple[str, ...]:
    return tuple(str(row.facts.get("name") or "") for row in entries if row.kind == kind)


def _moved(facts: dict[str, Any]) -> Moved:
    return Moved(
        str(facts.get("name") or ""),
        _moment(facts.get("was")),
        _moment(facts.get("due_at")),
        str(facts.get("reason") or ""),
    )


def _opened(facts: dict[str, Any]) -> Opened:
    role = reference.roles().name_of(str(facts.get("lane") or ""))
    return Opened(str(facts.get("name") or ""), role, _moment(facts.get("due_at")))


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _told(session: Session, authority_id: str, entries: list[Row[Any]]) -> tuple[Told, ...]:
    ids = [row.facts.get("notification") for row in entries if row.kind == "notification_queued"]
    rows = session.execute(
        select(Notification.recipient, Notification.state)
        .where(Notification.authority_id == authority_id, Notification.id.in_(ids))
        .order_by(Notification.id)
    )
    return tuple(Told(row.recipient, row.state) for row in rows)
