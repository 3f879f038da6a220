"""The record as JSON: marshmallow schemas with the very parts of `contents`, so that the two cannot differ.

Days are ISO 8601, moments too, with London's offset. A schema refuses what it does not know, so that a bundle can be
checked by whoever receives it: `schema().validate(json.loads(text))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as parts_of
from dataclasses import is_dataclass
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields

from app.domain.clock import LONDON
from app.services.records.contents import SCHEMA, CaseRecord


class Moment(fields.AwareDateTime):
    """A moment in London's time, with its offset."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.astimezone(LONDON).isoformat() if value is not None else None


SIMPLE: Mapping[Any, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    datetime: Moment,
    date: fields.Date,
    Any: fields.Raw,
}


WORDS: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    datetime: "moment",
    date: "day",
}


def schema() -> Schema:
    """The schema of the whole."""
    return _schema(CaseRecord)()


def as_json(record: CaseRecord) -> dict[str, Any]:
    """The record in JSON values."""
    dumped: dict[str, Any] = schema().dump(record)
    return dumped


@cache
def _schema(part: type) -> type[Schema]:
    hints = get_type_hints(part)
    made = {one.name: _field(hints[one.name]) for one in parts_of(part)}
    return type(f"{part.__name__}Schema", (Schema,), {"__doc__": part.__doc__, **made})


def _field(hint: Any, *, may_be_none: bool = False) -> fields.Field[Any]:
    options: dict[str, Any] = {"required": True, "allow_none": may_be_none}
    if isinstance(hint, UnionType):
        return _field(next(one for one in get_args(hint) if one is not type(None)), may_be_none=True)
    if get_origin(hint) is tuple:
        return fields.List(_field(get_args(hint)[0]), **options)
    if get_origin(hint) is Mapping:
        return fields.Dict(**options)
    if is_dataclass(hint):
        return fields.Nested(_schema(cast("type", hint)), **options)
    if hint is Any:
        return fields.Raw(required=True, allow_none=True)
    return SIMPLE[hint](**options)


def described() -> str:
    """What each part means, in words: it travels with every bundle."""
    said: dict[str, str] = {}
    _describe(CaseRecord, said)
    opening = (
        f"The shape of record.json, “{SCHEMA}”.\n"
        "Days are YYYY-MM-DD, moments ISO 8601 with London's offset. “or null”: nothing is known.\n"
    )
    return "\n".join([opening, *said.values()])


def _describe(part: type, said: dict[str, str]) -> None:
    if part.__name__ in said:
        return
    hints = get_type_hints(part)
    lines = [f"    {one.name}: {_in_words(hints[one.name])}" for one in parts_of(part)]
    meaning = " ".join((part.__doc__ or "").split())
    said[part.__name__] = f"{part.__name__}\n  {meaning}\n" + "\n".join(lines) + "\n"
    for one in parts_of(part):
        for inner in _parts_in(hints[one.name]):
            _describe(inner, said)


def _parts_in(hint: Any) -> list[type]:
    if is_dataclass(hint):
        return [cast("type", hint)]
    return [part for inner in get_args(hint) for part in _parts_in(inner)]


def _in_words(hint: Any) -> str:
    if isinstance(hint, UnionType):
        return f"{_in_words(get_args(hint)[0])} or null"
    if get_origin(hint) is tuple:
        return f"list of {_in_words(get_args(hint)[0])}"
    if is_dataclass(hint):
        return cast("type", hint).__name__
    return WORDS.get(hint, "object" if get_origin(hint) is Mapping else "any JSON value")
