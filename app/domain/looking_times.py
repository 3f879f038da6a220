"""Which looks at a child a manager should ask about, and the sentence that says why.

A look at night is one, at the weekend and on bank holidays one of somebody whom nothing ties to the child. Not asked
about are the emergency duty team, whose hours these are, and guests, whose agencies keep hours of their own (a wing is
staffed all night). Courts remand on Saturdays: the duty manager of youth justice works then too.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.clock import LONDON
from app.domain.viewer import WEEKEND_ROLES, Viewer
from app.domain.workdays import SATURDAY, WEEKDAYS, WorkingCalendar

DAYTIME = range(7, 20)
"""The hours of the day in London in which nobody is asked why they worked late."""
TIED = frozenset({"worker", "cover", "named", "task"})
"""What somebody looked as who has work of their own on the child, and may well do it at the weekend."""
OF_OTHER_HOURS = frozenset({"out_of_hours", "guest"})
REASONS = {
    "emergency": "The record was opened in an emergency",
    "colleague": "No allocation, cover or task of theirs has to do with the child",
}


def is_at_night(moment: datetime) -> bool:
    """Whether a moment is before seven or from eight in the evening in London."""
    return moment.astimezone(LONDON).hour not in DAYTIME


def is_odd_time(viewer: Viewer, as_what: str, moment: datetime, calendar: WorkingCalendar) -> bool:
    """Whether a manager should ask why somebody who looked `as_what` did so at that moment."""
    if viewer.is_out_of_hours or as_what in OF_OTHER_HOURS:
        return False
    if is_at_night(moment):
        return True
    if calendar.is_working_day(moment.astimezone(LONDON).date()):
        return False
    return as_what not in TIED and viewer.roles.isdisjoint(WEEKEND_ROLES)


def why(as_what: str, first_at: datetime, last_at: datetime, *, is_odd: bool) -> tuple[str, ...]:
    """What is unusual about the looks of one day, in sentences; empty where nothing is."""
    found = [REASONS[as_what]] if as_what in REASONS else []
    if is_odd:
        found.append(_time_in_words(first_at, last_at))
    return tuple(found)


def _time_in_words(first_at: datetime, last_at: datetime) -> str:
    for moment in (first_at, last_at):
        if is_at_night(moment):
            at = moment.astimezone(LONDON)
            return f"At {at:%H:%M}, between 8pm and 7am, and not as the emergency duty team"
    weekday = first_at.astimezone(LONDON).weekday()
    day = f"a {WEEKDAYS[weekday]}" if weekday >= SATURDAY else "a bank holiday"
    return f"On {day}, without work of their own on the child"
