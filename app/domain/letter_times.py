"""When a letter to a person may go: at once, in the day's digest, or after their quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.clock import LONDON
from app.domain.workdays import ONE_DAY, WorkingCalendar

KINDS = {
    "assigned": "A task or a case is given to me",
    "queued": "A task is new in my team's queue",
    "due_soon": "A task of mine is due soon",
    "overdue": "A task of mine is overdue",
    "moved": "The due date of a task of mine is moved",
    "escalated": "Late work is escalated to me",
    "asked": "I am asked for a contribution",
    "answered": "What I asked for is answered",
    "returned": "My work is returned to me",
    "corrected": "Something that I signed off is corrected",
    "mentioned": "Somebody mentions me",
}
"""What letters are about, in the words of the page on which a person chooses."""
DIGEST = "digest"
OPENED = "opened"
"""A record was opened in an emergency: nobody chooses about that letter, and it waits for nothing."""
PASSWORD = "password"  # noqa: S105 - a kind of letter
"""One's own password was changed: the same, and it goes to nobody who covers."""
UNASKED = frozenset({OPENED, PASSWORD})
DUE_DAYS = (1, 2, 3, 5)
DIGEST_HOURS = range(6, 20)


@dataclass(frozen=True)
class Choice:
    """How a person wants their letters. Hours are London's; `digest_hour` is None for "each at once".

    `due_days` are working days before the due day. With `escalations_any_time` what is escalated waits neither for
    the digest nor for the morning.
    """

    kinds: frozenset[str] = frozenset(KINDS) - {"queued"}
    digest_hour: int | None = None
    quiet_from: int = 20
    quiet_until: int = 7
    escalations_any_time: bool = False
    due_days: int = 1

    def is_quiet(self, hour: int) -> bool:
        """Whether no letter goes in that hour of the day; equal ends mean that none is quiet."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


def waits_for_digest(kind: str, choice: Choice) -> bool:
    """Whether a letter of this kind is counted in the digest and not sent by itself."""
    is_urgent = kind == "escalated" and choice.escalations_any_time
    return choice.digest_hour is not None and kind not in {DIGEST, *UNASKED} and not is_urgent


def time_to_send(kind: str, moment: datetime, choice: Choice, calendar: WorkingCalendar) -> datetime:
    """The earliest moment (UTC) at or after `moment` at which a letter of this kind goes to the person.

    A digest goes on working days at its hour, whatever the quiet hours.
    """
    if kind in {DIGEST, *UNASKED} or (kind == "escalated" and choice.escalations_any_time):
        return moment
    local = moment.astimezone(LONDON)
    if waits_for_digest(kind, choice):
        assert choice.digest_hour is not None
        day = local.date() if moment <= _at(local.date(), choice.digest_hour) else local.date() + ONE_DAY
        return _at(calendar.next_working_day(day), choice.digest_hour)
    if not choice.is_quiet(local.hour):
        return moment
    ends_today = local.hour < choice.quiet_until
    return _at(local.date() if ends_today else local.date() + ONE_DAY, choice.quiet_until)


def due_soon_until(day: date, due_days: int, calendar: WorkingCalendar) -> date:
    """The last due day of which a person is reminded on `day`."""
    return calendar.add(day, due_days)[0]


def _at(day: date, hour: int) -> datetime:
    extra, hour = divmod(hour, 24)
    return datetime.combine(day + timedelta(days=extra), time(hour), LONDON).astimezone(UTC)
