"""Reports for managers, as JSON or CSV."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, g

from app.api.door import operation
from app.api.pages import one_page
from app.api.schemas.events import Report, ReportListQuery, ReportPage, ReportQuery
from app.domain.clock import LONDON
from app.services.oversight.reports import exporting, making
from app.services.oversight.reports.scope import EVERY_TEAM

TAG = "Reports"


@operation(
    "GET", "/reports", tag=TAG, scope="reports:read", action="see_reports", query=ReportListQuery, answers=ReportPage
)  # fmt: skip
def list_reports(query: dict[str, Any]) -> Any:
    """The reports that the token's person may make."""
    found = [report for group in making.listed(g.viewer).values() for report in group]
    return one_page(
        [{"name": report.key, "title": report.title, "what": report.what} for report in found], query
    )


@operation(
    "GET", "/reports/<name>", tag=TAG, scope="reports:read", action="see_reports", query=ReportQuery, answers=Report
)  # fmt: skip
def get_report(query: dict[str, Any], name: str) -> Any:
    """One report, of everybody whom the token's person may see unless a team is named. The audit says who took it."""
    given = {name: str(query[key]) for name, key in (("from", "from_"), ("to", "to")) if key in query}
    given |= {"team": query.get("team") or EVERY_TEAM}
    given |= {"agency": query["agency"]} if query.get("agency") else {}
    asked = making.read(making.report_of(g.viewer, name), given)
    if query["format"] == "csv":
        file_name, content = exporting.as_csv(g.viewer, name, asked)
        answer = Response(content, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return answer
    shown = exporting.as_values(g.viewer, name, asked)
    return {
        "name": shown.report.key,
        "title": shown.report.title,
        "from_": asked.from_on,
        "to": asked.to_on,
        "columns": shown.report.columns,
        "rows": [{key: _plain(value) for key, value in row.items()} for row in shown.made.rows],
        "figures": shown.made.figures,
        "totals": dict(shown.made.totals),
        "notes": list(shown.made.notes),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(LONDON).isoformat()
    return value.isoformat() if isinstance(value, date) else value
