"""One side of a deadline: a rule, and where it ends.

Counting is that of the project's deadline rules: day 0 is the event's day in London; days, weeks and months
are calendar (months clamped to the month's end) and end at 23:59:59 London time; hours run in real time;
counted back onto a non-working day, a deadline moves to the working day before it.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.moments import end_of_day, london_day, start_of_day
from app.domain.workdays import ONE_DAY, Skipped, WorkingCalendar

Unit = Literal["hours", "working_day_hours", "calendar_days", "working_days", "weeks", "months"]
Direction = Literal["after", "before"]
UNITS: tuple[Unit, ...] = ("hours", "working_day_hours", "calendar_days", "working_days", "weeks", "months")


@dataclass(frozen=True)
class Rule:
    """One side of a deadline: so many units after (or before) an event, and who says so.

    `source` is the clause or regulation, `instrument` the protocol or Act it stands in; `verified` is False
    where the statutory text is known from memory only. `working_day_hours` are hours that stand still on
    days that are not working days (the profile's working-hours clock).
    """

    amount: int
    unit: Unit
    direction: Direction
    source: str
    verified: bool = True
    instrument: str = ""
    note: str = ""

    @property
    def is_in_hours(self) -> bool:
        """Whether the deadline falls at a time of day, not at a day's end."""
        return self.unit in ("hours", "working_day_hours")

    def to_json(self) -> dict[str, Any]:
        """Every field under its own name."""
        return {
            "amount": self.amount, "unit": self.unit, "direction": self.direction, "source": self.source,
            "verified": self.verified, "instrument": self.instrument, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """Where one rule ends: `due_at` aware UTC, `due_on` its day in London, and the days it passed over."""

    due_at: datetime
    due_on: date
    rule: Rule
    skipped: tuple[Skipped, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The rule's fields with `due_at` (London offset), `due_on` and `skipped`."""
        return {
            "due_at": self.due_at.astimezone(LONDON).isoformat(),
            "due_on": self.due_on.isoformat(),
            **self.rule.to_json(),
            "skipped": [day.to_json() for day in self.skipped],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Limit:
        """The same value again from `to_json`."""
        rule = Rule(**{name: stored[name] for name in Rule.__dataclass_fields__ if name in stored})
        return cls(
            datetime.fromisoformat(stored["due_at"]).astimezone(UTC),
            date.fromisoformat(stored["due_on"]),
            rule,
            tuple(Skipped.from_json(day) for day in stored.get("skipped", ())),
        )


def limit(rule: Rule, from_at: datetime, calendar: WorkingCalendar) -> Limit:
    """Where one `rule` ends for an event at `from_at` (aware). Raises BadInput beyond the calendar."""
    try:
        if rule.unit == "hours":
            due_at = from_at + _sign(rule) * timedelta(hours=rule.amount)
            return Limit(due_at, london_day(due_at), rule)
        if rule.unit == "working_day_hours":
            return _working_day_hours(rule, from_at, calendar)
        due_on, skipped = _due_day(rule, london_day(from_at), calendar)
        return Limit(end_of_day(due_on), due_on, rule, skipped)
    except (OverflowError, ValueError):
        raise BadInput(f"A deadline counted from {from_at.date()} is beyond the calendar.") from None


def add_months(day: date, count: int) -> date:
    """The same day `count` calendar months on (or back), clamped to that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _sign(rule: Rule) -> int:
    return -1 if rule.direction == "before" else 1


def _due_day(rule: Rule, day_0: date, calendar: WorkingCalendar) -> tuple[date, tuple[Skipped, ...]]:
    amount = _sign(rule) * rule.amount
    if rule.unit == "working_days":
        due_on, skipped = calendar.add(day_0, amount)
    elif rule.unit == "months":
        due_on, skipped = add_months(day_0, amount), ()
    else:
        days = amount * 7 if rule.unit == "weeks" else amount
        due_on, skipped = day_0 + timedelta(days=days), ()
    if rule.direction == "before" and not calendar.is_working_day(due_on):
        due_on, skipped = calendar.previous_working_day(due_on)
    return due_on, skipped


def _working_day_hours(rule: Rule, from_at: datetime, calendar: WorkingCalendar) -> Limit:
    """Hours in real time that stand still from midnight to midnight on each day that is not a working day."""
    left = timedelta(hours=rule.amount)
    moment, day = from_at, london_day(from_at)
    skipped: list[Skipped] = []
    while True:
        why = calendar.why_not(day)
        midnight = start_of_day(day + ONE_DAY)
        if why is None and moment + left <= midnight:
            return Limit(moment + left, london_day(moment + left), rule, tuple(skipped))
        if why is None:
            left -= midnight - moment
        else:
            skipped.append(Skipped(day, why))
        moment, day = midnight, day + ONE_DAY
