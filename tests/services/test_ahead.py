"""While others write on SQLite as well, the engine's half of a firing is done before anybody is kept from writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain.clock import SimulatedClock
from app.engine import runner
from app.services import ahead, timers
from app.store.db import db, transaction
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.engine import diagrams as d

Between = Callable[[Callable[[], object]], None]
LOOKING = "looking"


@pytest.fixture
def crowded(clock: SimulatedClock, filled_sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A house on SQLite in which others write all the time."""
    way = d.flows("start > hour > look > rest > end")
    looking = d.diagram(
        d.start(),
        d.catch("hour", d.timer("PT1H")),
        d.script("look", 'knew = fact("seen", "nothing")'),
        d.task("rest"),
        d.end(),
        way,
        key=LOOKING,
    )
    pathways.publish(pathways.bundle(LOOKING, looking), pathways.countdown(), pathways.poison())
    monkeypatch.setattr(timers, "others_write", lambda engine: True)
    monkeypatch.setattr(timers, "_place", ahead.Place())
    return filled_sqlite_app


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Lets something happen, once, after steps were worked out and before the database is locked for them."""

    def let(happen: Callable[[], object]) -> None:
        look, waiting = timers._work_ahead, [happen]

        def looked(most: int) -> ahead.Ahead:
            made = look(most)
            while waiting:
                waiting.pop()()
            return made

        monkeypatch.setattr(timers, "_work_ahead", looked)

    return let


def waiting(clock: SimulatedClock, number: int = 1, pathway: str = LOOKING) -> list[str]:
    """So many instances, each of a child of its own, whose timer is due now, the first of them longest."""
    began, ids = clock.now(), []
    for minute in range(number):
        clock.move_to(began + timedelta(minutes=minute))
        ids.append(pathways.begin(pathway, pathways.child()))
    clock.move_to(began + timedelta(hours=2))
    return ids


def others_can_write() -> bool:
    """Whether somebody with a connection of their own is let in at once."""
    with sqlite3.connect(str(db.engine.url.database), timeout=0) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.rollback()
    return True


def test_while_others_write_the_engine_works_before_the_database_is_locked(
    crowded: Flask, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, fire, let_in = waiting(clock, 3), runner.fire, list[bool]()

    def watched(*given: Any) -> Any:
        let_in.append(others_can_write())
        return fire(*given)

    monkeypatch.setattr(runner, "fire", watched)

    assert timers.drain() == 3

    assert let_in == [True, True, True]
    assert [pathways.variable(one, "knew") for one in ids] == ["nothing"] * 3
    assert timers.drain() == 0
    assert_all(quiet_at=clock.now())


def test_what_is_recorded_of_a_child_after_the_look_is_known_to_the_step(
    crowded: Flask, clock: SimulatedClock, between: Between
) -> None:
    child = pathways.child()
    instance = pathways.begin(LOOKING, child)
    (other,) = waiting(clock)
    between(lambda: pathways.fact(child, "seen", "him"))

    assert timers.drain() == 2

    assert pathways.variable(instance, "knew") == "him"
    assert pathways.variable(other, "knew") == "nothing"
    assert_all(quiet_at=clock.now())


def test_a_pathway_that_somebody_moved_after_the_look_is_not_taken_back(
    crowded: Flask, clock: SimulatedClock, between: Between
) -> None:
    ids = waiting(clock, 3, pathways.COUNTDOWN)
    between(timers.fire_next)

    assert timers.drain() == 2

    assert [pathways.variable(one, "fired") for one in ids] == [1, 1, 1]
    assert_all(quiet_at=clock.now())


def test_who_finds_that_others_took_everything_takes_what_is_still_due(
    crowded: Flask, clock: SimulatedClock, between: Between
) -> None:
    ids = waiting(clock, 5)
    between(lambda: [timers.fire_next() for _ in range(2)])

    assert timers.fire_some(2) == 2
    assert timers._place.skipped in (2, 4, 6, 8)
    assert timers.fire_some(2) == 1

    assert [pathways.variable(one, "knew") for one in ids] == ["nothing"] * 5
    assert timers.drain() == 0
    assert_all(quiet_at=clock.now())


def test_who_left_the_oldest_to_others_comes_back_to_them_when_nothing_is_due_behind(
    crowded: Flask, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "_place", ahead.Place(skipped=3))
    ids = waiting(clock, 4)
    monkeypatch.setattr(ahead, "BACK_TO_THE_OLDEST", 0)

    assert timers.fire_some(3) == 1
    assert [pathways.variable(one, "knew") for one in ids] == [None, None, None, "nothing"]
    assert timers.drain() == 3
    assert timers._place.skipped == 0


def test_a_step_that_cannot_be_worked_out_stops_its_own_pathway_only(
    crowded: Flask, clock: SimulatedClock
) -> None:
    (bad,) = waiting(clock, pathway=pathways.POISON)
    sound = waiting(clock, 2)

    timers.drain()

    assert pathways.status_of(bad) == "suspended"
    assert [pathways.variable(one, "knew") for one in sound] == ["nothing"] * 2
    assert_all(quiet_at=clock.now())


def test_a_child_whose_record_cannot_be_read_stops_its_own_pathways_only(
    crowded: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    pathways.fact(child, "seen", "him")
    damaged = pathways.begin(LOOKING, child)
    sound = waiting(clock, 2)
    with transaction() as session:
        session.execute(text("UPDATE child_facts SET value = '{}' WHERE name = 'seen'"))

    timers.drain()

    assert pathways.status_of(damaged) == "suspended"
    assert [pathways.variable(one, "knew") for one in sound] == ["nothing"] * 2
