"""What leaves an instance: messages to others and letters to people; and what waits for a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

_QUEUED = text("state = 'queued'")
_ON_ITS_WAY = text("state = 'sent' AND provider_id IS NOT NULL")


class Subscription(Base):
    """An element of an instance that waits for a message."""

    __tablename__ = "subscriptions"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str]
    root_id: Mapped[str]
    child_id: Mapped[str]
    correlation_key: Mapped[str | None]
    message: Mapped[str]
    ref: Mapped[str]
    element_id: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        UniqueConstraint("authority_id", "instance_id", "ref", "message"),
        Index("ix_subscriptions_message", "authority_id", "child_id", "message"),
    )


class OutboxMessage(Base):
    """A message on its way to other instances of the child; delivered once, in the order of the child's messages."""

    __tablename__ = "outbox_messages"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    sender_id: Mapped[str | None]  # the instance that sent it
    root_id: Mapped[str | None]
    target_id: Mapped[str | None]  # one instance only: it was suspended, or started the sender
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    correlate: Mapped[str]  # root | child | parent
    correlation_key: Mapped[str | None]
    person_id: Mapped[str | None]
    state: Mapped[str]  # queued | delivered | unclaimed | held | failed
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index(
            "ix_outbox_messages_queued",
            "authority_id",
            "child_id",
            "id",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
        Index("ix_outbox_messages_sender", "authority_id", "sender_id"),
        Index("ix_outbox_messages_child", "authority_id", "child_id", "name"),
    )


class Notification(Base):
    """A letter to one contact: queued once for (instance, reason), sent at least once with the same Message-ID."""

    __tablename__ = "notifications"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    instance_id: Mapped[str]
    element_id: Mapped[str]
    template: Mapped[str]
    role: Mapped[str]
    recipient: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    reason: Mapped[str]  # what makes it the same letter: element and engine task
    state: Mapped[str]  # queued | sent | delivered | failed | told_by_phone
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
    provider_id: Mapped[str | None]  # by which the delivery can be asked after
    delivered_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        UniqueConstraint("authority_id", "instance_id", "reason", "role", "recipient"),
        Index("ix_notifications_queued", "next_attempt_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index(
            "ix_notifications_on_its_way",
            "next_attempt_at",
            sqlite_where=_ON_ITS_WAY,
            postgresql_where=_ON_ITS_WAY,
        ),
        Index("ix_notifications_state", "authority_id", "state", "created_at"),
        Index("ix_notifications_created", "authority_id", "created_at", "id"),
    )
