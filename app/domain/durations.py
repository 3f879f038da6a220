"""ISO 8601 durations of a whole number of units: P90D, P3W, P6M, P1Y, PT36H."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.moments import read_moment

_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?"
)


def is_duration(text: str) -> bool:
    """Whether `text` is a length of time that `after` understands."""
    found = _DURATION.fullmatch(text)
    return found is not None and any(found.groups())


def after(start: datetime, text: str) -> datetime:
    """The moment that `text` names: an ISO moment, or an ISO duration counted from `start` in London's days.

    Days, weeks, months and years keep the time of day; hours and less are real time. Raises BadInput.
    """
    if not text.startswith("P"):
        return read_moment(text, assume_london=True)
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise BadInput(f"“{text}” is not a length of time. Write it like P90D, P3M, P1Y or PT36H.")
    parts = {name: int(value or 0) for name, value in found.groupdict().items()}
    local = start.astimezone(LONDON).replace(tzinfo=None)
    months = local.month - 1 + parts["months"] + 12 * parts["years"]
    year, month = local.year + months // 12, months % 12 + 1
    if year > 9000:
        raise BadInput(f"“{text}” is beyond the calendar.")
    local = local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))
    local += timedelta(weeks=parts["weeks"], days=parts["days"])
    real = timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
    return local.replace(tzinfo=LONDON).astimezone(UTC) + real
