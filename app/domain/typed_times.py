"""Days and times as people type them.

A day in three boxes, or whole in the first of them: 24/12/26, 24 December 2026, 241226, today, yesterday. What then
stands in the other two was there before (a date that was filled in) and does not count. A time as 17:40, 5.40pm, 540pm,
1740, 17 40, 5pm, noon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.domain.clock import LONDON, now, today
from app.domain.moments import MONTHS

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
DAY_PARTS = ("day", "month", "year")
_TIME = re.compile(
    r"(\d{1,2})(?:\s?[:.h ]?\s?(\d{2})(?:[:.](\d{2})(?:\.0+)?)?)?\s*(?:hrs?|hours)?\s*([ap]\.?\s?m\.?)?",
    re.ASCII,
)
_FOUR_DIGITS = re.compile(r"(\d{1,2})(\d{2})", re.ASCII)
_WHOLE_DAY = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?(?:[\s./-]+(\d{1,2})[\s./-]+|[\s./-]*([a-z]{3,9})[\s.,/-]*)(\d{4}|\d{2})",
    re.ASCII,
)
_RUN_OF_FIGURES = re.compile(r"(\d{2})(\d{2})(\d{2}|\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
NAMED_TIMES = {
    "midday": time(12),
    "noon": time(12),
    "12 noon": time(12),
    "midnight": time(0),
    "12 midnight": time(0),
}
NAMED_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
YEARS_AHEAD = 20  # 46 is 2046 in 2026, 47 is 1947


class Mistyped(ValueError):
    """Not a day or time. `rest` completes “The date of the visit must ...”; `parts` names the boxes that are wrong."""

    def __init__(self, rest: str, parts: tuple[str, ...] = ()) -> None:
        super().__init__(rest)
        self.rest = rest
        self.parts = parts


def read_day(value: Any) -> date:
    """A day from 'YYYY-MM-DD' or from {day, month, year} as typed. Raises Mistyped."""
    if isinstance(value, str):
        return _iso_day(value.strip())
    if not isinstance(value, Mapping):
        raise Mistyped("be a date, such as 31 12 2026", DAY_PARTS)
    typed = {part: _typed(value.get(part)) for part in DAY_PARTS}
    whole = _whole_day(typed["day"].lower())
    if whole is not None:
        return whole
    lacking = tuple(part for part in DAY_PARTS if not typed[part])
    if lacking:
        raise Mistyped("include " + _listed(lacking), lacking)
    return _real_day(_number(typed["day"]), _month(typed["month"]), _year(typed["year"]))


def read_time(value: Any) -> time:
    """A time of day from what people type. Raises Mistyped."""
    text = _typed(value).lower()
    if text == "now":
        return now().astimezone(LONDON).time().replace(second=0, microsecond=0)
    if text in NAMED_TIMES:
        return NAMED_TIMES[text]
    found = _FOUR_DIGITS.fullmatch(text) or _TIME.fullmatch(text)
    if not found:
        raise Mistyped("be a time, such as 17:40 or 5.40pm", ("time",))
    hour, minute = int(found[1]), int(found[2] or 0)
    half = re.sub(r"[.\s]", "", found[4] or "") if len(found.groups()) > 2 else ""
    if not half and found[2] is None:
        raise Mistyped("say whether it is morning or afternoon, such as 5am or 5pm", ("time",))
    if half and (hour == 0 or (half == "am" and hour > 12)):
        raise Mistyped("be a real time", ("time",))
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise Mistyped("be a real time", ("time",))
    return time(hour, minute)


def read_moment_typed(value: Any) -> datetime:
    """A moment in London from ISO text (no offset: London time) or {day, month, year, time}. Raises Mistyped."""
    if isinstance(value, str):
        return _iso_moment(value.strip())
    if not isinstance(value, Mapping):
        raise Mistyped("be a date and time", (*DAY_PARTS, "time"))
    lacks_time = not _typed(value.get("time"))
    try:
        day = read_day(value)
    except Mistyped as mistake:
        if lacks_time and mistake.rest.startswith("include"):
            lacking = (*mistake.parts, "time")
            raise Mistyped("include " + _listed(lacking), lacking) from None
        raise
    if lacks_time:
        raise Mistyped("include a time", ("time",))
    return _in_london(day, read_time(value.get("time")))


def _whole_day(text: str) -> date | None:
    """The day that was typed into one box as a whole; None when it is something else. Raises Mistyped."""
    if text in NAMED_DAYS:
        return today() + timedelta(days=NAMED_DAYS[text])
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text, re.ASCII):
        year, month, day = text.split("-")
        return _real_day(int(day), int(month), int(year))
    run, parted = _RUN_OF_FIGURES.fullmatch(text), _WHOLE_DAY.fullmatch(text)
    if run:
        return _real_day(_number(run[1]), _month(run[2]), _year(run[3]))
    if parted:
        return _real_day(_number(parted[1]), _month(parted[2] or parted[3]), _year(parted[4]))
    return None


def _iso_day(text: str) -> date:
    if not _ISO_DAY.fullmatch(text):
        raise Mistyped("be a date like 2026-12-31", DAY_PARTS)
    year, month, day = (int(part) for part in text.split("-"))
    return _real_day(day, month, year)


def _iso_moment(text: str) -> datetime:
    found = _ISO_MOMENT.fullmatch(text)
    if not found:
        raise Mistyped("be a date and time like 2026-12-24T17:40", (*DAY_PARTS, "time"))
    day, at = _iso_day(found[1]), _iso_time(found[2])
    if found[4] is None:
        return _in_london(day, at)
    try:
        zone = datetime.fromisoformat(f"{day}T{at:%H:%M}{found[4].replace('Z', '+00:00')}")
        return zone.astimezone(LONDON)
    except (ValueError, OverflowError):
        raise Mistyped("be a real date and time", (*DAY_PARTS, "time")) from None


def _iso_time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Mistyped("be a real time", ("time",)) from None


def _in_london(day: date, at: time) -> datetime:
    local = datetime.combine(day, at, LONDON)
    if local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Mistyped("be a time that there was: the clocks went forward that night", ("time",))
    return local


def _real_day(day: int | None, month: int | None, year: int | None) -> date:
    if year is None:
        raise Mistyped("include a year of 4 numbers, such as 2026", ("year",))
    if month is None or not 1 <= month <= 12:
        raise Mistyped("be a real date", ("month",))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Mistyped(f"have a year between {EARLIEST_YEAR} and {LATEST_YEAR}", ("year",))
    try:
        return date(year, month, day or 0)
    except (ValueError, OverflowError):
        raise Mistyped("be a real date", ("day",)) from None


def _typed(value: Any) -> str:
    """What stands in one box; whole numbers are taken too, as other systems send them."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value <= LATEST_YEAR else ""
    return value.strip() if isinstance(value, str) and len(value) <= 40 else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else None


def _year(text: str) -> int | None:
    """The year; of two figures, the one that is not more than twenty years ahead."""
    if re.fullmatch(r"\d{2}", text, re.ASCII):
        century = today().year // 100 * 100
        return century + int(text) - (100 if century + int(text) > today().year + YEARS_AHEAD else 0)
    return int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else None


def _month(text: str) -> int | None:
    if text.isalpha() and len(text) >= 3:
        return next((n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(text.lower())), None)
    return _number(text)


def _listed(parts: tuple[str, ...]) -> str:
    words = [f"a {part}" for part in parts]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
