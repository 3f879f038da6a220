"""A year of one child, simulated with the real services."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from app.services import simulation
from benchmarks.databases import Place
from benchmarks.measuring import Figure
from benchmarks.sizes import Progress, Size

MOST = 1.0
START = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)


def simulate(_place: Place, size: Size, progress: Progress) -> list[Figure]:
    """remand_yda in Wandsworth from Christmas Eve; in memory, so the same on both databases."""
    progress("simulating")
    began = time.perf_counter()
    until = START + timedelta(days=size.days)
    story = simulation.run("remand_yda", profile="wandsworth", start=START, complete="on-time", until=until)
    seconds = time.perf_counter() - began
    what = f"{size.days} days of one child on remand_yda"
    note = f"{len(story['events'])} events"
    return [
        Figure(
            "simulate", "memory", what, seconds, "s", target="at most 1 s", reached=seconds <= MOST, note=note
        )
    ]
