"""Very many timers that are due at once: four schedulers share them, one is poisoned, the clock is a year on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import scheduler
from app.domain.clock import SimulatedClock
from app.services import messages, timers
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.incidents import Incident
from app.store.timers import Timer
from benchmarks import seeds
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.crash.nursery import Nursery
from tests.crash.test_races import count, states_of

HOUR, A_YEAR = timedelta(hours=1), timedelta(days=365)
AT_MOST_MORE = 1.05
"""One poisoned pathway costs the others the batch that it was in, done again one by one: 20 of a thousand."""


def countdowns(number: int, child: str) -> list[str]:
    """So many countdowns that wait for their timer, one that was started and copies of its rows; their ids."""
    first = pathways.begin(pathways.COUNTDOWN, child)
    return [first, *seeds.copies(first, number - 1)]


def drain_all() -> None:
    """Be the one scheduler until nothing is due."""
    while timers.drain(limit=1000, seconds=60) + messages.deliver_pending():
        pass


def four_schedulers(nursery: Nursery, clock: SimulatedClock, number: int) -> str:
    """Four processes that do nothing but fire; what came of it."""
    countdowns(number, pathways.child())
    assert count("timer_fired") == 0
    assert all('"fired":0' in state for state in states_of(pathways.COUNTDOWN))
    clock.move_to(clock.now() + 2 * HOUR)

    drain = {"work": "drain", "clock": clock.now().isoformat()}
    heard = nursery.run(*[{**drain, "idle": 10}] * 4)
    nursery.run(drain)

    assert not heard.errors, heard.errors
    states = states_of(pathways.COUNTDOWN)
    assert len(states) == number == count("timer_fired")
    assert all('"fired":1' in state for state in states)
    assert_all(quiet_at=clock.now())
    shares = Counter(dict.fromkeys(heard.pids, 0))
    for answer in heard.answers:
        shares[answer["by"]] += answer["fired"]
    return (
        f"4 schedulers, {number} timers: each fired once, by {', '.join(map(str, sorted(shares.values())))}"
    )


@pytest.mark.slow
def test_four_schedulers_share_ten_thousand(
    crash_app: Flask,
    nursery: Nursery,
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    told = four_schedulers(nursery, clock, 10_000)
    tell(told)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def statements_of_a_drain() -> int:
    """How many are sent until nothing is due."""
    with counted() as sent:
        drain_all()
    return len(sent)


@pytest.mark.slow
def test_one_poisoned_of_a_thousand_does_not_hold_up_the_others(
    crash_app: Flask,
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    pathways.publish(pathways.poison())
    child, other = pathways.child(), pathways.child()
    countdowns(1000, child)
    clock.move_to(clock.now() + 2 * HOUR)
    without = statements_of_a_drain()

    sound = countdowns(500, other)
    clock.move_to(clock.now() + timedelta(minutes=1))
    poisoned = pathways.begin(pathways.POISON, other)
    clock.move_to(clock.now() + timedelta(minutes=1))
    sound += countdowns(499, other)
    clock.move_to(clock.now() + 2 * HOUR)
    with_it = statements_of_a_drain()

    assert [pathways.variable(one, "fired") for one in sound] == [1] * 999
    assert pathways.status_of(poisoned) == "suspended"
    with reading() as session:
        assert session.scalars(select(Incident.instance_id)).all() == [poisoned]
    assert with_it < AT_MOST_MORE * without, (with_it, without)
    assert_all(quiet_at=clock.now())
    tell(
        f"1 of 1,000 poisoned: 999 fired, 1 stands still after 1 incident; {with_it} "
        f"statements, without it {without} ({100 * (with_it / without - 1):+.1f} %)"
    )


def what_waits() -> dict[str, tuple[str, datetime]]:
    """By timer: whose it is and when it is due."""
    with reading() as session:
        rows = session.execute(select(Timer.id, Timer.instance_id, Timer.due_at))
        return {row.id: (row.instance_id, row.due_at) for row in rows}


def a_year_at_once(app: Flask, nursery: Nursery, clock: SimulatedClock, number: int) -> str:
    """Remands under way and a clock that is put on by a year, at two schedulers; what came of it."""
    for _ in range(number):
        pathways.remand(pathways.child())
    countdowns(10 * number, pathways.child())
    began, before = clock.now(), what_waits()
    clock.move_to(began + A_YEAR)
    due = {timer: whose for timer, whose in before.items() if whose[1] <= clock.now()}
    assert len(due) > 10 * number

    heard = nursery.run(*[{"work": "drain", "clock": clock.now().isoformat(), "idle": 10}] * 2)
    for turn in (scheduler.wake, scheduler.remind, scheduler.keep_house):
        turn(app)

    assert not heard.errors, heard.errors
    assert timers.lag() == timedelta()
    assert_all(quiet_at=clock.now())
    fired = in_their_order(due)
    later = count("timer_fired") + count("duty_overdue") - fired
    clock.move_to(began + HOUR / 2)  # and put right again
    assert timers.drain() == 0
    assert_all()
    return (
        f"{number} remands and {10 * number} countdowns, a year at once: of {len(due)} timers due {fired} fired once "
        f"each and in their order, {len(due) - fired} were taken back by what these did, {later} more came of them; "
        f"none early, none twice, none left"
    )


def in_their_order(due: dict[str, tuple[str, datetime]]) -> int:
    """How many of these have fired; asserts that each pathway's own fired in the order of their due times."""
    assert not set(due) & set(what_waits())
    with reading() as session:
        fired = session.scalars(
            select(AuditEntry.timer_id)
            .where(AuditEntry.kind.in_(("timer_fired", "duty_overdue")))
            .order_by(AuditEntry.stream, AuditEntry.seq)
        ).all()
    seen: dict[str, datetime] = {}
    of_before = [due[timer] for timer in fired if timer in due]
    for instance, due_at in of_before:
        assert seen.get(instance, due_at) <= due_at
        seen[instance] = due_at
    return len(of_before)


@pytest.mark.slow
def test_a_clock_that_is_a_year_on_fires_everything_once_and_in_order(
    crash_app: Flask,
    nursery: Nursery,
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    told = a_year_at_once(crash_app, nursery, clock, 60)
    tell(told)
