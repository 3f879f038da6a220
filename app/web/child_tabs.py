"""The pages of one child, side by side: which there are, and which stands open."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for

TABS = (
    ("Overview", "children.show"),
    ("Tasks", "children.tasks"),
    ("Timeline", "children.timeline"),
    ("People", "children.people"),
    ("Documents", "child_documents.index"),
    ("Plans", "plans.index"),
    ("Release", "children.release"),
)
"""The words of each tab and its endpoint, which takes `child_id`. One that this copy does not have is left out."""


def child_tabs(child_id: str) -> list[dict[str, Any]]:
    """The items of the sub navigation of a child's pages, for templates: `child_tabs(view.child.id)`."""
    return [
        {"text": words, "href": url_for(endpoint, child_id=child_id), "current": request.endpoint == endpoint}
        for words, endpoint in TABS
        if endpoint in current_app.view_functions
    ]
