"""Absences: from which day until which day a person is away, and who covers for them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Absence(Base):
    """A person is away, both days counted; the cover sees and does their work. `ended_at` when they came back early."""

    __tablename__ = "absences"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    cover_id: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date]
    note: Mapped[str]  # what the cover should know
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when the person, back again, had read what was done for them
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        ForeignKeyConstraint(["authority_id", "cover_id"], ["people.authority_id", "people.id"]),
        Index("ix_absences_cover", "authority_id", "cover_id", "until_on"),
        Index("ix_absences_person", "authority_id", "person_id", "until_on"),
    )


class DoneFor(Base):
    """Something that a cover did for somebody who was away: written with the audit entry whose id it has."""

    __tablename__ = "done_for"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    by_id: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    child_id: Mapped[str | None]
    task_id: Mapped[str | None]
    name: Mapped[str]
    __table_args__ = (
        Index("ix_done_for_person", "authority_id", "person_id", "at"),
        Index("ix_done_for_task", "authority_id", "task_id"),
    )
