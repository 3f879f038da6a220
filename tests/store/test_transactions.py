"""One transaction, whether its statements go to the connection or through the session."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app.store.db import execute, reading, savepoint, table_of, transaction
from app.store.instances import Submission
from app.store.people import Authority

ADD = insert(table_of(Submission))
AUTHORITIES = select(Authority.id).order_by(Authority.id)
TOKENS = select(Submission.token).order_by(Submission.token)


def row(token: str) -> dict[str, object]:
    """A submission in the authority of Hill."""
    at = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)
    return {"authority_id": "hill", "token": token, "person_id": None, "result": "r", "at": at}


@pytest.fixture
def hill(app: Flask) -> None:
    """The authority, added through the session alone."""
    with transaction() as session:
        session.add(Authority(id="hill", name="Hill", profile="default"))


def kept() -> tuple[list[str], list[str]]:
    """The authorities and the tokens that another transaction reads."""
    with reading() as session:
        return list(session.scalars(AUTHORITIES)), list(session.scalars(TOKENS))


def test_what_the_connection_alone_was_given_is_kept(hill: None) -> None:
    with transaction() as session:
        execute(session, ADD, row("a"))

    assert kept() == (["hill"], ["a"])


def test_both_ways_see_each_other_and_are_kept_together(hill: None) -> None:
    with transaction() as session:
        execute(session, ADD, row("a"))
        assert list(session.scalars(TOKENS)) == ["a"]
        session.add(Submission(**row("b")))
        session.flush()
        assert list(execute(session, TOKENS).scalars()) == ["a", "b"]
        session.add(Authority(id="vale", name="Vale", profile="default"))  # written by the end of the block

    assert kept() == (["hill", "vale"], ["a", "b"])


@pytest.mark.parametrize("asks_the_session", [False, True])
def test_both_ways_are_undone_together(hill: None, asks_the_session: bool) -> None:
    def fail() -> None:
        with transaction() as session:
            execute(session, ADD, row("a"))
            if asks_the_session:
                session.add(Submission(**row("b")))
                session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert kept() == (["hill"], [])


def test_a_savepoint_undoes_only_its_part_after_the_connection_has_written(hill: None) -> None:
    def fail() -> None:
        with savepoint(session):
            execute(session, ADD, row("b"))
            raise LookupError

    with transaction() as session:
        execute(session, ADD, row("a"))
        with pytest.raises(LookupError):
            fail()

    assert kept() == (["hill"], ["a"])


def test_a_transaction_begun_within_another_takes_back_the_others_part(hill: None) -> None:
    with transaction() as outer:
        execute(outer, ADD, row("a"))
        with transaction() as inner:
            execute(inner, ADD, row("b"))

    assert kept() == (["hill"], ["b"])
