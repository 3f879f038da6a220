"""Moments and days in words and back: what a person types, what a deadline says."""

from __future__ import annotations

from calendar import isleap
from datetime import UTC, date, datetime, time

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.workdays import WEEKDAYS

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LAST_SECOND = time(23, 59, 59)


def london_day(moment: datetime) -> date:
    """The day in London on which an aware `moment` falls."""
    return moment.astimezone(LONDON).date()


def end_of_day(day: date) -> datetime:
    """23:59:59 in London on `day`, as an aware datetime in UTC."""
    return datetime.combine(day, LAST_SECOND, LONDON).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """Midnight in London at the start of `day`, as an aware datetime in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def birthday(born_on: date, years: int) -> date:
    """The day on which somebody is so many years old; born on 29 February, that is 1 March of other years."""
    year = born_on.year + years
    is_moved = (born_on.month, born_on.day) == (2, 29) and not isleap(year)
    return date(year, 3, 1) if is_moved else born_on.replace(year=year)


def age_on(born_on: date, day: date) -> int:
    """Whole years on a day: how many birthdays there have been."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def day_in_words(day: date, *, year: bool = True) -> str:
    """Such as Thursday 31 December 2026."""
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if year else words


def moment_in_words(moment: datetime) -> str:
    """Such as Friday 25 December 2026 at 17:40, London time."""
    local = moment.astimezone(LONDON)
    return f"{day_in_words(local.date())} at {local:%H:%M}"


def read_moment(value: str | date | datetime, *, assume_london: bool = False) -> datetime:
    """An aware UTC datetime from an aware datetime, a date (its first moment in London) or ISO text.

    A time without an offset is refused, unless `assume_london`: then it is read as London time (the first
    of the two when clocks go back). Raises BadInput.
    """
    moment = _parsed(value)
    if not isinstance(moment, datetime):
        return start_of_day(moment)
    if moment.tzinfo is None:
        if not assume_london:
            raise BadInput(f"The time {moment.isoformat()} has no time zone. Add one, such as +00:00.")
        moment = _as_london(moment)
    try:
        moment.astimezone(
            LONDON
        )  # the first day of the year 1 had not begun there: its clock was behind Greenwich
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadInput(f"The time {value} is beyond the calendar.") from None


def _parsed(value: str | date | datetime) -> date | datetime:
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if len(text) == len("2026-12-24"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"“{value}” is not a date and time. Write it like 2026-12-24T17:40 or 2026-12-24T17:40+00:00."
        ) from None


def _as_london(naive: datetime) -> datetime:
    local = naive.replace(tzinfo=LONDON)
    if local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != naive:
        raise BadInput(
            f"There was no {naive:%H:%M} in London on {day_in_words(naive.date())}: the clocks went forward."
        )
    return local
