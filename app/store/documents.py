"""Documents of a child, with their bytes in a table apart; and which tasks are recorded in the case system."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base
from app.store.sealed import SealedBytes


class ChildDocument(Base):
    """What is known of a document. `state` is kept, waiting (for the virus scan) or withdrawn; nothing is deleted."""

    __tablename__ = "child_documents"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    task_id: Mapped[str | None]
    title: Mapped[str]
    extension: Mapped[
        str
    ]  # a key of app.domain.uploads.KINDS: what the bytes are, whatever the file was called
    size: Mapped[int]
    sha256: Mapped[str]
    state: Mapped[str]
    scanned_at: Mapped[datetime | None]
    for_case_system: Mapped[bool]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        Index("ix_child_documents_child", "authority_id", "child_id", "added_at"),
        Index("ix_child_documents_task", "authority_id", "task_id"),
        Index("ix_child_documents_state", "state", "authority_id", "id"),
    )


class DocumentContent(Base):
    """The bytes of a document, sealed where there is a key: read by nobody but a download and the virus scan."""

    __tablename__ = "document_contents"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(SealedBytes())
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "document_id"], ["child_documents.authority_id", "child_documents.id"]
        ),
    )


class RecordedElsewhere(Base):
    """A completed task that somebody has also recorded in the council's case system, with its number there."""

    __tablename__ = "recorded_elsewhere"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )
