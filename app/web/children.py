"""Children: finding one, and the page of one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.services import child_view, children, reach
from app.web.guard import allowed
from app.web.identity import identity_facts

pages = Blueprint("children", __name__)


@pages.get("/children")
@allowed("search_children", section="children.index")
def index() -> str:
    """The search, and what it finds."""
    words = request.args.get("q", "").strip()[:200]
    found = children.search(g.viewer, words) if words else []
    may_start = may(g.viewer, "start_pathway", AuthorityThing(g.viewer.authority_id))
    return render_template(
        "children/index.html", page_name="Children", words=words, found=found, may_start=may_start
    )


@pages.get("/children/<child_id>")
@allowed("see_child", section="children.index")
def show(child_id: str) -> str | Response:
    """One child: what is open and due first, their pathways, the people around them, what happened."""
    view = child_view.show(g.viewer, child_id)
    if view.child.is_partnership:
        return redirect(url_for("partnership.show"))
    return render_template(
        "children/show.html",
        page_name=view.child.name,
        view=view,
        facts=identity_facts(view.child, view.identifiers, view.facts),
        openable=reach.openable(g.viewer, child_id, view.tasks),
    )
