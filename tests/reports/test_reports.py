"""Each report on a generated year says what plain loops over the audit say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.services.oversight.reports import making
from app.services.oversight.reports.making import Shown
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
