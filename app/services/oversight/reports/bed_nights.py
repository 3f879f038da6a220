"""Bed nights in youth detention and the remand budget: who was held where, how long, what it costs, what is left.

Counted from the stays that a remand opens and closes; rates and balances are what was last answered in the forms.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.moments import end_of_day, london_day
from app.services.oversight.reports.counted import Said
from app.services.oversight.reports.months import by_month, money
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Chart, Column, Figure, Made, Report, Row
from app.services.oversight.reports.work import day_of
from app.store.children import BedNights

FORMS = ("remand_yda/open_bed_night_record", "remand_yda/report_bed_nights", "remand_yda/settle_bed_nights")
START = "remand_yda/start"
DAYS = ("reported_on", "admitted_on", "discharged_on")
RATE = "yda.nightly_rate"
"""The profile's amount for a night, where nobody has recorded the stay's own."""


@dataclass(frozen=True)
class Stay:
    """A stay with what was recorded of it: in on `first`, out on `last` (not counted), or still held."""

    child_id: str
    first: date
    last: date | None
    establishment: str | None
    rate: float | None
    settled: float | None

    def nights(self, first: date, until: date) -> int:
        """Nights from the evening of `first` to that of `until`, both counted."""
        out = until + timedelta(days=1)
        return max(0, (min(self.last or out, out) - max(self.first, first)).days)

    def cost(self, first: date, until: date) -> float | None:
        """What these nights cost, in pounds; None while no rate is known."""
        return None if self.rate is None else round(self.nights(first, until) * self.rate, 2)


def year_end(day: date) -> date:
    """31 March, the last day of the financial year of `day`."""
    return date(day.year + (day.month > 3), 3, 31)


def stays_of(scope: Scope, since: date) -> list[Stay]:
    """The stays that the viewer may see and that had not ended before a day.

    Each with the rate, the place and the settlement last recorded for it.
    """
    rows = scope.stays(since=since)
    starts: dict[str, list[BedNights]] = {}
    for row in rows:
        starts.setdefault(row.child_id, []).append(row)
    said: dict[str, dict[str, Any]] = {row.id: {} for row in rows}
    for answer in scope.answers(START, *FORMS, of=starts, with_money=True):
        own = starts.get(answer.child_id, [])
        place = bisect_right([row.from_at for row in own], answer.at) - 1
        if place >= 0:
            said[own[place].id] |= _recorded(answer)
    usual = scope.profile.money.get(RATE)
    return [_stay(row, said[row.id], usual) for row in rows]


def _recorded(answer: Said) -> dict[str, Any]:
    given = answer.answers
    found = {key: given[key] for key in ("establishment", "nightly_rate") if given.get(key) is not None}
    if answer.form == FORMS[2] and given.get("cost") is not None:
        found["settled"] = given["cost"]
    return found


def _stay(row: BedNights, said: Mapping[str, Any], usual: float | None) -> Stay:
    return Stay(
        child_id=row.child_id,
        first=london_day(row.from_at),
        last=london_day(row.until_at) if row.until_at else None,
        establishment=said.get("establishment"),
        rate=said.get("nightly_rate", usual),
        settled=said.get("settled"),
    )


def make(scope: Scope) -> Made:
    """The report: nights that have passed within the period, priced at the stay's rate; what is held goes on."""
    yesterday = scope.today - timedelta(days=1)
    until, ends_on = min(scope.last, yesterday), year_end(scope.today)
    rows: list[Row] = []
    recorded = _last_balance(scope)
    stays = stays_of(scope, min(scope.first, recorded[1]) if recorded else scope.first)
    for stay in stays:
        nights = stay.nights(scope.first, until)
        if not nights and not (scope.covers(stay.first) or scope.covers(stay.last)):
            continue
        rows.append(
            {
                "child": stay.child_id,
                "establishment": stay.establishment,
                "in_on": stay.first,
                "out_on": stay.last,
                "nights": nights,
                "rate": stay.rate,
                "cost": stay.cost(scope.first, until),
                "forecast": stay.cost(scope.today, ends_on) if stay.last is None else None,
                "settled": stay.settled,
            }
        )
    return Made(
        scope.named(rows), _figures(scope, stays, rows, recorded), _charts(scope, stays, until), _notes(rows)
    )


def _last_balance(scope: Scope) -> tuple[float, date] | None:
    """The last balance recorded by the end of the period, and its day; None where nobody has recorded one."""
    found = scope.last_answer(
        *FORMS[:2], question="budget_balance", until=end_of_day(scope.last), with_money=True
    )
    return (found.answers["budget_balance"], _day(found)) if found else None


def _left(scope: Scope, stays: list[Stay], recorded: tuple[float, date]) -> float:
    """What is left of the budget today: the balance last recorded, less the nights since."""
    left, since = recorded
    until = min(scope.last, scope.today - timedelta(days=1))
    return round(left - money(stay.cost(since + timedelta(days=1), until) for stay in stays), 2)


def _day(answer: Said) -> date:
    return day_of(answer.answers, *DAYS) or london_day(answer.at)


def _figures(
    scope: Scope, stays: list[Stay], rows: list[Row], recorded: tuple[float, date] | None
) -> tuple[Figure, ...]:
    forecast = money(row["forecast"] for row in rows)
    figures = [
        Figure("Bed nights", sum(row["nights"] for row in rows)),
        Figure("Cost", money(row["cost"] for row in rows), "money"),
        Figure("Held now", sum(row["out_on"] is None for row in rows)),
        Figure("Forecast to 31 March if they stay", forecast, "money"),
    ]
    if recorded is not None:
        left = _left(scope, stays, recorded)
        figures.append(Figure("Left of the budget", left, "money"))
        figures.append(Figure("Left on 31 March if they stay", round(left - forecast, 2), "money"))
    return tuple(figures)


def _charts(scope: Scope, stays: list[Stay], until: date) -> tuple[Chart, ...]:
    nights, total, spent = [], 0.0, []
    for label, first, last in by_month(scope.first, scope.last):
        upto = min(last, until)
        nights.append((label, float(sum(stay.nights(first, upto) for stay in stays))))
        total += money(stay.cost(first, upto) for stay in stays)
        spent.append((label, round(total, 2)))
    charts = [Chart("bar", "Bed nights by month", "nights", tuple(nights))]
    if total:
        charts.append(Chart("line", "Cost since the first day of the period", "money", tuple(spent)))
    return tuple(charts)


def _notes(rows: list[Row]) -> tuple[str, ...]:
    notes = ["A night counts on its evening. Nights are priced at the rate last recorded for the stay."]
    if unpriced := sum(row["rate"] is None for row in rows):
        notes.append(f"No rate is recorded for {unpriced} of the stays: they cost nothing here.")
    return tuple(notes)


REPORT = Report(
    key="bed-nights",
    title="Bed nights and budget",
    what="Nights in youth detention accommodation: where, how long, what they cost, what is left of the budget.",
    for_whom="Heads of service and youth justice managers",
    duties=("STP-5.7-06", "STP-5.7-07"),
    columns=(
        Column("child", "Child", "child"),
        Column("establishment", "Where"),
        Column("in_on", "In", "date"),
        Column("out_on", "Out", "date"),
        Column("nights", "Nights", "number", is_summed=True),
        Column("rate", "A night", "money"),
        Column("cost", "Cost", "money", is_summed=True),
        Column("forecast", "Forecast", "money", is_summed=True),
        Column("settled", "Settled", "money", is_summed=True),
    ),
    make=make,
    usual=(364, 0),
    has_money=True,
)
