"""Ways in: who somebody is at their provider, second factors, sign-ins on their way, and those that failed.

`identities`, `sign_in_flows` and `sign_in_attempts` stand outside the authorities, because they are read before it is
known which authority a person is of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.db import Base
from app.store.sealed import Sealed


class Identity(Base):
    """Who somebody is at a provider of work accounts: issuer and subject together, never a name or an e-mail."""

    __tablename__ = "identities"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    authority_id: Mapped[str]
    person_id: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_identities_person", "authority_id", "person_id"),
    )


class SignInFlow(Base):
    """A sign-in between its first page and its last: at the provider, or between password and code.

    `kept` is what somebody had typed when their session ended, sealed by app.web.kept_forms; `target` is where they
    wanted to go. The token is only in their cookie.
    """

    __tablename__ = "sign_in_flows"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    authority_id: Mapped[str | None]
    person_id: Mapped[str | None]
    target: Mapped[str] = mapped_column(Text)
    kept: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]
    begun_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_sign_in_flows_begun", "begun_at"),
    )


class SecondFactor(Base):
    """The app on a telephone that shows a new code every half minute. `last_step` is the last one that was used."""

    __tablename__ = "second_factors"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(Sealed)
    last_step: Mapped[int]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class RecoveryCode(Base):
    """A code for when the telephone is lost: only its hash, and gone when it has been used."""

    __tablename__ = "recovery_codes"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class SignInAttempt(Base):
    """A try to sign in that has not succeeded (yet). `key` is a hash of the name, the address, or both."""

    __tablename__ = "sign_in_attempts"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (Index("ix_sign_in_attempts_key", "key", "at"), Index("ix_sign_in_attempts_at", "at"))


def recent_attempts(
    session: Session, keys: Iterable[str], since: datetime
) -> dict[str, tuple[int, datetime]]:
    """How many tries each key has behind it since a moment, and the first of them."""
    rows = session.execute(
        select(SignInAttempt.key, func.count(), func.min(SignInAttempt.at))
        .where(SignInAttempt.key.in_(list(keys)), SignInAttempt.at > since)
        .group_by(SignInAttempt.key)
    ).all()
    return {key: (count, first) for key, count, first in rows}
