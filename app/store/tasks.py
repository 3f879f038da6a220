"""What people are asked to do, what they have typed so far, and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

_OPEN = text("state = 'open'")
_COMPLETED = text("state = 'completed'")


class UserTask(Base):
    """A projection of the engine's ready tasks, written in the same transaction as the state."""

    __tablename__ = "user_tasks"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    instance_id: Mapped[str]
    root_id: Mapped[str]
    child_id: Mapped[str]
    ref: Mapped[str]  # the engine's own id of the task
    definition_key: Mapped[str]
    element_id: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    form: Mapped[str | None]
    duty: Mapped[list[str]]
    team_id: Mapped[str | None]
    assignee_id: Mapped[str | None]
    state: Mapped[str]  # open | completed | cancelled
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    due: Mapped[dict[str, Any] | None]  # the deadline with its explanation
    local_due_at: Mapped[
        datetime | None
    ]  # where the protocol's side of `due` ends, or a time of the pathway's own
    statutory_due_at: Mapped[datetime | None]  # where the statutory side of `due` ends
    overdue: Mapped[str | None]  # escalate | mark
    overdue_at: Mapped[datetime | None]  # when it was marked overdue
    escalated_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    not_needed_reason: Mapped[str | None]
    asked_on: Mapped[str | None]  # the version whose form it had, once the pathway has been moved to another
    sign_off: Mapped[str | None]  # waiting | returned | approved, where the step asks for a manager's word
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        UniqueConstraint("authority_id", "instance_id", "ref"),
        Index(
            "ix_user_tasks_assignee",
            "authority_id",
            "assignee_id",
            "due_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_user_tasks_team",
            "authority_id",
            "team_id",
            "due_at",
            "child_id",
            "state",  # SQLite counts a queue from the index alone only when that is in it too
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_user_tasks_completed_by",
            "authority_id",
            "completed_by",
            "completed_at",
            sqlite_where=_COMPLETED,
            postgresql_where=_COMPLETED,
        ),
        Index("ix_user_tasks_due", "authority_id", "team_id", "due_at"),
        Index(
            "ix_user_tasks_done",
            "authority_id",
            "definition_key",
            "completed_at",
            sqlite_where=_COMPLETED,
            postgresql_where=_COMPLETED,
        ),
        Index("ix_user_tasks_form", "authority_id", "form", "due_at", "created_at"),
        Index("ix_user_tasks_pathway", "authority_id", "definition_key", "due_at", "created_at"),
        Index("ix_user_tasks_child", "authority_id", "child_id", "state", "due_at"),
        Index(
            "ix_user_tasks_instance",
            "authority_id",
            "instance_id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class LateReason(Base):
    """Why a task was, or is, past its due time, as somebody said it last."""

    __tablename__ = "late_reasons"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]  # a key of app.domain.late_reasons.REASONS
    words: Mapped[str]
    said_at: Mapped[datetime]
    said_by: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )


class Draft(Base):
    """What was typed and not yet sent. `version` counts the saves, so that two people cannot overwrite each other."""

    __tablename__ = "drafts"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )


class Answer(Base):
    """The answers that completed a task, or started a pathway, exactly as they were validated."""

    __tablename__ = "answers"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)  # the task's id, or the instance's for a start form
    child_id: Mapped[str]
    instance_id: Mapped[str]
    element_id: Mapped[str]
    form: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        Index("ix_answers_instance", "authority_id", "instance_id", "at"),
        Index("ix_answers_form", "authority_id", "form", "at"),
        Index("ix_answers_child", "authority_id", "child_id", "form"),
    )
