"""Whether a local rule may end later than the statutory one, tried on every start day of six years.

The years 2025 to 2030 hold every weekday for 24 December, a leap day and each way that Christmas and Easter
fall. Comparing takes a millisecond or so a pair: days are numbers here, not dates.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.domain.explanations import amount_in_words
from app.domain.limits import Rule, Unit, add_months
from app.domain.moments import day_in_words
from app.domain.workdays import WorkingCalendar

ADVICE = "Shorten it, or add “acknowledged” with the reason."
"""What whoever writes the file can do about it."""
FIRST_START, LAST_START = date(2025, 1, 1), date(2030, 12, 31)
STARTS = range(FIRST_START.toordinal(), LAST_START.toordinal() + 1)


@dataclass(frozen=True)
class Lateness:
    """On how many of the start days tried the local rule ends later, and the start where it is worst."""

    local: Rule
    statutory: Rule
    days_late: int
    share: float
    start: date
    local_due: date
    statutory_due: date

    def sentence(self) -> str:
        """What is wrong and what to do about it."""
        return (
            f"the local {amount_in_words(self.local)} may end later than the statutory "
            f"{amount_in_words(self.statutory)} ({self.statutory.source}). Counted from "
            f"{day_in_words(self.start)} it would end {day_in_words(self.local_due)}, not "
            f"{day_in_words(self.statutory_due)}. {ADVICE}"
        )


def later_than_statute(local: Rule, statutory: Rule, calendar: WorkingCalendar) -> Lateness | None:
    """Where and how much `local` ends later than `statutory`, at its worst; None if it never does."""
    is_same_unit = (local.unit, local.direction) == (statutory.unit, statutory.direction)
    if is_same_unit and _signed(local) <= _signed(statutory):
        return None
    local_dues = _dues(local.amount, local.unit, local.direction, calendar, late_in_day=True)
    statutory_dues = _dues(statutory.amount, statutory.unit, statutory.direction, calendar, late_in_day=False)
    gaps = [mine - theirs for mine, theirs in zip(local_dues, statutory_dues, strict=True)]
    worst = max(gaps)
    if worst <= 0:
        return None
    index = gaps.index(worst)
    return Lateness(
        local,
        statutory,
        days_late=round(worst),
        share=sum(gap > 0 for gap in gaps) / len(gaps),
        start=date.fromordinal(STARTS[index]),
        local_due=date.fromordinal(round(local_dues[index])),
        statutory_due=date.fromordinal(round(statutory_dues[index])),
    )


@lru_cache(maxsize=256)
def _dues(
    amount: int, unit: Unit, direction: str, calendar: WorkingCalendar, *, late_in_day: bool
) -> list[float]:
    """The day each start leads to, counted at the day's end; hours may start late or early in their day."""
    signed = -amount if direction == "before" else amount
    if unit in ("hours", "working_day_hours"):
        start_of_clock = 0.0 if late_in_day else -1.0
        if unit == "hours":
            return [start + start_of_clock + signed / 24 for start in STARTS]
        return [float(day) for day in _working_days(-(-amount // 24), calendar)]
    if unit == "working_days":
        dues = _working_days(signed, calendar)
    elif unit == "months":
        dues = [add_months(date.fromordinal(start), signed).toordinal() for start in STARTS]
    else:
        days = signed * 7 if unit == "weeks" else signed
        dues = [start + days for start in STARTS]
    if direction == "before":
        dues = [_back_to_working_day(day, calendar) for day in dues]
    return [float(day) for day in dues]


def _working_days(count: int, calendar: WorkingCalendar) -> list[int]:
    if count == 0:
        return list(STARTS)
    days = _known_working_days(abs(count), calendar)
    if count > 0:
        return [days[bisect_right(days, start) + count - 1] for start in STARTS]
    return [days[bisect_left(days, start) + count] for start in STARTS]


@lru_cache(maxsize=64)
def _known_working_days(count: int, calendar: WorkingCalendar) -> list[int]:
    margin = count * 2 + 30
    around = range(STARTS.start - margin, STARTS.stop + margin)
    return [day for day in around if calendar.is_working_day(date.fromordinal(day))]


def _back_to_working_day(day: int, calendar: WorkingCalendar) -> int:
    return calendar.previous_working_day(date.fromordinal(day))[0].toordinal()


def _signed(rule: Rule) -> int:
    return -rule.amount if rule.direction == "before" else rule.amount
