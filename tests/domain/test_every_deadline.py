"""Every rule of every profile from 2,200 days in a row, held against another way of counting.

The second way shares nothing with the first: bank holidays are derived here (Easter by Gauss, substitutes by rule,
one-off days by hand), working days are counted on a line of ordinals, months in text, and London's clock by the rule
of the last Sundays. The days run from 2024 (a leap year) to 2030, at hours that wander through the day and the night.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.deadlines import DeadlineRule, Rule, compute
from app.services import reference

FIRST, DAYS = date(2024, 1, 1), 2200
ONE_OFF = {date(2020, 5, 8), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
PROFILES = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    ell = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)


def mondays(year: int, month: int) -> list[date]:
    """Every Monday of a month."""
    days = [date(year, month, day) for day in range(1, 32 if month in (5, 8) else 31)]
    return [day for day in days if day.weekday() == 0]


def off_days(year: int) -> set[date]:
    """The bank holidays of England in a year after 2022."""
    new_year = date(year, 1, 1)
    new_year += timedelta(days={5: 2, 6: 1}.get(new_year.weekday(), 0))
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    moved = {4: (25, 28), 5: (27, 28), 6: (27, 26)}.get(christmas.weekday(), (25, 26))
    easter_sunday = easter(year)
    return {
        new_year,
        easter_sunday - timedelta(days=2),
        easter_sunday + timedelta(days=1),
        mondays(year, 5)[0],
        mondays(year, 5)[-1],
        mondays(year, 8)[-1],
        christmas.replace(day=moved[0]),
        boxing.replace(day=moved[1]),
    }


HOLIDAYS = {day for year in range(2023, 2033) for day in off_days(year)} | ONE_OFF
WORKING = [
    n
    for n in range(date(2023, 1, 1).toordinal(), date(2032, 12, 31).toordinal())
    if date.fromordinal(n).weekday() < 5 and date.fromordinal(n) not in HOLIDAYS
]


def last_sunday(year: int, month: int) -> date:
    """The Sunday on which the clocks change."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def offset(moment: datetime) -> timedelta:
    """London's distance from Greenwich at a moment."""
    begins, ends = (
        datetime.combine(last_sunday(moment.year, month), datetime.min.time(), UTC) + timedelta(hours=1)
        for month in (3, 10)
    )
    return timedelta(hours=1) if begins <= moment < ends else timedelta()


def day_of(moment: datetime) -> date:
    """London's day at a moment."""
    return (moment + offset(moment)).date()


def last_second(day: date) -> datetime:
    """One second before London's midnight at the end of a day."""
    plain = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    return plain - offset(plain - timedelta(hours=1))


def months_on(day: date, count: int) -> date:
    """The same day of the month so many months on, or the last that this month has."""
    number = int(f"{day:%Y}") * 12 + int(f"{day:%m}") - 1 + count
    for tried in (day.day, 30, 29, 28):
        try:
            return date.fromisoformat(f"{number // 12:04}-{number % 12 + 1:02}-{min(tried, day.day):02}")
        except ValueError:
            continue
    raise AssertionError(day)


def ends(rule: Rule, at: datetime) -> tuple[datetime, date]:
    """Where one side ends: the moment, and London's day."""
    sign = -1 if rule.direction == "before" else 1
    if rule.unit == "hours":
        moment = at + sign * timedelta(minutes=60 * rule.amount)
        return moment, day_of(moment)
    start = day_of(at).toordinal()
    if rule.unit == "working_days" and sign > 0:
        day = start if rule.amount == 0 else WORKING[bisect_right(WORKING, start) + rule.amount - 1]
    elif rule.unit == "working_days":
        day = start if rule.amount == 0 else WORKING[bisect_left(WORKING, start) - rule.amount]
    elif rule.unit == "months":
        day = months_on(day_of(at), sign * rule.amount).toordinal()
    else:
        day = start + sign * rule.amount * {"calendar_days": 1, "weeks": 7}[rule.unit]
    if sign < 0:
        day = WORKING[bisect_right(WORKING, day) - 1]
    on = date.fromordinal(day)
    return last_second(on), on


def starts() -> list[datetime]:
    """A moment on each of the days, at an hour that wanders; both nights of every change of the clocks among them."""
    wandering = [
        datetime(FIRST.year, 1, 1, tzinfo=UTC) + timedelta(days=n, hours=n * 7 % 24, minutes=n * 13 % 60)
        for n in range(DAYS)
    ]
    changes = [
        datetime.combine(last_sunday(year, month), datetime.min.time(), UTC) + timedelta(minutes=minutes)
        for year in range(2024, 2030)
        for month in (3, 10)
        for minutes in (0, 59, 60, 61)
    ]
    return wandering + changes


STARTS = starts()


Count = tuple[int, str, str] | None


def counts() -> dict[tuple[str, Count, Count], DeadlineRule]:
    """Each pair of limits that some rule key of some profile has, with the first such rule.

    What else a rule holds (its words, its source) does not change where it ends, so each pair is counted once.
    """
    found: dict[tuple[str, Count, Count], DeadlineRule] = {}
    for profile in PROFILES:
        division = reference.profile(profile).division
        for rule in reference.profile(profile).deadlines.values():
            found.setdefault((division, count(rule.local), count(rule.statutory)), rule)
    return found


def count(side: Rule | None) -> Count:
    """What one side counts."""
    return (side.amount, side.unit, side.direction) if side else None


@pytest.mark.parametrize(("limits", "rule"), counts().items(), ids=lambda value: getattr(value, "key", ""))
def test_a_rule_falls_due_where_a_second_way_of_counting_puts_it(
    limits: tuple[str, Count, Count], rule: DeadlineRule
) -> None:
    calendar = reference.calendar_for(limits[0])
    for at in STARTS:
        found = compute(rule, at, calendar)

        sides = {
            name: ends(side, at)
            for name, side in (("local", rule.local), ("statutory", rule.statutory))
            if side
        }
        won_by, (due_at, due_on) = min(sides.items(), key=lambda side: side[1][0])
        assert (found.due_at, found.due_on, found.won_by) == (due_at, due_on, won_by), at
        for name, (limit_at, limit_on) in sides.items():
            limit = found.local if name == "local" else found.statutory
            assert limit is not None
            assert (limit.due_at, limit.due_on) == (limit_at, limit_on), at


@pytest.mark.parametrize("profile", PROFILES)
def test_no_local_rule_ends_after_the_statute_without_saying_why(profile: str) -> None:
    for rule in reference.profile(profile).deadlines.values():
        if rule.local and rule.statutory and not rule.acknowledged and rule.local.unit != rule.statutory.unit:
            late = [at for at in STARTS if ends(rule.local, at)[0] > ends(rule.statutory, at)[0]]
            assert late == [], rule.key
