"""What authorities have changed in their profiles in the browser, laid over what the file says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, db


class ProfileOverlay(Base):
    """Everything that differs from a file, named by its hash: what once was in force stays readable. No authority's."""

    __tablename__ = "profile_overlays"
    id: Mapped[str] = mapped_column(primary_key=True)  # the first 16 digits of a sha-256
    said: Mapped[str] = mapped_column(Text)  # canonical JSON, in the words of a profile's file


class ProfileChange(Base):
    """One change of an authority's profile, with its source and who made it."""

    __tablename__ = "profile_changes"
    authority_id: Mapped[str] = mapped_column(ForeignKey("authorities.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str]  # deadlines, contacts, switches, money, ladder
    item: Mapped[str]  # the rule key, role, switch ... within the section
    was: Mapped[str]  # the name of the profile before, and after
    became: Mapped[str]
    words_before: Mapped[str] = mapped_column(Text)
    words_after: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "changed_by"], ["people.authority_id", "people.id"]),
        Index("ix_profile_changes_at", "authority_id", "changed_at"),
    )


def said_in(overlay_id: str) -> str | None:
    """What an overlay says. Read on a connection of its own, because whoever asks may be inside a transaction."""
    with db.engine.connect() as connection:
        found: str | None = connection.scalar(
            select(ProfileOverlay.said).where(ProfileOverlay.id == overlay_id)
        )
        return found
