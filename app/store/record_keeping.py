"""How long a child's record is kept: holds, transfer and proposals; and what is left of one that was disposed of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class RecordKeeping(Base):
    """What people have said about keeping one child's record. The row goes with the record."""

    __tablename__ = "record_keeping"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]  # since when there is such a row
    died_on: Mapped[date | None]
    transferred_on: Mapped[date | None]  # the record system has the whole record since then
    transferred_as: Mapped[str | None]  # under which number it has it
    transferred_by: Mapped[str | None]
    held_at: Mapped[datetime | None]  # a legal hold: nothing is disposed of
    held_by: Mapped[str | None]
    held_reason: Mapped[str | None]
    proposed_at: Mapped[datetime | None]  # somebody proposes to dispose of it; a second person decides
    proposed_by: Mapped[str | None]
    proposed_reason: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_record_keeping_transferred", "authority_id", "transferred_on"),
    )


class DisposalCertificate(Base):
    """That a record was disposed of: what, why, by whom, when. It names no child, and nobody can change it."""

    __tablename__ = "disposal_certificates"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str]  # by which the audit knew the child; it leads to nobody any more
    kind: Mapped[str]  # the class of app.domain.retention
    review_on: Mapped[date]
    reason: Mapped[str]
    rows: Mapped[dict[str, Any]]  # how many rows of each table
    entries: Mapped[int]  # of the audit whose facts were taken out
    seals: Mapped[str]  # sha-256 over their seals
    proposed_by: Mapped[str]
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime]
    hash: Mapped[str]  # sha-256 over all of it; the audit has it too
    __table_args__ = (Index("ix_disposal_certificates_record", "authority_id", "record_id"),)


class AuditErasure(Base):
    """An entry of the audit whose facts were taken out. `seal` says what is left of it, and where it stood."""

    __tablename__ = "audit_erasures"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    certificate_id: Mapped[str]
    seal: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "certificate_id"],
            ["disposal_certificates.authority_id", "disposal_certificates.id"],
        ),
        Index("ix_audit_erasures_certificate", "authority_id", "certificate_id"),
    )
