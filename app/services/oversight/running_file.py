"""The list of pathways as a file: cells that a spreadsheet takes for text, and the audit says who took it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from app.domain.access import Viewer
from app.domain.clock import today
from app.services.oversight import running
from app.services.oversight.reports.exporting import csv_cell
from app.services.oversight.running import STATES, Narrowed
from app.store import audit
from app.store.audit import Entry
from app.store.db import transaction

MOST_ROWS = 5000
HEADINGS = (
    "Reference", "Child", "Pathway", "Version", "State", "Stands still", "Started", "Ended", "Last step",
    "Open tasks", "Overdue tasks", "Next due",
)  # fmt: skip


def as_csv(viewer: Viewer, narrowed: Narrowed, sort: str, filters: Mapping[str, str]) -> tuple[str, bytes]:
    """The name and the content of the list as CSV in UTF-8, up to 5,000 pathways. `filters` go into the audit.

    Raises NotFound when the list is not the viewer's to see.
    """
    rows = running.every(viewer, narrowed, sort, MOST_ROWS)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for row in rows:
        cells = (
            row.child.reference, row.child.name, row.name, row.version, STATES[row.status], row.stands_still,
            row.started_at, row.ended_at, row.moved_at, row.open_tasks, row.overdue, row.due_at,
        )  # fmt: skip
        writer.writerow([csv_cell(cell) for cell in cells])
    entry = Entry(
        kind="report_exported",
        person_id=viewer.person_id,
        facts={
            "name": "Running pathways",
            "report": "running-pathways",
            "format": "csv",
            **{f"filter_{name}": value for name, value in filters.items()},
            "rows": len(rows),
            "children": sorted({row.child.reference for row in rows}),
        },
    )
    with transaction() as session:
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")
    return f"running-pathways-{today()}.csv", out.getvalue().encode("utf-8-sig")
