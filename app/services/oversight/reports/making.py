"""Making a report: which of them the viewer may have, for which period and whose work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.access import CASEWORK_AGENCIES, AuthorityThing, Viewer, require
from app.domain.clock import today
from app.domain.errors import BadInput, NotFound
from app.domain.roles import AGENCY_NAMES
from app.services import lists
from app.services.oversight.days import read_days
from app.services.oversight.reports.registry import REPORTS
from app.services.oversight.reports.scope import EVERY_TEAM, OWN_TEAMS, Asked, Scope
from app.services.oversight.reports.shape import Chart, Figure, Made, Report, Row
from app.store.db import reading

FEW = 5
LONGEST = timedelta(days=5 * 366)
CASEWORK_NAMES = {key: name for key, name in AGENCY_NAMES.items() if key in CASEWORK_AGENCIES}


@dataclass(frozen=True)
class Shown:
    """A report as it was made for a viewer, with what it was asked for and the teams that may be asked for."""

    report: Report
    asked: Asked
    made: Made
    teams: tuple[tuple[str, str], ...]
    is_for_partners: bool = False


def listed(viewer: Viewer) -> dict[str, list[Report]]:
    """The reports that the viewer may make, under whom they are for. Raises NotFound."""
    require(viewer, "see_reports", AuthorityThing(viewer.authority_id))
    found: dict[str, list[Report]] = {}
    for report in REPORTS.values():
        if _may_make(viewer, report):
            found.setdefault(report.for_whom, []).append(report)
    return found


def report_of(viewer: Viewer, key: str) -> Report:
    """The report called so. Raises NotFound where there is none, or not for the viewer."""
    require(viewer, "see_reports", AuthorityThing(viewer.authority_id))
    report = REPORTS.get(key)
    if report is None or not _may_make(viewer, report):
        raise NotFound()
    return report


def usual(report: Report) -> Asked:
    """What a report is asked for when nothing is said."""
    back, ahead = report.usual
    return Asked(today() - timedelta(days=back), today() + timedelta(days=ahead))


def read(report: Report, given: Mapping[str, str]) -> Asked:
    """What an address asks for: `from` and `to` as days (ISO, or as typed), `team`, `agency`.

    Raises BadInput with a sentence for each day that is wrong.
    """
    asked = usual(report)
    days, errors = read_days(given, {"from": asked.from_on, "to": asked.to_on})
    if not errors and days["to"] - days["from"] > LONGEST:
        errors["from"] = ["A report covers at most five years"]
    if errors:
        raise BadInput("The report cannot be made for these days.", errors)
    agency = given.get("agency") if report.by_agency and given.get("agency") in CASEWORK_NAMES else None
    return Asked(days["from"], days["to"], given.get("team") or OWN_TEAMS, agency)


def make(viewer: Viewer, key: str, asked: Asked | None = None, *, for_partners: bool = False) -> Shown:
    """A report on what the viewer may see. Raises NotFound for an unknown report or a team that is not the viewer's.

    `for_partners` leaves the children out and says of a count below five only that it is.
    """
    report = report_of(viewer, key)
    asked = asked or usual(report)
    teams = tuple((team.id, team.name) for team in lists.teams_of(viewer))
    with reading() as session:
        made = report.make(Scope(session, viewer, asked, _whose(asked.team, dict(teams))))
    totals = {
        column.key: round(sum(row.get(column.key) or 0 for row in made.rows), 2)
        for column in report.columns
        if column.is_summed
    }
    made = replace(made, totals=totals)
    return Shown(report, asked, _suppressed(made) if for_partners else made, teams, for_partners)


def in_order(rows: tuple[Row, ...], report: Report, sort: str) -> tuple[Row, ...]:
    """The rows by a column, “-” before its key for the last first; what is not known stands last. As made, else."""
    key = sort.removeprefix("-")
    column = next((one for one in report.columns if one.key == key), None)
    if column is None:
        return rows
    field = "child_name" if column.kind == "child" else key
    known = sorted((row for row in rows if row.get(field) is not None), key=lambda row: row[field])
    unknown = tuple(row for row in rows if row.get(field) is None)
    return (*(reversed(known) if sort.startswith("-") else known), *unknown)


def _may_make(viewer: Viewer, report: Report) -> bool:
    return not report.has_money or not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)


def _whose(team: str, known: Mapping[str, str]) -> frozenset[str] | None:
    if team == EVERY_TEAM:
        return None
    if team == OWN_TEAMS:
        return frozenset(known)
    if team not in known:
        raise NotFound()
    return frozenset({team})


def _suppressed(made: Made) -> Made:
    return replace(
        made,
        rows=(),
        totals={},
        figures=tuple(_few(figure) for figure in made.figures),
        charts=tuple(_few_points(chart) for chart in made.charts),
    )


def _few(figure: Figure) -> Figure:
    is_count = figure.kind == "number" and figure.value is not None and 0 < figure.value < FEW
    of_few = figure.of is not None and 0 < figure.of < FEW
    return replace(figure, value=None, of=None, is_few=True) if is_count or of_few else figure


def _few_points(chart: Chart) -> Chart:
    return replace(
        chart, points=tuple((label, 0.0 if 0 < value < FEW else value) for label, value in chart.points)
    )
