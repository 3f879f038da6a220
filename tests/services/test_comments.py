"""Comments: who said what, for whom; withdrawn ones keep their place, and the audit keeps no words."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.errors import BadInput, NotAllowed, NotFound
from app.services import accounts, beside_task, comments, definitions, tasks
from app.store.askings import Comment
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.crash import pathways
from tests.crash.invariants import assert_all

SECRET = "His brother moved in."


@pytest.fixture
def visit(house: Flask) -> str:
    """The id of a task of Sam's."""
    definitions.load_shipped()
    pathways.remand(pathways.child())
    return pathways.one_task("record_first_visit")


def test_comments_stand_on_the_task_oldest_first_also_when_it_is_done(visit: str) -> None:
    sam, mo = pathways.viewer("sam"), pathways.viewer("mo")
    comments.add(sam, visit, "The visit is booked.")
    tasks.complete(sam, visit, pathways.answers_for(visit))

    comments.add(mo, visit, "  Thank you.  ")

    found = beside_task.show(sam, visit).comments
    assert [(one.by, one.text, one.is_own) for one in found] == [
        ("Sam Socialworker", "The visit is booked.", True),
        ("Mo Manager", "Thank you.", False),
    ]
    assert_all()


def test_the_audit_says_that_there_is_one_and_not_what_it_says(visit: str) -> None:
    comments.add(pathways.viewer("sam"), visit, SECRET)

    with reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.kind == "comment_added"))
    assert entry.task_id == visit
    assert SECRET not in repr(entry.facts)


def test_a_mention_is_counted_until_it_is_read(visit: str) -> None:
    sam, mo = pathways.viewer("sam"), pathways.viewer("mo")

    comments.add(sam, visit, "Can you look?", mo.person_id)

    assert comments.unread(mo) == 1
    (mention,) = comments.mentions(mo)
    assert (mention.by, mention.text, mention.task_id) == ("Sam Socialworker", "Can you look?", visit)
    comments.mark_read(mo)
    assert comments.unread(mo) == 0
    assert [one.is_unread for one in comments.mentions(mo)] == [False]
    assert comments.mentions(sam) == ()


def test_only_who_sees_the_task_can_be_mentioned(visit: str) -> None:
    names = [person.name for person in comments.mentionable(pathways.viewer("sam"), visit)]

    assert "Mo Manager" in names
    assert "Sam Socialworker" not in names
    assert "Nia Nurse" not in names
    with pytest.raises(BadInput) as refused:
        comments.add(pathways.viewer("sam"), visit, "Hello", pathways.viewer("nia").person_id)
    assert list(refused.value.errors) == ["mentioned_id"]


def test_the_author_withdraws_it_and_its_words_are_kept_for_the_record(visit: str) -> None:
    sam, mo = pathways.viewer("sam"), pathways.viewer("mo")
    comments.add(sam, visit, SECRET, mo.person_id)
    (one,) = beside_task.show(sam, visit).comments

    with pytest.raises(NotAllowed):
        comments.withdraw(mo, one.id)
    comments.withdraw(sam, one.id)
    comments.withdraw(sam, one.id)

    (one,) = beside_task.show(mo, visit).comments
    assert (one.is_withdrawn, one.text) == (True, "")
    assert comments.unread(mo) == 0
    assert comments.mentions(mo) == ()
    with reading() as session:
        assert session.scalar(select(Comment.text)) == SECRET
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.kind.startswith("comment_"))).all()
    assert sorted(kinds) == ["comment_added", "comment_withdrawn"]
    assert_all()


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_comment_has_words_and_not_too_many(visit: str, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        comments.add(pathways.viewer("sam"), visit, text)

    assert list(refused.value.errors) == ["comment"]


def test_a_stranger_neither_reads_nor_writes_them(visit: str) -> None:
    comments.add(pathways.viewer("sam"), visit, SECRET)
    (one,) = beside_task.show(pathways.viewer("sam"), visit).comments
    stranger = accounts.viewer_named("dora@stockport.example")

    with pytest.raises(NotFound):
        beside_task.show(stranger, visit)
    with pytest.raises(NotFound):
        comments.add(stranger, visit, "Hello")
    with pytest.raises(NotFound):
        comments.withdraw(stranger, one.id)


def test_the_same_comment_sent_twice_is_kept_once(visit: str) -> None:
    sam = pathways.viewer("sam")

    comments.add(sam, visit, "Once", submission="twice")
    comments.add(sam, visit, "Once", submission="twice")

    assert len(beside_task.show(sam, visit).comments) == 1
