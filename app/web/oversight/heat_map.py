"""A pathway's drawing with a number at each step: on time, median waiting time, how many; the same as a list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from app.services import pictures
from app.services.oversight import heat
from app.services.oversight.heat import WAYS, Heat
from app.web.guard import allowed
from app.web.oversight.compliance import chosen, offered
from app.web.pathways import as_picture

pages = Blueprint("heat_map", __name__)
SHARED = "hide"
NARROWS = ("by", "team", "from", "to", "version", "small")
"""The parts of the address that the picture takes too."""


@pages.get("/pathways/<key>/heat-map")
@allowed("see_compliance", section="pathways.index")
def show(key: str) -> str:
    """The drawing and the list."""
    looked_at, errors = chosen()
    found = _found(key)
    version = request.args.get("version", type=int)
    may_name = looked_at.names_children(g.viewer)
    is_shared = request.args.get("small") == SHARED
    return render_template(
        "oversight/heat_map.html",
        page_name=f"{WAYS[found.by]}: {found.name}",
        found=found,
        ways=WAYS,
        signs=pictures.key_of(found.bands),
        version=version,
        picture=url_for(".picture", key=key, **_narrowed()),
        is_shared=is_shared,
        may_name=may_name,
        may_open=may_name and not is_shared and not version and found.by == "compliance",
        errors=errors,
        **offered(looked_at),
    )


@pages.get("/pathways/<key>/heat-map.svg")
@allowed("see_compliance")
def picture(key: str) -> Response:
    """The drawing, as a picture with the numbers written at the steps."""
    found = _found(key)
    return as_picture(pictures.heat(found.xml, g.viewer.profile, found.band_of, found.words_of))


def _narrowed() -> dict[str, Any]:
    return {name: request.args[name] for name in NARROWS if request.args.get(name)}


def _found(key: str) -> Heat:
    looked_at, _ = chosen()
    return heat.heat(
        g.viewer,
        key,
        looked_at,
        request.args.get("by", "compliance"),
        request.args.get("version", type=int),
        is_shared=request.args.get("small") == SHARED,
    )
