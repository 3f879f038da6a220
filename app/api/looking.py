"""After an answer: whose record it was about is remembered with the token, as pages remember who has looked."""

from __future__ import annotations

import structlog
from flask import Response, g

from app.domain.errors import Busy
from app.services.access import looks

log = structlog.get_logger("throughcare.api")


def shown(child_id: str) -> None:
    """What is being answered is about this child."""
    g.child_shown = child_id


def remember(answer: Response) -> Response:
    """Write down the look; a refusal shows nothing."""
    child_id = g.pop("child_shown", None)
    if child_id is not None and answer.status_code < 300:
        try:
            looks.remember(g.viewer, child_id, token_id=g.bearer.token_id)
        except Busy:  # answered all the same: a child must not wait for the list of who has looked
            log.warning("look_not_remembered", person_id=g.viewer.person_id)
    return answer
