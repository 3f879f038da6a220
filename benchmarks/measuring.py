"""Times by turns, ours and the limit in one run, so that whatever else the machine does meets both alike."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

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


class Times(NamedTuple):
    """Milliseconds on the wall, and of them those of our own processor (what a busy machine adds is not in it)."""

    wall: float
    cpu: float


def once(action: Action) -> Times:
    """How long `action` takes."""
    began, worked = time.perf_counter(), time.thread_time()
    action()
    return Times((time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000)


def alternating(rounds: Iterable[Mapping[str, Action]]) -> dict[str, Times]:
    """The middle of the times of each named action over the rounds, each round in an order of its own.

    What runs after its like finds the processor's caches filled with what it needs: it may be nobody's privilege.
    `rounds` may be made one by one: what making a round costs is not measured.
    """
    dealt = random.Random(8)  # the same orders in each run
    found: dict[str, list[Times]] = {}
    gc.collect()
    gc.disable()
    try:
        for actions in rounds:
            for name, action in dealt.sample(list(actions.items()), len(actions)):
                found.setdefault(name, []).append(once(action))
            gc.collect()
    finally:
        gc.enable()
    return {
        name: Times(statistics.median(one.wall for one in times), statistics.median(one.cpu for one in times))
        for name, times in found.items()
    }


def beside(
    bench: str,
    database: str,
    what: str,
    ours: Times,
    limit: Times,
    *,
    at_most: float | None = None,
    note: str = "",
) -> Figure:
    """A figure in milliseconds beside its limit; `at_most` is the highest ratio that is good enough."""
    ratio = ours.wall / limit.wall
    processor = f"processor {ours.cpu:.2f} of {limit.cpu:.2f} ms"
    return Figure(
        bench,
        database,
        what,
        ours.wall,
        "ms",
        limit.wall,
        ratio,
        target=f"at most {at_most:g} times" if at_most else "",
        reached=ratio <= at_most if at_most else None,
        note=f"{note}; {processor}" if note else processor,
    )
