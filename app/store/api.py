"""The JSON door: tokens, and the first answers to requests that may be sent again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class ApiToken(Base):
    """A token by which another system acts as a person. Only its hash is kept; `scopes` narrow what it may do."""

    __tablename__ = "api_tokens"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    person_id: Mapped[str]
    name: Mapped[str]  # what it is for, in the words of whoever made it
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        UniqueConstraint("authority_id", "id"),
        Index("ix_api_tokens_person", "authority_id", "person_id"),
    )


class FirstAnswer(Base):
    """The answer to a request that carried a key: sent again with the same body, it is answered alike.

    `status` is empty while the first one is being worked on.
    """

    __tablename__ = "first_answers"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    at: Mapped[datetime]
    status: Mapped[int | None]
    content_type: Mapped[str | None]
    location: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "token_id"], ["api_tokens.authority_id", "api_tokens.id"]),
        Index("ix_first_answers_at", "authority_id", "at"),
    )
