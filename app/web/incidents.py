"""Incidents: pathways that stand still because a step could not be taken, and trying it again."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.services import foresight, incidents, pathway_view
from app.services.foresight import Foreseen
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("incidents", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "incidents.index"


@pages.get("/incidents")
@allowed("see_incidents", section=SECTION)
def index() -> str:
    """What stands still, oldest first."""
    return render_template(
        "incidents/index.html",
        page_name="Incidents",
        rows=incidents.unresolved(g.viewer),
        pathway_names=pathway_view.names(g.viewer),
    )


@pages.get("/incidents/<incident_id>/retry")
@allowed("retry_incident", section=SECTION)
def ask_retry(incident_id: str) -> str:
    """What went wrong, and what has been done about it."""
    return _page(incident_id)


@pages.post("/incidents/<incident_id>/retry")
@allowed("retry_incident", section=SECTION)
@keeps_what_is_typed
def retry(incident_id: str) -> Answer:
    """Take the step again; a fault that is still there makes a new incident."""
    if is_again():
        return _page(incident_id)
    reason = request.form.get("reason", "")
    try:
        if request.form.get("action") == "look":
            child_id = incidents.show(g.viewer, incident_id).child_id or ""
            return _page(
                incident_id,
                seen=foresight.of(g.viewer, child_id, lambda: incidents.retry(g.viewer, incident_id, reason)),
            )
        incidents.retry(g.viewer, incident_id, reason)
    except BadInput as error:
        return _page(incident_id, error), 422
    flash("The step was tried again. If it failed again, a new incident says why.", "success")
    return redirect(url_for(".index"), 303)


def _page(incident_id: str, error: BadInput | None = None, *, seen: Foreseen | None = None) -> str:
    row = incidents.show(g.viewer, incident_id)
    why = error.errors.get("reason", []) if error else []
    return render_template(
        "incidents/retry.html",
        page_name="Try again what stopped",
        row=row,
        pathway=pathway_view.names(g.viewer).get(row.definition_key, row.definition_key),
        seen=seen,
        errors=[{"text": words, "href": "#reason"} for words in why],
        why=why,
        reason=request.form.get("reason", ""),
    )
