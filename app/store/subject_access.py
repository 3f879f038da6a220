"""Requests for what is on record about a child, and what was decided about each part of the answer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class SubjectRequest(Base):
    """Somebody asks for what is on record about a child: the answer is the record as it stood at `as_at`."""

    __tablename__ = "subject_requests"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    asked_by: Mapped[str]  # who asks: the child, or who may ask for them
    received_on: Mapped[date]
    as_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    extended_at: Mapped[datetime | None]
    extended_by: Mapped[str | None]
    extended_reason: Mapped[str | None]  # what whoever asks was told within the first month
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    released_to: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_subject_requests_child", "authority_id", "child_id", "received_on"),
    )


class SubjectDecision(Base):
    """What is done with one part of an answer: a passage, a document, or words wherever they stand."""

    __tablename__ = "subject_decisions"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # passage:…, document:…, words:…
    child_id: Mapped[str]
    reason: Mapped[str | None]  # a key of app.domain.subject_access.REASONS; none: it is given
    at: Mapped[datetime]
    by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "request_id"], ["subject_requests.authority_id", "subject_requests.id"]
        ),
    )
