"""Which local rules may end later than the statute, as the protocols' own contradictions were measured."""

from __future__ import annotations

import pytest

from app.domain.deadlines import DeadlineRule, compute
from app.domain.moments import start_of_day
from app.domain.statute_check import STARTS, later_than_statute
from app.domain.workdays import WorkingCalendar
from tests.domain.conftest import a_rule


@pytest.mark.parametrize(
    ("local", "statutory", "share", "days_at_worst"),
    [
        ("5 working_days", "1 weeks", 0.123, 12),
        ("30 working_days", "42 calendar_days", 0.500, 48),
        ("28 calendar_days", "20 working_days", 0.174, 28),
    ],
)
def test_a_known_contradiction_is_found_and_measured(
    england: WorkingCalendar, local: str, statutory: str, share: float, days_at_worst: int
) -> None:
    late = later_than_statute(a_rule(local), a_rule(statutory), england)

    assert late
    assert late.share == pytest.approx(share, abs=0.0005)
    assert (late.local_due - late.start).days == days_at_worst


def test_the_worst_start_is_really_that_bad(england: WorkingCalendar) -> None:
    local, statutory = a_rule("5 working_days"), a_rule("1 weeks")

    late = later_than_statute(local, statutory, england)

    assert late
    rule = DeadlineRule("a.rule", "A rule", "an event", local, statutory)
    deadline = compute(rule, start_of_day(late.start), england)
    assert deadline.local
    assert deadline.statutory
    assert (deadline.local.due_on, deadline.statutory.due_on) == (late.local_due, late.statutory_due)


@pytest.mark.parametrize(
    ("local", "statutory"),
    [
        ("20 working_days", "6 weeks"),
        ("4 weeks", "6 weeks"),
        ("10 working_days", "10 working_days"),
        ("24 hours", "2 calendar_days"),
        ("2 months before", "1 months before"),
        ("28 calendar_days", "1 months"),
    ],
)
def test_a_local_rule_that_never_ends_later_is_let_through(
    england: WorkingCalendar, local: str, statutory: str
) -> None:
    assert later_than_statute(a_rule(local), a_rule(statutory), england) is None


@pytest.mark.parametrize(
    ("local", "statutory"),
    [
        ("25 hours", "1 calendar_days"),  # an event at a quarter to midnight
        ("1 calendar_days", "24 hours"),
        ("48 hours", "24 hours"),
        ("5 calendar_days before", "1 weeks before"),
        ("31 calendar_days", "1 months"),
        ("2 working_days", "48 hours"),
    ],
)
def test_a_local_rule_that_can_end_later_is_caught(
    england: WorkingCalendar, local: str, statutory: str
) -> None:
    assert later_than_statute(a_rule(local), a_rule(statutory), england)


def test_every_start_of_six_years_is_tried() -> None:
    assert len(STARTS) == 2191
