"""Something has changed: what the child's pathways can be told, and the receipt of what came of telling them."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.services import child_view, what_changed
from app.web.guard import allowed
from app.web.identity import identity_facts

pages = Blueprint("what_changed", __name__)
SECTION = "children.index"


@pages.get("/children/<child_id>/changes")
@allowed("see_child", section=SECTION)
def ask(child_id: str) -> str | Response:
    """What has changed? Each answer leads to its form."""
    view = child_view.show(g.viewer, child_id)
    if view.child.is_partnership:
        return redirect(url_for("partnership.show"))
    return render_template(
        "children/changes.html",
        page_name="What has changed?",
        view=view,
        facts=identity_facts(view.child),
        news=what_changed.news(g.viewer, child_id),
    )


@pages.get("/instances/<instance_id>/changes/<message_id>")
@allowed("see_instance", section=SECTION)
def receipt(instance_id: str, message_id: str) -> str:
    """What has moved, who is told, what has begun and ended."""
    changed = what_changed.of_message(g.viewer, instance_id, message_id)
    view = child_view.show(g.viewer, changed.child_id)
    return render_template(
        "instances/changed.html",
        page_name="What came of it",
        changed=changed,
        view=view,
        instance_id=instance_id,
        facts=identity_facts(view.child),
    )
