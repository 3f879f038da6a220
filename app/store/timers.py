"""Timers: a projection of the engine's waiting timers and of the due times of tasks, indexed by when they are due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Timer(Base):
    """`kind` is `engine` (ref: the engine's task) or `overdue` (ref: the user task)."""

    __tablename__ = "timers"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str]
    kind: Mapped[str]
    ref: Mapped[str]
    element_id: Mapped[str]
    name: Mapped[str]
    due_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        UniqueConstraint("authority_id", "instance_id", "kind", "ref"),
        Index("ix_timers_due", "due_at", "authority_id", "id"),
        {"sqlite_with_rowid": False},
    )
