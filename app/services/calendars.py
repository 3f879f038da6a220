"""Calendars as files (.ics): what is due and when one meets, by reference and kind alone.

Whoever can see the calendar on a kitchen table must not learn of a child: an entry has no name, no place and no
offence, only the reference, the kind of thing and the link behind which the rest stands. Deadlines are whole days;
what has an hour is given in London's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.clock import LONDON

if TYPE_CHECKING:  # a tenth of a second to read in: only whoever asks for a calendar waits for it
    from icalendar import Event

PRODUCT = "-//Throughcare//Calendar//EN"
LOOK_AGAIN = timedelta(hours=1)
KINDS = {
    "hearing": "a hearing",
    "meeting": "a meeting",
    "visit": "a visit",
    "review": "a review",
    "panel": "a panel",
    "appointment": "an appointment",
}
"""What an appointment may be called outside the app; whatever is not on the list is "an appointment"."""

LONDON_TIME = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
"""
"""The rule since 1996: the library would write every single change out, and stop in 2038."""


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """One entry: a whole day (`on`) or from `starts_at` until `ends_at` (aware; an hour when it is not known).

    `sequence` must rise whenever the entry moves: calendars keep what they have otherwise.
    """

    uid: str
    summary: str
    link: str
    changed_at: datetime
    sequence: int = 0
    on: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_cancelled: bool = False


def meeting_invitation(
    *,
    appointment_id: str,
    kind: str,
    reference: str,
    starts_at: datetime,
    ends_at: datetime | None,
    link: str,
    changed_at: datetime,
    sequence: int = 0,
    is_cancelled: bool = False,
) -> bytes:
    """One meeting as a file that any calendar adds when it is opened; the same `appointment_id` replaces itself.

    `reference` is the child's (never a name), `link` the page of the task or the pathway; `kind` a key of KINDS.
    With a higher `sequence` the entry moves; with `is_cancelled` it is struck out.
    """
    entry = CalendarEntry(
        uid=uid_of(appointment_id, link),
        summary=summary_of(reference, kind),
        link=link,
        changed_at=changed_at,
        sequence=sequence,
        starts_at=starts_at,
        ends_at=ends_at,
        is_cancelled=is_cancelled,
    )
    return calendar_file([entry])


def uid_of(thing_id: str, link: str) -> str:
    """The name of an entry for ever: the id of the thing at the host of the service."""
    host = link.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"{thing_id}@{host or 'throughcare'}"


def summary_of(reference: str, kind: str) -> str:
    """What stands in the calendar: "Case 7F3K2M: a hearing"."""
    return f"Case {reference}: {KINDS.get(kind, KINDS['appointment'])}"


def calendar_file(entries: Iterable[CalendarEntry], *, name: str = "") -> bytes:
    """The entries as a calendar by RFC 5545: folded at 75 octets, lines that end in CRLF.

    It has no METHOD: it publishes, and a published one would need an organiser's address (RFC 5546).
    """
    from icalendar import Calendar, Timezone

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", LONDON.key)
        calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    listed = list(entries)
    if any(entry.on is None for entry in listed):
        calendar.add_component(Timezone.from_ical(LONDON_TIME))
    for entry in listed:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.summary)
    event.add("description", f"Sign in to see more: {entry.link}")
    event.add("url", entry.link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.on is not None:
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return event
    if entry.starts_at is None:
        raise ValueError("a calendar entry has a day or an hour")
    event.add("dtstart", entry.starts_at.astimezone(LONDON))
    event.add("dtend", (entry.ends_at or entry.starts_at + timedelta(hours=1)).astimezone(LONDON))
    return event
