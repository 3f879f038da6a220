"""What all nouns share: moments, pages, problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.moments import read_moment

PAGE_SIZE, MOST = 25, 200


class Moment(fields.Field[datetime]):
    """A moment: ISO 8601, written with London's offset; read with any, and as London's time where there is none."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.astimezone(LONDON).isoformat() if value is not None else None

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Enter a date and time, such as 2026-12-24T17:40:00+00:00.")
        try:
            return read_moment(value, assume_london=True)
        except BadInput as error:
            raise ValidationError(error.sentence) from error


class YesOrNo(fields.Boolean):
    """A choice in an address: `true` or `false`, also as Python writes them, or `1` or `0`; nothing is guessed at."""

    YES, NO = ("true", "True", "1"), ("false", "False", "0")

    def __init__(self, description: str) -> None:
        super().__init__(
            truthy=set(self.YES),
            falsy=set(self.NO),
            metadata={"description": description, "enum": [*self.YES, *self.NO]},
            error_messages={"invalid": "Choose true or false."},
        )


class Answer(Schema):
    """What is answered: everything is there each time, empty where there is nothing to say."""

    class Meta:
        unknown = EXCLUDE


class Problem(Schema):
    """What went wrong (RFC 9457); `errors` has the sentences for each field."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)


class Paging(Schema):
    """Which page of a list is asked for."""

    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = fields.Integer(load_default=PAGE_SIZE, validate=validate.Range(1, MOST))


def sorting(*keys: str) -> fields.String:
    """By what a list may be sorted: each key, or “-” before it for the last first."""
    orders = [order for key in keys for order in (key, f"-{key}")]
    return fields.String(validate=validate.OneOf(orders, error=f"Choose from {', '.join(orders)}."))


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of a list."""
    return Answer.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "total": fields.Integer(required=True),
            "page": fields.Integer(required=True),
            "page_size": fields.Integer(required=True),
        },
        name=f"{item.__name__}Page",
    )
