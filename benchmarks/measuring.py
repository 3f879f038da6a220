"""Times in pairs: ours, the limit, ours, the limit, so that whatever else the machine does meets both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Action = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """One line of the table. `ratio` is to the limit (or to the smaller size); `target` is what it must reach."""

    bench: str
    database: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    target: str = ""
    reached: bool | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The figure as plain values."""
        return asdict(self)


def once(action: Action) -> float:
    """How long `action` takes, in milliseconds."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def alternating(rounds: Iterable[Mapping[str, Action]]) -> dict[str, list[float]]:
    """The milliseconds of each named action in each round; every second round goes backwards.

    `rounds` may be made one by one: what making a round costs is not measured.
    """
    found: dict[str, list[float]] = {}
    gc.collect()
    gc.disable()
    try:
        for number, actions in enumerate(rounds):
            order = list(actions.items())
            for name, action in reversed(order) if number % 2 else order:
                found.setdefault(name, []).append(once(action))
            gc.collect()
    finally:
        gc.enable()
    return found


def medians(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The middle of each."""
    return {name: statistics.median(times) for name, times in found.items()}


def beside(
    bench: str,
    database: str,
    what: str,
    ours: float,
    limit: float,
    *,
    at_most: float | None = None,
    note: str = "",
) -> Figure:
    """A figure in milliseconds beside its limit; `at_most` is the highest ratio that is good enough."""
    ratio = ours / limit
    return Figure(
        bench,
        database,
        what,
        ours,
        "ms",
        limit,
        ratio,
        target=f"at most {at_most:g} times" if at_most else "",
        reached=ratio <= at_most if at_most else None,
        note=note,
    )
