"""Children: finding one, and the page of one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.services import child_view, reach
from app.services.finding import remember_seen
from app.web import finding
from app.web.guard import allowed
from app.web.identity import identity_facts

pages = Blueprint("children", __name__)


@pages.get("/children")
@allowed("search_children", section="children.index")
def index() -> str:
    """The search, what it found, or whom the viewer saw last."""
    return finding.children_page(finding.asked_for())


@pages.get("/children/<child_id>")
@allowed("see_child", section="children.index")
def show(child_id: str) -> str | Response:
    """One child: what is open and due first, their pathways, the people around them, what happened."""
    view = child_view.show(g.viewer, child_id)
    if view.child.is_partnership:
        return redirect(url_for("partnership.show"))
    remember_seen(g.viewer, child_id)
    return render_template(
        "children/show.html",
        page_name=view.child.name,
        view=view,
        facts=identity_facts(view.child, view.identifiers, view.facts),
        openable=reach.openable(g.viewer, child_id, view.tasks),
    )
