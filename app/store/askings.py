"""What people say to one another beside a task: contributions asked for, answers sent for sign-off, comments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base

_OPEN = text("state = 'open'")
_UNREAD = text("seen_at IS NULL AND withdrawn_at IS NULL")
_CORRECTED = text("state = 'corrected'")


class Asking(Base):
    """Somebody who does a task asks a role, a team or a person for a contribution to it."""

    __tablename__ = "askings"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)  # the correlation key of its pathway too
    child_id: Mapped[str]
    instance_id: Mapped[str]  # of the task that asks
    task_id: Mapped[str]  # the task that asks
    pathway: Mapped[str]  # contribution, or agreed_action: what was decided in the task and is done after it
    role: Mapped[str]  # whose role the contribution is
    team_id: Mapped[str | None]  # the team that was asked, or that of the person
    person_id: Mapped[str | None]  # the person who was asked
    question: Mapped[str]
    is_required: Mapped[bool]
    wanted_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str | None]
    taken_over_by: Mapped[str | None]  # whom the answer reaches since whoever asked handed their work over
    state: Mapped[str]  # open | answered | withdrawn
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    reason: Mapped[str | None]  # why it was withdrawn
    answer_id: Mapped[str | None]  # the task that answered it, which is the id of its answers
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        Index("ix_askings_task", "authority_id", "task_id"),
        Index(
            "ix_askings_instance",
            "authority_id",
            "instance_id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class SignOff(Base):
    """Answers that wait for a manager's word, as they were sent: one row for each time that a task was sent.

    While it waits the task stands in the manager's lists; whose it was before is kept here. When a completed task is
    corrected after it was signed off, a row says so; `decided_by` is then whose word is asked for until they give it.
    """

    __tablename__ = "sign_offs"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]]
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str]
    submitted_for: Mapped[str | None]  # whom the author covered for
    role: Mapped[str]  # whose the task was
    team_id: Mapped[str | None]
    assignee_id: Mapped[str | None]
    state: Mapped[str]  # waiting | approved | returned | corrected | superseded
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    comment: Mapped[str | None]  # why it was returned
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        Index(
            "ix_sign_offs_corrected",
            "authority_id",
            "decided_by",
            sqlite_where=_CORRECTED,
            postgresql_where=_CORRECTED,
        ),
    )


class Comment(Base):
    """A remark on a task, and the colleague it is meant for."""

    __tablename__ = "comments"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    task_id: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    mentioned_id: Mapped[str | None]
    first_mentioned_id: Mapped[str | None]  # whom it was meant for, where another has taken over their work
    seen_at: Mapped[datetime | None]  # when the colleague marked the mention as read
    withdrawn_at: Mapped[datetime | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        Index("ix_comments_task", "authority_id", "task_id", "at"),
        Index("ix_comments_mentioned", "authority_id", "mentioned_id", "at"),
        Index(
            "ix_comments_unread",
            "authority_id",
            "mentioned_id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
    )
