"""Writers on SQLite take turns in the order in which they came, and nobody waits longer than they would."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain.errors import Busy
from app.store import turns
from app.store.db import db, reading, transaction


def test_who_came_first_writes_first(sqlite_app: Flask) -> None:
    began: list[int] = []

    def write(number: int) -> None:
        with sqlite_app.app_context():
            with transaction():
                began.append(number)
            db.session.remove()

    with ThreadPoolExecutor(5) as people:
        with transaction():  # somebody writes, and everybody comes in their order
            writing = []
            for number in range(5):
                writing.append(people.submit(write, number))
                while len(turns.WRITERS) <= number and not writing[-1].done():
                    threading.Event().wait(0.001)
        for one in writing:
            one.result()

    assert began == [0, 1, 2, 3, 4]
    assert len(turns.WRITERS) == 0


def test_who_has_waited_long_enough_leaves_the_queue_and_is_told(sqlite_app: Flask) -> None:
    def write() -> int:
        with sqlite_app.app_context():
            with reading() as session:
                session.execute(text("PRAGMA busy_timeout=30"))
            try:
                with pytest.raises(Busy, match="Try again"), transaction():
                    pass
                with reading() as session:
                    return session.execute(text("PRAGMA busy_timeout")).scalar_one()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as people, transaction():
        told = [people.submit(write) for _ in range(2)]
        assert [one.result() for one in told] == [30, 30]

    assert len(turns.WRITERS) == 0
    with transaction():
        pass


def test_whoever_had_to_wait_knows_for_a_while_that_others_write(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        pass
    assert not turns.others_write(db.engine)

    with db.engine.connect() as other:
        raw = other.connection.driver_connection
        assert raw is not None
        raw.execute("BEGIN IMMEDIATE")
        with reading() as session:
            session.execute(text("PRAGMA busy_timeout=30"))
        with pytest.raises(Busy), transaction():
            pass
        raw.execute("ROLLBACK")

    assert turns.others_write(db.engine)
    monkeypatch.setattr(turns, "REMEMBERED", 0)
    assert not turns.others_write(db.engine)
