"""When simulated people do their tasks: on time, late, never or at once."""

from __future__ import annotations

from datetime import datetime, timedelta

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
    """One hour of work after a moment: office hours are nine to five on working days."""
    local = moment.astimezone(LONDON)
    done = local + ONE_WORKING_HOUR
    if (
        calendar.is_working_day(local.date())
        and local.hour >= OPENS
        and done <= local.replace(hour=CLOSES, minute=0, second=0, microsecond=0)
    ):
        return done
    day = local.date()
    if not (calendar.is_working_day(day) and local.hour < OPENS):
        day, _ = calendar.add(day, 1)
    return datetime(day.year, day.month, day.day, OPENS + 1, tzinfo=LONDON)
