"""Plans made for a child, each kept exactly as it was, and when it was given to whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class ChildPlan(Base):
    """One version of a plan: what it says, the paper itself, and the paper's sha-256. Never changed."""

    __tablename__ = "child_plans"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    kind: Mapped[str]  # need_to_know
    number: Mapped[int]  # counts the versions of a child's plan
    document: Mapped[dict[str, Any]]
    known: Mapped[dict[str, Any]]  # for each item what was known, to compare with what is known later
    paper: Mapped[bytes]  # the PDF in its normal print
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        UniqueConstraint("authority_id", "child_id", "kind", "number"),
    )


class PlanGiven(Base):
    """A version was given to somebody on a day: how, and what they said to it."""

    __tablename__ = "plans_given"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str]
    child_id: Mapped[str]
    given_on: Mapped[date]
    given_to: Mapped[str]
    how: Mapped[str]  # in_person | read_aloud | establishment | post
    said: Mapped[str]  # the child's own words
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "plan_id"], ["child_plans.authority_id", "child_plans.id"]),
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_plans_given_child", "authority_id", "child_id", "given_on"),
    )
