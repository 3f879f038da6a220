"""What the tests of steps are about: a house with everybody in it, our own small pathways, and a postman."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain.clock import SimulatedClock
from app.store.db import Base, db, is_postgresql, reading, transaction
from tests.crash import pathways

Snapshot = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def house(clock: SimulatedClock, filled_app: Flask) -> Flask:
    """Each database in turn with everybody there and our own small pathways published; the clock stands still."""
    pathways.publish(
        pathways.countdown(),
        pathways.race(),
        pathways.poison(),
        pathways.listener(),
        pathways.relay(),
        pathways.endless_loop(),
        pathways.scribbler(),
    )
    return filled_app


@pytest.fixture
def everything() -> Callable[[], Snapshot]:
    """Takes down every row of every table."""

    def snapshot() -> Snapshot:
        with reading() as session:
            return {
                table.name: sorted(
                    (tuple(map(repr, row)) for row in session.execute(table.select())),
                )
                for table in Base.metadata.sorted_tables
            }

    return snapshot


@pytest.fixture
def held_by_somebody_else(house: Flask) -> Callable[[str], AbstractContextManager[None]]:
    """Holds an instance's row (on SQLite: the whole database) from another connection.

    It is waited for a twentieth of a second and not five: the test need not sit it out.
    """

    @contextmanager
    def hold(instance_id: str) -> Iterator[None]:
        with db.engine.connect() as other:
            with transaction() as session:
                be_impatient = (
                    "SET lock_timeout = '50ms'" if is_postgresql(session) else "PRAGMA busy_timeout = 50"
                )
                session.execute(text(be_impatient))
            other.execute(
                text("UPDATE process_instances SET name = name WHERE id = :id"), {"id": instance_id}
            )
            yield
            other.rollback()

    return hold
