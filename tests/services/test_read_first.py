"""A pathway that this process has not read yet is read before a transaction that writes, never within one.

Reading a drawing takes the better part of a second, and on SQLite nobody else could write meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.engine.migration import Moves
from app.services import accounts, correct_starts, kept_versions, timers
from app.services.correct_starts import Asked
from app.services.definitions import catalogue
from app.services.workbench import migrating
from app.services.workbench.dry_run import Route
from app.store.db import READ_ONLY, db
from tests.crash import pathways
from tests.services.test_migrating import KEY, journey

pytestmark = pytest.mark.on_both_databases
Clock = SimulatedClock


def countdown_by_itself(clock: Clock) -> Callable[[], object]:
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))
    return timers.fire_next


def countdowns_together(clock: Clock) -> Callable[[], object]:
    countdown_by_itself(clock)
    return timers.drain


def completed_task(_clock: Clock) -> Callable[[], object]:
    pathways.begin(pathways.RELAY, pathways.child())
    task = pathways.one_task("speak")
    return lambda: pathways.complete(task)


def moved(_clock: Clock) -> Callable[[], object]:
    pathways.publish(journey())
    pathways.begin(KEY, pathways.child())
    pathways.publish(journey(due="P2D"))
    desi = accounts.viewer_named("desi@wandsworth.example")
    return lambda: migrating.begin(desi, Route(KEY, (1,), 2, Moves()), "The protocol of December asks for it")


def corrected_start(clock: Clock) -> Callable[[], object]:
    instance = pathways.remand(pathways.child())
    becomes = clock.now() - timedelta(hours=5)
    mo = accounts.viewer_named("mo@wandsworth.example")
    return lambda: correct_starts.correct(mo, instance, Asked(becomes, "The order was made earlier."))


@pytest.fixture
def read_where(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """Which pathways are read from now on, and whether the transaction in which that happens may write."""
    found: list[tuple[str, bool]] = []
    compile_it = catalogue.compile

    def compile_and_tell(bundle: Any, roles: Any) -> Any:
        options = db.session().connection().get_execution_options()
        is_reading = options.get(READ_ONLY) or options.get("isolation_level") == "AUTOCOMMIT"
        found.append((bundle.key, not is_reading))
        return compile_it(bundle, roles)

    monkeypatch.setattr(catalogue, "compile", compile_and_tell)
    return found


@pytest.mark.parametrize(
    "prepare", [countdown_by_itself, countdowns_together, completed_task, moved, corrected_start]
)
def test_it_is_read_before(
    read_where: list[tuple[str, bool]],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Clock], Callable[[], object]],
) -> None:
    act = prepare(clock)
    read_where.clear()
    monkeypatch.setattr(kept_versions, "_versions", OrderedDict())

    act()

    assert read_where, "nothing was read: the test shows nothing"
    assert [key for key, within in read_where if within] == []
