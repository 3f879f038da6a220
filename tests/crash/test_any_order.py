"""Whatever people, timers and messages do, in whatever order: after each thing, every invariant holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.clock import LONDON, SimulatedClock, now
from app.domain.errors import BadInput, StaleTask
from app.services import instances, messages, tasks, timers
from app.store.db import db
from tests.crash import pathways
from tests.crash.invariants import assert_all

SMALL = (pathways.COUNTDOWN, pathways.RACE, pathways.RELAY, pathways.LISTENER)


class AnyOrder(RuleBasedStateMachine):
    """One child on several pathways. The model: what was answered, and which remands are under way."""

    clock: SimulatedClock

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[str] = []
        self.mine: list[str] = []
        self.remands: list[str] = []
        self.versions = 0

    @initialize()
    def a_child_is_remanded(self) -> None:
        self.child = pathways.child()
        self.remands.append(pathways.remand(self.child))

    def open(self) -> list[str]:
        """The open tasks of this child's own pathways."""
        roots = [*self.mine, *self.remands]
        return [task for root in roots for task in pathways.open_tasks(instance_id=root)]

    @rule(pathway=st.sampled_from(SMALL))
    def start(self, pathway: str) -> None:
        self.mine.append(pathways.begin(pathway, self.child))

    @rule(number=st.integers(0, 50))
    def complete(self, number: int) -> None:
        if found := self.open():
            task = found[number % len(found)]
            pathways.complete(task, submission=f"once-{task}")
            pathways.complete(task, submission=f"once-{task}")
            self.answered.append(task)

    @rule(number=st.integers(0, 50))
    def claim_and_release(self, number: int) -> None:
        if found := self.open():
            task = found[number % len(found)]
            somebody = pathways.somebody_for(task)
            tasks.claim(somebody, task)
            tasks.release(somebody, task)

    @precondition(lambda self: self.answered)
    @rule(number=st.integers(0, 50))
    def complete_from_a_stale_page(self, number: int) -> None:
        task = self.answered[number % len(self.answered)]
        with pytest.raises(StaleTask):
            pathways.complete(task)

    @rule(minutes=st.sampled_from([1, 30, 61, 60 * 24, 60 * 24 * 4]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move_to(self.clock.now() + timedelta(minutes=minutes))

    @rule()
    def drain(self) -> None:
        while timers.drain(limit=1000, seconds=60) + messages.deliver_pending():
            pass
        assert_all(answered=self.answered, quiet_at=now())

    @precondition(lambda self: self.mine)
    @rule(number=st.integers(0, 50))
    def say_a_word(self, number: int) -> None:
        try:
            messages.send(pathways.viewer(), self.mine[number % len(self.mine)], "word", {"number": number})
        except (BadInput, StaleTask):
            return

    @precondition(lambda self: self.remands)
    @rule()
    def the_remand_ends(self) -> None:
        ended_at = now().astimezone(LONDON).isoformat()
        payload: dict[str, Any] = {"reason": "bail", "ended_at": ended_at, "note": None}
        messages.send(pathways.viewer(), self.remands.pop(), "remand_ended", payload)

    @precondition(lambda self: self.mine)
    @rule(number=st.integers(0, 50))
    def cancel(self, number: int) -> None:
        instance = self.mine[number % len(self.mine)]
        try:
            instances.cancel(pathways.viewer(), instance, "It was started by mistake.")
        except StaleTask:
            assert pathways.status_of(instance) in ("ended", "cancelled")

    @rule()
    def publish_a_new_version(self) -> None:
        self.versions += 1
        xml = pathways.race().files["race.bpmn"]
        pathways.publish(pathways.bundle(pathways.RACE, xml + f"<!-- {self.child} {self.versions} -->"))

    @rule()
    def crash(self) -> None:
        db.session.remove()
        db.engine.dispose()

    @invariant()
    def every_invariant_holds(self) -> None:
        assert_all(answered=self.answered)


def run(clock: SimulatedClock, examples: int, steps: int) -> None:
    """So many stories of so many steps."""
    AnyOrder.clock = clock
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_in_any_order_every_invariant_holds(crash_app: Flask, clock: SimulatedClock) -> None:
    run(clock, 4, 12)


@pytest.mark.slow
def test_in_very_many_orders_every_invariant_holds(crash_app: Flask, clock: SimulatedClock) -> None:
    run(clock, 12, 30)
