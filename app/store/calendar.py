"""Bank holidays that were added to the library's: a proclaimed day, with its source."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class BankHoliday(Base):
    """A day that is no working day in one division (england, scotland, ...), from the library or added by a person."""

    __tablename__ = "bank_holidays"
    division: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    source: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[str | None]
