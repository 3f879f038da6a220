"""Reports: the list of them, each on screen with figures, a chart and its table, and the same as CSV and XLSX."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.services import reference
from app.services.oversight import meeting
from app.services.oversight.reports import exporting, making
from app.services.oversight.reports.scope import EVERY_TEAM, OWN_TEAMS, Asked
from app.services.oversight.reports.shape import Column, Figure
from app.web import moments
from app.web.addresses import here, page_address, paged
from app.web.guard import allowed
from app.web.oversight import charts, compliance
from app.web.oversight.tabs import SECTION

pages = Blueprint("reports", __name__)
PAGE_SIZE = 25
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMERIC = ("money", "number", "hours", "share")
FEWER = f"fewer than {making.FEW}"


@pages.get("/reports")
@allowed("see_reports", section=SECTION)
def index() -> str:
    """Every report that the viewer may make, under whom it is for."""
    return render_template(
        "oversight/reports/index.html", page_name="Reports", groups=making.listed(g.viewer)
    )


@pages.get("/reports/partnership-meeting")
@allowed("see_reports", section=SECTION)
def for_meeting() -> str | tuple[str, int]:
    """What the services look at together, on one page that may be shared."""
    months, error = (request.args.get("from", ""), request.args.get("to", "")), None
    try:
        found = meeting.figures(g.viewer, *months)
    except BadInput as refused:
        error, found = refused, meeting.figures(g.viewer)
    answer = render_template(
        "oversight/reports/meeting.html",
        page_name="For a partnership meeting",
        found=found,
        drawn=_drawn(found.nights) if found.nights else [],
        figure_words=figure_words,
        errors=compliance.sentences(error) if error else [],
        **compliance.offered(found.looked_at),
    )
    return (answer, 422) if error else answer


@pages.get("/reports/<report>")
@allowed("see_reports", section=SECTION)
def show(report: str) -> str | tuple[str, int]:
    """One of them, for a period and somebody's work."""
    found = making.report_of(g.viewer, report)
    error, asked = None, making.usual(found)
    try:
        asked = making.read(found, request.args)
    except BadInput as refused:
        error = refused
    shown = making.make(g.viewer, report, asked, for_partners=request.args.get("children") == "no")
    sort = request.args.get("sort", "")
    rows = making.in_order(shown.made.rows, found, sort)
    on_page, page, total_pages = paged(rows, PAGE_SIZE)
    duties = reference.register().by_id
    shape = {
        "page_name": found.title,
        "shown": shown,
        "columns": found.columns,
        "rows": on_page,
        "total": len(rows),
        "page": page,
        "pages": total_pages,
        "sort": sort,
        "drawn": _drawn(shown),
        "duties": [duties[duty] for duty in found.duties if duty in duties],
        "teams": (
            (OWN_TEAMS, "All teams that I may see"),
            *shown.teams,
            (EVERY_TEAM, "Everybody whom I may see"),
        ),
        "agencies": making.CASEWORK_NAMES if found.by_agency else {},
        "typed": {name: request.args.get(name) or typed_day(day) for name, day in _days(asked).items()},
        "field_errors": {key: words[0] for key, words in (error.errors if error else {}).items()},
        "errors": [{"text": w[0], "href": f"#{key}"} for key, w in (error.errors if error else {}).items()],
        "files": {ending: _file(report, ending) for ending in ("csv", "xlsx")},
        "words": cell_words,
        "figure_words": figure_words,
        "page_address": page_address,
        "sort_address": lambda order: here(sort=order, page=None),
        "numeric": NUMERIC,
    }
    answer = render_template("oversight/reports/show.html", **shape)
    return (answer, 422) if error else answer


@pages.get("/reports/<report>.csv")
@allowed("see_reports", section=SECTION)
def as_csv(report: str) -> Response:
    """The same rows as CSV; the audit says who took them."""
    asked = making.read(making.report_of(g.viewer, report), request.args)
    name, content = exporting.as_csv(g.viewer, report, asked)
    return as_file(name, content, "text/csv; charset=utf-8")


@pages.get("/reports/<report>.xlsx")
@allowed("see_reports", section=SECTION)
def as_xlsx(report: str) -> Response:
    """The same rows as a spreadsheet; the audit says who took them."""
    asked = making.read(making.report_of(g.viewer, report), request.args)
    name, content = exporting.as_xlsx(g.viewer, report, asked)
    return as_file(name, content, XLSX)


def cell_words(value: Any, column: Column) -> str:
    """A cell as people read it; a dash for what is not known."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{moments.short_day(value)}, {value.astimezone(LONDON):%H:%M}"
    if isinstance(value, date):
        return moments.short_day(value)
    return number_words(value, column.kind) if isinstance(value, (int, float)) else str(value)


def figure_words(figure: Figure) -> str:
    """A figure as people read it; one that is too small to be told says so."""
    if figure.is_few:
        return FEWER
    if figure.value is None:
        return "–"
    of = f" of {figure.of}" if figure.of is not None else ""
    value = round(figure.value) if figure.kind == "money" and abs(figure.value) >= 1000 else figure.value
    return number_words(value, figure.kind).removesuffix(".00") + of


def number_words(value: float, kind: str) -> str:
    """£1,250.50, 87%, 12.5 or 31."""
    if kind == "money":
        return f"−£{-value:,.2f}" if value < 0 else f"£{value:,.2f}"
    plain = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{plain}%" if kind == "share" else plain


def _drawn(shown: making.Shown) -> list[charts.Drawn]:
    found = (
        charts.drawn(f"chart-{place}", chart.kind, chart.title, chart.unit, chart.points)
        for place, chart in enumerate(shown.made.charts, 1)
    )
    return [one for one in found if one is not None]


def _days(asked: Asked) -> dict[str, date]:
    return {"from": asked.from_on, "to": asked.to_on}


def typed_day(day: date) -> str:
    """A day as one would type it."""
    return f"{day.day} {day.month} {day.year}"


def _file(report: str, ending: str) -> str:
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("from", "to", "team", "agency") if request.args.get(name)
    }
    return url_for(f".as_{ending}", report=report, **kept)


def as_file(name: str, content: bytes, kind: str) -> Response:
    """Something to download that no cache keeps."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
