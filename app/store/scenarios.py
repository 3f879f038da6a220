"""Simulations under way, kept as their inputs, and scenarios: the tests of a pathway that people have written down.

Scenarios belong to the pathway, and so to no authority.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Simulation(Base):
    """The inputs of a simulation, of a draft's revision or of a version; never any state of the engine."""

    __tablename__ = "simulations"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("pathway_drafts.id"))
    draft_revision: Mapped[int | None]
    version_id: Mapped[str | None] = mapped_column(ForeignKey("definition_versions.id"))
    inputs: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    begun_by: Mapped[str]
    changed_at: Mapped[datetime]
    __table_args__ = (Index("ix_simulations_begun", "authority_id", "begun_by", "changed_at"),)


class PathwayScenario(Base):
    """A scenario of a pathway; one of the same name as a shipped one stands in its place."""

    __tablename__ = "pathway_scenarios"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(Text)  # JSON, as the files have it
    reason: Mapped[str]  # why it was changed or withdrawn
    is_withdrawn: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_by_name: Mapped[str]
