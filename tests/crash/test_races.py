"""Many hands on one PostgreSQL: two and four schedulers, eight people, fifty at one task, people against timers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.clock import SimulatedClock
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.crash.nursery import Heard, Nursery

only_postgresql = pytest.mark.parametrize("filled_database", ["postgresql"], indirect=True)


def count(kind: str) -> int:
    """How many audit entries of a kind there are."""
    with reading() as session:
        return (
            session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == kind)) or 0
        )


def states_of(pathway: str) -> list[str]:
    """The stored states of a pathway's instances."""
    with reading() as session:
        return list(
            session.scalars(select(ProcessInstance.state).where(ProcessInstance.definition_key == pathway))
        )


def winners(heard: Heard) -> Counter[tuple[str, ...]]:
    """How often each set of answers was given for one task: ("done", "stale", "stale") is one winner of three."""
    return Counter(tuple(sorted(outcomes)) for outcomes in heard.outcomes("complete").values())


def schedulers_and_eight_people(nursery: Nursery, clock: SimulatedClock, number: int, instances: int) -> str:
    """Countdowns whose timers are due, while eight people race for the same open tasks; what came of it."""
    children = [pathways.child() for _ in range(4)]
    for position in range(instances):
        pathways.begin(pathways.COUNTDOWN, children[position % 4])
        pathways.begin(pathways.RELAY, children[position % 4])
    roots = [pathways.remand(child) for child in children]
    contested = [task for root in roots for task in pathways.open_tasks(instance_id=root)]
    contested += pathways.open_tasks(element_id="speak")
    assert count("timer_fired") == 0
    clock.move_to(clock.now() + timedelta(hours=8))
    now = clock.now().isoformat()

    people = [
        {"work": "complete", "clock": now, "tasks": contested[shift:] + contested[:shift]}
        for shift in [person * len(contested) // 8 // 4 for person in range(8)]
    ]
    schedulers = [{"work": "drain", "clock": now, "idle": 10}] * number
    heard = nursery.run(*schedulers, *people)
    nursery.run({"work": "drain", "clock": now})

    assert not heard.errors, heard.errors
    done = winners(heard)
    assert set(done) == {("done", *["stale"] * 7)}, done
    assert sum(done.values()) == len(contested) == count("task_completed")
    assert all('"fired":1' in state for state in states_of(pathways.COUNTDOWN))
    assert_all(answered=contested, quiet_at=clock.now())
    fired = count("timer_fired") + count("duty_overdue")
    return (
        f"{number} schedulers, 8 people: {fired} timers fired once each, {len(contested)} tasks completed once each "
        f"({len(contested) * 7} turned away), {count('message_received') + count('instance_started')} "
        "messages and starts, 0 deadlocks surfaced"
    )


@only_postgresql
def test_four_schedulers_and_eight_people_share_the_work(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock
) -> None:
    schedulers_and_eight_people(nursery, clock, 4, 20)


@pytest.mark.slow
@only_postgresql
def test_two_schedulers_and_eight_people_share_much_work(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock, tell: Callable[[str], None]
) -> None:
    told = schedulers_and_eight_people(nursery, clock, 2, 200)
    tell(told)


def test_of_fifty_people_at_one_task_one_wins(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock
) -> None:
    instance_id = pathways.begin(pathways.RACE, pathways.child())
    task = pathways.one_task("answer", instance_id)

    heard = nursery.run(*[{"work": "complete", "clock": clock.now().isoformat(), "tasks": [task]}] * 50)

    assert winners(heard) == {("done", *["stale"] * 49): 1}
    assert count("task_completed") == 1
    assert_all(answered=[task])


def test_a_form_sent_twenty_times_at_once_is_taken_once(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock
) -> None:
    child = pathways.child()
    task = pathways.one_task("answer", pathways.begin(pathways.RACE, child))
    now = clock.now().isoformat()

    started = nursery.run(
        *[{"work": "start", "clock": now, "pathway": "race", "starts": [[child, "one"]]}] * 10
    )
    completed = nursery.run(*[{"work": "complete", "clock": now, "tasks": [task], "tokens": True}] * 10)

    (ids,) = started.outcomes("start").values()
    assert len(ids) == 10
    assert len(set(ids)) == 1
    assert len(states_of("race")) == 2
    (answers,) = completed.outcomes("complete").values()
    assert len(answers) == 10
    assert "stale" not in answers
    assert count("task_completed") == 1
    assert_all(answered=[task])


def people_against_timers(nursery: Nursery, clock: SimulatedClock, races: int) -> str:
    """A task and the boundary timer that would take it away, both acted on at the same moment; what came of it."""
    child = pathways.child()
    for _ in range(races):
        pathways.begin(pathways.RACE, child)
    contested = pathways.open_tasks(element_id="answer")
    clock.move_to(clock.now() + timedelta(hours=2))
    now = clock.now().isoformat()

    half = len(contested) // 2
    heard = nursery.run(
        {"work": "drain", "clock": now},
        {"work": "complete", "clock": now, "tasks": contested[::-1]},
        {"work": "complete", "clock": now, "tasks": contested[half:] + contested[:half]},
    )
    nursery.run({"work": "drain", "clock": now})

    assert not heard.errors, heard.errors
    states = states_of(pathways.RACE)
    by_person = sum('"persons":1' in state and '"timers":0' in state for state in states)
    by_timer = sum('"persons":0' in state and '"timers":1' in state for state in states)
    assert by_person + by_timer == races
    answers = Counter(outcome for outcomes in heard.outcomes("complete").values() for outcome in outcomes)
    assert answers["done"] == by_person == count("task_completed")
    assert by_timer == count("timer_fired")
    with reading() as session:
        left = dict(
            session.execute(
                select(UserTask.state, func.count())
                .where(UserTask.element_id == "answer")
                .group_by(UserTask.state)
            ).all()
        )
    assert left.get("cancelled", 0) == by_timer
    assert_all(quiet_at=clock.now())
    return f"{races} races, person against timer: {by_person} to the person, {by_timer} to the timer, no other end"


def test_a_person_and_a_timer_never_both_win(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock
) -> None:
    people_against_timers(nursery, clock, 50)


@pytest.mark.slow
def test_a_person_and_a_timer_never_both_win_in_many_races(
    crash_app: Flask,
    nursery: Nursery,
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    told = people_against_timers(nursery, clock, 1500)
    tell(told)
