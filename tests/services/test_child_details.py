"""Putting right who a child is, and brothers and sisters: what hangs on it moves, and the record says so."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.errors import BadInput, NotAllowed, NotFound
from app.services import accounts, child_details, child_view, children, finding, siblings
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.outbox import OutboxMessage


@pytest.fixture
def dora(filled_app: Flask) -> Viewer:
    """A duty manager of the youth justice service."""
    assert filled_app
    return accounts.viewer_named("dora@wandsworth.example")


def made(viewer: Viewer, given: str, born: date | None = None) -> str:
    return children.create(viewer, given_name=given, family_name="Unusual", date_of_birth=born)


def test_a_provisional_record_is_completed_and_what_hangs_on_the_birth_is_told(dora: Viewer) -> None:
    child_id = made(dora, "Noor")
    answers = child_details.show(dora, child_id).answers

    changed = child_details.change(
        dora, child_id, {**answers, "date_of_birth": "2009-07-21", "prison_number": "A1234BC"}
    )

    assert changed == ["date_of_birth", "prison_number"]
    view = child_view.show(dora, child_id)
    assert not view.child.is_provisional
    assert view.identifiers == {"prison_number": "A1234BC"}
    assert "Details changed: date of birth, Prison number" in [one.words for one in view.newest]
    assert finding.search(dora, "noor 21/7/2009")[0].why == "Name and date of birth"
    with reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.child_id == child_id)).all()
    assert [one.payload for one in told] == [{"facts": {"date_of_birth": [None, "2009-07-21"]}}]


def test_a_number_can_be_taken_away_and_is_not_found_any_more(dora: Viewer) -> None:
    child_id = made(dora, "Noor", date(2009, 7, 21))
    answers = child_details.show(dora, child_id).answers
    child_details.change(dora, child_id, {**answers, "mosaic": "1234567"})

    assert child_details.change(dora, child_id, {**answers, "mosaic": None}) == ["mosaic"]

    assert finding.search(dora, "1234567") == []
    assert child_view.show(dora, child_id).identifiers == {}


def test_the_same_again_changes_nothing(dora: Viewer) -> None:
    child_id = made(dora, "Noor", date(2009, 7, 21))

    assert child_details.change(dora, child_id, child_details.show(dora, child_id).answers) == []

    with reading() as session:
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.child_id == child_id)).all()
    assert "child_changed" not in kinds


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"given_name": ""}, "given_name"), ({"date_of_birth": None}, "date_of_birth"),
     ({"date_of_birth": "1950-01-01"}, "date_of_birth")],
)  # fmt: skip
def test_what_cannot_be_is_refused(dora: Viewer, wrong: dict[str, str | None], field: str) -> None:
    child_id = made(dora, "Noor", date(2009, 7, 21))
    answers = child_details.show(dora, child_id).answers

    with pytest.raises(BadInput) as refused:
        child_details.change(dora, child_id, {**answers, **wrong})

    assert list(refused.value.errors) == [field]


def test_another_record_that_these_details_fit_is_pointed_out(dora: Viewer) -> None:
    sam = accounts.viewer_named("sam@wandsworth.example")
    theirs = made(sam, "Nora", date(2009, 7, 21))
    ours = made(dora, "Noor", date(2009, 7, 22))
    answers = {**child_details.show(dora, ours).answers, "given_name": "Nora", "date_of_birth": "2009-07-21"}

    assert [one.id for one in child_details.resembling(dora, ours, answers)] == [theirs]
    assert child_details.resembling(dora, ours, child_details.show(dora, ours).answers) == []


def test_whoever_only_sees_the_child_changes_nothing(dora: Viewer) -> None:
    child_id = made(dora, "Noor", date(2009, 7, 21))
    administrator = Viewer("x", dora.authority_id, "Ada", is_admin=True)
    stranger = accounts.viewer_named("sam@stockport.example")

    with pytest.raises(NotAllowed):
        child_details.show(administrator, child_id)
    with pytest.raises(NotFound):
        child_details.show(stranger, child_id)


def test_brothers_and_sisters_are_linked_both_ways_once_and_unlinked_with_a_reason(dora: Viewer) -> None:
    elder, younger = made(dora, "Noor", date(2008, 1, 1)), made(dora, "Nora", date(2010, 1, 1))

    siblings.link(dora, younger, elder)
    siblings.link(dora, elder, younger)

    assert [one.child.id for one in siblings.siblings_of(dora, younger)] == [elder]
    assert [one.child.id for one in siblings.siblings_of(dora, elder)] == [younger]
    with pytest.raises(BadInput):
        siblings.unlink(dora, elder, younger, " ")
    siblings.unlink(dora, elder, younger, "Cousins")
    assert siblings.siblings_of(dora, younger) == ()
    words = [one.words for one in child_view.show(dora, younger).newest]
    assert sum("linked:" in one for one in words) == 1
    assert any(one.endswith("removed. Cousins") for one in words)


def test_a_sibling_whom_the_viewer_may_not_see_is_neither_linked_nor_shown(dora: Viewer) -> None:
    sam = accounts.viewer_named("sam@wandsworth.example")
    ours, theirs = made(dora, "Noor"), made(sam, "Nora")

    with pytest.raises(NotFound):
        siblings.link(dora, ours, theirs)
    with pytest.raises(BadInput):
        siblings.link(dora, ours, ours)
    shared = made(dora, "Nour")
    siblings.link(dora, ours, shared)
    everybody = Viewer("x", dora.authority_id, "Health", agencies=frozenset({"health"}))
    with pytest.raises(NotFound):
        siblings.siblings_of(everybody, ours)
