"""The designer's desk: drafts of pathways with all their revisions, and what is asked to be published.

Pathways belong to no authority, so neither do their drafts; whose hand it was is kept with the person's authority.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class PathwayDraft(Base):
    """A pathway that somebody is drawing. There is one that is not finished for each pathway, at most."""

    __tablename__ = "pathway_drafts"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    state: Mapped[str]  # open, waiting (for the second person), published, discarded
    revision: Mapped[int]
    base_version_id: Mapped[str | None] = mapped_column(ForeignKey("definition_versions.id"))
    report: Mapped[str | None] = mapped_column(Text)  # JSON: what an import has changed
    begun_at: Mapped[datetime]
    begun_by: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    __table_args__ = (
        Index(
            "uq_pathway_drafts_unfinished",
            "key",
            unique=True,
            sqlite_where=text("state IN ('open', 'waiting')"),
            postgresql_where=text("state IN ('open', 'waiting')"),
        ),
        Index("ix_pathway_drafts_changed", "changed_at"),
    )


class DraftRevision(Base):
    """The draft as it was saved once."""

    __tablename__ = "draft_revisions"
    draft_id: Mapped[str] = mapped_column(ForeignKey("pathway_drafts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    bundle: Mapped[str] = mapped_column(Text)  # canonical JSON {"key", "files", "forms"}
    what: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]  # person id; ids are unique over all authorities
    saved_by_name: Mapped[str]


class Publication(Base):
    """Somebody asks that a draft, or an older version, comes into force; another person decides."""

    __tablename__ = "publications"
    id: Mapped[str] = mapped_column(primary_key=True)
    authority_id: Mapped[str]  # of whoever asked; its audit tells of it
    key: Mapped[str]
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("pathway_drafts.id"))
    draft_revision: Mapped[int | None]
    version_id: Mapped[str]  # sha-256 of what is published; its row is written when it is approved
    in_force_then: Mapped[str | None]  # the version that it was compared with
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str]  # waiting, returned, withdrawn, approved (its day is to come), in_force
    effective_at: Mapped[datetime | None]  # None: as soon as it is approved
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    asked_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    comment: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index("ix_publications_key", "key", "asked_at"),
        Index("ix_publications_state", "state", "effective_at"),
        Index(
            "uq_publications_open",
            "key",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'approved')"),
            postgresql_where=text("state IN ('waiting', 'approved')"),
        ),
    )


class ForeignFile(Base):
    """What came of a file that somebody has looked at and may open as a draft; it is kept for a week."""

    __tablename__ = "foreign_files"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    report: Mapped[str] = mapped_column(Text)  # JSON: its pathways, every change, what is left to do
    looked_at: Mapped[datetime]
    looked_at_by: Mapped[str]
    __table_args__ = (Index("ix_foreign_files_looked_at", "authority_id", "looked_at"),)
