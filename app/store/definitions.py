"""Published pathways: every version is immutable and named by the hash of what it consists of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class DefinitionVersion(Base):
    """One version of a pathway: exact diagrams and forms. A reference table: it belongs to no authority."""

    __tablename__ = "definition_versions"
    id: Mapped[str] = mapped_column(primary_key=True)  # sha-256 of the bundle
    key: Mapped[str]
    number: Mapped[int]
    name: Mapped[str]
    bundle: Mapped[str] = mapped_column(Text)  # canonical JSON {"key", "files", "forms"}
    note: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[str | None]
    published_by_name: Mapped[str | None]
    is_current: Mapped[bool]
    in_force_by: Mapped[str | None]  # who put it in force last, which may be a way back; None: a release
    in_force_at: Mapped[datetime | None]  # since when; None: never
    __table_args__ = (
        UniqueConstraint("key", "number"),
        Index(
            "uq_definition_versions_current",
            "key",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )


class StartTrigger(Base):
    """Which pathway a message starts when nobody waits for it (current versions only)."""

    __tablename__ = "start_triggers"
    message: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("definition_versions.id"))
