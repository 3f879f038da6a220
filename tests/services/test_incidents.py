"""A pathway that cannot go on stops alone, says why, and goes on once it has been put right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.domain.clock import SimulatedClock
from app.domain.errors import EngineFailure, NotFound, StaleTask
from app.services import incidents, messages, timers
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from app.store.tasks import Draft
from tests.crash import pathways
from tests.crash.invariants import assert_all

pytestmark = pytest.mark.on_both_databases


def open_incident() -> str:
    """The one incident that has not been put right."""
    with reading() as session:
        return session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).one()


def retry(incident_id: str) -> None:
    """Ada tries it again."""
    incidents.retry(pathways.viewer("ada"), incident_id, "It was mended.")


def state_of(instance_id: str) -> str:
    """The stored state, byte for byte."""
    with reading() as session:
        return str(session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == instance_id)))


def overwrite(instance_id: str, state: str) -> None:
    """Damage (or mend) a state behind everybody's back."""
    with transaction() as session:
        session.execute(
            text("UPDATE process_instances SET state = :state WHERE id = :id"),
            {"state": state, "id": instance_id},
        )


def test_one_poisoned_among_many_stops_alone_and_is_tried_once(house: Flask, clock: SimulatedClock) -> None:
    child = pathways.child()
    poisoned = pathways.begin(pathways.POISON, child)
    sound = [pathways.begin(pathways.COUNTDOWN, child) for _ in range(30)]
    before = state_of(poisoned)
    clock.move_to(clock.now() + timedelta(hours=2))

    while timers.drain():
        pass

    assert [pathways.variable(one, "fired") for one in sound] == [1] * 30
    assert (pathways.status_of(poisoned), state_of(poisoned)) == ("suspended", before)
    with reading() as session:
        attempts = session.scalar(select(func.count()).select_from(Incident))
        incident = session.scalars(select(Incident)).one()
    assert (attempts, incident.element_id) == (1, "divide")
    assert incident.sentence
    assert_all(quiet_at=clock.now())


def test_an_incident_is_retried_after_repair_and_the_timer_fires_then(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    poisoned = pathways.begin(pathways.POISON, child)
    clock.move_to(clock.now() + timedelta(hours=2))
    timers.drain()
    first = open_incident()

    retry(first)
    second = open_incident()
    assert first != second
    assert pathways.status_of(poisoned) == "suspended"
    pathways.fact(child, "divisor", 5)
    retry(second)

    assert pathways.status_of(poisoned) == "running"
    assert pathways.variable(poisoned, "share") == 2
    pathways.one_task("told", poisoned)
    with pytest.raises(StaleTask):
        retry(second)
    assert_all(quiet_at=clock.now())


def test_words_for_a_suspended_pathway_wait_and_arrive_after_the_repair_in_their_order(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    poisoned, listener = pathways.begin(pathways.POISON, child), pathways.begin(pathways.LISTENER, child)
    clock.move_to(clock.now() + timedelta(hours=2))
    timers.drain()
    pathways.say("word", child, 10)
    messages.deliver_pending()
    assert pathways.variable(listener, "words") == 1
    with reading() as session:
        assert sorted(session.scalars(select(OutboxMessage.state))) == ["delivered", "held"]

    pathways.fact(child, "divisor", 5)
    retry(open_incident())

    assert pathways.variable(poisoned, "heard_share") == 2
    assert pathways.variable(listener, "words") == 1
    assert_all(quiet_at=clock.now())


def test_a_word_that_poisons_its_receiver_is_held_and_delivered_after_the_repair(house: Flask) -> None:
    child = pathways.child()
    poisoned = pathways.begin(pathways.POISON, child)
    pathways.say("word", child, 10)
    messages.deliver_pending()
    assert pathways.status_of(poisoned) == "suspended"

    pathways.fact(child, "divisor", 2)
    retry(open_incident())

    assert pathways.variable(poisoned, "heard_share") == 5
    assert_all()


def test_a_completion_that_fails_keeps_the_answers_and_can_be_done_again(house: Flask) -> None:
    child = pathways.child()
    poisoned = pathways.begin(pathways.POISON, child)
    task = pathways.one_task("ask", poisoned)

    with pytest.raises(EngineFailure):
        pathways.complete(task)
    with pytest.raises(StaleTask, match="suspended"):
        pathways.complete(task)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft).where(Draft.task_id == task)) == 1
        completions = session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "task_completed")
        )
    assert completions == 0

    pathways.fact(child, "divisor", 5)
    retry(open_incident())
    pathways.complete(task)

    assert pathways.variable(poisoned, "part") == 2
    assert_all(answered=[task])


def test_a_damaged_state_stops_its_own_instance_until_it_is_mended(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    damages = {
        "no JSON": lambda state: "" + state[1:],
        "cut off": lambda state: state[:-40],
        "of another version": lambda state: json.dumps({**json.loads(state), "version": "0" * 64}),
        "of another release": lambda state: json.dumps({**json.loads(state), "format": 99}),
    }
    sound = pathways.begin(pathways.COUNTDOWN, child)
    kept: dict[str, str] = {}
    for damage in damages.values():
        instance = pathways.begin(pathways.COUNTDOWN, child)
        kept[instance] = state_of(instance)
        overwrite(instance, damage(kept[instance]))
    clock.move_to(clock.now() + timedelta(hours=2))

    timers.drain()

    assert pathways.variable(sound, "fired") == 1
    assert [pathways.status_of(one) for one in kept] == ["suspended"] * len(damages)
    for instance, state in kept.items():
        overwrite(instance, state)
        with reading() as session:
            incident = session.scalars(
                select(Incident.id).where(Incident.instance_id == instance, Incident.resolved_at.is_(None))
            ).one()
        retry(incident)
        assert pathways.variable(instance, "fired") == 1
    assert_all(quiet_at=clock.now())


def test_who_may_not_mend_does_not_see_that_anything_is_broken(house: Flask, clock: SimulatedClock) -> None:
    pathways.begin(pathways.POISON, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))
    timers.drain()
    incident = open_incident()

    for who in (pathways.viewer("sam"), pathways.viewer("ada", "stockport")):
        with pytest.raises(NotFound):
            incidents.retry(who, incident, "It was mended.")

    assert [row.id for row in incidents.unresolved(pathways.viewer("ada"))] == [incident]
    assert incidents.unresolved(pathways.viewer("ada", "stockport")) == []
