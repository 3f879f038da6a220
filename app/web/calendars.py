"""The calendar that a calendar program fetches: no session, only the secret in its address."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from app.services import calendar_feed
from app.web.guard import open_to_all

pages = Blueprint("calendars", __name__)


@pages.get("/calendar/<token>.ics")
@open_to_all
def feed(token: str) -> Response:
    """What is due and when one meets; nothing is found behind a wrong secret."""
    written = calendar_feed.feed(
        token, base_url=current_app.config["BASE_URL"], address=request.remote_addr or ""
    )
    return Response(
        written,
        mimetype="text/calendar",
        headers={"Content-Disposition": 'inline; filename="throughcare.ics"'},
    )
