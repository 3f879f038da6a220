"""Timers by the thousand: how fast overdue ones are drained, what it costs to claim one, or to find none."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, func, select

from app.domain.clock import SimulatedClock, now, use_clock
from app.services import timers
from app.store.db import arbiter_now, db, ping, reading, transaction
from app.store.timers import Timer
from benchmarks import seeds
from benchmarks.databases import Place, place
from benchmarks.measuring import Action, Figure, Times, alternating, beside
from benchmarks.sizes import Progress, Size

PER_SECOND = {"sqlite": 600.0, "postgresql": 400.0}
CHILDREN = 200
A_SLICE = 2.0
TURNS = 3
MOST_GROWTH = 1.2
READY = "ready"


def drain(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Every overdue timer of as many instances, each a full step: state, history, audit, timers."""
    progress("seeding overdue timers")
    timers.drain(limit=1_000_000, seconds=600)
    seed_waiting(here, size.overdue, days_ago=20)
    assert number_due() == size.overdue, f"{number_due()} timers are due instead of {size.overdue}"
    fired, began, worked = 0, time.perf_counter(), time.thread_time()
    while True:
        now_fired = timers.drain(limit=size.overdue, seconds=A_SLICE)
        fired += now_fired
        if not now_fired:
            break
        progress(f"{fired} of {size.overdue} timers fired")
    seconds, busy = time.perf_counter() - began, time.thread_time() - worked
    assert number_due() == 0, f"{number_due()} timers are still due"
    commit = alternating([{"commit": lambda: here.commit("x" * 1500)}] * min(size.overdue, 200))[
        "commit"
    ].wall
    target, rate = PER_SECOND[here.kind], fired / seconds
    alone, both, shares = _one_beside_two(here, size, progress)
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
        ),
        Figure(
            "drain",
            here.kind,
            f"{size.overdue} overdue timers drained by two processes, beside one, by turns",
            both,
            "per second",
            alone,
            both / alone,
            target="more than one",
            reached=both > alone,
            note=f"in the last turn they fired {' and '.join(str(number) for number in shares)}, none twice",
        ),
    ]


def _one_beside_two(here: Place, size: Size, progress: Progress) -> tuple[float, float, list[int]]:
    """The middle of how many timers a second one process drains, and two do; how many each of two has fired.

    A process of its own is the one as well, and they take turns: the database grows, and the machine is not the same.
    """
    rates: dict[int, list[float]] = {1: [], 2: []}
    shares: list[int] = []
    for turn in range(min(size.rounds, TURNS)):
        for processes in (1, 2) if turn % 2 else (2, 1):
            progress(f"seeding overdue timers again, turn {turn + 1} of {TURNS}")
            seed_waiting(here, size.overdue, days_ago=20)
            progress(f"drained by {processes}")
            found = drained_by(here, processes)
            rates[processes].append(size.overdue / max(took for _, took in found))
            shares = [fired for fired, _ in found] if processes == 2 else shares
    return statistics.median(rates[1]), statistics.median(rates[2]), shares


def drained_by(here: Place, processes: int) -> list[tuple[int, float]]:
    """Processes drain what is due; how many each has fired, and in how many seconds from their common start."""
    due, apart = number_due(), multiprocessing.get_context("fork")
    db.session.remove()
    db.engine.dispose()
    told, start = apart.Queue(), apart.Event()
    drainers = [apart.Process(target=_drain_all, args=(here, start, told)) for _ in range(processes)]
    for drainer in drainers:
        drainer.start()
    for _ in drainers:
        assert told.get() == READY
    start.set()
    found = [told.get() for _ in drainers]
    for drainer in drainers:
        drainer.join()
    assert sum(fired for fired, _ in found) == due, f"{found} were fired instead of {due}"
    assert number_due() == 0, f"{number_due()} timers are still due"
    return found


def _drain_all(here: Place, start: Any, told: Any) -> None:
    """Be a scheduler that does nothing else, with a connection of its own."""
    with here.app.app_context():
        ping()
        told.put(READY)
        start.wait()
        began = last = time.perf_counter()
        fired = idle = 0
        while idle < 3:
            now_fired = timers.drain(limit=1000, seconds=30)
            fired += now_fired
            idle = 0 if now_fired else idle + 1
            last = time.perf_counter() if now_fired else last
        told.put((fired, last - began))
        db.session.remove()
        db.engine.dispose()


def _claim() -> None:
    with transaction() as session:
        assert timers.claim(session, arbiter_now(session)) is not None


def idle(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """Nothing is due, then something is: with few and with many instances waiting, in turn."""
    small, large = size.instances
    with place(here.server) as many, place(here.server) as few:
        for where, number in ((many, large), (few, small)):
            progress(f"seeding {number} waiting instances")
            with where.app.app_context():
                seed_waiting(where, number, days_ago=0)
        progress("nothing is due")
        statements = _statements_of(few)
        middle = _in_turn(few, many, {"nothing": _nothing_due}, 5 * size.rounds)
        with many.app.app_context():
            plan = _plan(many)
        progress("claiming and firing")
        for where in (many, few):
            with where.app.app_context():
                seed_waiting(where, 2 * size.rounds + 1, days_ago=20)
        acts: dict[str, Action] = {"claimed": _claim, "fired": timers.fire_next}
        middle |= _in_turn(few, many, acts, 2 * size.rounds)
    queries = [statement for statement in statements if "timers" in statement.lower()]
    among = f"among {large} waiting instances, beside {small}"
    figures = [
        beside(
            "idle",
            here.kind,
            f"{what} {among}",
            middle["large", key],
            middle["small", key],
            at_most=most,
            note=note,
        )
        for key, what, most, note in (
            ("nothing", "nothing is due", 1.5, plan),
            ("claimed", "a due timer claimed", MOST_GROWTH, "its instance found and locked, nothing written"),
            (
                "fired",
                "a due timer fired",
                MOST_GROWTH,
                "claimed, taken by the engine, written down, committed",
            ),
        )
    ]
    return [
        *figures,
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


def _in_turn(few: Place, many: Place, acts: dict[str, Action], times: int) -> dict[tuple[str, str], Times]:
    rounds = [
        {
            f"{which} {what}": where.inside(act)
            for which, where in (("small", few), ("large", many))
            for what, act in acts.items()
        }
        for _ in range(times)
    ]
    middle = alternating(rounds)
    return {(which, what): middle[f"{which} {what}"] for which in ("small", "large") for what in acts}


def seed_waiting(where: Place, number: int, *, days_ago: int) -> None:
    """Instances of recurring_visits at their first visit, whose timer is due 14 days after `days_ago`."""
    with use_clock(SimulatedClock(now() - timedelta(days=days_ago))):
        instance_id = seeds.start_visits(where)
        seeds.advance_to_visits(where, instance_id)
        seeds.copies(instance_id, number - 1, history=False, children=min(CHILDREN, number))
    seeds.refresh_statistics(where)


def number_due() -> int:
    """How many timers are due and not fired."""
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
