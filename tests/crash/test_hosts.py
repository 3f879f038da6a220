"""Hosts on one PostgreSQL, killed and cut off while people work and timers fire: nothing lost, nothing doubled.

The processes are those of production, started by the service's own commands, on the machine's own clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select

from app.domain.clock import SimulatedClock, SystemClock, now, use_clock
from app.services import demo, timers
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.outbox import OutboxMessage
from app.store.tasks import UserTask
from benchmarks.hosts import Host
from benchmarks.person import BUSY, Asked, Person
from tests.crash import pathways
from tests.crash.invariants import breaches
from tests.crash.network import Namespace, Wire, can_have_namespaces
from tests.crash.test_races import states_of
from tests.databases import PostgresCluster

HOUR = timedelta(hours=1)
IN_VAIN = frozenset({0, BUSY})
"""No answer, or "try again"."""
PATIENCE = 120.0


@dataclass
class Station:
    """A host with its cables: `cut` and `join` are of whichever of them it has."""

    host: Host
    cut: Callable[[], None]
    join: Callable[[], None]


@dataclass
class Town:
    """Hosts, people at work on them, and what they were answered."""

    stations: list[Station]
    asked: list[Asked] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    cuts: int = 0

    def start(self) -> None:
        """Every host at once."""
        for station in self.stations:
            station.host.start()
        for station in self.stations:
            station.host.wait()

    def let_in(self, number: int, *, pause: float) -> None:
        """So many browsers of one social worker, each beginning somewhere else in the same list of tasks."""
        tasks = [*pathways.open_tasks(element_id="answer"), *pathways.open_tasks(element_id="speak")]
        for position in range(number):
            urls = [station.host.url for station in self.stations]
            turned = urls[position % len(urls) :] + urls[: position % len(urls)]
            person = Person(turned, "sam@wandsworth.example", position, self.asked.append)
            person.timeout = (1.0, 8.0)
            person.sign_in(demo.PASSWORD)
            begin = position * len(tasks) // (2 * number)
            mine = (tasks[begin:] + tasks[:begin], pause)
            self.threads.append(threading.Thread(target=self._work, args=(person, *mine)))
        for thread in self.threads:
            thread.start()

    def _work(self, person: Person, tasks: list[str], pause: float) -> None:
        try:
            for task in tasks:
                if task not in self.answered:
                    self._complete(person, task)
                    time.sleep(pause)
        except BaseException as error:  # noqa: BLE001 - it is raised again by `finish`
            self.failed.append(error)

    def _complete(self, person: Person, task: str) -> None:
        """As a person does it: read the page, press the button; press it again while the service asks for patience."""
        address, until = f"/tasks/{task}", time.monotonic() + PATIENCE
        form = None
        while time.monotonic() < until:
            page = person.get(address, "open") if form is None else person.post(address, "complete", form)
            if page.status in IN_VAIN:
                time.sleep(0.1)
            elif page.status == 200 and form is None:
                form = page.form(address)
                if form is None:
                    return  # somebody else has done it
                form["action"] = ["complete"]
            else:
                assert page.status in {303, 404, 409}, page.status
                if page.status == 303:
                    self.answered.append(task)
                return
        raise AssertionError(f"{task} found nobody for {PATIENCE} s")

    def finish(self) -> None:
        """Whoever is still at work ends it; the schedulers that are left fire what is due."""
        for thread in self.threads:
            thread.join()
        if self.failed:
            raise self.failed[0]
        until = time.monotonic() + PATIENCE
        while timers.lag() or waiting_messages():
            assert time.monotonic() < until, f"{timers.lag()} behind, {waiting_messages()} messages wait"
            time.sleep(0.1)


def waiting_messages() -> int:
    """How many have not been delivered."""
    with reading() as session:
        query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == "queued")
        return session.scalar(query) or 0


def count(kind: str) -> int:
    """How many audit entries of a kind there are."""
    with reading() as session:
        query = select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == kind)
        return session.scalar(query) or 0


def completed() -> int:
    """How many tasks are completed."""
    with reading() as session:
        query = select(func.count()).select_from(UserTask).where(UserTask.state == "completed")
        return session.scalar(query) or 0


@pytest.fixture
def one_database(filled_postgresql_database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A PostgreSQL with our own small pathways published, on the machine's own clock."""
    app = make_app(filled_postgresql_database)
    with app.app_context():
        pathways.publish(pathways.countdown(), pathways.race(), pathways.relay(), pathways.listener())
        yield app


def seed(number: int, seconds: float) -> None:
    """Tasks with and without a timer that takes them away, and timers alone; they come due over so many seconds."""
    children = [pathways.child() for _ in range(4)]
    for position in range(number):
        due_at = now() + timedelta(seconds=seconds * (position + 0.5) / number)
        with use_clock(SimulatedClock(due_at - HOUR)):
            for pathway in (pathways.COUNTDOWN, pathways.RACE):
                pathways.begin(pathway, children[position % 4])
        pathways.begin(pathways.RELAY, children[position % 4])


def town_of(app: Flask, folder: Path, number: int, open_things: ExitStack, *, in_namespaces: bool) -> Town:
    """So many hosts, each with its own way to the database."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    socket_path = f"{url.query['host']}/.s.PGSQL.5432"
    stations = []
    for position in range(number):
        network = Namespace(position + 1) if in_namespaces else None
        if network is not None:
            open_things.callback(network.close)
        here = network.here if network else f"127.0.0.{position + 2}"
        wire = Wire(here, socket_path)
        open_things.callback(wire.close)
        database_url = f"postgresql://{url.username}@{wire.address}:{wire.port}/{url.database}"
        host = Host(
            f"host{position}",
            database_url,
            folder,
            address=network.there if network else here,
            workers=1,
            within=network.within if network else (),
        )
        open_things.callback(host.kill)
        cable: Wire | Namespace = network or wire
        stations.append(Station(host, cable.cut, cable.join))
    return Town(stations)


def assert_nothing_is_lost_or_doubled(town: Town) -> None:
    """Every invariant holds; each task went to one person or one timer, each timer fired once."""
    found = breaches(answered=town.answered, quiet_at=now())
    assert not found, found[:20]
    assert len(town.answered) == len(set(town.answered)) == count("task_completed") == completed()
    assert all('"fired":1' in state for state in states_of(pathways.COUNTDOWN))
    races = [('"persons":1' in state) + ('"timers":1' in state) for state in states_of(pathways.RACE)]
    assert set(races) == {1}, races


def test_a_host_is_killed_and_another_cut_off_while_people_work(one_database: Flask, tmp_path: Path) -> None:
    with ExitStack() as open_things:
        town = town_of(one_database, tmp_path, 2, open_things, in_namespaces=False)
        town.start()
        seed(8, 2.0)
        town.let_in(2, pause=0.05)
        killed, cut_off = town.stations

        wait_for_answers(town, 3)
        killed.host.kill()
        wait_for_answers(town, 3)
        cut_off.cut()
        time.sleep(0.5)
        cut_off.join()

        town.finish()
    assert_nothing_is_lost_or_doubled(town)
    assert len(town.answered) >= 8


@pytest.mark.parametrize(("wrong_by", "due_in", "fired"), [(5, 3, 0), (-5, -3, 1)])
def test_a_host_whose_clock_is_wrong_goes_by_the_database_s(
    one_database: Flask, monkeypatch: pytest.MonkeyPatch, wrong_by: int, due_in: int, fired: int
) -> None:
    minutes, right = timedelta(minutes=1), SystemClock.now
    with use_clock(SimulatedClock(now() + due_in * minutes - HOUR)):
        instance = pathways.begin(pathways.COUNTDOWN, pathways.child())
    monkeypatch.setattr(SystemClock, "now", lambda own: right(own) + wrong_by * minutes)

    timers.drain()

    assert pathways.variable(instance, "fired") == fired


def wait_for_answers(town: Town, number: int) -> None:
    """Until so many completions more have been answered, or all are."""
    wanted = len(town.answered) + number
    while len(town.answered) < wanted and any(thread.is_alive() for thread in town.threads):
        time.sleep(0.01)


@pytest.mark.slow
def test_hosts_are_killed_and_cut_off_again_and_again(
    one_database: Flask, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    chance, seconds, in_namespaces = Random(20261129), 120.0, can_have_namespaces()
    with ExitStack() as open_things:
        town = town_of(one_database, tmp_path, 3, open_things, in_namespaces=in_namespaces)
        town.start()
        seed(100, seconds)
        town.let_in(8, pause=0.3)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            station = chance.choice(town.stations)
            way = chance.choice(("kill", "stop", "cut"))
            if way == "kill":
                station.host.kill()
                town.kills += 1
                time.sleep(chance.uniform(0.2, 2))
                station.host.start()
            elif way == "stop":  # as a new release does, host after host
                station.host.stop()
                town.stops += 1
                station.host.start()
            else:
                station.cut()
                town.cuts += 1
                time.sleep(
                    45 if town.cuts == 2 else chance.uniform(1, 8)
                )  # once longer than the server's patience
                station.join()
            time.sleep(chance.uniform(1, 3))
        town.finish()
    longest = max(one.seconds for one in town.asked)
    assert_nothing_is_lost_or_doubled(town)
    where = "network namespaces" if in_namespaces else "addresses of their own"
    tell(
        f"3 hosts in {where} on one PostgreSQL: {town.kills} killed, {town.stops} stopped, {town.cuts} cut off; "
        "0 lost, 0 duplicated; "
        f"{len(town.answered)} completions answered, {count('timer_fired')} timers fired, "
        f"{sum(one.status in IN_VAIN for one in town.asked)} requests had to be sent again, slowest {longest:.1f} s"
    )


@pytest.mark.slow
def test_the_database_is_killed_ten_times_while_people_work(
    one_database: Flask, postgres: PostgresCluster, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    waits = []
    with ExitStack() as open_things:
        town = town_of(one_database, tmp_path, 2, open_things, in_namespaces=False)
        town.start()
        seed(60, 40.0)
        town.let_in(6, pause=0.3)
        for _ in range(10):
            wait_for_answers(town, 2)
            postgres.crash()
            db.engine.dispose()  # our own connections are gone like everybody's
            began, before = time.monotonic(), good_answers(town)
            while good_answers(town) == before:
                assert time.monotonic() - began < PATIENCE
                time.sleep(0.01)
            waits.append(time.monotonic() - began)
        town.finish()
    assert_nothing_is_lost_or_doubled(town)
    wrong = [one for one in town.asked if one.status >= 500 and one.status != BUSY]
    tell(
        f"The database died 10 times: 0 lost, 0 duplicated; {len(town.answered)} completions answered, first "
        f"good answer at most {max(waits):.1f} s after it was back, {len(wrong)} answers neither good nor a Busy"
    )
    assert not wrong, wrong[:5]
    assert max(waits) < 10


def good_answers(town: Town) -> int:
    """How many pages, or ways on, people have been given."""
    return sum(one.status in {200, 303} for one in town.asked)
