"""The drawing of a draft in the modeller, and what its script asks while somebody draws. The outline is its equal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, jsonify, render_template, request
from werkzeug.wrappers import Response

from app.services.workbench import drafts, drawings
from app.services.workbench.drafting import DraftMoved
from app.web.guard import allowed
from app.web.moments import moment
from app.web.sent_json import sent
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_drawing", __name__)


@pages.get("/workbench/drafts/<draft_id>/drawing")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """The modeller."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/drawing.html",
        page_name=f"Drawing of {draft.name}",
        draft=draft,
        path=drawings.path_in(draft, request.args.get("file", "")),
    )


@pages.get("/workbench/drafts/<draft_id>/drawing/content")
@allowed("design", section=SECTION)
def content(draft_id: str) -> Response:
    """What the modeller opens with."""
    path, profile = request.args.get("file", ""), request.args.get("profile", "")
    return jsonify(drawings.opened(g.viewer, draft_id, path, profile))


@pages.post("/workbench/drafts/<draft_id>/drawing")
@allowed("design", section=SECTION)
def save(draft_id: str) -> Response | tuple[Response, int]:
    """Keep what was drawn, and say what is found in it."""
    drawn = sent("path", "xml", "profile")
    try:
        said = drawings.save(
            g.viewer,
            draft_id,
            revision=_number(drawn.get("revision")),
            path=drawn["path"],
            xml=drawn["xml"],
            removed={(element, thing) for element, thing in _pairs(drawn.get("removed"))},
            deleted=frozenset(_texts(drawn.get("deleted"))),
            profile=drawn["profile"],
        )
    except DraftMoved as moved:
        by, at = moved.facts["by"], moment(moved.facts["at"])
        return jsonify(
            moved=True, sentence=f"{by} saved this draft on {at}. Your changes are not saved."
        ), 409
    except drawings.WouldBeLost as lost:
        return jsonify(lost=True, sentence=lost.sentence), 409
    return jsonify(revision=said.revision, findings=said.findings, due=said.due)


@pages.post("/workbench/drafts/<draft_id>/drawing/expression")
@allowed("design", section=SECTION)
def expression(draft_id: str) -> Response:
    """What the checks say of what is being typed."""
    typed = sent("path", "kind", "text", "profile")
    return jsonify(
        drawings.said_of(
            g.viewer, draft_id, **{name: typed[name] for name in ("path", "kind", "text", "profile")}
        )
    )


@pages.get("/workbench/drafts/<draft_id>/drawing/due")
@allowed("design", section=SECTION)
def due(draft_id: str) -> Response:
    """The due times in the words of another area."""
    path, profile = request.args.get("file", ""), request.args.get("profile", "")
    return jsonify(drawings.words_in(g.viewer, draft_id, path=path, profile=profile))


def _number(given: Any) -> int:
    return given if isinstance(given, int) else 0


def _texts(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _pairs(given: Any) -> list[tuple[str, str]]:
    rows = given if isinstance(given, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row, list) and len(_texts(row)) == len(row) == 2]
