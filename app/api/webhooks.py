"""Webhooks: which addresses are told what happened, what reached them, and sending it again."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g

from app.api.door import operation
from app.api.schemas.shared import Paging
from app.api.schemas.webhooks import DeliveryPage, DeliveryQuery, NewWebhook, WebhookFields, WebhookPage
from app.services import webhooks
from app.services.listing import Paged

TAG = "Webhooks"


@operation(
    "GET", "/webhooks", tag=TAG, scope="webhooks:write", action="connect_systems", query=Paging, answers=WebhookPage
)  # fmt: skip
def list_webhooks(query: dict[str, Any]) -> Any:
    """The addresses that are told what happens."""
    return vars(webhooks.listed(g.viewer, Paged(query["page"], query["page_size"])))


@operation(
    "POST", "/webhooks", tag=TAG, scope="webhooks:write", action="connect_systems", body=WebhookFields,
    answers=NewWebhook, status=201,
)  # fmt: skip
def add_webhook(given: dict[str, Any]) -> Any:
    """Tell an address what happens from now on, as the token's person may see it.

    Each event is posted as JSON, as the feed has it, until it is answered with 2xx; those of one child in order, and
    now and then one of them twice. `Throughcare-Signature` is `v1=` and the HMAC-SHA256, by the secret, of
    `Throughcare-Timestamp`, a dot and the body.
    """
    webhook_id, secret = webhooks.add(
        g.viewer, given["url"], given["kinds"], allow_http=not current_app.config["PRODUCTION"]
    )
    return {**given, "id": webhook_id, "secret": secret}, 201


@operation(
    "DELETE", "/webhooks/<webhook_id>", tag=TAG, scope="webhooks:write", action="connect_systems", status=204
)
def remove_webhook(webhook_id: str) -> Any:
    """Tell the address nothing more."""
    webhooks.remove(g.viewer, webhook_id)
    return Response(status=204)


@operation(
    "GET", "/webhooks/<webhook_id>/deliveries", tag=TAG, scope="webhooks:write", action="connect_systems",
    query=DeliveryQuery, answers=DeliveryPage,
)  # fmt: skip
def list_deliveries(query: dict[str, Any], webhook_id: str) -> Any:
    """What went to the address, the newest first; with `state=dead` what was given up."""
    asked = Paged(query["page"], query["page_size"])
    return vars(webhooks.deliveries(g.viewer, webhook_id, query.get("state"), asked))


@operation(
    "POST", "/webhooks/<webhook_id>/deliveries/<event_id>/replay", tag=TAG, scope="webhooks:write",
    action="connect_systems", status=202,
)  # fmt: skip
def replay_delivery(webhook_id: str, event_id: str) -> Any:
    """Send an event again, whatever became of it."""
    webhooks.replay(g.viewer, webhook_id, event_id)
    return Response(status=202, content_type="text/plain")
