"""A server may end a connection at any time: whoever has it next does not notice, or is told to try again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Executable, bindparam, func, insert, literal, select
from sqlalchemy.orm import Session

from app.domain.errors import BadInput, Busy
from app.store import connections
from app.store.db import db, execute, reading, table_of, transaction
from app.store.people import Authority

ADD = insert(table_of(Authority))
NAMES = select(table_of(Authority).c.name).where(literal(1) == 1)
ROW = {"id": "hill", "name": "Hill", "profile": "default"}
IN_BOTH_WAYS = pytest.mark.parametrize("is_prepared", [True, False], ids=["prepared", "by SQLAlchemy"])


@pytest.fixture
def ended(postgresql_database: str, make_app: Callable[..., Flask]) -> Iterator[None]:
    """An app whose two pooled connections have been ended by the server while nobody used them."""
    with make_app(postgresql_database).app_context():
        with db.engine.connect() as one, db.engine.connect() as other:
            pids = [each.exec_driver_sql("SELECT pg_backend_pid()").scalar() for each in (one, other)]
        end(postgresql_database, *pids)
        yield


def end(database: str, *pids: int) -> None:
    """The server ends these connections, and is done with it."""
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as owner:
        for pid in pids:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def names(statement: Executable, *, is_prepared: bool) -> list[str]:
    """The names of all authorities."""
    with reading() as session:
        rows = execute(session, statement) if is_prepared else session.execute(statement)
        return [row.name for row in rows]


@IN_BOTH_WAYS
def test_one_that_was_idle_for_a_while_is_replaced_unnoticed(
    ended: None, monkeypatch: pytest.MonkeyPatch, *, is_prepared: bool
) -> None:
    monkeypatch.setattr(connections, "TRUSTED_SECONDS", 0.0)

    assert names(NAMES, is_prepared=is_prepared) == []
    with transaction() as session:
        execute(session, ADD, ROW)

    assert names(NAMES, is_prepared=is_prepared) == ["Hill"]


@IN_BOTH_WAYS
def test_one_that_was_used_just_now_makes_its_reader_try_again_once(
    ended: None, *, is_prepared: bool
) -> None:
    with pytest.raises(Busy, match="Try again"):
        names(NAMES, is_prepared=is_prepared)

    assert names(NAMES, is_prepared=is_prepared) == []  # with it went all the others of its time
    with transaction() as session:
        execute(session, ADD, ROW)


def test_one_that_was_used_just_now_makes_its_writer_try_again_once(ended: None) -> None:
    with pytest.raises(Busy, match="Nothing was changed"), transaction() as session:
        execute(session, ADD, ROW)

    with transaction() as session:
        execute(session, ADD, ROW)
    assert names(NAMES, is_prepared=True) == ["Hill"]


def test_one_that_ends_while_something_is_undone_hides_nothing(
    postgresql_database: str, make_app: Callable[..., Flask]
) -> None:
    def fail() -> None:
        with transaction() as session:
            (pid,) = execute(session, select(func.pg_backend_pid())).one()
            end(postgresql_database, pid)
            raise BadInput("what was wrong")

    with make_app(postgresql_database).app_context():
        with pytest.raises(BadInput, match="what was wrong"):
            fail()

        assert names(NAMES, is_prepared=True) == []


@IN_BOTH_WAYS
def test_a_zero_byte_is_refused_and_the_connection_goes_on(
    postgresql_database: str, make_app: Callable[..., Flask], is_prepared: bool
) -> None:
    asked = select(table_of(Authority).c.name).where(table_of(Authority).c.id == bindparam("of"))
    with make_app(postgresql_database).app_context():
        with pytest.raises(BadInput, match="zero byte"), reading() as session:
            (execute if is_prepared else Session.execute)(session, asked, {"of": "a\0b"})
        with pytest.raises(BadInput, match="zero byte"), transaction() as session:
            session.execute(ADD, {**ROW, "name": "\0"})
        assert names(NAMES, is_prepared=is_prepared) == []
