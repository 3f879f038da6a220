"""The things that the crash suite is about: a filled database with our own pathways, and processes that work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from app.domain.clock import LONDON, SimulatedClock, use_clock
from app.store.db import db
from tests.crash import pathways
from tests.crash.nursery import Nursery

CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 45, tzinfo=LONDON)


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    """Five minutes after a remand on Christmas Eve 2026; it stands still until the test moves it."""
    standing = SimulatedClock(CHRISTMAS_EVE)
    with use_clock(standing):
        yield standing


@pytest.fixture
def crash_app(clock: SimulatedClock, filled_app: Flask) -> Flask:
    """The app on each database in turn, with everybody there and our own small pathways published."""
    pathways.publish(pathways.countdown(), pathways.race(), pathways.listener(), pathways.relay())
    return filled_app


@pytest.fixture
def begin_anew(
    crash_app: Flask, clock: SimulatedClock, request: pytest.FixtureRequest
) -> Iterator[Callable[[], None]]:
    """Puts database and clock back to where the test began, for the next of its many stories."""
    url = str(crash_app.config["SQLALCHEMY_DATABASE_URI"])
    databases = request.getfixturevalue("sqlite_files" if url.startswith("sqlite") else "postgres")

    def leave() -> None:
        db.session.remove()
        db.engine.dispose()

    def put_back() -> None:
        leave()
        databases.put_back(url, kept)
        clock.move_to(CHRISTMAS_EVE)

    leave()
    kept = databases.keep(url)
    yield put_back
    databases.drop(kept)


@pytest.fixture
def tell(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints what a long form has come to, for docs/faults.md: with the database, where it runs on each in turn."""
    turn = getattr(request.node, "callspec", None)

    def print_it(figure: str) -> None:
        with capsys.disabled():
            print(f"\n{turn.id}: {figure}" if turn else f"\n{figure}")

    return print_it


@pytest.fixture
def nursery(crash_app: Flask, tmp_path: Path) -> Iterator[Nursery]:
    """Processes of their own on the app's database."""
    made = Nursery(crash_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path)
    yield made
    made.close()
