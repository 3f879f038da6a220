"""The filters of a list that a person keeps under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class SavedView(Base):
    """`filters` are the parts of the list's address; never what was typed to find a child."""

    __tablename__ = "saved_views"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        UniqueConstraint("authority_id", "person_id", "name"),
    )
