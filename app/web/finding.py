"""Finding a child: one box, wherever a child is looked for. What is typed stands in no address and in no log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.services import finding, pathway_view
from app.services.finding import Search
from app.web.guard import allowed

pages = Blueprint("finding", __name__)
Answer = str | Response | tuple[str, int]
NOTHING_TYPED = [{"text": "Enter a name, a date of birth or a number", "href": "#q"}]


@pages.post("/children/search")
@allowed("search_children", section="children.index")
def search() -> Answer:
    """Search, and go to the page that shows what was found: for its own sake, to start something, or as a sibling."""
    words, pathway = request.form.get("q", "").strip(), request.form.get("pathway", "")
    sibling_of = request.form.get("sibling_of", "")
    if not words and not pathway and not sibling_of:
        return children_page(None, NOTHING_TYPED), 422
    if not words:
        back = (
            url_for("start.child", pathway=pathway, nothing="typed")
            if pathway
            else url_for("siblings.show", child_id=sibling_of, nothing="typed")
        )
        return redirect(back, 303)
    search_id = finding.look_up(g.viewer, words)
    if sibling_of:
        return redirect(url_for("siblings.show", child_id=sibling_of, search=search_id), 303)
    if not pathway:
        return redirect(url_for("children.index", search=search_id), 303)
    if not found_by(search_id):
        return redirect(url_for("new_child.ask", pathway=pathway, search=search_id), 303)
    return redirect(url_for("start.child", pathway=pathway, search=search_id), 303)


def found_by(search_id: str) -> tuple[finding.Found, ...]:
    """Who a search of the viewer's finds."""
    again = finding.again(g.viewer, search_id)
    return again.found if again else ()


def asked_for() -> Search | None:
    """The search that the address names, if it is the viewer's and not too old."""
    search_id = request.args.get("search", "")
    return finding.again(g.viewer, search_id) if search_id else None


def children_page(found: Search | None, errors: list[dict[str, str]] | None = None) -> str:
    """The page of the children: the box, who was found, or whom the viewer saw last."""
    authority = AuthorityThing(g.viewer.authority_id)
    return render_template(
        "children/index.html",
        page_name="Children",
        search=found,
        errors=errors or [],
        may_start=may(g.viewer, "start_pathway", authority),
        may_open_in_emergency=may(g.viewer, "open_in_emergency", authority),
        quick_starts=pathway_view.quick_starts(g.viewer),
        **_seen(found),
    )


def start_page(pathway: str, name: str, found: Search | None) -> Answer:
    """The same for starting a pathway: choosing a child leads straight to its questions."""
    errors = NOTHING_TYPED if "nothing" in request.args and found is None else []
    page = render_template(
        "start/child.html",
        page_name="Which child is it?",
        name=name,
        pathway=pathway,
        search=found,
        errors=errors,
        **_seen(found),
    )
    return (page, 422) if errors else page


def _seen(found: Search | None) -> dict[str, Any]:
    return {"seen": [] if found else finding.recently_seen(g.viewer)}
