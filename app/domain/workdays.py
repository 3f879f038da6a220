"""Working days: neither Saturday, Sunday nor a bank holiday of the division.

The holidays are handed in (services.reference generates them and adds proclaimed days), so that this module
has no data of its own and is right for every year it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Skipped:
    """A day that did not count, and why: "Saturday", "Sunday" or the holiday's name."""

    on: date
    why: str

    def to_json(self) -> dict[str, str]:
        """`{"on": "2026-12-25", "why": "Christmas Day"}`."""
        return {"on": self.on.isoformat(), "why": self.why}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Skipped:
        """The same value again from `to_json`."""
        return cls(date.fromisoformat(stored["on"]), stored["why"])


@dataclass(frozen=True, eq=False)
class WorkingCalendar:
    """The working days of one division; `holidays` maps each bank holiday to its name.

    Two calendars are the same only if they are one object: comparing fifty years of days would be slow.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", MappingProxyType(dict(self.holidays)))

    @cached_property
    def horizon(self) -> date | None:
        """The last day for which bank holidays are known (the end of their last year), or None."""
        return date(max(self.holidays).year, 12, 31) if self.holidays else None

    @cached_property
    def beginning(self) -> date | None:
        """The first day for which bank holidays are known, or None."""
        return date(min(self.holidays).year, 1, 1) if self.holidays else None

    def covers(self, first: date, last: date) -> bool:
        """Whether the bank holidays of every day from `first` to `last` are known."""
        if self.beginning is None or self.horizon is None:
            return False
        return self.beginning <= min(first, last) and max(first, last) <= self.horizon

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is neither Saturday, Sunday nor a bank holiday."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def why_not(self, day: date) -> str | None:
        """Why `day` is not a working day, or None when it is one."""
        if day.weekday() >= SATURDAY:
            return WEEKDAYS[day.weekday()]
        return self.holidays.get(day)

    def add(self, day: date, working_days: int) -> tuple[date, tuple[Skipped, ...]]:
        """The Nth working day after `day` (before it, when N is negative) and the days passed over.

        `day` itself is day 0 whether or not it is a working day, and 0 gives `day` back.
        Raises OverflowError beyond the years 1 to 9999.
        """
        step = ONE_DAY if working_days > 0 else -ONE_DAY
        left = abs(working_days)
        skipped = []
        while left:
            day += step
            why = self.why_not(day)
            if why is None:
                left -= 1
            else:
                skipped.append(Skipped(day, why))
        return day, tuple(skipped)

    def previous_working_day(self, day: date) -> tuple[date, tuple[Skipped, ...]]:
        """`day` when it is a working day, else the last one before it; and the days passed over."""
        skipped = []
        while (why := self.why_not(day)) is not None:
            skipped.append(Skipped(day, why))
            day -= ONE_DAY
        return day, tuple(skipped)

    def next_working_day(self, day: date) -> date:
        """`day` when it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day
