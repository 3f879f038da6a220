"""One page of any list, how many there are, and the order that another system asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement

T = TypeVar("T")


@dataclass(frozen=True)
class Paged:
    """Which page of how many is asked for; counted from 1."""

    page: int = 1
    page_size: int = 25

    @property
    def offset(self) -> int:
        """How many stand before it."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and how long the list is."""

    items: tuple[T, ...]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return pages_of(self.total, self.page_size)


def pages_of(total: int, size: int) -> int:
    """How many pages so many rows fill, `size` on each; an empty list has one."""
    return max(1, -(-total // size))


def page_within(page: int, total: int, size: int) -> tuple[int, int]:
    """(the page that is shown for the one asked for, how many there are): the nearest where there is none such."""
    pages = pages_of(total, size)
    return min(max(1, page), pages), pages


def in_order(
    orders: Mapping[str, Any], sort: str | None, usual: tuple[Any, ...], last: Any
) -> list[ColumnElement[Any]]:
    """What to sort by: the key of `orders` that is asked for (“-” before it turns it round), else as usual.

    What has no value stands last either way; `last` settles what is alike.
    """
    if not sort:
        return [*usual, last]
    column = orders[sort.removeprefix("-")]
    return [column.is_(None), column.desc() if sort.startswith("-") else column.asc(), last]
