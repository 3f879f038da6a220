"""Addresses of lists: the filters are in the query string, so that a list can be bookmarked and sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import request, url_for

from app.services.listing import page_within

Item = TypeVar("Item")
COMPLETED = "completed"
"""In an address: the task whose receipt the page tells. The page's own links leave it out."""


def here(**changes: Any) -> str:
    """This page's address with some of its filters changed; None takes one away."""
    kept: dict[str, Any] = {**request.args.to_dict(), **changes}
    given = {name: value for name, value in kept.items() if value not in (None, "") and name != COMPLETED}
    return url_for(request.endpoint or "shell.home", **(request.view_args or {}), **given)


def page_number(name: str = "page") -> int:
    """The page asked for; the first when the number is none, or too small."""
    asked = request.args.get(name, "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def paged(items: Sequence[Item], size: int) -> tuple[Sequence[Item], int, int]:
    """Those on the page asked for, the number of that page and of all; the last page where there are fewer."""
    page, pages = page_within(page_number(), len(items), size)
    return items[(page - 1) * size : page * size], page, pages


def page_address(number: int, name: str = "page") -> str:
    """The address of another page of this list."""
    return here(**{name: number if number > 1 else None})


def chosen_filters(named: dict[str, tuple[str, dict[str, str]]]) -> list[dict[str, str]]:
    """The filters that are set now, each with the address without it.

    `named` is parameter -> (its label, the words of each of its values); unknown values are left out.
    """
    chosen = []
    for name, (label, words) in named.items():
        value = request.args.get(name, "")
        if value in words:
            chosen.append({"text": f"{label}: {words[value]}", "href": here(**{name: None, "page": None})})
    return chosen
