"""Deadlines: the numbers of the protocols, both sides, clock changes, and a second way of counting."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import LONDON
from app.domain.deadlines import Deadline, DeadlineRule, compute
from app.domain.errors import BadInput
from app.domain.limits import add_months
from app.domain.moments import read_moment
from app.domain.workdays import WorkingCalendar
from app.services import reference
from tests.domain.conftest import Due, a_rule, london, on

ENGLAND = reference.calendar_for("england")
CHRISTMAS_EVE = "2026-12-24T17:40"
MOMENTS = st.integers(1_000_000_000, 2_460_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
UNITS = st.sampled_from(["hours", "calendar_days", "working_days", "weeks", "months"])


@pytest.mark.parametrize(
    ("key", "due_at", "won_by", "other"),
    [
        ("notify.remand_alert", "2026-12-25T17:40:00", "local", None),
        ("remand.sw_allocation", "2026-12-25T17:40:00", "local", None),
        ("visit.remand.first", "2026-12-31T23:59:59", "statutory", "2027-01-05"),
        ("remand.first_meeting", "2027-01-05T23:59:59", "local", None),
        ("remand.initial_assessment", "2027-01-03T23:59:59", "local", None),
        ("remand.detention_placement_plan", "2027-01-12T23:59:59", "local", "2027-01-12"),
        ("review.first", "2027-01-21T23:59:59", "local", "2027-01-26"),
        ("visit.remand.interval_yda", "2027-01-26T23:59:59", "local", "2027-02-04"),
        ("visit.remand.interval_rilaa", "2027-02-04T23:59:59", "statutory", "2027-02-09"),
        ("safeguarding.immediate_call", "2026-12-24T17:40:00", "local", None),
        ("escalation.response", "2027-01-03T23:59:59", "local", None),
        ("review.second", "2027-03-24T23:59:59", "local", "2027-03-24"),
    ],
)
def test_a_remand_on_christmas_eve_in_wandsworth(
    key: str, due_at: str, won_by: str, other: str | None
) -> None:
    deadline = reference.explain_deadline(key, "wandsworth", london(CHRISTMAS_EVE))

    loser = deadline.statutory if won_by == "local" else deadline.local
    assert deadline.due_at == london(due_at)
    assert deadline.won_by == won_by
    assert (loser.due_on.isoformat() if loser else None) == other


@pytest.mark.parametrize(
    ("rule", "counted_from", "due_on"),
    [
        ("0 calendar_days", "2026-12-26", "2026-12-26"),
        ("10 calendar_days", "2026-12-24", "2027-01-03"),  # a Sunday: forward calendar deadlines do not move
        ("6 weeks", "2026-12-24", "2027-02-04"),
        ("1 months", "2027-01-31", "2027-02-28"),
        ("1 months", "2028-01-31", "2028-02-29"),  # a leap year
        ("12 months", "2028-02-29", "2029-02-28"),
        ("3 months", "2026-11-30", "2027-02-28"),
        ("1 months", "2027-02-28", "2027-03-28"),  # clamping is not remembered
        ("14 calendar_days before", "2027-01-09", "2026-12-24"),  # Saturday 26 December, back over Christmas
        ("7 calendar_days before", "2027-01-06", "2026-12-30"),
        ("1 months before", "2027-03-31", "2027-02-26"),  # Sunday 28 February
        ("0 calendar_days before", "2027-01-02", "2026-12-31"),
        ("2 working_days before", "2026-12-29", "2026-12-23"),
        ("0 working_days before", "2027-01-02", "2026-12-31"),
    ],
)
def test_days_weeks_and_months_end_with_their_day(
    due: Due, rule: str, counted_from: str, due_on: str
) -> None:
    deadline = due(rule, counted_from)

    assert deadline.due_on == on(due_on)
    assert deadline.due_at.astimezone(LONDON).replace(tzinfo=None).isoformat() == f"{due_on}T23:59:59"


@pytest.mark.parametrize(
    ("rule", "counted_from", "due_at"),
    [
        ("24 hours", "2026-10-24T17:40", "2026-10-25T16:40"),  # clocks go back: 25 hours lie between
        ("24 hours", "2027-03-27T17:40", "2027-03-28T18:40"),  # clocks go forward
        ("24 hours", "2027-03-27T01:30", "2027-03-28T02:30"),  # 01:30 does not exist on that Sunday
        ("24 hours", "2026-12-24T17:40", "2026-12-25T17:40"),  # through Christmas
        ("0 hours", "2026-12-24T17:40", "2026-12-24T17:40"),
        ("72 hours before", "2026-12-28T09:00", "2026-12-25T09:00"),  # hours do not move to working days
    ],
)
def test_hours_run_in_real_time(due: Due, rule: str, counted_from: str, due_at: str) -> None:
    assert due(rule, counted_from).due_at == london(due_at)


def test_the_day_of_an_event_is_its_day_in_london() -> None:
    rule = DeadlineRule("a.rule", "A rule", "an event", a_rule("1 calendar_days"), None)

    deadline = compute(rule, datetime(2026, 6, 30, 23, 30, tzinfo=UTC), ENGLAND)  # 00:30 on 1 July in London

    assert deadline.due_on == on("2026-07-02")


def test_a_summer_day_ends_an_hour_earlier_by_greenwich(due: Due) -> None:
    assert due("1 calendar_days", "2026-06-30").due_at == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)


@given(MOMENTS, st.integers(0, 100), UNITS, st.booleans())
def test_a_deadline_is_where_a_second_way_of_counting_puts_it(
    moment: datetime, amount: int, unit: str, is_before: bool
) -> None:
    rule = a_rule(f"{amount} {unit} {'before' if is_before else 'after'}")

    deadline = compute(DeadlineRule("a.rule", "A rule", "an event", rule, None), moment, ENGLAND)

    sign = -1 if is_before else 1
    if unit == "hours":
        assert deadline.due_at.timestamp() == moment.timestamp() + sign * amount * 3600
    else:
        expected = _counted(moment.astimezone(LONDON).date(), sign * amount, unit)
        if is_before:
            expected = max(day for day in _a_fortnight_to(expected) if ENGLAND.is_working_day(day))
        assert deadline.due_on == expected
        assert deadline.due_at.astimezone(LONDON).strftime("%F %T") == f"{expected} 23:59:59"


def _counted(day: date, amount: int, unit: str) -> date:
    if unit == "working_days":
        step = 1 if amount > 0 else -1
        for _ in range(abs(amount)):
            day += timedelta(step)
            while day.isoweekday() > 5 or day in ENGLAND.holidays:
                day += timedelta(step)
        return day
    if unit == "months":
        wanted = day.month - 1 + amount
        first = date(day.year + wanted // 12, wanted % 12 + 1, 1)
        length = ((first + timedelta(31)).replace(day=1) - first).days
        return first + timedelta(min(day.day, length) - 1)
    return date.fromordinal(day.toordinal() + amount * (7 if unit == "weeks" else 1))


def _a_fortnight_to(day: date) -> list[date]:
    return [day - timedelta(back) for back in range(14)]


@given(
    MOMENTS,
    MOMENTS,
    st.integers(0, 60),
    UNITS,
    st.integers(0, 60),
    UNITS,
    st.sampled_from(["after", "before"]),
)
def test_a_later_event_never_falls_due_earlier(
    one: datetime, other: datetime, amount: int, unit: str, amount_2: int, unit_2: str, direction: str
) -> None:
    first, second = sorted((one, other))
    rule = DeadlineRule(
        "a.rule",
        "A rule",
        "an event",
        a_rule(f"{amount} {unit} {direction}"),
        a_rule(f"{amount_2} {unit_2} {direction}"),
    )

    assert compute(rule, first, ENGLAND).due_at <= compute(rule, second, ENGLAND).due_at


@given(MOMENTS, st.integers(0, 60), UNITS, st.integers(0, 60), UNITS)
def test_due_is_the_earlier_side_and_survives_being_stored(
    moment: datetime, amount: int, unit: str, amount_2: int, unit_2: str
) -> None:
    rule = DeadlineRule(
        "a.rule", "A rule", "an event", a_rule(f"{amount} {unit}"), a_rule(f"{amount_2} {unit_2}")
    )

    deadline = compute(rule, moment, ENGLAND)

    assert deadline.local
    assert deadline.statutory
    assert deadline.due_at == min(deadline.local.due_at, deadline.statutory.due_at)
    assert deadline.due_at == (deadline.local if deadline.won_by == "local" else deadline.statutory).due_at
    assert Deadline.from_json(json.loads(json.dumps(deadline.to_json()))) == deadline


def test_when_both_sides_end_together_the_local_one_is_named_and_they_agree(due: Due) -> None:
    deadline = due("1 weeks", "2026-12-24", statutory="7 calendar_days")

    assert deadline.won_by == "local"
    assert deadline.explanation.endswith("; the statutory 7 days (regulation 28) come to the same moment")


def test_a_statutory_rule_may_stand_alone(due: Due) -> None:
    deadline = due(None, "2026-12-24", statutory="1 weeks")

    assert (deadline.won_by, deadline.local, deadline.due_on) == ("statutory", None, on("2026-12-31"))


def test_json_has_the_shape_of_the_contract(due: Due) -> None:
    told = due("5 working_days", "2026-06-12T17:40", statutory="1 weeks").to_json()

    assert told["from_at"] == "2026-06-12T17:40:00+01:00"
    assert told["due_at"] == "2026-06-19T23:59:59+01:00"
    assert told["due_on"] == "2026-06-19"
    assert (told["local"]["amount"], told["local"]["unit"]) == (5, "working_days")
    assert told["local"]["source"] == "clause 8"
    assert told["statutory"]["due_on"] == "2026-06-19"
    assert told["won_by"] == "local"
    assert told["skipped"] == [{"on": "2026-06-13", "why": "Saturday"}, {"on": "2026-06-14", "why": "Sunday"}]


def test_a_plain_due_time_is_a_deadline_without_a_rule() -> None:
    deadline = Deadline.plain(london("2026-12-24T09:00"), "As asked for.")

    assert (deadline.key, deadline.due_on, deadline.local) == ("", on("2026-12-24"), None)
    assert Deadline.from_json(deadline.to_json()) == deadline


def test_hours_on_the_working_days_clock_stand_still_on_other_days(england: WorkingCalendar) -> None:
    rule = DeadlineRule("a.rule", "A rule", "an event", a_rule("24 working_day_hours"), None)

    on_a_working_day = compute(rule, london("2026-12-24T17:40"), england)
    at_christmas = compute(rule, london("2026-12-25T10:00"), england)

    assert on_a_working_day.due_at == london("2026-12-29T17:40")
    assert at_christmas.due_at == london("2026-12-30T00:00")


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (datetime.fromisoformat("2026-12-24T17:40"), "has no time zone"),
        (datetime(9999, 12, 31, tzinfo=UTC), "beyond the calendar"),
    ],
)
def test_an_event_that_cannot_be_counted_from_is_refused(moment: datetime, sentence: str) -> None:
    rule = DeadlineRule("a.rule", "A rule", "an event", a_rule("5 working_days"), None)

    with pytest.raises(BadInput, match=sentence):
        compute(rule, moment, ENGLAND)


def test_a_rule_with_neither_side_is_refused() -> None:
    with pytest.raises(BadInput, match=r"a\.rule has neither a local nor a statutory time limit"):
        compute(DeadlineRule("a.rule", "A rule", "an event", None, None), london("2026-12-24"), ENGLAND)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-24T17:40+00:00", datetime(2026, 12, 24, 17, 40, tzinfo=UTC)),
        ("2026-06-24T17:40+01:00", datetime(2026, 6, 24, 16, 40, tzinfo=UTC)),
        ("2026-06-24", datetime(2026, 6, 23, 23, 0, tzinfo=UTC)),
        ("2026-06-24T17:40", datetime(2026, 6, 24, 16, 40, tzinfo=UTC)),
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of the two
    ],
)
def test_a_typed_time_is_read_as_london_time(text: str, moment: datetime) -> None:
    assert read_moment(text, assume_london=True) == moment


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("yesterday", "“yesterday” is not a date and time"),
        ("2026-02-30", "is not a date and time"),
        ("2027-03-28T01:30", "There was no 01:30 in London on Sunday 28 March 2027"),
        ("0001-01-01T00:00+05:00", "beyond the calendar"),
        ("0001-01-01T00:00+00:00", "beyond the calendar"),  # 23:58:45 on a day before the first, in London
    ],
)
def test_a_time_that_is_none_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_moment(text, assume_london=True)


def test_a_time_without_a_zone_is_refused_where_no_zone_may_be_assumed() -> None:
    with pytest.raises(BadInput, match="has no time zone"):
        read_moment("2026-12-24T17:40")


def test_six_months_back_is_clamped_too() -> None:
    assert add_months(on("2026-08-31"), -6) == on("2026-02-28")
