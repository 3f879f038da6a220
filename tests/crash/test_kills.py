"""Processes are shot at every commit point and at random moments; nothing is lost and nothing happens twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.clock import SimulatedClock
from app.services import backups, messages, timers
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.instances import ProcessInstance, Submission
from app.store.outbox import Notification
from app.store.timers import Timer
from tests.crash import pathways
from tests.crash.invariants import assert_all, breaches
from tests.crash.nursery import Heard, Nursery

POINTS = {
    "drain": ("after_claim", "after_lock", "after_engine", "before_commit", "after_commit"),
    "complete": ("after_lock", "after_engine", "before_commit", "after_commit", "after_claim"),
    "start": ("after_lock", "after_engine", "before_commit", "after_commit", "after_claim"),
    "send": ("after_lock", "after_claim", "after_engine", "before_commit", "after_commit"),
    "letters": ("after_claim", "after_send", "before_commit", "after_commit"),
    "letters_to_people": ("after_claim", "after_send", "before_commit", "after_commit"),
    "publish": ("before_commit", "after_commit"),
}
EVERY_POINT = [(work, point) for work, points in POINTS.items() for point in points]
SEED = 20261122


@dataclass
class Story:
    """What the parent knows: what it has asked for, what has been answered, how many have died."""

    nursery: Nursery
    clock: SimulatedClock
    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    kills: int = 0
    answered: set[str] = field(default_factory=set)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 100_000)))

    def job(self, work: str) -> dict[str, Any]:
        """Something to do of the given kind; its token is remembered until it has been answered."""
        job: dict[str, Any] = {"work": work, "clock": self.clock.now().isoformat()}
        if work == "drain":
            self.clock.move_to(self.clock.now() + timedelta(hours=self.chance.randint(6, 48)))
            job["clock"] = self.clock.now().isoformat()
        elif work == "complete":
            found = pathways.open_tasks()
            job |= {"tasks": self.chance.sample(found, min(len(found), 4)), "tokens": True}
            self.asked |= {
                task: {"work": "complete", "tasks": [task], "tokens": True} for task in job["tasks"]
            }
        elif work == "start":
            start = [pathways.child(), f"start-{next(self.numbers)}"]
            self.asked[start[1]] = {"work": "start", "pathway": "remand_yda", "starts": [start]}
            job |= self.asked[start[1]]
        elif work == "send":
            send = [self.chance.choice(listeners()), f"send-{next(self.numbers)}"]
            more = {"work": "send", "message": "word", "payload": {"number": 1}, "sends": [send]}
            self.asked[send[1]] = more
            job |= more
        elif work in ("letters", "letters_to_people"):
            self.clock.move_to(self.clock.now() + timedelta(minutes=3))  # past the lease of one that was shot
            job |= {"clock": self.clock.now().isoformat(), "folder": str(self.folder)}
        else:
            text = (
                pathways.relay()
                .files["relay.bpmn"]
                .replace("<bpmn:process", f"<!-- {next(self.numbers)} --><bpmn:process")
            )
            job |= {"key": "relay", "xml": text}
        return job

    def hear(self, heard: Heard) -> None:
        """Take note of who died and what was answered before."""
        self.kills += heard.kills
        for answer in heard.answers:
            if "answered" in answer:
                assert answer["outcome"] != "busy", answer
                self.asked.pop(answer["answered"], None)
                if answer.get("work") == "complete" and answer["outcome"] == "done":
                    self.answered.add(answer["answered"])

    def shoot_at(self, work: str, point: str) -> None:
        """One process that dies at a crash point, if it comes past it."""
        nth = self.chance.randint(1, 3) if work in ("drain", "complete") else 1
        self.hear(self.nursery.run({**self.job(work), "crash_at": point, "nth": nth}))

    def shoot_under_load(self, *works: str) -> None:
        """Several processes at once, each shot after a random while."""
        timers: list[threading.Timer] = []

        def aim(pid: int) -> None:
            timers.append(threading.Timer(self.chance.uniform(0.01, 0.25), _shoot, [pid]))
            timers[-1].start()

        heard = self.nursery.run(*(self.job(work) for work in works), on_pid=aim)
        for timer in timers:
            timer.cancel()
            timer.join()
        self.hear(heard)

    def finish(self) -> None:
        """Ask again for whatever was never answered, and let the scheduler have its turn."""
        for _ in range(5):
            now = self.clock.now().isoformat()
            jobs = [{**job, "clock": now} for job in self.asked.values()]
            for job in jobs:
                self.hear(self.nursery.run(job))
            self.hear(self.nursery.run({"work": "drain", "clock": now}))
            if not self.asked:
                return
        raise AssertionError(f"never answered: {sorted(self.asked)}")


def _shoot(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it had done its work already
        os.kill(pid, signal.SIGKILL)


def listeners() -> list[str]:
    """The pathways that wait for a word."""
    with reading() as session:
        return list(
            session.scalars(select(ProcessInstance.id).where(ProcessInstance.definition_key == "listener"))
        )


def count(kind: str) -> int:
    """How many audit entries of a kind there are."""
    with reading() as session:
        return (
            session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == kind)) or 0
        )


@pytest.fixture
def story(crash_app: Flask, clock: SimulatedClock, nursery: Nursery, tmp_path: Path) -> Story:
    """Remands under way whose timers WAIT (they have not fired yet), others that count, others that listen."""
    for _ in range(3):
        root = pathways.remand(pathways.child())
        pathways.complete(pathways.one_task("record_first_visit", root))
        pathways.begin(pathways.COUNTDOWN, pathways.child())
        pathways.begin(pathways.LISTENER, pathways.child())
    assert count("timer_fired") == 0
    with reading() as session:
        kinds = session.execute(select(Timer.kind, func.min(Timer.due_at)).group_by(Timer.kind)).all()
    assert {kind for kind, _ in kinds} == {"engine", "overdue"}
    assert all(due_at > clock.now() for _, due_at in kinds)
    assert_all(quiet_at=clock.now())
    return Story(nursery, clock, tmp_path / "mail")


def test_nothing_is_lost_or_doubled_when_processes_are_shot(story: Story) -> None:
    for work, point in random.Random(SEED).sample(EVERY_POINT, 9):
        story.shoot_at(work, point)
    while story.kills < 12:
        story.shoot_under_load("drain", "complete", "send")

    story.finish()

    assert_all(answered=story.answered, quiet_at=story.clock.now())
    assert_each_token_led_to_one_thing()


@pytest.mark.slow
def test_two_hundred_are_shot(story: Story, tell: Callable[[str], None]) -> None:
    points = cycle(EVERY_POINT)
    while story.kills < 200:
        work, point = next(points)
        story.shoot_at(work, point)
        if story.kills % 5 == 0:
            story.shoot_under_load("drain", "drain", "complete", "send", "start")
        if story.kills % 20 == 0:
            assert_all(answered=story.answered)

    story.finish()

    found = breaches(answered=story.answered, quiet_at=story.clock.now())
    lost = sum(problem.startswith(("I1", "I4")) for problem in found)
    doubled = sum(problem.startswith(("I2", "I3", "I10")) for problem in found)
    tell(
        f"{story.kills} kills, {lost} lost, {doubled} duplicated, "
        f"{len(found) - lost - doubled} other breaches; {len(story.answered)} completions answered, "
        f"{count('timer_fired')} timers fired, {count('message_received')} messages received"
    )
    assert not found, found[:20]
    assert_each_token_led_to_one_thing()


AT_ONCE = ("drain", "complete", "complete", "send", "start")


def test_a_copy_that_is_taken_under_load_is_whole(
    story: Story, crash_app: Flask, tmp_path: Path, tools: None
) -> None:
    url, copy, begun = crash_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "copy", list[int]()

    def take(pid: int) -> None:
        begun.append(pid)
        if len(begun) == len(AT_ONCE):  # all of them are at work
            backups.backup(url, copy)

    story.hear(story.nursery.run(*(story.job(work) for work in AT_ONCE), on_pid=take))
    story.finish()
    completed = count("task_completed")
    db.session.remove()
    db.engine.dispose()

    backups.restore(url, copy)

    assert count("task_completed") <= completed
    assert_all()
    messages.deliver_pending()
    while timers.drain():
        pass
    pathways.complete(pathways.open_tasks()[0])
    assert_all(quiet_at=story.clock.now())


def assert_each_token_led_to_one_thing() -> None:
    """A form that was sent again and again started one pathway; a counter that was fired reads one."""
    with reading() as session:
        tokens = session.scalars(select(Submission.result).where(Submission.token.like("start-%"))).all()
        remands = session.scalar(
            select(func.count())
            .select_from(ProcessInstance)
            .where(ProcessInstance.definition_key == "remand_yda")
        )
        states = session.scalars(
            select(ProcessInstance.state).where(ProcessInstance.definition_key == pathways.COUNTDOWN)
        ).all()
        unsent = session.scalar(
            select(func.count()).select_from(Notification).where(Notification.state == "failed")
        )
    assert remands == 3 + len(tokens) == 3 + len(set(tokens))
    assert all('"fired":0' in state or '"fired":1' in state for state in states), states
    assert unsent == 0
