"""Processes are shot while they move running pathways to another version: each is moved once, whole, or not yet."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.engine.contracts import Bundle
from app.services import definitions
from app.services.workbench import migrating, migration_progress
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.moving import MovedInstance, Moving
from tests.crash import pathways
from tests.crash.invariants import assert_all, assert_all_of_now
from tests.crash.nursery import Nursery

POINTS = ("after_lock", "before_commit", "after_commit")
SEED = 20261128
FAIR = 6
"""So many pathways a process gets to at most, before it is shot."""


def remands(count: int) -> tuple[str, ...]:
    """Remands under way, half of them a step further, and two versions of the pathway; what is to be moved."""
    found = [pathways.remand(pathways.child()) for _ in range(count)]
    for root in found[::2]:
        pathways.complete(pathways.one_task("record_first_visit", root))
    shipped = definitions.shipped()["remand_yda"]
    text = shipped.main.replace("<bpmn:process", "<!-- another --><bpmn:process")
    definitions.make_current(Bundle(shipped.key, {shipped.main_path: text}, shipped.forms), note="Another")
    return tuple(sorted(found))


def shoot_until_done(nursery: Nursery, clock: SimulatedClock, first: dict[str, object], most: int) -> int:
    """Ask for the work, and for the rest of it, until it is finished; each process is shot, at most so many."""
    chance, kills, job = random.Random(SEED), 0, first
    while True:
        aim = {"crash_at": chance.choice(POINTS), "nth": chance.randint(1, FAIR)} if kills < most else {}
        heard = nursery.run({"work": "migrate", "clock": clock.now().isoformat(), **job, **aim})
        kills += heard.kills
        assert_each_is_whole()
        with reading() as session:
            moving = session.execute(select(Moving.finished_at, Moving.taken_back_at)).one_or_none()
        if moving is None or ("back" in first and moving.taken_back_at is None):
            continue  # shot before it was written down: it is asked for again
        if moving.finished_at is not None:
            return kills
        job = {}


def assert_each_is_whole() -> None:
    """Whoever is called moved is on the new version with one entry for it, everybody else on the old with none."""
    with reading() as session:
        rows = session.execute(
            select(MovedInstance.state, MovedInstance.instance_id, ProcessInstance.version_id).join(
                ProcessInstance, ProcessInstance.id == MovedInstance.instance_id
            )
        ).all()
        entries = session.execute(
            select(AuditEntry.instance_id, AuditEntry.kind).where(
                AuditEntry.kind.in_(("instance_migrated", "migration_reverted"))
            )
        )
        kinds = Counter((entry.instance_id, entry.kind) for entry in entries)
        numbers = {one.id: one.number for one in definitions.published(session, "remand_yda")}
    for row in rows:
        is_moved = row.state in ("moved", "going_back")
        gone, back = kinds[row.instance_id, "instance_migrated"], kinds[row.instance_id, "migration_reverted"]
        wanted = (2, 1, 0) if is_moved else (1, 1, 1) if row.state == "back" else (1, 0, 0)
        assert (numbers[row.version_id], gone, back) == wanted, row
    assert_all_of_now(within=(pathways.AUTHORITY,))


def there_and_back(nursery: Nursery, clock: SimulatedClock, count: int, most: int) -> str:
    """Move them with shots, take them back with shots; what came of it."""
    roots = remands(count)
    before = states(roots)
    away = shoot_until_done(nursery, clock, {"key": "remand_yda", "from": [1], "to": 2}, most)
    desi = pathways.viewer("desi")
    (moving,) = migration_progress.listed(desi, "remand_yda")
    assert migration_progress.show(desi, moving.id).counts == {"moved": count}
    home = shoot_until_done(nursery, clock, {"back": moving.id}, most)
    assert migration_progress.show(desi, moving.id).counts == {"back": count}
    assert states(roots) == before
    assert migrating.go_on() == 0
    clock.move_to(clock.now() + timedelta(days=3))
    nursery.run({"work": "drain", "clock": clock.now().isoformat()})
    assert_all(quiet_at=clock.now())
    return f"{count} moved and taken back, {away} and {home} kills, 0 moved twice, 0 half moved"


def states(roots: tuple[str, ...]) -> dict[str, str]:
    """The stored state of each."""
    with reading() as session:
        query = select(ProcessInstance.id, ProcessInstance.state).where(ProcessInstance.id.in_(roots))
        return {row.id: row.state for row in session.execute(query)}


def test_a_batch_whose_processes_are_shot_moves_each_once(
    crash_app: Flask, nursery: Nursery, clock: SimulatedClock
) -> None:
    there_and_back(nursery, clock, 3, 2)


@pytest.mark.slow
def test_a_batch_whose_processes_are_shot_a_hundred_times_moves_each_once(
    crash_app: Flask,
    nursery: Nursery,
    clock: SimulatedClock,
    tell: Callable[[str], None],
) -> None:
    told = there_and_back(nursery, clock, 150, 50)
    tell(told)
