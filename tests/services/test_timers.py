"""Timers: once each, in their order, not a moment early, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from app.domain.clock import LONDON, SimulatedClock
from app.services import timers
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.timers import Timer
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.engine import diagrams as d

pytestmark = pytest.mark.on_both_databases


def firings() -> list[tuple[str, datetime]]:
    """What has fired, in the order in which it was audited: element and due time."""
    with reading() as session:
        rows = session.execute(
            select(AuditEntry.facts)
            .where(AuditEntry.kind.in_(("timer_fired", "duty_overdue")))
            .order_by(AuditEntry.id)
        )
        return [(row.facts["element"], datetime.fromisoformat(row.facts["due_at"])) for row in rows]


@pytest.mark.parametrize("days", [2, 365])
def test_after_days_of_standstill_everything_fires_once_and_in_order(
    house: Flask, clock: SimulatedClock, days: int
) -> None:
    child = pathways.child()
    began = clock.now()
    for hour in range(6):
        clock.move_to(began + timedelta(hours=hour / 10))
        pathways.begin(pathways.COUNTDOWN, child)
    assert firings() == []

    clock.move_to(began + timedelta(days=days))
    fired = timers.drain()

    moments = [due for element, due in firings() if element == "hour"]
    assert fired >= 6
    assert moments == sorted(moments)
    assert moments == [began + timedelta(hours=1 + hour / 10) for hour in range(6)]
    assert timers.drain() == 0
    assert_all(quiet_at=clock.now())


def test_a_clock_that_is_put_back_fires_nothing_early_and_nothing_again(
    house: Flask, clock: SimulatedClock
) -> None:
    began = clock.now()
    first = pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(began + timedelta(hours=1))
    timers.drain()
    second = pathways.begin(pathways.COUNTDOWN, pathways.child())

    clock.move_to(began - timedelta(hours=1))

    assert timers.drain() == 0
    assert (pathways.variable(first, "fired"), pathways.variable(second, "fired")) == (1, 0)
    pathways.complete(pathways.one_task("look", first))
    clock.move_to(began + timedelta(hours=2))
    assert timers.drain() == 1
    assert pathways.variable(second, "fired") == 1
    assert_all(quiet_at=clock.now())


def test_nothing_fires_a_second_early(house: Flask, clock: SimulatedClock) -> None:
    began = clock.now()
    pathways.begin(pathways.COUNTDOWN, pathways.child())

    clock.move_to(began + timedelta(hours=1) - timedelta(microseconds=1))
    assert timers.drain() == 0
    clock.move_to(began + timedelta(hours=1))
    assert timers.drain() == 1


@pytest.mark.parametrize(
    "local",
    [
        datetime(2026, 10, 25, 1, 30, tzinfo=LONDON),  # the first of the two half past ones
        datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=LONDON),
        datetime(2027, 3, 28, 0, 30, tzinfo=LONDON),  # an hour before a half past one that does not exist
    ],
)
def test_an_hour_is_an_hour_in_the_nights_when_the_clocks_change(
    house: Flask, clock: SimulatedClock, local: datetime
) -> None:
    began = local.astimezone(UTC)
    clock.move_to(began)
    pathways.begin(pathways.COUNTDOWN, pathways.child())

    clock.move_to(began + timedelta(minutes=59))
    assert timers.drain() == 0
    clock.move_to(began + timedelta(minutes=60))
    assert timers.drain() == 1
    assert_all(quiet_at=clock.now())


def test_a_task_that_is_late_is_marked_once(house: Flask, clock: SimulatedClock) -> None:
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=1))
    timers.drain()

    for _ in range(3):
        clock.move_to(clock.now() + timedelta(days=1))
        timers.drain()

    assert [element for element, _ in firings()] == ["hour", "look"]
    assert_all(quiet_at=clock.now())


def test_work_that_is_done_late_ends_its_own_escalation_and_no_other(
    house: Flask, clock: SimulatedClock
) -> None:
    root = pathways.remand(pathways.child())
    clock.move_to(clock.now() + timedelta(days=3))
    timers.drain(limit=1000, seconds=60)
    escalations = pathways.in_tree(root, "escalation")
    assert len(escalations) > 2

    pathways.complete(pathways.one_task("upload_papers", root))

    statuses = [pathways.status_of(one) for one in escalations]
    assert statuses.count("ended") == 1
    assert statuses.count("running") == len(escalations) - 1
    with reading() as session:
        ended = session.scalar(
            select(AuditEntry.facts).where(
                AuditEntry.kind == "instance_ended", AuditEntry.instance_id.in_(escalations)
            )
        )
    assert ended["end_events"] == ["escalation_over"]
    assert_all(quiet_at=clock.now())


def test_timers_that_were_damaged_are_rebuilt_from_the_states(house: Flask, clock: SimulatedClock) -> None:
    root = pathways.remand(pathways.child())
    pathways.complete(pathways.one_task("record_first_visit", root))
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    assert timers.rebuild() == 0
    with transaction() as session:
        before = session.scalar(select(func.count()).select_from(Timer))
        session.execute(delete(Timer).where(Timer.kind == "engine"))
        session.execute(update(Timer).where(Timer.element_id == "upload_papers").values(due_at=clock.now()))

    assert timers.rebuild() > 2

    assert timers.rebuild() == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Timer)) == before
    assert_all()


def test_a_timer_that_the_state_does_not_know_stops_its_own_instance_only(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    damaged, sound = pathways.begin(pathways.COUNTDOWN, child), pathways.begin(pathways.COUNTDOWN, child)
    with transaction() as session:
        session.execute(
            text("UPDATE timers SET ref = 'nobody', due_at = :at WHERE instance_id = :id"),
            {"id": damaged, "at": datetime(2020, 1, 1)},  # noqa: DTZ001 - as the column has it
        )
    clock.move_to(clock.now() + timedelta(hours=1))

    timers.drain()

    assert pathways.status_of(damaged) == "suspended"
    assert pathways.variable(sound, "fired") == 1


def test_what_one_timer_records_of_a_child_the_next_of_the_same_drain_knows(
    house: Flask, clock: SimulatedClock
) -> None:
    way = d.flows("start > hour > look > record > rest > end")
    looking = d.diagram(
        d.start(),
        d.catch("hour", d.timer("PT1H")),
        d.script("look", 'knew = fact("seen", "nothing")'),
        d.service("record", "record_fact", name="'seen'", value="'him'"),
        d.task("rest"),
        d.end(),
        way,
        key="looking",
    )
    pathways.publish(pathways.bundle("looking", looking))
    child = pathways.child()
    first, second = pathways.begin("looking", child), pathways.begin("looking", child)
    other = pathways.begin("looking", pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))

    assert timers.fire_some(20) == 3

    assert [pathways.variable(one, "knew") for one in (first, second, other)] == ["nothing", "him", "nothing"]
    assert_all(quiet_at=clock.now())


def test_a_child_whose_record_cannot_be_read_stops_its_own_pathways_only(
    house: Flask, clock: SimulatedClock
) -> None:
    child = pathways.child()
    pathways.fact(child, "divisor", 5)
    damaged = pathways.begin(pathways.COUNTDOWN, child)
    sound = pathways.begin(pathways.COUNTDOWN, pathways.child())
    with transaction() as session:
        session.execute(text("UPDATE child_facts SET value = '{}' WHERE name = 'divisor'"))
    clock.move_to(clock.now() + timedelta(hours=1))

    timers.drain()

    assert pathways.status_of(damaged) == "suspended"
    assert pathways.variable(sound, "fired") == 1


def test_the_lag_is_how_long_the_oldest_has_been_due(house: Flask, clock: SimulatedClock) -> None:
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    assert timers.lag() == timedelta()

    clock.move_to(clock.now() + timedelta(hours=1, seconds=40))

    assert timers.lag() == timedelta(seconds=40)
    timers.drain()
    assert timers.lag() == timedelta()
