"""Children."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.api.schemas.shared import Answer, Moment, Paging, page_of, sorting
from app.domain.finding import NUMBERS
from app.services.child_lists import ORDERS


class _Numbers(Schema):
    """The numbers by which other systems know the child."""


Numbers = _Numbers.from_dict(
    {
        kind: fields.String(
            allow_none=True, validate=validate.Length(max=40), metadata={"description": words}
        )
        for kind, words in NUMBERS.items()
    },
    name="Identifiers",
)


class ChildFields(Schema):
    """A child's record as it is written; without a date of birth it is provisional."""

    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    date_of_birth = fields.Date(load_default=None, allow_none=True)
    authority = fields.String(load_default=None, metadata={"description": "The token's own authority."})
    identifiers = fields.Nested(Numbers, load_default=dict)


class ChildChanges(Schema):
    """What is put right of a record; what is left out stays."""

    given_name = fields.String()
    family_name = fields.String()
    date_of_birth = fields.Date(allow_none=True)
    identifiers = fields.Nested(Numbers)


class ChildQuery(Paging):
    """Which children: those whom `q` fits (a name however it is spelt, a date of birth, a number), or all."""

    q = fields.String(validate=validate.Length(max=200))
    sort = sorting(*ORDERS)


class Child(Answer):
    """A child's record. `can_open` is false for an exact match that the other agency holds: only who it is is told."""

    id = fields.String(required=True)
    reference = fields.String(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    date_of_birth = fields.Date(required=True, allow_none=True)
    is_provisional = fields.Boolean(required=True)
    authority = fields.String(required=True)
    can_open = fields.Boolean(required=True)
    identifiers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ChildDetail(Child):
    """A child's record with present legal statuses (`badges`), and the people who work with the child."""

    badges = fields.List(fields.String(), required=True)


class Happening(Answer):
    """A line of the chronology."""

    at = Moment(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    instance_id = fields.String(required=True, allow_none=True)
    was_overdue = fields.Boolean(required=True)


ChildPage, Timeline = page_of(Child), page_of(Happening)
