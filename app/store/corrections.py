"""Answers as they were before somebody corrected them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class EarlierAnswer(Base):
    """What a completed task had said until it was reopened: never deleted. `number` counts the corrections from 1."""

    __tablename__ = "earlier_answers"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]]
    at: Mapped[datetime]  # when they were given
    by: Mapped[str | None]
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str]
    reason: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )
