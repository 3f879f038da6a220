"""The pages of one child, side by side: which there are, and which stands open."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for

from app.services import reach

TABS = (
    ("Overview", "children.show", "see_child"),
    ("Tasks", "children.tasks", "see_child"),
    ("Timeline", "children.timeline", "see_timeline"),
    ("People", "children.people", "see_network"),
    ("Documents", "child_documents.index", "see_documents"),
    ("Plans", "plans.index", "see_plans"),
    ("Release", "children.release", "see_child"),
    ("Sharing", "sharing.index", "see_sharing"),
    ("Case record", "records.index", "take_record"),
    ("Who has access", "access.show", "control_access"),
)
"""The words of each tab, its endpoint, which takes `child_id`, and the action that opens it to somebody."""


def child_tabs(child_id: str) -> list[dict[str, Any]]:
    """The items of the sub navigation of a child's pages, those that the viewer may open."""
    can = reach.of_child(g.viewer, child_id, {action for _, _, action in TABS})
    return [
        {"text": words, "href": url_for(endpoint, child_id=child_id), "current": request.endpoint == endpoint}
        for words, endpoint, action in TABS
        if action in can
    ]
