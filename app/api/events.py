"""The feed of what happened."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api.door import operation
from app.api.schemas.events import Feed, FeedQuery
from app.services import event_feed


@operation(
    "GET", "/events", tag="Events", scope="events:read", action="see_own_work", query=FeedQuery, answers=Feed
)
def list_events(query: dict[str, Any]) -> Any:
    """What happened after the event `after`, oldest first. No event is passed over, and none comes twice."""
    kinds = tuple(kind.strip() for kind in query.get("kind", "").split(",") if kind.strip())
    feed = event_feed.after(g.viewer, query["after"], query["page_size"], kinds)
    return {
        "items": feed.events,
        "total": feed.total,
        "page": 1,
        "page_size": query["page_size"],
        "next_after": feed.next_after,
        "has_more": feed.total > len(feed.events),
    }
