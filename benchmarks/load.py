"""Fifty people at work at once: real HTTP, the production settings, a scheduler that fires timers beside them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from random import Random

from sqlalchemy import func, select

from app.domain.clock import SimulatedClock, now, use_clock
from app.services import demo
from app.services.demo_years import filling
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from benchmarks import seeds
from benchmarks.databases import Place, place
from benchmarks.hosts import Host
from benchmarks.journeys import Life
from benchmarks.measuring import Figure
from benchmarks.person import BUSY, Asked, Person
from benchmarks.sizes import Progress, Size

AT_WORK = (
    "sam", "dora", "casey", "mo", "tess", "ivy", "pip", "corin", "fran",
    "ash", "bo", "ira", "lee", "pat", "vera", "nia", "serge",
)  # fmt: skip
"""Who works, in each of the three demo authorities: seventeen people, one a role."""
MOST_MILLISECONDS = 300
TIMERS_A_MINUTE = 60
NOTHING = "a page without a database"
VISIT_AFTER = timedelta(days=14)
GOOD = frozenset({200, 204, 302, 303, 422})
"""What is an answer: a page, a way on, or what a form still lacks."""
FIRST = frozenset({404, 409})
"""What somebody is told of a task that another has done meanwhile, or of a child whose last task with them that was."""
MAY_BE_OVER = frozenset({"open a task", "save a draft", "complete a task", "a child's page"})


def load(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """So many people for so many minutes; every figure is what the person's own side of the wire saw."""
    with place(here.server) as there:
        progress("filling the database")
        seconds = 60 * size.minutes
        known = _seed(there, size, seconds)
        url = str(there.app.config["SQLALCHEMY_DATABASE_URI"])
        db.session.remove()
        db.engine.dispose()
        asked: list[Asked] = []
        with running(Host("load", url, there.server.folder, workers=min(2, size.people // 2))) as host:
            lives = sign_in(there, host, size, asked, progress)
            asked.clear()
            began, fired = time.perf_counter(), _count("timer_fired")
            at_work(host, lives, asked, seconds, size, progress)
            took = time.perf_counter() - began
        progress("looking for anything that was lost or done twice")
        fired = _count("timer_fired") - fired
        timers = f"{fired} timers fired, {known} of those that were to come due in this time"
        return _figures(there.kind, lives, asked, took, breaches(lives), timers)


@contextmanager
def running(host: Host, *, schedulers: int = 1) -> Iterator[Host]:
    """A host that is up for as long as the block lasts."""
    host.folder.mkdir(exist_ok=True)
    host.start(schedulers=schedulers)
    try:
        host.wait()
        yield host
    finally:
        host.stop()


def _seed(where: Place, size: Size, seconds: float) -> int:
    """Children with open work in each authority, and timers that come due while people work; their number."""
    for authority_id, _, _ in demo.AUTHORITIES[: size.councils if size.children_of_each else 0]:
        filling.fill(authority_id, size.children_of_each, 1, lives=size.stories)
    batches = max(1, min(20, int(seconds / 10)))
    a_batch = max(1, int(TIMERS_A_MINUTE * seconds / 60 / batches))
    for number in range(batches):
        due_in = timedelta(seconds=20 + seconds * (number + 0.5) / batches)
        with use_clock(SimulatedClock(now() - VISIT_AFTER + due_in)):
            instance_id = seeds.start_visits(where)
            seeds.advance_to_visits(where, instance_id)
            if a_batch > 1:
                seeds.copies(instance_id, a_batch - 1, children=min(20, a_batch))
    seeds.refresh_statistics(where)
    return batches * a_batch


def sign_in(where: Place, host: Host, size: Size, asked: list[Asked], progress: Progress) -> list[Life]:
    """So many people with a session each."""
    councils = [authority_id for authority_id, _, _ in demo.AUTHORITIES[: size.councils]]
    names = [f"{name}@{council}.example" for name in AT_WORK for council in councils][: size.people]
    lives = []
    for number, name in enumerate(names):
        progress(f"{number} of {len(names)} have signed in")
        person = Person([host.url], name, number, asked.append)
        person.sign_in(demo.PASSWORD)
        lives.append(Life(where.app, person, Random(number)))
    return lives


def at_work(
    host: Host,
    lives: Sequence[Life],
    asked: list[Asked],
    seconds: float,
    size: Size,
    progress: Progress,
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Everybody at once, until the time or what `is_over` asks for is over, which is asked about once a second.

    Meanwhile somebody asks now and then for a page that does nothing.
    """
    over = threading.Event()
    failed: list[BaseException] = []
    threads = [threading.Thread(target=_live, args=(life, size.thinks, over, failed)) for life in lives]
    threads.append(threading.Thread(target=_ask_for_nothing, args=(host, asked, over)))
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not over.wait(min(1.0, left)) and not is_over():
        progress(f"{left:.0f} seconds to go, {len(asked)} answers")
    over.set()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _live(
    life: Life, thinks: tuple[float, float], over: threading.Event, failed: list[BaseException]
) -> None:
    try:
        over.wait(life.chance.uniform(0, thinks[1]))
        while not over.is_set():
            for _ in life.next_journey():
                if over.wait(life.chance.uniform(*thinks)):
                    return
    except BaseException as error:  # noqa: BLE001 - it is raised again where somebody hears it
        failed.append(error)
        over.set()


def _ask_for_nothing(host: Host, asked: list[Asked], over: threading.Event) -> None:
    somebody = Person([host.url], "nobody", 999, asked.append)
    while not over.wait(0.5):
        somebody.get("/healthz", NOTHING)


def breaches(lives: Sequence[Life]) -> list[str]:
    """What is broken now: a sentence for each breach of an invariant."""
    invariants = import_module("tests.crash.invariants")
    return list(invariants.breaches(answered=completed(lives)))


def completed(lives: Sequence[Life]) -> list[str]:
    """The tasks that people were told are completed; what waits for a signature is written, and not completed yet."""
    with reading() as session:
        unsigned = set(
            session.scalars(
                select(UserTask.id).where(UserTask.sign_off.is_not(None), UserTask.state == "open")
            )
        )
    return [task for life in lives for task in life.completed if task not in unsigned]


def _figures(
    kind: str, lives: Sequence[Life], asked: Sequence[Asked], took: float, broken: list[str], timers: str
) -> list[Figure]:
    what = f"{len(lives)} people for {took / 60:.1f} minutes"
    people = [one for one in asked if one.what != NOTHING]
    nothing = percentile([one for one in asked if one.what == NOTHING], 95)
    found = [timed("load", kind, f"{what}: every answer", people, nothing, MOST_MILLISECONDS)]
    for name, _ in Counter(one.what for one in people).most_common():
        found.append(
            timed("load", kind, f"{what}: {name}", [one for one in people if one.what == name], nothing, None)
        )
    first = sum(_was_second(one) for one in people)
    wrong = wrong_answers(people)
    locked = sum(one.status == BUSY for one in people)
    refused = sum(life.refused for life in lives)
    note = (
        f"{dict(wrong) or 'no'} errors; {locked} locks reached a person; {first} times somebody else had been "
        f"first; {refused} forms were incomplete"
    )
    completed = sum(len(life.completed) for life in lives)
    after = f"{len(broken)} breaches: {broken[:3]}" if broken else "0 breaches of I1 to I13"
    after += f"; {completed} tasks completed, {timers}"
    return [
        *found,
        Figure(
            "load",
            kind,
            f"{what}: answers",
            len(people) / took,
            "per second",
            target="0 errors",
            reached=not wrong,
            note=note,
        ),
        Figure(
            "load",
            kind,
            f"{what}: open pathways, looked through afterwards",
            _open(),
            "pathways",
            target="0 breaches",
            reached=not broken,
            note=after.replace("|", "/"),
        ),
    ]


def timed(
    bench: str, kind: str, what: str, some: Sequence[Asked], nothing: float, most: float | None
) -> Figure:
    """How long these answers took, beside a page that does nothing; `most` is the target, in milliseconds."""
    p50, p95, p99 = (percentile(some, part) for part in (50, 95, 99))
    return Figure(
        bench,
        kind,
        f"{what}, 95 of 100 within",
        p95,
        "ms",
        nothing,
        p95 / nothing,
        target=f"at most {most:g} ms" if most else "",
        reached=p95 <= most if most else None,
        note=f"{len(some)} answers, half within {p50:.0f} ms, 99 of 100 within {p99:.0f} ms, "
        f"slowest {max(one.seconds for one in some) * 1000:.0f} ms; the limit is {NOTHING}, meanwhile",
    )


def wrong_answers(people: Sequence[Asked]) -> Counter[str]:
    """How often which answer was none that a person should get, by its status and what they did."""
    return Counter(
        f"{one.status} at {one.what}" for one in people if one.status not in GOOD and not _was_second(one)
    )


def _was_second(one: Asked) -> bool:
    return one.status in FIRST and one.what in MAY_BE_OVER


def percentile(some: Sequence[Asked], part: float) -> float:
    """Milliseconds within which `part` of a hundred were answered."""
    times = sorted(one.seconds for one in some)
    return 1000 * times[min(len(times) - 1, int(len(times) * part / 100))]


def _count(kind: str) -> int:
    with reading() as session:
        return (
            session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == kind)) or 0
        )


def _open() -> float:
    with reading() as session:
        query = select(func.count()).select_from(ProcessInstance).where(ProcessInstance.status == "running")
        return float(session.scalar(query) or 0)
