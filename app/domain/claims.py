"""What a council's own sign-in says of a person, and what that makes them here.

A provider puts words into a claim (Microsoft Entra: the values of app roles, in `roles`). A file of the council says
for each word which authority, roles and teams it stands for; a word that the file does not have stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.domain.errors import BadInput, NotAllowed


@dataclass(frozen=True)
class Grant:
    """What words of a claim make of a person: keys of the authority, of roles and of teams."""

    authority: str
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    is_admin: bool = False


@dataclass(frozen=True)
class Claimed:
    """Who somebody is, as their provider has proved it. `subject` is unique at its issuer, and for ever theirs.

    `words` are the values of the claim that says what they do. Name and e-mail may change, and prove nothing.
    """

    issuer: str
    subject: str
    name: str
    email: str
    words: tuple[str, ...]


def read_grants(raw: Any) -> dict[str, Grant]:
    """From `{word: {authority, roles, teams, admin}}`. Raises BadInput with a sentence for the first mistake."""
    if not isinstance(raw, Mapping) or not raw:
        raise BadInput(
            "It must say for each value of the claim which authority, roles and teams it stands for."
        )
    grants = {}
    for word, entry in raw.items():
        try:
            loaded = _GrantSchema().load(entry)
        except ValidationError as error:
            raise BadInput(f"“{word}” cannot be used: {_first(error.messages)}") from error
        if not loaded["roles"] and not loaded["admin"]:
            raise BadInput(f"“{word}” stands for no role: give it roles, or admin: true.")
        grants[str(word)] = Grant(
            authority=loaded["authority"],
            roles=frozenset(loaded["roles"]),
            teams=frozenset(loaded["teams"]),
            is_admin=loaded["admin"],
        )
    return grants


def granted(grants: Mapping[str, Grant], words: Iterable[str]) -> Grant:
    """Everything that the known words stand for together. Raises NotAllowed with what the person can do about it.

    Words of two authorities are refused: a person works for one, and children of another must not be a slip away.
    """
    found = [grants[word] for word in words if word in grants]
    if not found:
        raise NotAllowed(
            "Your work account has no role in Throughcare. Ask your administrator to give it one."
        )
    if len({one.authority for one in found}) > 1:
        raise NotAllowed(
            "Your work account has roles in two authorities. Ask your administrator to leave it those of one."
        )
    return Grant(
        authority=found[0].authority,
        roles=frozenset().union(*(one.roles for one in found)),
        teams=frozenset().union(*(one.teams for one in found)),
        is_admin=any(one.is_admin for one in found),
    )


class _GrantSchema(Schema):
    class Meta:
        unknown = RAISE

    authority = fields.String(required=True, validate=validate.Length(min=1))
    roles = fields.List(fields.String(validate=validate.Length(min=1)), load_default=list)
    teams = fields.List(fields.String(validate=validate.Length(min=1)), load_default=list)
    admin = fields.Boolean(load_default=False)


def _first(messages: Any) -> str:
    """The first sentence of marshmallow's, with the name of what it is about."""
    while isinstance(messages, Mapping):
        name, messages = next(iter(messages.items()))
        if not isinstance(messages, Mapping):
            return f"{name}: {messages[0]}"
    return str(messages[0] if isinstance(messages, list) else messages)
