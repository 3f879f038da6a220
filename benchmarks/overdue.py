"""Timers by the thousand: how fast overdue ones are drained, and what it costs to find that nothing is due."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, func, select

from app.domain.clock import SimulatedClock, now, use_clock
from app.services import timers
from app.store.db import db, reading
from app.store.timers import Timer
from benchmarks import seeds
from benchmarks.databases import Place, place
from benchmarks.measuring import Action, Figure, alternating, beside
from benchmarks.sizes import Progress, Size

PER_SECOND = {"sqlite": 250.0, "postgresql": 150.0}
CHILDREN = 200
A_SLICE = 2.0


def drain(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Every overdue timer of as many instances, each a full step: state, history, audit, timers."""
    progress("seeding overdue timers")
    timers.drain(limit=1_000_000, seconds=600)
    _seed(here, size.overdue, days_ago=20)
    assert _due() == size.overdue, f"{_due()} timers are due instead of {size.overdue}"
    fired, began, worked = 0, time.perf_counter(), time.thread_time()
    while True:
        now_fired = timers.drain(limit=size.overdue, seconds=A_SLICE)
        fired += now_fired
        if not now_fired:
            break
        progress(f"{fired} of {size.overdue} timers fired")
    seconds, busy = time.perf_counter() - began, time.thread_time() - worked
    assert _due() == 0, f"{_due()} timers are still due"
    commit = alternating([{"commit": lambda: here.commit("x" * 1500)}] * min(size.overdue, 200))[
        "commit"
    ].wall
    target, rate = PER_SECOND[here.kind], fired / seconds
    return [
        Figure(
            "drain",
            here.kind,
            f"{fired} overdue timers drained by one process",
            rate,
            "per second",
            limit=1000 / commit,
            ratio=rate * commit / 1000,
            target=f"at least {target:g} per second",
            reached=rate >= target,
            note=f"{seconds:.1f} s, {1000 * busy / fired:.2f} ms of processor each; the limit is one bare commit each",
        )
    ]


def idle(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Nothing is due: with few and with many instances waiting, in turn."""
    small, large = size.waiting
    progress("seeding waiting instances")
    with place(here.server) as many, place(here.server) as few:
        with many.app.app_context():
            _seed(many, large, days_ago=0)
        _seed(few, small, days_ago=0)
        statements = _statements_of(few)
        rounds: list[dict[str, Action]] = [
            {"small": few.inside(_nothing_due), "large": many.inside(_nothing_due)}
            for _ in range(5 * size.rounds)
        ]
        middle = alternating(rounds)
        with many.app.app_context():
            plan = _plan(many)
    what = f"nothing is due among {large} instances, beside {small}"
    queries = [statement for statement in statements if "timers" in statement.lower()]
    return [
        beside("idle", here.kind, what, middle["large"], middle["small"], at_most=1.5, note=plan),
        Figure(
            "idle",
            here.kind,
            "queries to find that nothing is due",
            float(len(queries)),
            "queries",
            target="1",
            reached=len(queries) == 1,
        ),
    ]


def _seed(where: Place, number: int, *, days_ago: int) -> None:
    """Instances of recurring_visits at their first visit, whose timer is due 14 days after `days_ago`."""
    with use_clock(SimulatedClock(now() - timedelta(days=days_ago))):
        instance_id = seeds.start_visits(where)
        seeds.advance_to_visits(where, instance_id)
        seeds.copies(instance_id, number - 1, history=False, children=min(CHILDREN, number))
    seeds.refresh_statistics(where)


def _due() -> int:
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(Timer).where(Timer.due_at <= now())) or 0)


def _nothing_due() -> None:
    assert timers.drain(limit=1, seconds=5) == 0


@contextmanager
def _watched() -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _statements_of(where: Place) -> list[str]:
    with where.app.app_context(), _watched() as seen:
        _nothing_due()
    return [statement for statement, _ in seen if not statement.startswith("BEGIN")]


def _plan(where: Place) -> str:
    """How the database finds the due timers: the first line of its plan that names the timers."""
    with _watched() as seen:
        _nothing_due()
    statement, parameters = next(found for found in seen if "timers" in found[0].lower())
    explain = "EXPLAIN QUERY PLAN " if where.kind == "sqlite" else "EXPLAIN "
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    lines = [str(row[-1]).strip() for row in rows]
    return next((line for line in lines if "timers" in line), lines[0])
