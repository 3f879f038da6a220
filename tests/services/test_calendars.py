"""Calendar files: what RFC 5545 asks for, and nothing in them that names a child."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from app.services.calendars import CalendarEntry, calendar_file, meeting_invitation

LINK = "https://throughcare.example/instances/" + "a" * 32
CHANGED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def invitation(starts_at: datetime, *, sequence: int = 0, is_cancelled: bool = False) -> bytes:
    """An invitation to a meeting of the child 7F3K2M."""
    return meeting_invitation(
        appointment_id="b" * 32,
        kind="meeting",
        reference="7F3K2M",
        starts_at=starts_at,
        ends_at=None,
        link=LINK,
        changed_at=CHANGED,
        sequence=sequence,
        is_cancelled=is_cancelled,
    )


def test_an_invitation_says_when_by_london_time_whatever_the_season() -> None:
    for starts_at, offset in (
        (datetime(2027, 1, 4, 14, 30, tzinfo=UTC), timedelta()),
        (datetime(2027, 7, 5, 13, 30, tzinfo=UTC), timedelta(hours=1)),
        (datetime(2045, 7, 5, 13, 30, tzinfo=UTC), timedelta(hours=1)),
    ):
        (event,) = Calendar.from_ical(invitation(starts_at)).walk("VEVENT")

        assert event["dtstart"].dt == starts_at
        assert event["dtstart"].dt.utcoffset() == offset
        assert event["dtstart"].params["TZID"] == "Europe/London"
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)


def test_an_invitation_that_moves_keeps_its_name_and_counts_up() -> None:
    first = datetime(2027, 1, 4, 14, 30, tzinfo=UTC)
    (was,) = Calendar.from_ical(invitation(first)).walk("VEVENT")
    (moved,) = Calendar.from_ical(invitation(first + timedelta(days=1), sequence=1)).walk("VEVENT")
    (off,) = Calendar.from_ical(invitation(first, sequence=2, is_cancelled=True)).walk("VEVENT")

    assert was["uid"] == moved["uid"] == off["uid"] == f"{'b' * 32}@throughcare.example"
    assert [event["sequence"] for event in (was, moved, off)] == [0, 1, 2]
    assert [str(event["status"]) for event in (was, moved, off)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(was["class"]) == "PRIVATE"
    assert str(was["summary"]) == "Case 7F3K2M: a meeting"


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    entry = CalendarEntry(
        uid="c@throughcare.example",
        summary="Case 7F3K2M: é" + "ü" * 90,
        link=LINK,
        changed_at=CHANGED,
        on=date(2026, 12, 31),
    )

    written = calendar_file([entry], name="Throughcare")

    lines = written.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in written.replace(b"\r\n", b"")
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["summary"]) == entry.summary
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 31), date(2027, 1, 1))
