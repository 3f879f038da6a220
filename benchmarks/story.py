"""A year of one child, simulated with the real services."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from app.services import simulation
from benchmarks import bare, seeds
from benchmarks.databases import Place
from benchmarks.measuring import Action, Figure, alternating
from benchmarks.sizes import Progress, Size

MOST = 1.0
START = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)
ROUNDS = 9
STEPS = ("task_completed", "timer_fired")


def simulate(_place: Place, size: Size, progress: Progress) -> list[Figure]:
    """remand_yda in Wandsworth from Christmas Eve; in memory, so the same on both databases.

    The first of a process reads the rules, the duties and the holidays as well; the limit is SpiffWorkflow alone,
    which takes as many steps, each of an instance of recurring_visits, and writes down where it has come to.
    """
    progress("simulating")

    def a_year() -> dict[str, Any]:
        until = START + timedelta(days=size.days)
        return simulation.run(
            "remand_yda", profile="wandsworth", start=START, complete="on-time", until=until
        )

    began = time.perf_counter()
    story = a_year()
    first = time.perf_counter() - began
    steps = sum(event["kind"] in STEPS for event in story["events"])
    rounds = min(size.rounds, ROUNDS)
    process = bare.BareProcess(seeds.visits_bundle())
    found = alternating({"ours": a_year, "limit": _engine_alone(process, steps)} for _ in range(rounds))
    ours, limit = found["ours"].wall / 1000, found["limit"].wall / 1000
    what = f"{size.days} days of one child on remand_yda"
    note = f"{len(story['events'])} events, {steps} steps"
    return [
        Figure(
            "simulate",
            "memory",
            f"{what}, {which}",
            seconds,
            "s",
            limit,
            seconds / limit,
            target="at most 1 s",
            reached=seconds <= MOST,
            note=note,
        )
        for which, seconds in (("the first of a process", first), ("any other", ours))
    ]


def _engine_alone(process: bare.BareProcess, steps: int) -> Action:
    waiting = [bare.to_first_visit(process) for _ in range(steps)]

    def take_each() -> None:
        for workflow in waiting:
            bare.complete(workflow, bare.ready(workflow), seeds.ANSWERS)
            bare.saved(workflow)

    return take_each
