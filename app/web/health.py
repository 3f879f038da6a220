"""What machines ask: is the process alive, and is it fit to serve?"""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.domain.errors import Busy
from app.services import health
from app.web.guard import open_to_all

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@open_to_all
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
@open_to_all
def ready() -> tuple[Response, int]:
    """The database answers, its schema is this release's, and timers are fired on time; else 503 and why."""
    try:
        state = health.check()
    except Busy as busy:
        return jsonify(status="not ready", problems=[busy.sentence]), 503
    body = jsonify(
        status="not ready" if state.problems else "ok",
        problems=list(state.problems),
        timer_lag_seconds=state.timer_lag_seconds,
    )
    return body, 503 if state.problems else 200
