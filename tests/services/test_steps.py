"""A step is one transaction: whatever fails at whatever statement, nothing of it is kept, and it can be taken again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.domain.clock import LONDON, SimulatedClock, now
from app.domain.errors import BadInput, Busy, EngineFailure, NotAllowed, NotFound, StaleTask
from app.services import drafts, instances, messages, simulated_answers, tasks, timers
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.tasks import Draft
from tests.crash import pathways
from tests.crash.invariants import assert_all

pytestmark = pytest.mark.on_both_databases

Everything = Callable[[], dict[str, Any]]


class Failing:
    """While armed, the k-th statement of every transaction fails as a disk does."""

    def __init__(self) -> None:
        self.at = 0
        self.passed = 0
        self.failures = 0

    def ends(self, _connection: Any) -> None:
        self.passed = 0

    def execute(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.failures += 1
            raise OperationalError(statement, parameters, sqlite3.OperationalError("disk I/O error"))


@contextmanager
def failing_disk() -> Iterator[Failing]:
    """A disk that fails on demand."""
    failing = Failing()
    events = {"commit": failing.ends, "rollback": failing.ends, "before_cursor_execute": failing.execute}
    for name, listener in events.items():
        event.listen(db.engine, name, listener)
    yield failing
    for name, listener in events.items():
        event.remove(db.engine, name, listener)


def fails_whole_at_every_statement(act: Callable[[], Any], everything: Everything) -> int:
    """Let `act` fail at its first statement, its second, ... until it succeeds; how many statements that were."""
    before = everything()
    with failing_disk() as failing:
        for statement in count(1):
            failing.at, failing.failures = statement, 0
            try:
                outcome = act()
            except Busy:
                outcome = None
            failing.at = 0
            if not failing.failures or outcome:
                return statement - 1
            assert everything() == before, f"statement {statement} failed and left something behind"
            assert statement < 200
    raise AssertionError("unreachable")


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is busy is tried once: the disk of these tests fails every time."""
    monkeypatch.setattr(timers, "TRIES", 1)


def test_a_start_happens_whole_or_not_at_all(house: Flask, everything: Everything) -> None:
    child = pathways.child()

    statements = fails_whole_at_every_statement(lambda: pathways.begin(pathways.RACE, child), everything)

    assert statements > 8
    pathways.one_task("answer")
    assert_all()


def test_a_real_remand_starts_whole_or_not_at_all(house: Flask, everything: Everything) -> None:
    child = pathways.child()
    form = instances.start_form(pathways.viewer(), "remand_yda")
    answers = simulated_answers.for_start(form, {}, now() - timedelta(minutes=5))

    statements = fails_whole_at_every_statement(
        lambda: instances.start(pathways.viewer(), "remand_yda", child, answers, submission="once"),
        everything,
    )

    assert statements > 15
    messages.deliver_pending()
    assert_all()


def test_a_completion_happens_whole_or_not_at_all(house: Flask, everything: Everything) -> None:
    pathways.begin(pathways.RELAY, pathways.child())
    task = pathways.one_task("speak")

    def act() -> bool:
        pathways.complete(task, submission="once")
        return True

    statements = fails_whole_at_every_statement(act, everything)

    assert statements > 10
    messages.deliver_pending()
    pathways.one_task("rest")
    assert_all(answered=[task])


def test_a_timer_fires_whole_or_not_at_all(
    house: Flask, clock: SimulatedClock, everything: Everything, no_patience: None
) -> None:
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))

    statements = fails_whole_at_every_statement(timers.drain, everything)

    assert statements > 8
    pathways.one_task("look")
    assert_all(quiet_at=clock.now())


def test_a_task_is_marked_overdue_whole_or_not_at_all(
    house: Flask, clock: SimulatedClock, everything: Everything, no_patience: None
) -> None:
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))
    timers.drain()
    clock.move_to(clock.now() + timedelta(days=2))

    statements = fails_whole_at_every_statement(timers.drain, everything)

    assert statements > 4
    assert_all(quiet_at=clock.now())


def test_a_message_is_delivered_whole_or_not_at_all(house: Flask, everything: Everything) -> None:
    child = pathways.child()
    listeners = [pathways.begin(pathways.LISTENER, child) for _ in range(2)]
    pathways.say("word", child)

    statements = fails_whole_at_every_statement(messages.deliver_next, everything)

    assert statements > 10
    assert [pathways.variable(one, "words") for one in listeners] == [1, 1]
    assert_all(quiet_at=now())


def test_delivery_that_must_wait_does_not_fail_what_was_done(house: Flask) -> None:
    child = pathways.child()
    pathways.begin(pathways.RELAY, child)
    task = pathways.one_task("speak")

    with failing_disk() as failing:
        failing.at = (
            14  # within the completion this is never reached twice: see that it is committed all the same
        )
        while pathways.open_tasks(element_id="speak"):
            failing.at += 1
            try:
                pathways.complete(task)
            except Busy:
                continue
        failing.at = 0

    assert pathways.open_tasks(element_id="rest")
    messages.deliver_pending()
    assert_all(answered=[task], quiet_at=now())


def test_a_task_is_completed_once_and_the_second_is_told_by_whom(house: Flask) -> None:
    pathways.begin(pathways.RACE, pathways.child())
    task = pathways.one_task("answer")
    pathways.complete(task)

    with pytest.raises(StaleTask) as refused:
        tasks.complete(pathways.viewer("mo"), task, {})

    assert refused.value.sentence.startswith("This task was completed by ")
    assert "1 December 2026" in refused.value.sentence
    assert_all(answered=[task])


def test_a_double_click_is_answered_alike_and_done_once(house: Flask, everything: Everything) -> None:
    child = pathways.child()
    first = pathways.begin(pathways.RACE, child, submission="start")
    task = pathways.one_task("answer")
    pathways.complete(task, submission="complete")
    before = everything()

    again = pathways.begin(pathways.RACE, child, submission="start")
    pathways.complete(task, submission="complete")

    assert again == first
    assert everything() == before


def test_a_stranger_finds_nothing_and_changes_nothing(house: Flask, everything: Everything) -> None:
    child = pathways.child()
    instance = pathways.begin(pathways.RACE, child)
    task = pathways.one_task("answer")
    stranger, of_another_team = pathways.viewer("sam", "stockport"), pathways.viewer("vera")
    before = everything()

    for act in (tasks.claim, tasks.release, lambda who, key: tasks.complete(who, key, {})):
        for who in (stranger, of_another_team):
            with pytest.raises((NotFound, NotAllowed)):
                act(who, task)
    with pytest.raises(NotFound):
        instances.start(stranger, pathways.RACE, child, {})
    with pytest.raises(NotFound):
        instances.cancel(stranger, instance, "for fun")
    with pytest.raises(NotFound):
        messages.send(stranger, instance, "word", {})
    with pytest.raises(NotFound):
        drafts.save(stranger, task, {}, None)

    assert everything() == before


def test_wrong_answers_are_refused_with_sentences_and_change_nothing(
    house: Flask, everything: Everything
) -> None:
    root = pathways.remand(pathways.child())
    task = pathways.one_task("record_first_visit", root)
    somebody = pathways.somebody_for(task)
    before = everything()

    for answers in (
        {"seen_on": 7},
        {"seen_on": "yesterday"},
        {"nobody_asked": True},
        {"seen_on": ["2026-12-01"]},
        {},
    ):
        with pytest.raises(BadInput) as refused:
            tasks.complete(somebody, task, answers)
        assert refused.value.errors

    assert everything() == before


def test_a_pathway_cannot_start_in_the_future(house: Flask, everything: Everything) -> None:
    child, dora = pathways.child(), pathways.viewer()
    before = everything()

    with pytest.raises(BadInput, match="in the future"):
        instances.start(dora, pathways.RACE, child, {}, started_at=now() + timedelta(minutes=1))
    form = instances.start_form(dora, "remand_yda")
    answers = simulated_answers.for_start(form, {}, now() - timedelta(minutes=5))
    answers["remanded_at"] = (now() + timedelta(hours=1)).astimezone(LONDON).isoformat()
    with pytest.raises(BadInput):
        instances.start(dora, "remand_yda", child, answers)

    assert everything() == before


def test_a_drawing_that_goes_round_for_ever_is_stopped(house: Flask) -> None:
    instance = pathways.begin(pathways.LOOP, pathways.child())
    task = pathways.one_task("begin")

    with pytest.raises(EngineFailure, match="never waits"):
        pathways.complete(task)

    with reading() as session:
        status = session.scalar(select(ProcessInstance.status).where(ProcessInstance.id == instance))
        incidents = session.scalar(select(func.count()).select_from(Incident))
        kept = session.scalar(select(func.count()).select_from(Draft).where(Draft.task_id == task))
        completed = session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "task_completed")
        )
    assert (status, incidents, kept, completed) == ("suspended", 1, 1, 0)
    assert pathways.open_tasks() == [task]
    assert_all()
