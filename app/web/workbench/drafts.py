"""A draft: where it stands, what was saved when, going back to it, laying it aside."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.services.workbench import drafting, drafts, publications
from app.web.guard import allowed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_drafts", __name__)
MOST_REVISIONS = 50
MOST_CHANGES = 200


@pages.get("/workbench/drafts/<draft_id>")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """The draft and its revisions."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/draft.html",
        page_name=f"Draft of {draft.name}",
        draft=draft,
        most_changes=MOST_CHANGES,
        revisions=drafts.revisions(g.viewer, draft_id)[:MOST_REVISIONS],
        asked=publications.open_for(g.viewer, draft.key),
    )


@pages.post("/workbench/drafts/<draft_id>/restore/<int:number>")
@allowed("design", section=SECTION)
def restore(draft_id: str, number: int) -> Response:
    """Go back to what was saved."""
    drafting.restore(g.viewer, draft_id, revision=request.form.get("draft_revision", 0, type=int), to=number)
    flash(f"The draft is again as it was saved as {number}. What was there before is kept.", "success")
    return redirect(url_for(".show", draft_id=draft_id), 303)


@pages.get("/workbench/drafts/<draft_id>/discard")
@allowed("design", section=SECTION)
def ask_discard(draft_id: str) -> str:
    """Whether it is really to go."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/discard.html", page_name=f"Discard the draft of {draft.name}?", draft=draft
    )


@pages.post("/workbench/drafts/<draft_id>/discard")
@allowed("design", section=SECTION)
def discard(draft_id: str) -> Response:
    """Lay it aside for good."""
    drafting.discard(g.viewer, draft_id)
    flash("The draft is discarded. The version in force has not changed.", "success")
    return redirect(url_for("workbench.index"), 303)
