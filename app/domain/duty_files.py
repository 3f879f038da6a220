"""What an entry of the register may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.domain.errors import BadInput

KINDS = (
    "task", "notification", "document", "rule", "meeting", "decision", "visit", "escalation", "review", "payment",
)  # fmt: skip
STRENGTHS = ("must", "should", "good_practice", "fact")
UNITS = ("hours", "calendar_days", "working_days", "weeks", "months")


def read_duty(entry: Any, number: int) -> dict[str, Any]:
    """The entry with its types checked: lists are tuples, `actor` and `pathway` always so.

    Raises BadInput with `errors` under the duty's id, or its place in the file where it has none.
    """
    name = str(entry.get("id", f"number {number}")) if isinstance(entry, Mapping) else f"number {number}"
    try:
        loaded: dict[str, Any] = _SCHEMA.load(_with_lists(entry))
    except ValidationError as error:
        sentences = [f"The duty {name}, {where}: {what}" for where, what in _flat(error.messages)]
        raise BadInput(sentences[0], {name: sentences}) from None
    for field in ("actor", "pathway", "participants", "see_also"):
        loaded[field] = tuple(loaded.get(field, ()))
    return loaded


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class _Recurrence(_Strict):
    every = fields.Integer(required=True, strict=True, validate=validate.Range(1))
    unit = fields.String(required=True, validate=validate.OneOf(UNITS))


class _Deadline(_Strict):
    amount = fields.Integer(required=True, strict=True, validate=validate.Range(0))
    unit = fields.String(required=True, validate=validate.OneOf(UNITS))
    relative_to = fields.String(required=True, validate=validate.Length(1))
    direction = fields.String(required=True, validate=validate.OneOf(("after", "before")))
    recurrence = fields.Nested(_Recurrence)


class _Ambiguity(_Strict):
    issue = fields.String(required=True)
    default = fields.String(required=True)
    parameter = fields.String()


class _Evidence(_Strict):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]*$"))
    type = fields.String(required=True, validate=validate.Length(1))


class _Duty(_Strict):
    id = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{3}-[A-Z0-9.]+-[0-9]{2}$"))
    area = fields.String(required=True, validate=validate.Length(1))
    clause = fields.String(required=True)
    source = fields.String(required=True, validate=validate.Length(1))
    pathway = fields.List(
        fields.String(validate=validate.Length(1)), required=True, validate=validate.Length(1)
    )
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    actor = fields.List(
        fields.String(validate=validate.Length(1)), required=True, validate=validate.Length(1)
    )
    strength = fields.String(required=True, validate=validate.OneOf(STRENGTHS))
    trigger = fields.String(required=True)
    deadline = fields.Nested(_Deadline, required=True, allow_none=True)
    does = fields.String(required=True, validate=validate.Length(1))
    participants = fields.List(fields.String(), required=True)
    evidence = fields.List(fields.Nested(_Evidence), required=True)
    ambiguity = fields.Nested(_Ambiguity, required=True, allow_none=True)
    see_also = fields.List(fields.String())
    deadline_inferred = fields.String()
    statutory_note = fields.String()


_SCHEMA = _Duty()


def _with_lists(entry: Any) -> Any:
    """The register writes one actor or pathway plain, and several as a list."""
    if not isinstance(entry, Mapping):
        return entry
    plain = {name: [entry[name]] for name in ("actor", "pathway") if isinstance(entry.get(name), str)}
    return {**entry, **plain}


def _flat(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, Mapping):
        return [pair for name, inner in messages.items() for pair in _flat(inner, f"{path} {name}".strip())]
    if isinstance(messages, list):
        return [(path, str(message)) for message in messages]
    return [(path, str(messages))]
