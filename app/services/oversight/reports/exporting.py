"""A report as a file: CSV and XLSX whose cells a spreadsheet takes for text, never for a formula; audited."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from app.domain.access import Viewer
from app.domain.clock import LONDON
from app.domain.spreadsheets import as_text
from app.services.oversight.reports import making
from app.services.oversight.reports.making import Shown
from app.services.oversight.reports.scope import Asked
from app.services.oversight.reports.shape import Column, Row
from app.store import audit
from app.store.audit import Entry
from app.store.db import transaction


def as_csv(viewer: Viewer, key: str, asked: Asked) -> tuple[str, bytes]:
    """The name and the content of a report as CSV in UTF-8, said in the audit. Raises NotFound."""
    shown = making.make(viewer, key, asked)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_headings(shown))
    for row in shown.made.rows:
        writer.writerow([csv_cell(value) for value, _ in _cells(shown, row)])
    _note(viewer, shown, "csv")
    return file_name(shown, "csv"), out.getvalue().encode("utf-8-sig")


def as_values(viewer: Viewer, key: str, asked: Asked) -> Shown:
    """A report for another system, which puts it into its own form; said in the audit. Raises NotFound."""
    shown = making.make(viewer, key, asked)
    _note(viewer, shown, "json")
    return shown


def as_xlsx(viewer: Viewer, key: str, asked: Asked) -> tuple[str, bytes]:
    """The name and the content of a report as XLSX, said in the audit. Raises NotFound."""
    from app.services.oversight.reports import sheets  # the library takes a while to read in

    shown = making.make(viewer, key, asked)
    totals = _totals(shown) if shown.made.totals and shown.made.rows else []
    rows = (_cells(shown, row) for row in shown.made.rows)
    # a title may hold what a sheet's name may not
    book = sheets.book(shown.report.key[:31], _headings(shown), rows, totals)
    _note(viewer, shown, "xlsx")
    return file_name(shown, "xlsx"), book


def file_name(shown: Shown, ending: str) -> str:
    """The report and its days; no file's name holds a child's."""
    return f"{shown.report.key}-{shown.asked.from_on}-to-{shown.asked.to_on}.{ending}"


def _headings(shown: Shown) -> list[str]:
    found = []
    for column in shown.report.columns:
        found += ["Reference", "Child"] if column.kind == "child" else [column.title]
    return found


def _cells(shown: Shown, row: Row) -> Iterator[tuple[Any, str]]:
    for column in shown.report.columns:
        if column.kind == "child":
            yield row.get("reference"), "text"
            yield row.get("child_name"), "text"
        else:
            yield row.get(column.key), column.kind


def _totals(shown: Shown) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = []
    for column in shown.report.columns:
        found += [(None, "text"), (None, "text")] if column.kind == "child" else [_total(shown, column)]
    return [("Total", "text"), *found[1:]] if found and found[0][0] is None else found


def _total(shown: Shown, column: Column) -> tuple[Any, str]:
    return shown.made.totals.get(column.key), column.kind


def csv_cell(value: Any) -> str:
    """A value as a spreadsheet reads it from a CSV file; words never as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value.astimezone(LONDON):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return as_text(value) if isinstance(value, str) else str(value)


def _note(viewer: Viewer, shown: Shown, ending: str) -> None:
    """Say in the audit what left the service, for which days, and of whom: once of the file, not of each child."""
    asked = shown.asked
    entry = Entry(
        kind="report_exported",
        person_id=viewer.person_id,
        facts={
            "name": shown.report.title,
            "report": shown.report.key,
            "format": ending,
            "from": asked.from_on.isoformat(),
            "to": asked.to_on.isoformat(),
            "team": asked.team,
            "agency": asked.agency,
            "rows": len(shown.made.rows),
            "children": sorted({row["reference"] for row in shown.made.rows if row.get("reference")}),
        },
    )
    with transaction() as session:
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")
