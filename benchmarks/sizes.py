"""How much is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`visits` are the ages of an instance that are compared, `waiting` a small and a large number of rows,
    `pages` how many of the app's pages, from the first, are opened (None: all), `children` how many invented ones
    the lists are measured with, `stories` how many of them the engine lives. `people` of `councils` authorities work
    for `minutes`, each thinking between two steps as many seconds as `thinks` says; `children_of_each` are known
    to each.
    `instances` wait while timers are claimed, `closed` tasks lie behind My work, and a worker holds `pathways`."""

    rounds: int = 40
    visits: tuple[int, ...] = (0, 10, 100, 1000, 5000)
    overdue: int = 10_000
    waiting: tuple[int, int] = (100, 10_000)
    days: int = 365
    pages: int | None = None
    children: int = 1000
    stories: int = 20
    people: int = 50
    councils: int = 3
    children_of_each: int = 100
    minutes: float = 10
    thinks: tuple[float, float] = (1.0, 3.0)
    instances: tuple[int, int] = (100, 100_000)
    closed: tuple[int, int] = (1_000, 1_000_000)
    pathways: int = 50


FULL = Size()
TINY = Size(
    rounds=2,
    visits=(0, 2, 4),
    overdue=6,
    waiting=(3, 12),
    days=14,
    pages=6,
    children=20,
    stories=2,
    people=2,
    councils=1,
    children_of_each=0,
    minutes=0.03,
    thinks=(0.01, 0.05),
    instances=(3, 12),
    closed=(3, 12),
    pathways=2,
)
"""Only to show that every benchmark runs."""

Progress = Callable[[str], None]
"""Told in a few words what is going on."""
