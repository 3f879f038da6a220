"""Whatever people, timers and messages do, in whatever order: after each thing, every invariant holds."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
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
from sqlalchemy import event, select

from app.domain.access import Viewer, may, may_be_given
from app.domain.clock import LONDON, SimulatedClock, now, today
from app.domain.errors import BadInput, StaleTask
from app.domain.moments import end_of_day
from app.services import (
    agreed_dates,
    definitions,
    instances,
    messages,
    suspending,
    task_lookup,
    tasks,
    timers,
)
from app.services.workbench import migrating
from app.services.workbench.dry_run import Route
from app.store.db import db, reading
from app.store.instances import ProcessInstance
from app.store.moving import Moving
from app.store.people import viewers
from tests.crash import pathways
from tests.crash.invariants import assert_all, assert_all_of_now

SMALL = (pathways.COUNTDOWN, pathways.RACE, pathways.RELAY, pathways.LISTENER)
NUMBERS = st.integers(0, 50)
A_WHY = "Because this test says so."


class AnyOrder(RuleBasedStateMachine):
    """One child on several pathways. The model: what was answered, which remands go on, what stands still."""

    clock: SimulatedClock
    begin_anew: Callable[[], None]
    written: list[str]
    """What was written since the invariants were last looked at: where nothing was, they are what they were."""
    told: Counter[str]
    """How many stories and acts there were, and after how many of these the invariants were looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[str] = []
        self.looked_at = 0
        self.mine: list[str] = []
        self.remands: list[str] = []
        self.standing: dict[str, date | None] = {}
        self.versions = 1

    @initialize()
    def a_child_is_remanded(self) -> None:
        self.child = pathways.child()
        self.remands.append(pathways.remand(self.child))

    def teardown(self) -> None:
        self.told["stories"] += 1
        try:
            if sys.exc_info()[0] is None:  # or it would be told of this end, and not of what went wrong
                assert_all(answered=self.answered, within=(pathways.AUTHORITY,))
        finally:
            type(self).begin_anew()

    @property
    def roots(self) -> list[str]:
        """This child's own pathways, over or not."""
        return [*self.mine, *self.remands]

    def open(self, *, in_standing: bool = False) -> list[str]:
        """The open tasks of those that go on, or of those that stand still."""
        roots = [root for root in self.roots if (root in self.standing) == in_standing]
        return [task for root in roots for task in pathways.open_tasks(instance_id=root)]

    @rule(pathway=st.sampled_from(SMALL))
    def start(self, pathway: str) -> None:
        self.mine.append(pathways.begin(pathway, self.child))

    @rule(number=NUMBERS)
    def complete(self, number: int) -> None:
        if found := self.open():
            task = found[number % len(found)]
            pathways.complete(task, submission=f"once-{task}")
            pathways.complete(task, submission=f"once-{task}")
            self.answered.append(task)

    @precondition(lambda self: self.standing)
    @rule(number=NUMBERS)
    def complete_what_stands_still(self, number: int) -> None:
        if found := self.open(in_standing=True):
            with pytest.raises(StaleTask, match="suspended"):
                pathways.complete(found[number % len(found)])

    @rule(number=NUMBERS, and_release=st.booleans())
    def claim(self, number: int, and_release: bool) -> None:
        if found := self.open():
            task = found[number % len(found)]
            somebody = pathways.somebody_for(task)
            tasks.claim(somebody, task)
            if and_release:
                tasks.release(somebody, task)

    @rule(number=NUMBERS)
    def reassign(self, number: int) -> None:
        if found := self.open():
            task = found[number % len(found)]
            manager, others = people_around(task)
            if manager and others:
                tasks.assign(manager, task, others[number % len(others)].person_id, A_WHY)

    @rule(number=NUMBERS, days=st.integers(0, 20))
    def move_a_deadline(self, number: int, days: int) -> None:
        found = [task for task in self.open() if agreed_dates.can_move(pathways.viewer("mo"), task)]
        if found:
            task, on = found[number % len(found)], today() + timedelta(days=days)
            try:
                moved = agreed_dates.move(pathways.viewer("mo"), task, agreed_dates.Move(on, A_WHY))
            except BadInput:  # later than the law's own day, or that day already
                return
            assert moved.agreed is not None
            assert moved.agreed.due_at == end_of_day(on)

    @precondition(lambda self: self.answered)
    @rule(number=NUMBERS)
    def complete_from_a_stale_page(self, number: int) -> None:
        task = self.answered[number % len(self.answered)]
        with pytest.raises(StaleTask):
            pathways.complete(task)

    @rule(minutes=st.sampled_from([1, 30, 61, 60 * 24, 60 * 24 * 4]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move_to(self.clock.now() + timedelta(minutes=minutes))

    @rule()
    def fire_one(self) -> None:
        timers.drain(limit=1)

    @rule()
    def drain(self) -> None:
        suspending.bring_forward()
        self.standing = {key: until for key, until in self.standing.items() if not until or until > today()}
        while timers.drain(limit=1000, seconds=60) + messages.deliver_pending():
            pass
        assert_all(answered=self.answered, quiet_at=now())

    @precondition(lambda self: self.mine)
    @rule(number=NUMBERS)
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
        self.mine.append(self.remands.pop())  # what is left to do for it goes on
        messages.send(pathways.viewer(), self.mine[-1], "remand_ended", payload)

    @precondition(lambda self: self.mine)
    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        instance = self.mine[number % len(self.mine)]
        try:
            instances.cancel(pathways.viewer(), instance, "It was started by mistake.")
        except StaleTask:
            assert pathways.status_of(instance) in ("ended", "cancelled")
        self.standing.pop(instance, None)

    @rule(number=NUMBERS, days=st.sampled_from([None, 1, 3]))
    def suspend(self, number: int, days: int | None) -> None:
        instance = self.roots[number % len(self.roots)] if self.roots else None
        if instance is None or pathways.status_of(instance) != "running":
            return
        until = today() + timedelta(days=days) if days else None
        suspending.suspend(pathways.viewer("mo"), instance, A_WHY, until)
        self.standing[instance] = until

    @precondition(lambda self: self.standing)
    @rule(number=NUMBERS)
    def resume(self, number: int) -> None:
        instance = sorted(self.standing)[number % len(self.standing)]
        suspending.resume(pathways.viewer("mo"), instance, A_WHY)
        del self.standing[instance]

    @rule()
    def publish_a_new_version(self) -> None:
        self.versions += 1
        xml = pathways.race().files["race.bpmn"]
        pathways.publish(pathways.bundle(pathways.RACE, f"{xml}<!-- {self.versions} -->"))

    @precondition(lambda self: self.versions > 1)
    @rule()
    def migrate(self) -> None:
        older = tuple(range(1, self.versions))
        there = {key for key, number in self.numbers().items() if number in older}
        if there:
            migrating.begin(pathways.viewer("desi"), Route(pathways.RACE, older, self.versions), A_WHY)
            assert {key for key, number in self.numbers().items() if number in older} == set()

    def numbers(self) -> dict[str, int]:
        """The version number of each race that is not over."""
        with reading() as session:
            known = {one.id: one.number for one in definitions.published(session, pathways.RACE)}
            query = select(ProcessInstance.id, ProcessInstance.version_id).where(
                ProcessInstance.definition_key == pathways.RACE,
                ProcessInstance.status.in_(("running", "suspended")),
            )
            return {row.id: known[row.version_id] for row in session.execute(query)}

    @precondition(lambda self: self.versions > 1)
    @rule()
    def take_a_migration_back(self) -> None:
        with reading() as session:
            moving = session.scalar(
                select(Moving.id).where(Moving.taken_back_at.is_(None)).order_by(Moving.id.desc()).limit(1)
            )
        if moving is not None:
            migrating.take_back(pathways.viewer("desi"), moving)

    @rule()
    def crash(self) -> None:
        db.session.remove()
        db.engine.dispose()
        self.written.append("crash")

    @invariant()
    def every_invariant_holds(self) -> None:
        self.told["acts"] += 1
        if self.written or len(self.answered) > self.looked_at:
            assert_all_of_now(answered=self.answered, within=(pathways.AUTHORITY,))
            self.written.clear()
            self.told["looks"] += 1
            self.looked_at = len(self.answered)
        with reading() as session:
            query = select(ProcessInstance.id).where(ProcessInstance.status == "suspended")
            assert set(session.scalars(query)) == set(self.standing)


def people_around(task_id: str) -> tuple[Viewer | None, list[Viewer]]:
    """Who may give a task to somebody, and to whom it may be given."""
    with reading() as session:
        thing = task_lookup.thing(session, task_lookup.row(session, pathways.AUTHORITY, task_id))
        people = viewers(session, pathways.AUTHORITY)
    manager = next((person for person in people if may(person, "assign", thing)), None)
    return manager, [person for person in people if may_be_given(person, thing)]


ONLY_READS = re.compile(r"\s*(SELECT|PRAGMA|SET|BEGIN)\b")


@contextmanager
def written_down() -> Iterator[list[str]]:
    """Every statement from now on that may change something."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not ONLY_READS.match(statement):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def run(
    begin_anew: Callable[[], None], clock: SimulatedClock, examples: int, steps: int, *, are_new: bool
) -> str:
    """So many stories of so many steps, each on a database of its own, so that one can be told again alone.

    `are_new`: other stories each time; else the same ones, so that a change is judged by what it changed. Returns a
    sentence on what came of them.
    """
    AnyOrder.clock, AnyOrder.begin_anew = clock, staticmethod(begin_anew)
    AnyOrder.told = told = Counter()
    with written_down() as AnyOrder.written:
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=not are_new,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    return f"{told['stories']} stories of {told['acts']} acts, looked at after {told['looks']} of them: 0 breaches"


def test_in_any_order_every_invariant_holds(begin_anew: Callable[[], None], clock: SimulatedClock) -> None:
    run(begin_anew, clock, 12, 30, are_new=False)


@pytest.mark.slow
def test_in_very_many_orders_every_invariant_holds(
    begin_anew: Callable[[], None],
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    told = run(begin_anew, clock, 200, 50, are_new=True)
    tell(told)
