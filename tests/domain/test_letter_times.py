"""When a letter may go: by London's clock, on working days, and not at night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.clock import LONDON
from app.domain.letter_times import (
    DIGEST,
    DIGEST_HOURS,
    KINDS,
    Choice,
    due_soon_until,
    time_to_send,
    waits_for_digest,
)
from app.domain.workdays import WorkingCalendar

CALENDAR = WorkingCalendar(
    {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 28): "Boxing Day",
        date(2027, 1, 1): "New Year’s Day",
    }
)


def london(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """A moment of 2026 by London's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        (london(1, 9), london(1, 9)),
        (london(1, 19, 59), london(1, 19, 59)),
        (london(1, 20), london(2, 7)),
        (london(2, 3), london(2, 7)),
        (london(2, 7), london(2, 7)),
        (london(24, 23, month=10), london(25, 7, month=10)),  # the night in which the clocks go back
        (london(28, 22, month=3), london(29, 7, month=3)),  # and the one in which they go forward
    ],
)
def test_nobody_is_written_to_at_night(at: datetime, goes: datetime) -> None:
    assert time_to_send("assigned", at, Choice(), CALENDAR) == goes


def test_what_is_escalated_waits_until_the_morning_unless_one_chooses_otherwise() -> None:
    at = london(1, 22)

    assert time_to_send("escalated", at, Choice(), CALENDAR) == london(2, 7)
    assert time_to_send("escalated", at, Choice(escalations_any_time=True), CALENDAR) == at
    assert time_to_send("escalated", at, Choice(escalations_any_time=True, digest_hour=8), CALENDAR) == at


def test_a_night_worker_may_turn_the_hours_round() -> None:
    by_night = Choice(quiet_from=7, quiet_until=19)

    assert time_to_send("assigned", london(1, 8), by_night, CALENDAR) == london(1, 19)
    assert time_to_send("assigned", london(1, 3), by_night, CALENDAR) == london(1, 3)
    assert time_to_send("assigned", london(1, 3), Choice(quiet_from=0, quiet_until=0), CALENDAR) == london(
        1, 3
    )


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        (london(1, 6), london(1, 8)),
        (london(1, 8), london(1, 8)),
        (london(1, 8, 1), london(2, 8)),
        (london(24, 9), london(29, 8)),  # Christmas, a Saturday, a Sunday and Boxing Day's substitute
    ],
)
def test_a_digest_comes_on_the_next_working_day_at_its_hour(at: datetime, goes: datetime) -> None:
    choice = Choice(digest_hour=8)

    assert waits_for_digest("overdue", choice)
    assert time_to_send("overdue", at, choice, CALENDAR) == goes


def test_the_digest_itself_does_not_wait_for_another() -> None:
    choice = Choice(digest_hour=19, quiet_from=18, quiet_until=9)

    assert not waits_for_digest(DIGEST, choice)
    assert time_to_send(DIGEST, london(1, 19), choice, CALENDAR) == london(1, 19)


@given(
    kind=some.sampled_from(sorted(KINDS)),
    at=some.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: london(1, 0) + timedelta(minutes=minutes)),
    choice=some.builds(
        Choice,
        kinds=some.just(frozenset(KINDS)),
        digest_hour=some.none() | some.sampled_from(DIGEST_HOURS),
        quiet_from=some.integers(0, 23),
        quiet_until=some.integers(0, 23),
        escalations_any_time=some.booleans(),
        due_days=some.just(1),
    ),
)
def test_a_letter_that_has_waited_long_enough_waits_no_more(kind: str, at: datetime, choice: Choice) -> None:
    goes = time_to_send(kind, at, choice, CALENDAR)

    assert goes >= at
    assert time_to_send(kind, goes, choice, CALENDAR) == goes


def test_due_soon_counts_working_days_and_looks_over_the_holidays() -> None:
    assert due_soon_until(date(2026, 12, 2), 1, CALENDAR) == date(2026, 12, 3)
    assert due_soon_until(date(2026, 12, 4), 1, CALENDAR) == date(2026, 12, 7)
    assert due_soon_until(date(2026, 12, 24), 1, CALENDAR) == date(2026, 12, 29)
    assert due_soon_until(date(2026, 12, 24), 3, CALENDAR) == date(2026, 12, 31)
