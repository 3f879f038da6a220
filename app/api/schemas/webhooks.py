"""Webhooks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shared import Answer, Moment, Paging, page_of

STATES = ("queued", "delivered", "dead")


class WebhookFields(Schema):
    """An address to be told of events: of these kinds, or of all."""

    url = fields.String(required=True, validate=validate.Length(1, 500))
    kinds = fields.List(fields.String(validate=validate.Length(1, 60)), load_default=list)


class Webhook(Answer):
    """An address that is told of events; `waiting` and `dead` count what has not reached it."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    created_at = Moment(required=True)
    waiting = fields.Integer(required=True)
    dead = fields.Integer(required=True)


class NewWebhook(Answer):
    """A webhook as it was made. `secret` is what its deliveries are signed with; it is not shown again."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    secret = fields.String(required=True)


class DeliveryQuery(Paging):
    """Which deliveries."""

    state = fields.String(validate=validate.OneOf(STATES, error=f"Choose from {', '.join(STATES)}."))


class Delivery(Answer):
    """An event on its way to an address; dead ones are sent again only when they are replayed."""

    event_id = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_at = Moment(required=True)
    delivered_at = Moment(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)


WebhookPage, DeliveryPage = page_of(Webhook), page_of(Delivery)
