"""Running and ended pathways, and the history of their elements that compaction takes out of the state."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class ProcessInstance(Base):
    """One pathway of one child. `state` is the engine's, by reference to `version_id`; `version` counts the steps."""

    __tablename__ = "process_instances"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    definition_key: Mapped[str]
    version_id: Mapped[str] = mapped_column(ForeignKey("definition_versions.id"))
    name: Mapped[str]
    parent_id: Mapped[str | None]
    root_id: Mapped[str]
    correlation_key: Mapped[str | None]
    status: Mapped[str]  # running | suspended | ended | cancelled
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    audit_seq: Mapped[int]
    audit_hash: Mapped[str]
    started_at: Mapped[datetime]  # clock zero: the moment that the pathway's deadlines are counted from
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_event: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_process_instances_child", "authority_id", "child_id", "status"),
        Index("ix_process_instances_ended", "authority_id", "definition_key", "ended_at"),
        Index("ix_process_instances_root", "authority_id", "root_id"),
        Index(
            "ix_process_instances_open",
            "authority_id",
            "definition_key",
            "created_at",
            sqlite_where=text("status IN ('running', 'suspended')"),
            postgresql_where=text("status IN ('running', 'suspended')"),
        ),
        Index(
            "ix_process_instances_newest",
            "authority_id",
            "started_at",
            "id",
            sqlite_where=text("status IN ('running', 'suspended')"),
            postgresql_where=text("status IN ('running', 'suspended')"),
        ),
        Index(
            "ix_process_instances_starter",
            "authority_id",
            "created_by",
            sqlite_where=text("status IN ('running', 'suspended')"),
            postgresql_where=text("status IN ('running', 'suspended')"),
        ),
        Index("ix_process_instances_state", "authority_id", "status", "started_at", "id"),
        Index("ix_process_instances_started", "authority_id", "started_at", "id"),
        {"postgresql_with": {"fillfactor": "80"}},
    )


class Suspension(Base):
    """A manager has suspended a pathway: why, and on which day it goes on by itself. Gone when it goes on."""

    __tablename__ = "suspensions"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    by_id: Mapped[str]
    at: Mapped[datetime]
    until_on: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
    )


class TaskHistory(Base):
    """When each element of the diagram was entered and left; never read by the engine."""

    __tablename__ = "task_history"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    element_id: Mapped[str]
    element_type: Mapped[str]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    how: Mapped[str | None]  # completed | cancelled
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        {"sqlite_with_rowid": False},
    )


class Submission(Base):
    """A form that was sent, by its token: sent again (a double click, a reload) it gets the first answer."""

    __tablename__ = "submissions"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str | None]
    result: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = {"sqlite_with_rowid": False}
