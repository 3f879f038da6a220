"""The pages of the manager's view, side by side: which there are, and which stands open."""

from __future__ import annotations

from typing import Any

from flask import request

from app.web.shell import address_of

SECTION = "board.show"
"""Where every page of the manager's view stands in the navigation."""

TABS = (
    ("Board", "board.show"),
    ("Running pathways", "running.index"),
    ("On time", "compliance.show"),
    ("Reports", "reports.index"),
    ("Escalations", "escalations.index"),
)
"""The words of each tab and its endpoint."""


def oversight_tabs() -> list[dict[str, Any]]:
    """The items of the sub navigation of the manager's pages."""
    blueprint = (request.endpoint or "").partition(".")[0]
    return [
        {"text": words, "href": href, "current": endpoint.partition(".")[0] == blueprint}
        for words, endpoint in TABS
        if (href := address_of(endpoint))
    ]
