"""A request for what is on record about oneself: until when it is to be answered, and what may be left out, and why.

Sources: UK GDPR, articles 12(3) and 15; Data Protection Act 2018, schedules 2 and 3. Written from knowledge: it
supports the advice of the data protection officer and does not replace it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.workdays import WorkingCalendar

REASONS: Mapping[str, tuple[str, str]] = {
    "third_party": ("It is about another person", "DPA 2018, schedule 2, paragraph 16"),
    "serious_harm": ("It would be likely to cause serious harm", "DPA 2018, schedule 3, parts 2 and 3"),
    "crime": ("It would harm the prevention or detection of crime", "DPA 2018, schedule 2, paragraph 2"),
    "legal_advice": ("It is privileged legal advice", "DPA 2018, schedule 2, paragraph 19"),
    "by_law": ("A law or a court forbids it", "DPA 2018, schedule 3, part 3, and schedule 4"),
}
"""Why something is removed: code -> in words, and the rule. Whether it applies, a person decides."""
EXTENDED_MONTHS = 2


@dataclass(frozen=True)
class Clock:
    """Until when a request is to be answered; `tell_by`: the last day on which an extension may be told."""

    due_on: date
    tell_by: date
    is_extended: bool

    def days_left(self, day: date) -> int:
        """How many days there are; less than none when it is late."""
        return (self.due_on - day).days


def clock_of(received_on: date, *, is_extended: bool, calendar: WorkingCalendar) -> Clock:
    """One month from the day it came, three when extended; a last day that is no working day moves to the next one.

    The month ends on the same date of the next month, or on its last day where it has no such date.
    """
    first = calendar.next_working_day(months_after(received_on, 1))
    last = calendar.next_working_day(months_after(received_on, 1 + EXTENDED_MONTHS)) if is_extended else first
    return Clock(last, first, is_extended)


def months_after(day: date, months: int) -> date:
    """The same date so many months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    return date(day.year + year, month + 1, min(day.day, 28))
