"""The library's bank holidays, held against a list written by hand, and days proclaimed later."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.errors import BadInput
from app.services import reference
from tests.domain.conftest import on

# New Year, Good Friday, Easter Monday, early May, spring, summer, Christmas, Boxing Day; then one-off days.
BY_YEAR = {
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2029: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2030: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
}


@pytest.mark.parametrize("year", BY_YEAR)
def test_the_weekday_bank_holidays_of_a_year_are_those_of_the_list(year: int) -> None:
    listed = {date.fromisoformat(f"{year}-{day}") for day in BY_YEAR[year].split()}

    known = {day for day in reference.library_holidays("england") if day.year == year and day.weekday() < 5}

    assert known == listed


def test_england_and_wales_have_the_same_bank_holidays() -> None:
    england, wales = reference.library_holidays("england"), reference.library_holidays("wales")

    assert england == wales == reference.library_holidays("england-and-wales")


def test_bank_holidays_are_known_from_2000_to_2050() -> None:
    calendar = reference.calendar_for("england")

    assert (calendar.beginning, calendar.horizon) == (on("2000-01-01"), on("2050-12-31"))


def test_bank_holidays_have_the_names_that_people_know() -> None:
    names = reference.library_holidays("england")

    assert names[on("2026-05-04")] == "Early May bank holiday"
    assert names[on("2026-12-28")] == "Boxing Day, substitute day"


def test_a_proclaimed_day_is_no_working_day_and_is_named() -> None:
    proclaimed = reference.calendar_for("england", {on("2027-06-07"): "Day of the Coronation"})

    assert proclaimed.why_not(on("2027-06-07")) == "Day of the Coronation"
    assert reference.calendar_for("england").is_working_day(on("2027-06-07"))


def test_a_calendar_is_made_once() -> None:
    assert reference.calendar_for("england") is reference.calendar_for("england", {})


def test_an_unknown_division_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="no division called “scotland”"):
        reference.calendar_for("scotland")
