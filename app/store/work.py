"""What a person's days hold beside tasks: appointments that forms have recorded, and tasks that were put off."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class RecordedAppointment(Base):
    """A day on which people meet about a child, as a form of a pathway recorded it.

    `name` is from processes/appointments.yaml as it was then; `at` is missing where only the day is known. When the
    pathway records a new day for what is still to come, the row moves, and `moves` counts that.
    """

    __tablename__ = "appointments"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str]
    instance_id: Mapped[str]
    task_id: Mapped[str | None]  # whose answers recorded it; nothing when a start form did
    kind: Mapped[str]
    name: Mapped[str]
    on_day: Mapped[date]
    at: Mapped[datetime | None]
    moves: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        Index("ix_appointments_day", "authority_id", "on_day"),
        Index("ix_appointments_child", "authority_id", "child_id", "on_day"),
        Index("ix_appointments_instance", "authority_id", "instance_id", "name"),
    )


class Snooze(Base):
    """A task that has been put off until a day begins in London (`until_at`), with the reason.

    It is away from the list of `for_id`, who had it then; given to somebody else it is on their list.
    """

    __tablename__ = "snoozes"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    for_id: Mapped[str]
    until_on: Mapped[date]
    until_at: Mapped[datetime]
    reason: Mapped[str]
    by_id: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
    )
