"""Incidents: pathways that stand still because a step could not be taken, and trying it again."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.services import incidents, pathway_view
from app.web.guard import allowed

pages = Blueprint("incidents", __name__)


@pages.get("/incidents")
@allowed("see_incidents", section="incidents.index")
def index() -> str:
    """What stands still, oldest first."""
    return render_template(
        "incidents/index.html",
        page_name="Incidents",
        rows=incidents.unresolved(g.viewer),
        pathway_names=pathway_view.names(g.viewer),
    )


@pages.post("/incidents/<incident_id>/retry")
@allowed("retry_incident")
def retry(incident_id: str) -> Response:
    """Take the step again; a fault that is still there makes a new incident."""
    incidents.retry(g.viewer, incident_id)
    flash("The step was tried again. If it failed again, a new incident says why.", "success")
    return redirect(url_for("incidents.index"), 303)
