"""How a draft would read as a procedure: what a practitioner will be told, before anything is in force."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, url_for

from app.domain.errors import PathwayRefused
from app.services import manuals, pictures
from app.services.workbench import drafts
from app.web.guard import allowed
from app.web.manuals import chosen_area, manual_pdf
from app.web.pathways import as_picture
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_manual", __name__)


@pages.get("/workbench/drafts/<draft_id>/manual")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """The draft, step by step; or in a sentence why it cannot be read yet."""
    refused, manual = "", None
    try:
        draft, manual = manuals.of_draft(g.viewer, draft_id, chosen_area())
    except PathwayRefused as refusal:
        draft, refused = drafts.show(g.viewer, draft_id), refusal.sentence
    return render_template(
        "workbench/manual.html",
        page_name=f"{draft.name}: how it would read",
        draft=draft,
        manual=manual,
        refused=refused,
        pdf=url_for(".pdf", draft_id=draft_id, area=chosen_area()),
        areas=manuals.areas(),
    )


@pages.get("/workbench/drafts/<draft_id>/manual.pdf")
@allowed("design")
def pdf(draft_id: str) -> Response:
    """The same on paper, with the drawing."""
    return manual_pdf(manuals.of_draft(g.viewer, draft_id, chosen_area())[1])


@pages.get("/workbench/drafts/<draft_id>/diagram.svg")
@allowed("design")
def picture(draft_id: str) -> Response:
    """The drawing of the draft as a picture."""
    return as_picture(pictures.svg(drafts.show(g.viewer, draft_id).bundle.main, g.viewer.profile))
