"""Letters to the people who do the work, how each of them wants these, addresses that do not work; calendars."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

_QUEUED = text("state = 'queued'")
_HELD = text("state = 'held'")
_ON_ITS_WAY = text("state = 'sent' AND provider_id IS NOT NULL")


class Letter(Base):
    """A letter to a person of the service, written with what caused it: once for (person, kind, occasion).

    One to a team or a role has no person yet; the postman makes one for each of them who wants it.
    """

    __tablename__ = "letters"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None]
    team_id: Mapped[str | None]
    role: Mapped[str | None]
    kind: Mapped[str]  # a key of app.domain.letter_times.KINDS, or digest
    occasion: Mapped[
        str
    ]  # what makes it the same letter: the task and its due time, or the moment it was given
    child_id: Mapped[str | None]
    task_id: Mapped[str | None]
    caused_by: Mapped[str | None]  # the person who did what it is about, and so needs no letter
    state: Mapped[str]  # queued | held | in_digest | shared | not_sent | sent | delivered | failed
    sent_to: Mapped[str | None]  # the person, or whoever covers for them
    email: Mapped[str | None]
    digest_id: Mapped[str | None]  # the digest that counts it
    provider_id: Mapped[str | None]  # by which the delivery can be asked after
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error: Mapped[str | None]  # why it failed, or why it was not sent
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        UniqueConstraint("authority_id", "person_id", "kind", "occasion"),
        Index("ix_letters_queued", "next_attempt_at", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
        Index("ix_letters_held", "next_attempt_at", sqlite_where=_HELD, postgresql_where=_HELD),
        Index(
            "ix_letters_on_its_way", "next_attempt_at", sqlite_where=_ON_ITS_WAY, postgresql_where=_ON_ITS_WAY
        ),
        Index("ix_letters_state", "authority_id", "state", "created_at"),
        Index("ix_letters_created", "authority_id", "created_at", "id"),
        Index("ix_letters_digest", "authority_id", "digest_id"),
    )


class LetterChoice(Base):
    """How a person wants their letters. Who has never chosen has no row: see `app.domain.letter_times`."""

    __tablename__ = "letter_choices"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    kinds: Mapped[list[str]]
    digest_hour: Mapped[int | None]  # nothing: each at once
    quiet_from: Mapped[int]  # hours in London; equal ones mean that no hour is quiet
    quiet_until: Mapped[int]
    escalations_any_time: Mapped[bool]
    due_days: Mapped[int]  # working days before the due day
    saved_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class BadAddress(Base):
    """An address of a person that was refused for good: one problem for an administrator, however many letters."""

    __tablename__ = "bad_addresses"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    reason: Mapped[str]
    letters: Mapped[int]  # how many have not reached the person since
    since_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class CalendarAddress(Base):
    """The secret address of a person's calendar; the secret itself is only in the address. A new one replaces it."""

    __tablename__ = "calendar_addresses"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        UniqueConstraint("authority_id", "token_hash"),
    )
