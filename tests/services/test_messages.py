"""Messages: to whom they go, once each and in order, and what becomes of them when a receiver stands still."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.clock import LONDON, SimulatedClock
from app.domain.errors import BadInput, StaleTask
from app.services import messages, timers
from app.store.audit import AuditEntry
from app.store.children import LegalStatus
from app.store.db import reading
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from tests.crash import pathways
from tests.crash.invariants import assert_all


def end_remand(root: str, clock: SimulatedClock) -> None:
    """The remand is over: bail."""
    payload = {"reason": "bail", "ended_at": clock.now().astimezone(LONDON).isoformat(), "note": None}
    messages.send(pathways.viewer(), root, "remand_ended", payload)


def test_a_second_remand_of_the_same_child_does_not_end_the_cycles_of_the_first(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    first, second = pathways.remand(child), pathways.remand(child)
    for root in (first, second):
        pathways.complete(pathways.one_task("record_first_visit", root))
    assert len(pathways.in_tree(first, "visit_cycle")) == len(pathways.in_tree(second, "visit_cycle")) == 1
    clock.move_to(clock.now() + timedelta(days=3))

    end_remand(second, clock)

    assert pathways.status_of(pathways.in_tree(second, "visit_cycle")[0]) == "ended"
    assert pathways.status_of(pathways.in_tree(first, "visit_cycle")[0]) == "running"
    assert pathways.status_of(first) == "running"
    assert pathways.open_tasks(instance_id=first)
    messages.deliver_pending()
    assert_all()


def test_a_word_reaches_everything_in_the_tree_that_waits_for_it_and_nothing_beside(house: Flask) -> None:
    child, other_child = pathways.child(), pathways.child("Robin")
    near, far = pathways.begin(pathways.LISTENER, child), pathways.begin(pathways.LISTENER, other_child)
    beside = pathways.begin(pathways.LISTENER, child)

    messages.send(pathways.viewer(), near, "word", {"number": 1})

    heard = [pathways.variable(one, "words") for one in (near, beside, far)]
    assert heard == [1, 0, 0]
    assert_all()


def test_words_arrive_in_the_order_in_which_they_were_sent(house: Flask) -> None:
    child = pathways.child()
    listener = pathways.begin(pathways.LISTENER, child)
    for number in (1, 2, 3):
        pathways.say("word", child, number)

    assert messages.deliver_pending() == 3

    assert pathways.variable(listener, "words") == 3
    assert pathways.variable(listener, "heard") == {"number": 3}
    assert messages.deliver_pending() == 0
    assert_all()


def test_a_word_that_nobody_waits_for_is_kept_as_unclaimed(house: Flask) -> None:
    pathways.say("word", pathways.child())

    messages.deliver_pending()

    with reading() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == ["unclaimed"]
    assert_all()


def test_a_pathway_is_told_only_what_it_waits_for(house: Flask) -> None:
    race = pathways.begin(pathways.RACE, pathways.child())

    with pytest.raises(BadInput, match="does not wait for that"):
        messages.send(pathways.viewer(), race, "word", {})

    pathways.complete(pathways.one_task("answer", race))
    pathways.complete(pathways.one_task("afterwards", race))
    with pytest.raises(StaleTask, match="ended already"):
        messages.send(pathways.viewer(), race, "word", {})


def test_the_same_form_again_sends_one_word(house: Flask) -> None:
    listener = pathways.begin(pathways.LISTENER, pathways.child())

    for _ in range(3):
        messages.send(pathways.viewer(), listener, "word", {"number": 1}, submission="once")

    assert pathways.variable(listener, "words") == 1


def test_a_receiver_that_fails_while_its_step_is_written_leaves_nothing_and_stops_nobody(
    house: Flask,
) -> None:
    child = pathways.child()
    scribbler, listener = pathways.begin(pathways.SCRIBBLER, child), pathways.begin(pathways.LISTENER, child)
    pathways.say("word", child)

    messages.deliver_pending()

    assert (pathways.status_of(scribbler), pathways.variable(listener, "words")) == ("suspended", 1)
    with reading() as session:
        received = session.scalars(
            select(AuditEntry.instance_id).where(AuditEntry.kind == "message_received")
        ).all()
        statuses = session.scalar(select(func.count()).select_from(LegalStatus))
        sentence = session.scalar(select(Incident.sentence))
    assert received == [listener]
    assert statuses == 0
    assert sentence
    assert_all()


def test_a_late_task_is_escalated_under_its_own_name(house: Flask, clock: SimulatedClock) -> None:
    root = pathways.remand(pathways.child())
    clock.move_to(clock.now() + timedelta(days=3))
    timers.drain(limit=1000, seconds=60)

    with reading() as session:
        keys = session.scalars(
            select(ProcessInstance.correlation_key).where(ProcessInstance.definition_key == "escalation")
        ).all()
    assert len(keys) == len(set(keys))
    assert "upload_papers" in keys
    assert pathways.status_of(root) == "running"
