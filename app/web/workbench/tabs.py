"""The pages of one draft, side by side: which there are, and which stands open."""

from __future__ import annotations

from typing import Any

from flask import request

from app.web.shell import address_of

SECTION = "workbench.index"
"""Where every page of the workbench stands in the navigation."""

TABS = (
    ("Overview", "workbench_drafts.show"),
    ("Drawing", "workbench_drawing.show"),
    ("Outline", "workbench_outline.show"),
    ("Forms", "workbench_forms.index"),
    ("Checks", "workbench_checks.show"),
    ("Simulate", "workbench_simulation.show"),
    ("Differences", "workbench_differences.show"),
    ("Manual", "workbench_manual.show"),
    ("Publish", "workbench_publishing.show"),
)
"""The words of each tab and its endpoint, which takes `draft_id`."""
BELOW = {"workbench_form_design": "workbench_forms"}
"""Pages that stand below the tab of another noun."""


def draft_tabs(draft_id: str) -> list[dict[str, Any]]:
    """The items of the sub navigation of a draft's pages."""
    noun = (request.endpoint or "").partition(".")[0]
    blueprint = BELOW.get(noun, noun)
    return [
        {"text": words, "href": href, "current": endpoint.partition(".")[0] == blueprint}
        for words, endpoint in TABS
        if (href := address_of(endpoint, draft_id=draft_id))
    ]
