"""The fixtures themselves: each database is real and one's own, and the browser is a real one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import text

from app.domain.clock import SimulatedClock, now, today
from app.store.db import db, reading, transaction


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_a_database_of_its_own(app: Flask, time: str) -> None:
    with transaction() as session:
        session.execute(text("CREATE TABLE scribbles (word TEXT)"))
        session.execute(text("INSERT INTO scribbles VALUES (:word)"), {"word": time})

    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM scribbles")) == 1


def test_the_two_databases_are_what_they_say(app: Flask, request: pytest.FixtureRequest) -> None:
    assert db.engine.dialect.name in request.node.callspec.id


def test_time_stands_still_until_it_is_moved(clock: SimulatedClock) -> None:
    assert (now(), today().isoformat()) == (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "2026-12-01")

    clock.move_to(datetime(2026, 12, 24, 17, 40, tzinfo=UTC))

    assert today().isoformat() == "2026-12-24"


def test_the_browser_is_a_real_one(page: Page) -> None:
    page.set_content("<title>One</title><h1>Children first</h1>")

    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().width") > 100
