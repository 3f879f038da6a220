"""How much is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`visits` are the ages of an instance that are compared, `waiting` a small and a large number of rows,
    `pages` how many of the app's pages, from the first, are opened (None: all)."""

    rounds: int = 40
    visits: tuple[int, ...] = (0, 10, 100, 1000, 5000)
    overdue: int = 10_000
    waiting: tuple[int, int] = (100, 10_000)
    days: int = 365
    pages: int | None = None


FULL = Size()
TINY = Size(rounds=2, visits=(0, 2, 4), overdue=6, waiting=(3, 12), days=14, pages=6)
"""Only to show that every benchmark runs."""

Progress = Callable[[str], None]
"""Told in a few words what is going on."""
