"""The child's record: who the child is, what is known of them, who works with them, their legal status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

CHILD, PARTNERSHIP = "child", "partnership"


class Child(Base):
    """A child whom an authority works with. Names and dates stay in here; only `reference` may leave.

    One row of an authority may be no child: its `kind` is partnership, and pathways that are about the agreement
    of the agencies (their meetings, the review of their protocol) hang on it as others hang on a child.
    """

    __tablename__ = "children"
    authority_id: Mapped[str] = mapped_column(ForeignKey("authorities.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str]  # the only thing about a child that may leave the app
    given_name: Mapped[str]
    family_name: Mapped[str]
    search_name: Mapped[str]  # folded, for finding
    date_of_birth: Mapped[date | None]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(default=CHILD, server_default=CHILD)  # child | partnership
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("authority_id", "reference"),
        Index("ix_children_name", "authority_id", "search_name"),
        Index(
            "uq_children_partnership",
            "authority_id",
            unique=True,
            sqlite_where=text("kind = 'partnership'"),
            postgresql_where=text("kind = 'partnership'"),
        ),
    )


class ChildFact(Base):
    """What is known of a child under one name, so that nothing is asked twice. The audit keeps what it was before."""

    __tablename__ = "child_facts"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]  # {"value": ...}
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str | None]
    task_id: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_child_facts_name", "authority_id", "name"),
    )


class ChildWorker(Base):
    """A person who holds a role for a child, from a day until (perhaps) another."""

    __tablename__ = "child_workers"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    role: Mapped[str]
    person_id: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index(
            "uq_child_workers_current",
            "authority_id",
            "child_id",
            "role",
            unique=True,
            sqlite_where=text("until_at IS NULL"),
            postgresql_where=text("until_at IS NULL"),
        ),
        Index("ix_child_workers_person", "authority_id", "person_id", "until_at"),
        Index("ix_child_workers_child", "authority_id", "child_id"),
    )


class LegalStatus(Base):
    """A legal status of a child (looked after by remand, ...) with its first and last moment."""

    __tablename__ = "legal_statuses"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    instance_id: Mapped[str | None]
    status: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]  # since when the record says so
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_legal_statuses_child", "authority_id", "child_id", "from_at"),
    )


class BedNights(Base):
    """A stay in youth detention accommodation: what the nights and the budget are counted from."""

    __tablename__ = "bed_nights"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    instance_id: Mapped[str | None]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]  # since when the record says so
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_bed_nights_child", "authority_id", "child_id", "from_at"),
        Index("ix_bed_nights_until", "authority_id", "until_at"),
    )
