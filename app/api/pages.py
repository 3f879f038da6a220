"""One page of a list that is held whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def one_page(
    rows: Sequence[T], query: Mapping[str, Any], by: Mapping[str, Callable[[T], Any]] | None = None
) -> dict[str, Any]:
    """The page of `rows` that `query` asks for, sorted by one of `by` where it says so."""
    sort = query.get("sort")
    if sort and by:
        rows = sorted(rows, key=by[sort.removeprefix("-")], reverse=sort.startswith("-"))
    page, size = query["page"], query["page_size"]
    return {
        "items": list(rows[(page - 1) * size : page * size]),
        "total": len(rows),
        "page": page,
        "page_size": size,
    }
