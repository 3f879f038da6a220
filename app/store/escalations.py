"""Who has seen what was escalated to them, and the pages that went to the director."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class Acknowledgement(Base):
    """Somebody who was told has seen what was escalated to them, and says what they will do."""

    __tablename__ = "acknowledgements"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)  # the task by which they are to answer
    person_id: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )


class DirectorPage(Base):
    """What the director was sent, word for word; the facts behind it may change afterwards."""

    __tablename__ = "director_pages"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)  # the task that was completed by sending it
    child_id: Mapped[str]
    document: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )
