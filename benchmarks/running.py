"""Running benchmarks by name, and the table that comes out."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks import (
    closed,
    designer,
    every_page,
    load,
    long_lists,
    overdue,
    pages,
    processes,
    standstill,
    steps,
    story,
)
from benchmarks.databases import KINDS, Place, place, server
from benchmarks.measuring import Figure
from benchmarks.sizes import Progress, Size

Bench = Callable[[Place, Size, Progress], list[Figure]]
BENCHES: dict[str, Bench] = {
    "start": steps.start,
    "complete": steps.complete,
    "fire": steps.fire,
    "growth": steps.growth,
    "drain": overdue.drain,
    "idle": overdue.idle,
    "my_work": pages.my_work,
    "closed": closed.closed,
    "work_lists": pages.work_lists,
    "every_page": every_page.every_page,
    "lists": long_lists.lists,
    "load": load.load,
    "standstill": standstill.standstill,
    "process": processes.processes,
    "simulate": story.simulate,
    "designer": designer.designer,
}
WITHOUT_A_DATABASE = frozenset({"simulate"})


def run(names: Sequence[str], kinds: Sequence[str], size: Size, progress: Progress) -> Iterator[Figure]:
    """The figures of each benchmark on each kind of database, as they come."""
    wanted = [name for name in BENCHES if name in names]
    for kind in kinds:
        with server(kind) as on, place(on) as here:
            for name in wanted:
                if name not in WITHOUT_A_DATABASE or kind == kinds[0]:
                    yield from BENCHES[name](here, size, _telling(name, progress))


def _telling(name: str, progress: Progress) -> Progress:
    return lambda words: progress(f"{name}: {words}")


def machine() -> dict[str, Any]:
    """Where and when it was measured, in general words."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1),
    }


def cells(figure: Figure) -> list[str]:
    """A figure as a row of the table: database, what, figure, limit, ratio, target, reached, note."""
    limit = f"{_number(figure.limit)} {figure.unit}" if figure.limit is not None else ""
    reached = {True: "yes", False: "NO", None: ""}[figure.reached]
    return [
        figure.bench,
        figure.database,
        figure.what,
        f"{_number(figure.value)} {figure.unit}",
        limit,
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.target,
        reached,
        figure.note,
    ]


COLUMNS = ("Benchmark", "Database", "What", "Figure", "Limit", "Ratio", "Target", "Reached", "Note")
__all__ = ["BENCHES", "COLUMNS", "KINDS", "cells", "machine", "run"]


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
