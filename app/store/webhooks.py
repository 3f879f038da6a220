"""Addresses of other systems that are told what happened, and what is on its way to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

_QUEUED = text("state = 'queued'")


class Webhook(Base):
    """An address that is told of events as its person may see them. `cursor` is the last event taken from the feed."""

    __tablename__ = "webhooks"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[str]]  # empty for all
    secret: Mapped[str]  # what deliveries are signed with; the receiver has it too
    cursor: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class Delivery(Base):
    """One event on its way to one address: sent until it is taken, in the order of the child's events."""

    __tablename__ = "webhook_deliveries"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]  # empty for what is about no child
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str]  # queued | delivered | dead
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    problem: Mapped[str | None]  # why the last try failed
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "webhook_id"], ["webhooks.authority_id", "webhooks.id"]),
        Index("ix_webhook_deliveries_next", "next_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index(
            "ix_webhook_deliveries_child",
            "authority_id",
            "webhook_id",
            "child_id",
            "event_id",
            sqlite_where=_QUEUED,
            postgresql_where=_QUEUED,
        ),
    )
