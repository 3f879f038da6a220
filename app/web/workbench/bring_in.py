"""Bringing in a BPMN file of another modeller: choose it, read what it would become, open it as a draft."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.engine.importing.report import Change
from app.services import pathway_view
from app.services.workbench import importing, looked_at
from app.web.guard import allowed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_import", __name__)
Answer = str | Response | tuple[str, int]

MOST_LINES = 40
"""Of one group: the whole report is a text file beside it."""
GROUPS = (
    ("Who does it", {"role", "lane", "pool"}),
    ("Where it begins, ends and goes on", {"start", "one_start", "end", "flow_ends", "split", "unreachable",
                                           "join_waits", "link", "instantiate", "empty", "implicit"}),
    ("Decisions", {"decision", "complex", "event_gateway", "condition_ignored"}),
    ("Times and repetitions", {"timer", "repetition"}),
    ("Messages", {"message", "message_flow"}),
    ("Data, and what has no use here", {"data", "unsupported", "quantity"}),
    ("Names, ids and the drawing", {"id", "key", "name", "process", "encoding", "no_picture"}),
)  # fmt: skip
OTHERWISE = "Steps and events that are done differently here"


@pages.get("/workbench/import")
@allowed("design", section=SECTION)
def show() -> Answer:
    """Choose a file."""
    return _choose(None)


@pages.post("/workbench/import")
@allowed("design", section=SECTION)
def look() -> Answer:
    """Read it, and lead on to what it would become."""
    try:
        file_id = looked_at.look(g.viewer, *_chosen())
    except BadInput as error:
        return _choose(error), 422
    return redirect(url_for(".report", file_id=file_id), 303)


@pages.get("/workbench/import/<file_id>")
@allowed("design", section=SECTION)
def report(file_id: str) -> Answer:
    """What it would become, and every change that it takes."""
    return _report(file_id, None)


@pages.post("/workbench/import/<file_id>")
@allowed("design", section=SECTION)
def open_draft(file_id: str) -> Answer:
    """Open one of its pathways as a draft."""
    try:
        draft_id = looked_at.open_as_draft(g.viewer, file_id, request.form.get("key", ""))
    except BadInput as error:
        return _report(file_id, error), 422
    flash("The pathway is a draft now. What the import changed stands below.", "success")
    return redirect(url_for("workbench_drafts.show", draft_id=draft_id), 303)


@pages.get("/workbench/import/<file_id>/report.txt")
@allowed("design", section=SECTION)
def whole_report(file_id: str) -> Response:
    """Every line of the report, to be saved."""
    found = looked_at.report_on(g.viewer, file_id)
    return Response(
        f"{found.file}\n\n" + "".join(f"{_line(change)}\n" for change in found.changes),
        mimetype="text/plain",
        headers={"Content-Disposition": 'attachment; filename="import-report.txt"'},
    )


def _chosen() -> tuple[str, bytes]:
    """The name and the bytes of the file that was chosen; empty where there is none."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    try:
        return file.filename or "", file.read(importing.LARGEST + 1)
    finally:
        file.close()


def _line(change: Change) -> str:
    lost = "Lost. " if change.loses else ""
    at = f" [{change.element}]" if change.element else ""
    return f"{lost}{change.sentence}{at}"


def grouped(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """The changes by what they are about, those that lose something first; groups without any are left out."""
    headings = {rule: heading for heading, rules in GROUPS for rule in rules}
    found: dict[str, list[Change]] = {
        heading: [] for heading in (*(heading for heading, _ in GROUPS), OTHERWISE)
    }
    for change in sorted(changes, key=lambda change: not change.loses):
        found[headings.get(change.rule, OTHERWISE)].append(change)
    return [(heading, its) for heading, its in found.items() if its]


def _choose(error: BadInput | None) -> str:
    why = error.errors.get("file", [error.sentence]) if error else []
    return render_template(
        "workbench/import.html",
        page_name="Bring in a BPMN file",
        errors=[{"text": words, "href": "#file"} for words in why],
        why=why,
    )


def _report(file_id: str, error: BadInput | None) -> str:
    found = looked_at.report_on(g.viewer, file_id)
    why = error.errors.get("key", [error.sentence]) if error else []
    return render_template(
        "workbench/import_report.html",
        page_name="What would come of it",
        file_id=file_id,
        report=found,
        groups=grouped(found.changes),
        most=MOST_LINES,
        there=pathway_view.names(g.viewer),
        errors=[{"text": words, "href": "#key"} for words in why],
        why=why,
        chosen=request.form.get("key", "") or (found.pathways[0].key if len(found.pathways) == 1 else ""),
    )
