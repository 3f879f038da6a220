"""A database that is locked, full or tampered with; and the copy that is made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, Busy
from app.services import backups, messages, timers
from app.store.db import db, is_postgresql, reading, transaction
from tests.crash import pathways
from tests.crash.invariants import assert_all

pytestmark = pytest.mark.on_both_databases

Everything = Callable[[], dict[str, Any]]
Holding = Callable[[str], AbstractContextManager[None]]


def on_postgresql() -> bool:
    """Which of the two databases this is."""
    return db.engine.dialect.name == "postgresql"


def test_while_somebody_else_holds_the_row_a_completion_is_busy_and_changes_nothing(
    house: Flask, everything: Everything, held_by_somebody_else: Holding
) -> None:
    instance = pathways.begin(pathways.RACE, pathways.child())
    task = pathways.one_task("answer")
    before = everything()

    with held_by_somebody_else(instance), pytest.raises(Busy, match="Try again"):
        pathways.complete(task)

    assert everything() == before
    pathways.complete(task)
    assert_all(answered=[task])


def test_a_held_instance_does_not_become_an_incident_and_its_timer_fires_later(
    house: Flask, clock: SimulatedClock, everything: Everything, held_by_somebody_else: Holding
) -> None:
    child = pathways.child()
    held, free = pathways.begin(pathways.COUNTDOWN, child), pathways.begin(pathways.COUNTDOWN, child)
    clock.move_to(clock.now() + timedelta(hours=2))

    with held_by_somebody_else(held):
        timers.drain()
    assert pathways.variable(held, "fired") == 0
    assert pathways.status_of(held) == "running"
    if on_postgresql():
        assert pathways.variable(free, "fired") == 1

    timers.drain()
    assert (pathways.variable(held, "fired"), pathways.variable(free, "fired")) == (1, 1)
    assert_all(quiet_at=clock.now())


def test_readers_do_not_wait_for_a_writer(house: Flask, held_by_somebody_else: Holding) -> None:
    instance = pathways.begin(pathways.RACE, pathways.child())

    with held_by_somebody_else(instance):
        assert pathways.open_tasks(instance_id=instance)


def test_a_full_disk_changes_nothing_and_needs_no_restart(house: Flask, everything: Everything) -> None:
    child = pathways.child()
    before = everything()

    fill_the_disk()
    for _ in range(500):
        try:
            pathways.begin(pathways.RACE, child)
        except Busy:
            break
        before = everything()
    else:
        raise AssertionError("the disk never was full")
    assert everything() == before
    assert_all()
    empty_the_disk()

    pathways.begin(pathways.RACE, child)
    messages.deliver_pending()
    assert_all()


def fill_the_disk() -> None:
    """From now on there is no room for another page, or PostgreSQL says so."""
    if on_postgresql():
        run(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER no_room BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_room()",
        )
    else:
        with reading() as session:
            pages = session.scalar(text("PRAGMA page_count"))
            session.execute(text(f"PRAGMA max_page_count = {pages + 1}"))


def empty_the_disk() -> None:
    """There is room again."""
    if on_postgresql():
        run("DROP TRIGGER no_room ON audit")
    else:
        with reading() as session:
            session.execute(text("PRAGMA max_page_count = 1073741823"))


def run(*statements: str) -> None:
    """Statements behind everybody's back, as the owner of the database can."""
    with transaction() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def test_nobody_can_change_or_remove_what_was_audited(house: Flask, everything: Everything) -> None:
    pathways.begin(pathways.RACE, pathways.child())
    before = everything()
    attempts = ["UPDATE audit SET kind = 'nothing'", "DELETE FROM audit"]
    attempts += (
        ["TRUNCATE audit"] if on_postgresql() else ["INSERT OR REPLACE INTO audit SELECT * FROM audit"]
    )

    for attempt in attempts:
        with pytest.raises(DBAPIError, match="append-only"):
            run(attempt)

    assert everything() == before


def test_a_copy_can_be_put_back_and_everything_goes_on(
    house: Flask, clock: SimulatedClock, everything: Everything, tmp_path: Path, tools: None
) -> None:
    url = house.config["SQLALCHEMY_DATABASE_URI"]
    root = pathways.remand(pathways.child())
    counting = pathways.begin(pathways.COUNTDOWN, pathways.child())
    before = everything()
    with transaction() as session:  # somebody is in the middle of something
        session.execute(text("UPDATE process_instances SET name = 'half done'"))
        if is_postgresql(session):
            backups.backup(url, tmp_path / "copy")
        session.rollback()
    if not on_postgresql():
        backups.backup(url, tmp_path / "copy")
    pathways.complete(pathways.one_task("upload_papers", root))
    db.session.remove()
    db.engine.dispose()

    backups.restore(url, tmp_path / "copy")

    assert everything() == before
    clock.move_to(clock.now() + timedelta(hours=2))
    while timers.drain():
        pass
    assert pathways.variable(counting, "fired") == 1
    pathways.complete(pathways.one_task("upload_papers", root))
    assert_all(quiet_at=clock.now())


def test_what_is_no_copy_is_not_put_back(
    house: Flask, tmp_path: Path, everything: Everything, tools: None
) -> None:
    url, before = house.config["SQLALCHEMY_DATABASE_URI"], everything()
    (tmp_path / "letter.txt").write_text("Dear database")
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE birds (name TEXT)")
    other.close()
    db.session.remove()

    for file in ("letter.txt", "other.db"):
        with pytest.raises(BadInput):
            backups.restore(url, tmp_path / file)
    with pytest.raises(BadInput, match="exists already"):
        backups.backup(url, tmp_path / "letter.txt")

    assert everything() == before
