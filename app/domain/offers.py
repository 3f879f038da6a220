"""What a person may choose from when they start a pathway: grouped, and only what their area has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from marshmallow import Schema, ValidationError, fields

from app.domain.errors import BadInput
from app.domain.profiles import Profile


class Keyed(Protocol):
    """Anything that stands for a pathway."""

    @property
    def key(self) -> str:
        """The pathway's key."""
        ...


Row = TypeVar("Row", bound=Keyed)


class _Group(Schema):
    name = fields.String(required=True)
    pathways = fields.List(fields.String(), required=True)


class _File(Schema):
    groups = fields.List(fields.Nested(_Group), required=True)
    last = fields.String(required=True)
    only_with = fields.Dict(fields.String(), fields.String(), load_default=dict)
    quick = fields.Dict(fields.String(), fields.String(), load_default=dict)


@dataclass(frozen=True)
class Offers:
    """The groups in their order, what the rest stands under, the switch that a pathway needs, what is in a hurry."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    last: str
    only_with: Mapping[str, str] = field(default_factory=dict)
    quick: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def build(cls, raw: Any) -> Offers:
        """From the file. Raises BadInput for another shape, or a pathway in two groups."""
        try:
            read = _File().load(raw)
        except ValidationError as error:
            raise BadInput(f"The file of groups cannot be used: {error}") from None
        named = [key for group in read["groups"] for key in group["pathways"]]
        twice = sorted({key for key in named if named.count(key) > 1})
        if twice:
            raise BadInput(f"The pathway {twice[0]} stands in two groups.")
        groups = tuple((group["name"], tuple(group["pathways"])) for group in read["groups"])
        return cls(groups, read["last"], read["only_with"], read["quick"])

    def is_in(self, profile: Profile, key: str) -> bool:
        """Whether the area has what the pathway needs."""
        return key not in self.only_with or profile.switch(self.only_with[key])

    def grouped(self, rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
        """The rows under their groups' names, in the file's order; groups without a row are left out."""
        by_key = {row.key: row for row in rows}
        found = [(name, [by_key.pop(key) for key in keys if key in by_key]) for name, keys in self.groups]
        found.append((self.last, list(by_key.values())))
        return [(name, group) for name, group in found if group]
