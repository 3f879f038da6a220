"""When simulated people do their tasks: on time, late, never or at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.domain.clock import LONDON
from app.domain.workdays import WorkingCalendar

WAYS = ("on-time", "late", "never", "immediately")
ONE_WORKING_HOUR = timedelta(hours=1)
OPENS, CLOSES = 9, 17


def when(way: str, created: datetime, due: datetime | None, calendar: WorkingCalendar) -> datetime:
    """When a simulated person who works in that way does a task."""
    if way == "immediately":
        return created
    moment = due if due is not None else _a_working_hour_after(calendar, created)
    if way == "late":
        local = moment.astimezone(LONDON)
        day, _ = calendar.add(local.date(), 2)
        moment = local.replace(year=day.year, month=day.month, day=day.day)
    return max(moment, created)


def _a_working_hour_after(calendar: WorkingCalendar, moment: datetime) -> datetime:
    """One hour of work after a moment: office hours are nine to five on working days.

    What is left of it when the office closes is done when it opens again: half past four leads to half past nine.
    """
    local, left = moment.astimezone(LONDON), ONE_WORKING_HOUR
    day = local.date()
    begins = max(local, _at(day, OPENS))
    open_for = _at(day, CLOSES) - begins
    if calendar.is_working_day(day) and open_for > timedelta():
        if left <= open_for:
            return begins + left
        left -= open_for
    return _at(calendar.add(day, 1)[0], OPENS) + left


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)
