"""Twenty people who write at once on one SQLite file: nobody is told of a lock.

SQLite lets one write at a time. They start, draft and complete through the pages, with no pause to think.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain.clock import SimulatedClock, now, use_clock
from app.engine import catalogue
from app.services import demo, kept_versions, messages, tasks, timers
from app.store.db import db
from benchmarks.hosts import Host
from benchmarks.journeys import Life, do_a_task, start_a_remand
from benchmarks.load import FIRST, GOOD, MAY_BE_OVER, completed
from benchmarks.person import Asked, Fields, Page, Person
from tests.crash import pathways
from tests.crash.invariants import assert_all

WRITERS = 20
WHO = ("dora", "sam", "casey", "sam")
"""One in four starts pathways; the others find their tasks."""

only_sqlite = pytest.mark.parametrize("filled_database", ["sqlite"], indirect=True)


class Neighbour(Person):
    """A person whose requests need no wire: the app stands in the same process."""

    def __init__(
        self, app: Flask, clock: SimulatedClock, username: str, number: int, note: Callable[[Asked], None]
    ) -> None:
        super().__init__(["http://localhost"], username, number, note)
        self.client = app.test_client()
        self.clock = clock

    def _ask(
        self, method: str, address: str, what: str, fields: Fields | None, *, script: bool = False
    ) -> Page:
        with use_clock(self.clock):
            answer = self.client.open(
                address,
                method=method,
                data=fields,
                headers={"Accept": "application/json"} if script else {},
                environ_base={"REMOTE_ADDR": self.told["X-Forwarded-For"]},
            )
        self.note(Asked(what, 0.0, answer.status_code))
        return Page(answer.status_code, answer.get_data(as_text=True), answer.headers.get("Location", ""))


def seed(number: int) -> None:
    """Children with tasks for a social worker and a case manager, and timers that are due."""
    children = [pathways.child() for _ in range(number)]
    for child in children:
        with use_clock(SimulatedClock(now() - timedelta(hours=2))):
            pathways.begin(pathways.COUNTDOWN, child)
        pathways.begin(pathways.RELAY, child)
        pathways.remand(child)


def work(lives: Sequence[Life], rounds: int, beside: Callable[[], object]) -> None:
    """Everybody at once, so many rounds each; `beside` is what a scheduler does meanwhile."""
    failed: list[BaseException] = []
    gate = threading.Barrier(len(lives))

    def live(life: Life) -> None:
        try:
            life.person.sign_in(demo.PASSWORD)
            gate.wait(timeout=120)
            for _ in range(rounds):
                for journey in (start_a_remand, do_a_task) if life.given_name == "dora" else (do_a_task,):
                    for _ in journey(life):
                        pass
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=live, args=(life,)) for life in lives]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        beside()
        threads[0].join(0.1)
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def assert_each_was_answered_well(lives: Sequence[Life], asked: Sequence[Asked]) -> str:
    """No lock and no error reached anybody, each kind of writing was done, every invariant holds; what came of it."""
    wrong = Counter(
        (one.what, one.status)
        for one in asked
        if one.status not in GOOD and not (one.status in FIRST and one.what in MAY_BE_OVER)
    )
    assert not wrong, wrong
    written = Counter(one.what for one in asked)
    assert {"save a draft", "complete a task", "start a remand"} <= set(written), written
    done = completed(lives)
    assert done
    assert len(done) == len(set(done))
    assert_all(answered=done)
    return (
        f"{len(lives)} writers at once on SQLite: 0 locks and 0 errors of {len(asked)} answers "
        f"({written['save a draft']} drafts, {written['start a remand'] // 4} starts, "
        f"{len(done)} tasks completed), 0 breaches"
    )


@only_sqlite
def test_of_twenty_writers_at_once_none_is_told_of_a_lock(crash_app: Flask, clock: SimulatedClock) -> None:
    seed(WRITERS)
    asked: list[Asked] = []
    people = [Neighbour(crash_app, clock, name, number, asked.append) for number, name in names()]
    lives = [Life(crash_app, person, Random(person.username)) for person in people]

    work(lives, 1, timers.drain)

    assert_each_was_answered_well(lives, asked)


def fire(clock: SimulatedClock) -> Callable[[], object]:
    """A timer that is due."""
    pathways.begin(pathways.COUNTDOWN, pathways.child())
    clock.move_to(clock.now() + timedelta(hours=2))
    return timers.drain


def complete(_: SimulatedClock) -> Callable[[], object]:
    """A task, of which the process that is told of its completion knows nothing."""
    task_id = pathways.one_task("speak", pathways.begin(pathways.RELAY, pathways.child()))
    somebody = pathways.somebody_for(task_id)
    return lambda: tasks.complete(somebody, task_id, {})


def begin(_: SimulatedClock) -> Callable[[], object]:
    """A start."""
    child_id = pathways.child()
    return lambda: pathways.begin(pathways.RELAY, child_id)


def deliver(_: SimulatedClock) -> Callable[[], object]:
    """A message that two running pathways wait for, of two versions."""
    pathways.publish(pathways.listener(), pathways.poison())
    child_id = pathways.child()
    pathways.begin(pathways.LISTENER, child_id)
    pathways.begin(pathways.POISON, child_id)
    pathways.fact(child_id, "divisor", 1)
    messages.deliver_pending()
    pathways.say("word", child_id)
    return messages.deliver_pending


@only_sqlite
@pytest.mark.parametrize(("what", "pathways_read"), [(fire, 1), (complete, 1), (begin, 1), (deliver, 2)])
def test_a_pathway_is_read_before_nobody_else_can_write(
    crash_app: Flask,
    clock: SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
    what: Callable[[SimulatedClock], Callable[[], object]],
    pathways_read: int,
) -> None:
    do = what(clock)
    read, real = [], catalogue.compile

    def read_while_somebody_writes(*about: Any) -> Any:
        with db.engine.connect() as somebody:
            somebody.connection.cursor().execute("PRAGMA busy_timeout=50")
            somebody.execute(text("UPDATE process_instances SET name = name"))
            somebody.rollback()
            somebody.invalidate()
        read.append(about)
        return real(*about)

    monkeypatch.setattr(kept_versions, "_versions", OrderedDict())
    monkeypatch.setattr(catalogue, "compile", read_while_somebody_writes)
    do()

    assert len(read) == pathways_read
    assert_all()


@pytest.mark.slow
def test_twenty_writers_go_on_and_on_and_none_is_told_of_a_lock(
    filled_sqlite_database: str,
    make_app: Callable[..., Flask],
    tmp_path: Path,
    tell: Callable[[str], None],
) -> None:
    app = make_app(filled_sqlite_database)
    with app.app_context():
        pathways.publish(pathways.countdown(), pathways.relay())
        seed(3 * WRITERS)
        db.session.remove()
        asked: list[Asked] = []
        host = Host("writers", filled_sqlite_database, tmp_path, threads=WRITERS // 2)
        try:
            host.start(schedulers=2)
            host.wait()
            people = [Person([host.url], name, number, asked.append) for number, name in names()]
            lives = [Life(app, person, Random(person.username)) for person in people]
            work(lives, 10, lambda: None)
        finally:
            host.stop()
        told = assert_each_was_answered_well(lives, asked)
    longest = max(one.seconds for one in asked)
    tell(f"{told}; 2 web processes and 2 schedulers, slowest answer {longest:.1f} s")


def names() -> list[tuple[int, str]]:
    """The writers' numbers and user names."""
    return [(number, f"{WHO[number % len(WHO)]}@{pathways.AUTHORITY}.example") for number in range(WRITERS)]
