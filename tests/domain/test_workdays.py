"""Working days, counted a second way: by how many lie between, over a plain set of days off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.workdays import Skipped, WorkingCalendar
from app.services import reference
from tests.domain.conftest import on

DAYS = st.dates(date(2001, 1, 1), date(2049, 1, 1))
ENGLAND = reference.calendar_for("england")


def working_days_between(first: date, last: date) -> int:
    """The independent count: every day after `first` up to `last`, less weekends by arithmetic, less holidays."""
    span = (last - first).days
    whole_weeks, rest = divmod(span, 7)
    weekdays = whole_weeks * 5 + sum((first.weekday() + step) % 7 < 5 for step in range(1, rest + 1))
    holidays = sum(first < day <= last and day.isoweekday() < 6 for day in ENGLAND.holidays)
    return weekdays - holidays


@given(DAYS, st.integers(1, 60))
def test_n_working_days_on_there_are_n_working_days_between(start: date, count: int) -> None:
    end, _ = ENGLAND.add(start, count)

    assert working_days_between(start, end) == count
    assert working_days_between(end - timedelta(1), end) == 1


@given(DAYS, st.integers(1, 60))
def test_n_working_days_back_there_are_n_working_days_between(start: date, count: int) -> None:
    end, _ = ENGLAND.add(start, -count)

    assert working_days_between(end - timedelta(1), start - timedelta(1)) == count
    assert working_days_between(end - timedelta(1), end) == 1


@given(DAYS, st.integers(-60, 60))
def test_what_was_skipped_and_what_was_counted_is_every_day_between(start: date, count: int) -> None:
    end, skipped = ENGLAND.add(start, count)

    assert abs((end - start).days) == abs(count) + len(skipped)
    assert not any(ENGLAND.is_working_day(day.on) for day in skipped)
    assert len({day.on for day in skipped}) == len(skipped)


@given(DAYS, DAYS, st.integers(0, 60))
def test_a_later_start_never_ends_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))

    assert ENGLAND.add(first, count)[0] <= ENGLAND.add(second, count)[0]


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-12-26", 1, "2026-12-29"),  # from a Saturday, over Sunday and the substitute day
        ("2026-12-27", 1, "2026-12-29"),  # from a Sunday
        ("2026-12-25", 1, "2026-12-29"),  # from a bank holiday
        ("2026-12-24", 5, "2027-01-05"),
        ("2026-12-24", 10, "2027-01-12"),
        ("2026-12-24", 20, "2027-01-26"),
        ("2026-12-24", 30, "2027-02-09"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-12-29", -1, "2026-12-24"),  # back over Christmas
        ("2027-01-02", -1, "2026-12-31"),  # back from a Saturday
        ("2026-12-26", 0, "2026-12-26"),
    ],
)
def test_working_days_are_counted_from_the_day_after(
    england: WorkingCalendar, start: str, count: int, end: str
) -> None:
    assert england.add(on(start), count)[0] == on(end)


def test_skipped_days_say_why(england: WorkingCalendar) -> None:
    _, skipped = england.add(on("2026-12-24"), 1)

    assert skipped == (
        Skipped(on("2026-12-25"), "Christmas Day"),
        Skipped(on("2026-12-26"), "Saturday"),
        Skipped(on("2026-12-27"), "Sunday"),
        Skipped(on("2026-12-28"), "Boxing Day, substitute day"),
    )


def test_the_working_day_at_or_before_a_day(england: WorkingCalendar) -> None:
    assert england.previous_working_day(on("2026-12-28"))[0] == on("2026-12-24")
    assert england.previous_working_day(on("2026-12-24")) == (on("2026-12-24"), ())


def test_the_working_day_at_or_after_a_day(england: WorkingCalendar) -> None:
    assert england.next_working_day(on("2026-12-25")) == on("2026-12-29")


def test_a_calendar_without_holidays_knows_weekends_and_no_horizon() -> None:
    bare = WorkingCalendar()

    assert bare.add(on("2026-12-24"), 1)[0] == on("2026-12-25")
    assert bare.horizon is None
    assert not bare.covers(on("2026-12-24"), on("2026-12-25"))
