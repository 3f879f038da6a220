"""Dates, times and ISO 8601 durations as diagrams write them; days are counted in London, hours in real time."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.domain.clock import LONDON
from app.domain.errors import ExpressionRefused

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
END_OF_DAY = time(23, 59, 59)


def is_duration(text: str) -> bool:
    """Whether `text` is an ISO 8601 duration in whole numbers, such as P14D or PT1H."""
    return _DURATION.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether `text` is a date alone, such as 2026-12-24."""
    return _DATE.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    """Whether `text` is a date, or a date and time with its offset."""
    if not text[:1].isdigit():
        return False
    try:
        as_moment(text)
    except ExpressionRefused:
        return False
    return True


def after(text: str, start: datetime) -> datetime:
    """`start` (aware) plus an ISO duration, in UTC. Years to days keep London's wall time; months are clamped.

    Raises ExpressionRefused when `text` is not a duration.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ExpressionRefused(
            f"{text} is not a length of time. Write P14D for 14 days or PT1H for an hour."
        )
    part = {name: int(number) for name, number in found.groupdict(default="0").items()}
    try:
        local = start.astimezone(LONDON)
        month = local.year * 12 + local.month - 1 + part["years"] * 12 + part["months"]
        year, month = month // 12, month % 12 + 1
        day = date(year, month, min(local.day, monthrange(year, month)[1]))
        day += timedelta(days=part["weeks"] * 7 + part["days"])
        moved = (
            datetime.combine(day, local.time(), LONDON).replace(fold=local.fold)
            if day != local.date()
            else local
        )
        return moved.astimezone(UTC) + timedelta(
            hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"]
        )
    except (ValueError, OverflowError) as error:
        raise ExpressionRefused(f"{text} leads beyond the calendar.") from error


def as_moment(value: Any, *, day_ends: bool = False) -> datetime:
    """`value` as an aware datetime in UTC; a date alone is London's midnight, or its last second if `day_ends`.

    Raises ExpressionRefused for anything else, a time without an offset among it.
    """
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ExpressionRefused(
                f"The time {value.isoformat()} has no time zone. Add one, such as +00:00."
            )
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, END_OF_DAY if day_ends else time(), LONDON).astimezone(UTC)
    raise ExpressionRefused(f"{_shown(value)} is not a date or a time.")


def as_date(value: Any) -> date:
    """`value` as a day in London. Raises ExpressionRefused when it is neither a date nor a time."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, datetime):
        return as_moment(value).astimezone(LONDON).date()
    if isinstance(value, date):
        return value
    raise ExpressionRefused(f"{_shown(value)} is not a date or a time.")


def _parsed(text: str) -> date:
    try:
        return date.fromisoformat(text) if is_date(text) else datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionRefused(f"{_shown(text)} is not a date or a time, such as 2026-12-24.") from None


def _shown(value: Any) -> str:
    return "Nothing (an empty answer)" if value is None or value == "" else str(value)[:60]
