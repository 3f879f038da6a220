"""Running pathways that are moved to another version: what was asked, and what became of each of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Moving(Base):
    """Somebody moves the running pathways of one kind to another version, all at once. `taken_back_at`: and back."""

    __tablename__ = "movings"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    to_version_id: Mapped[str] = mapped_column(ForeignKey("definition_versions.id"))
    choices: Mapped[dict[str, Any]]  # element id of the new version -> keep | original | restart
    names: Mapped[dict[str, Any]]  # element id of the old version -> of the new one, where it changed
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_by_name: Mapped[str]
    finished_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_movings_key", "authority_id", "key", "asked_at"),
        Index(
            "uq_movings_unfinished",
            "authority_id",
            "key",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )


class MovedInstance(Base):
    """One pathway of a moving. What it was before is kept, so that it can go back as long as nothing has happened."""

    __tablename__ = "moved_instances"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    moving_id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    from_version_id: Mapped[str] = mapped_column(ForeignKey("definition_versions.id"))
    state: Mapped[str]  # waiting | moved | blocked | over | going_back | back | stays
    sentence: Mapped[str | None]  # why it did not move, or not back
    moved_at: Mapped[datetime | None]
    state_before: Mapped[str | None] = mapped_column(Text)
    hash_after: Mapped[str | None]  # sha-256 of the state that it was given
    rows_before: Mapped[list[Any]]  # {"id", "was": {column: value}, "is": {column: value}} of each task's row
    dates: Mapped[list[Any]]  # {"name", "was", "is", "newly_overdue"} of each date that moved
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "moving_id"], ["movings.authority_id", "movings.id"]),
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        Index("ix_moved_instances_instance", "authority_id", "instance_id"),
        Index(
            "ix_moved_instances_to_do",
            "authority_id",
            "moving_id",
            sqlite_where=text("state IN ('waiting', 'going_back')"),
            postgresql_where=text("state IN ('waiting', 'going_back')"),
        ),
    )
