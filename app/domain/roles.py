"""Roles: who a task belongs to. The plain name is what a lane in a diagram is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.domain.errors import BadInput

AGENCY_NAMES = {
    "yjs": "Youth justice service",
    "csc": "Children’s social care",
    "health": "Health",
    "education": "Education",
    "secure": "Secure establishment",
    "court": "Court",
    "design": "Designers",
    "other": "Others",
}
"""Every agency that a role can be of, as pages head a list with it."""
AGENCIES = tuple(AGENCY_NAMES)


@dataclass(frozen=True)
class Role:
    """`key` as in the register, `name` as on a lane ("Social worker"), `agency` one of AGENCIES."""

    key: str
    name: str
    agency: str


class RoleTable:
    """Every role, found by its key or by its plain name (which are both unique)."""

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._by_key = MappingProxyType(dict(roles))
        self._by_name = {_folded(role.name): role for role in roles.values()}

    @classmethod
    def build(cls, raw: Mapping[str, Any]) -> RoleTable:
        """From `{key: {name, agency}}`. Raises BadInput with a sentence for each mistake."""
        roles: dict[str, Role] = {}
        errors: dict[str, list[str]] = {}
        owners: dict[str, str] = {}
        for key, entry in raw.items():
            try:
                loaded = _RoleSchema().load(entry)
            except ValidationError as error:
                errors[key] = [f"The role {key}: {sentence}" for sentence in _sentences(error.messages)]
                continue
            name = _folded(loaded["name"])
            if name in owners:
                errors[key] = [f"The roles {owners[name]} and {key} have the same name, {loaded['name']}."]
            owners[name] = key
            roles[key] = Role(key, loaded["name"], loaded["agency"])
        if errors:
            first = next(iter(errors.values()))[0]
            raise BadInput(f"The table of roles cannot be used. {first}", errors)
        return cls(roles)

    @property
    def by_key(self) -> Mapping[str, Role]:
        """Every role by its key."""
        return self._by_key

    def by_name(self, name: str) -> Role | None:
        """The role with that plain name (the name of a lane), or None; case and spacing do not matter."""
        return self._by_name.get(_folded(name))

    def name_of(self, key: str) -> str:
        """The plain name of `key`, or the key in words where it is unknown."""
        role = self._by_key.get(key)
        return role.name if role else key.replace("_", " ").capitalize()

    def __iter__(self) -> Iterator[Role]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key


class _RoleSchema(Schema):
    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    agency = fields.String(required=True, validate=validate.OneOf(AGENCIES))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _sentences(messages: Any) -> list[str]:
    if isinstance(messages, Mapping):
        return [f"{name}: {'; '.join(map(str, problems))}" for name, problems in messages.items()]
    return [str(problem) for problem in messages]
