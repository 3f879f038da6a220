"""Statements handed to the driver directly give what SQLAlchemy's own way gives, and fail as it fails."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from app.store.db import ask, execute, reading, savepoint, table_of, together, transaction
from app.store.instances import Submission
from app.store.people import Authority

TABLE = table_of(Submission)
ADD = insert(TABLE)
FIND = (
    select(Submission)
    .where(Submission.token.in_(bindparam("tokens", expanding=True)))
    .order_by(Submission.token)
)
RENAME = (
    update(Submission).where(Submission.token == bindparam("of_token")).values(result=bindparam("new_result"))
)


def row(token: str) -> dict[str, Any]:
    """A submission that was answered on a summer evening."""
    at = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
    return {"authority_id": "hill", "token": token, "person_id": None, "result": f"r {token}", "at": at}


@pytest.fixture
def submissions(app: Flask) -> list[dict[str, Any]]:
    """Three of them, written with one statement."""
    rows = [row(token) for token in "abc"]
    with transaction() as session:
        session.add(Authority(id="hill", name="Hill", profile="default"))
        session.flush()
        execute(session, ADD, rows)
    return rows


@pytest.mark.parametrize("tokens", [["a"], ["b", "c"], ["a", "b", "c"], [], ["nobody"]])
def test_rows_are_those_that_sqlalchemy_gives(submissions: list[dict[str, Any]], tokens: list[str]) -> None:
    with reading() as session:
        ours = execute(session, FIND, {"tokens": tokens}).all()
        theirs = session.connection().execute(FIND, {"tokens": tokens}).all()

    assert [tuple(found) for found in ours] == [tuple(found) for found in theirs]
    assert [found.token for found in ours] == [token for token in tokens if token != "nobody"]
    assert all(found.at == submissions[0]["at"] for found in ours)


def test_a_statement_says_how_many_rows_it_touched(submissions: list[dict[str, Any]]) -> None:
    with transaction() as session:
        touched = execute(session, RENAME, {"of_token": "a", "new_result": "other"}).rowcount
        missed = execute(session, RENAME, {"of_token": "z", "new_result": "other"}).rowcount

    assert (touched, missed) == (1, 0)


def test_what_the_driver_refuses_is_refused_in_sqlalchemys_words(submissions: list[dict[str, Any]]) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        execute(session, ADD, row("a"))

    with reading() as session:
        assert len(execute(session, FIND, {"tokens": ["a", "b", "c"]}).all()) == 3


def test_a_missing_value_is_an_error(submissions: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidRequestError), transaction() as session:
        execute(session, RENAME, {"of_token": "a"})


def test_statements_sent_together_are_executed_in_their_order(submissions: list[dict[str, Any]]) -> None:
    with transaction() as session:
        with together(session):
            first = execute(session, RENAME, {"of_token": "a", "new_result": "one"})
            execute(session, ADD, [row("d"), row("e")])
            found = execute(session, FIND, {"tokens": ["a", "e"]}).all()
            missed = execute(session, RENAME, {"of_token": "z", "new_result": "none"})
            execute(session, RENAME, {"of_token": "a", "new_result": "two"})

        assert (first.rowcount, missed.rowcount) == (1, 0)
        assert [each.result for each in found] == ["one", "r e"]

    with reading() as session:
        assert execute(session, FIND, {"tokens": ["a"]}).one().result == "two"


def add_together(session: Session, *tokens: str) -> None:
    """New submissions, none of which waits for the one before."""
    with together(session):
        for token in tokens:
            execute(session, ADD, row(token))


def tokens_kept() -> list[str]:
    """Every submission's token, in order."""
    with reading() as session:
        return list(session.scalars(select(Submission.token).order_by(Submission.token)))


@pytest.mark.parametrize("tokens", ["da", "dae", "daefghij"])
def test_what_one_of_several_is_refused_for_is_said_and_nothing_of_them_is_kept(
    submissions: list[dict[str, Any]], tokens: str
) -> None:
    with pytest.raises(IntegrityError, match=r"submissions"), transaction() as session:
        add_together(session, *tokens)

    assert tokens_kept() == ["a", "b", "c"]


def test_what_was_sent_together_can_be_undone_alone(submissions: list[dict[str, Any]]) -> None:
    with transaction() as session:
        add_together(session, "d")
        with pytest.raises(IntegrityError), savepoint(session):
            add_together(session, "e", "a", "f")
        add_together(session, "g")

    assert tokens_kept() == ["a", "b", "c", "d", "g"]


def test_a_transaction_that_begins_with_its_questions_is_undone_whole_and_so_is_the_next(
    submissions: list[dict[str, Any]],
) -> None:
    def add(token: str, *, asks: bool, fails: bool) -> None:
        with transaction() as session:
            if asks:
                assert len(ask(session, (FIND, {"tokens": ["a", "b", "c"]}))[0].all()) == 3
            execute(session, ADD, row(token))
            if fails:
                raise RuntimeError

    for token, asks in (("d", True), ("e", False)):
        with pytest.raises(RuntimeError):
            add(token, asks=asks, fails=True)
    add("f", asks=True, fails=False)

    with reading() as session:
        found = execute(session, FIND, {"tokens": ["d", "e", "f"]})
        assert [one.token for one in found] == ["f"]
