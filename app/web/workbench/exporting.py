"""Pathways to take away, exactly as they were saved."""

from __future__ import annotations

from flask import Blueprint, g
from werkzeug.wrappers import Response

from app.engine.packing import Packed
from app.services.workbench import exporting
from app.web.guard import allowed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_export", __name__)


@pages.get("/workbench/drafts/<draft_id>/export")
@allowed("design", section=SECTION)
def draft(draft_id: str) -> Response:
    """A draft as it is now."""
    return _file(exporting.of_draft(g.viewer, draft_id))


@pages.get("/pathways/<key>/versions/<int:number>/export")
@allowed("see_pathways", section="pathways.index")
def version(key: str, number: int) -> Response:
    """A version as it was published."""
    return _file(exporting.of_version(g.viewer, key, number))


def _file(packed: Packed) -> Response:
    return Response(
        packed.content,
        content_type=packed.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{packed.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
