"""After a page: whoever was shown something of a child is remembered as having looked (DPA 2018, section 62)."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g

from app.domain.errors import Busy
from app.services.access import looks

log = structlog.get_logger("throughcare.web")


def install(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_remember)


def shown(child_id: str) -> None:
    """What is being answered is about this child: the identity bar says so for a page, an operation for itself."""
    g.child_shown = child_id


def _remember(answer: Response) -> Response:
    child_id = g.pop("child_shown", None)
    if child_id is not None and answer.status_code == 200 and g.get("viewer") is not None:
        try:
            looks.remember(g.viewer, child_id)
        except Busy:  # the page is shown all the same: a child must not wait for the list of who has looked
            log.warning("look_not_remembered", person_id=g.viewer.person_id)
    return answer
