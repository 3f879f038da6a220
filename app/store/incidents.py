"""What went wrong, at which element, and whether it has been put right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Incident(Base):
    """A step that could not be taken. `command` says which, so that it can be tried again."""

    __tablename__ = "incidents"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str | None]
    instance_id: Mapped[str | None]
    definition_key: Mapped[str]
    element_id: Mapped[str | None]
    sentence: Mapped[str]
    command: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    __table_args__ = (
        Index(
            "ix_incidents_open",
            "authority_id",
            "created_at",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_incidents_instance", "authority_id", "instance_id"),
    )
