"""A child as lists and headings show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.store.children import CHILD, PARTNERSHIP, Child


@dataclass(frozen=True)
class ChildRow:
    """A child as lists and headings show them. `can_open` is False for an exact match that is only being linked.

    `kind` is partnership for the record of the agencies themselves.
    """

    id: str
    reference: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    is_provisional: bool
    can_open: bool = True
    kind: str = CHILD

    @property
    def is_partnership(self) -> bool:
        """Whether this is no child, but the partnership of the authority's agencies."""
        return self.kind == PARTNERSHIP

    @property
    def sort(self) -> str:
        """What stands beside the name: Child, or Partnership."""
        return self.kind.capitalize()

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


def child_row(child: Child, *, can_open: bool = True) -> ChildRow:
    """The row of a record."""
    return ChildRow(
        child.id, child.reference, child.given_name, child.family_name, child.date_of_birth,
        child.is_provisional, can_open, child.kind,
    )  # fmt: skip
