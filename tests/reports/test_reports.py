"""Each report on a generated year says what plain loops over the audit say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.services.oversight.reports import making
from app.services.oversight.reports.making import Shown
from app.services.oversight.reports.registry import REPORTS
from app.services.oversight.reports.scope import EVERY_TEAM, Asked
from tests.reports import counted_again
from tests.reports.conftest import Year

PERIODS = [(date(2025, 11, 28), date(2026, 11, 28)), (date(2026, 4, 1), date(2026, 6, 30))]
periods = pytest.mark.parametrize(("first", "last"), PERIODS)


def made(year: Year, key: str, first: date, last: date) -> Shown:
    return making.make(year.viewer, key, Asked(first, last, EVERY_TEAM))


def cells(shown: Shown, *keys: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[key] for key in keys) for row in shown.made.rows), key=repr)


def figures(shown: Shown) -> dict[str, Any]:
    return {figure.title: figure.value for figure in shown.made.figures}


@periods
def test_bed_nights_and_budget(year: Year, first: date, last: date) -> None:
    shown = made(year, "bed-nights", first, last)

    rows, sums = counted_again.bed_nights(year.told, first, last, year.now)
    assert rows
    assert cells(shown, "child", "in_on", "out_on", "nights", "rate", "cost") == sorted(rows, key=repr)
    said = figures(shown)
    assert said["Bed nights"] == shown.made.totals["nights"] == sum(row[3] for row in rows)
    assert (said["Held now"], said["Cost"], said.get("Left of the budget")) == (
        sums["held"], sums["spent"], sums["left"],
    )  # fmt: skip
    assert sum(value for _, value in shown.made.charts[0].points) == said["Bed nights"]
    assert said["Forecast to 31 March if they stay"] == sums["forecast"]


TASKS = (*counted_again.FORMS, "duties", "escalations")


@pytest.mark.parametrize("key", TASKS)
@periods
def test_what_was_due_and_what_became_of_it(year: Year, key: str, first: date, last: date) -> None:
    shown = made(year, key, first, last)

    tasks = counted_again.work(year.told, key, first, last)
    expected = counted_again.as_cells(tasks, year.now)
    assert cells(shown, "child", "due_at", "done_at", "state") == sorted(expected, key=repr)
    if key in counted_again.FORMS:
        said, states = figures(shown), [state for _, _, _, state in expected]
        assert (said["Done in time"], said["Done late"]) == (
            states.count("Done in time"), states.count("Done late"),
        )  # fmt: skip
        assert said["Due"] == len(states) - states.count("Not needed")


@periods
def test_what_the_answers_add(year: Year, first: date, last: date) -> None:
    work = {key: counted_again.work(year.told, key, first, last) for key in TASKS}

    visits = made(year, "visits", first, last)
    alone = next(figure for figure in visits.made.figures if figure.title == "Seen alone")
    assert (alone.value, alone.of) == counted_again.seen_alone(work["visits"])

    payments = figures(made(year, "payments", first, last))
    assert (payments["Paid"], payments["Arrears"]) == counted_again.paid(work["payments"], year.now)

    assessments = made(year, "assessments", first, last)
    after = sum(row["after_remand"] for row in assessments.made.rows)
    assert after == counted_again.after_remand(year.told, work["assessments"], year.now)

    escalations = figures(made(year, "escalations", first, last))
    settled = [one for one in work["escalations"] if one.how == "done" and one.answers.get("settled", True)]
    assert (escalations["Raised"], escalations["Settled"]) == (len(work["escalations"]), len(settled))


@periods
def test_who_came(year: Year, first: date, last: date) -> None:
    shown = made(year, "attendance", first, last)

    work = counted_again.work(year.told, "attendance", first, last)
    said = next(figure for figure in shown.made.figures if figure.title == "Youth justice came")
    assert (said.value, said.of) == counted_again.came(work)


@periods
def test_the_cohort_and_remands_to_accommodation(year: Year, first: date, last: date) -> None:
    cohort, costs = made(year, "cohort", first, last), made(year, "remand-costs", first, last)

    expected = counted_again.cohort(year.told, first, last, year.now)
    assert cells(cohort, "child", "from_on", "until_on", "weeks") == sorted(expected, key=repr)
    paid = counted_again.remand_costs(year.told, first, last, year.now)
    assert cells(costs, "child", "from_on", "days", "cost", "transport", "wait") == sorted(paid, key=repr)


@pytest.mark.parametrize(("first", "last"), [(date(2026, 6, 1), date(2027, 12, 31)), PERIODS[1]])
def test_homes_for_release_and_the_joint_list(year: Year, first: date, last: date) -> None:
    tracker, joint = (
        made(year, "release-accommodation", first, last),
        made(year, "quarterly-list", first, last),
    )

    expected = counted_again.homes(year.told, first, last)
    assert cells(tracker, "child", "release_on", "has_home", "raised_to") == sorted(expected, key=repr)
    listed = counted_again.joint_list(year.told, first, last)
    assert cells(joint, "child", "from_on", "until_on") == sorted(listed, key=repr)


def test_every_report_is_counted_again() -> None:
    assert set(REPORTS) == {
        *TASKS,
        "bed-nights",
        "cohort",
        "remand-costs",
        "release-accommodation",
        "quarterly-list",
    }
