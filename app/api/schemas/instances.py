"""Pathways of children."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shared import Answer, Moment, Paging, YesOrNo, page_of, sorting
from app.services.instance_lists import ORDERS, STATES


class InstanceFields(Schema):
    """A pathway to start. `variables` are the answers of its start form; `started_at` is now unless it is given.

    A pathway about the partnership is started without a child.
    """

    pathway = fields.String(required=True)
    child_id = fields.String(load_default=None, allow_none=True)
    started_at = Moment(load_default=None, allow_none=True)
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class Reason(Schema):
    """Why something is done."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class InstanceQuery(Paging):
    """Which pathways of children."""

    child_id = fields.String()
    pathway = fields.String()
    state = fields.String(validate=validate.OneOf(STATES, error=f"Choose from {', '.join(STATES)}."))
    overdue = YesOrNo("Whether one of its open tasks is overdue.")
    sort = sorting(*ORDERS)


class Instance(Answer):
    """A pathway of a child. `state` is running, suspended, ended or cancelled; clocks count from `started_at`."""

    id = fields.String(required=True)
    pathway = fields.String(required=True)
    name = fields.String(required=True)
    child_id = fields.String(required=True)
    state = fields.String(required=True)
    started_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    end_event = fields.String(required=True, allow_none=True)
    parent_id = fields.String(required=True, allow_none=True)
    root_id = fields.String(required=True)


class Waiting(Answer):
    """A timer that waits."""

    element_id = fields.String(required=True)
    name = fields.String(required=True)
    due_at = Moment(required=True)


class Step(Answer):
    """An element of the diagram that was entered, and left unless it is still active."""

    element_id = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)
    entered_at = Moment(required=True)
    left_at = Moment(required=True, allow_none=True)
    how = fields.String(required=True, allow_none=True)


class IncidentLine(Answer):
    """What went wrong in a pathway, and whether it has been put right."""

    id = fields.String(required=True)
    element_id = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)
    created_at = Moment(required=True)
    resolved_at = Moment(required=True, allow_none=True)


class InstanceDetail(Instance):
    """A pathway of a child, with where it stands: active elements, timers, history, messages it takes, incidents."""

    version = fields.Integer(required=True)
    active = fields.List(fields.String(), required=True)
    timers = fields.List(fields.Nested(Waiting), required=True)
    history = fields.List(fields.Nested(Step), required=True)
    accepts = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Names of messages that POST /messages may send."},
    )
    incidents = fields.List(fields.Nested(IncidentLine), required=True)


InstancePage = page_of(Instance)
