"""One step of one pathway: starting, completing, firing, each beside bare SpiffWorkflow in memory plus one commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.domain.clock import LONDON, SimulatedClock, now, use_clock
from app.domain.ids import new_id
from app.services import definitions, instances, simulated_answers, tasks, timers
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from benchmarks import bare, grown, seeds
from benchmarks.databases import AUTHORITY, Place
from benchmarks.door import FIELDS, Door
from benchmarks.measuring import Action, Figure, alternating, beside, medians
from benchmarks.seeds import ANSWERS
from benchmarks.sizes import Progress, Size

REMAND = "remand_yda"
MOST_TIMES_BARE = 3.0
MOST_GROWTH = 1.2
BARE_BREAKS_AT = 150
"""Without compaction SpiffWorkflow loses the thread of this loop somewhere above so many visits."""


def start(place: Place, size: Size, progress: Progress) -> list[Figure]:
    """Starting remand_yda: the instance alone, and with everything that its first messages start."""
    progress("starting pathways")
    dora = place.viewer("dora")
    with reading() as session:
        version = definitions.current(session, REMAND)
        form = definitions.form(session, version.version_id, version.start_form)
        children = seeds.child_ids(session)
    begins = now() - timedelta(hours=1)
    answers = simulated_answers.for_start(form, {}, begins)
    process = bare.BareProcess(definitions.shipped()[REMAND])
    variables = {**answers, "started_at": begins.astimezone(LONDON).isoformat()}
    with transaction() as session:
        children = seeds.child_ids(session, 2 * size.rounds + 2)

    def begin(child_id: str) -> None:
        with transaction() as session:
            instances.begin(
                session,
                authority_id=AUTHORITY,
                child_id=child_id,
                version=version,
                answers=answers,
                started_at=begins,
                person_id=dora.person_id,
            )

    begin(children.pop())
    instances.start(dora, REMAND, children.pop(), answers)
    state = _state_of(_newest())

    def limit() -> None:
        process.workflow(variables)
        place.commit(state)

    rounds: list[dict[str, Action]] = [
        {
            "one": lambda child_id=children[2 * n]: begin(child_id),  # type: ignore[misc]
            "all": lambda child_id=children[2 * n + 1]: instances.start(  # type: ignore[misc]
                dora, REMAND, child_id, answers, submission=new_id()
            ),
            "limit": limit,
        }
        for n in range(size.rounds)
    ]
    middle = medians(alternating(rounds))
    begun = _begun_for(children[1])
    return [
        beside("start", place.kind, f"{REMAND}, its own first step", middle["one"], middle["limit"]),
        beside(
            "start",
            place.kind,
            f"{REMAND} as a person starts it",
            middle["all"],
            middle["limit"],
            note=f"{begun} instances begin, each in a transaction of its own",
        ),
    ]


def _newest() -> str:
    with reading() as session:
        query = select(ProcessInstance.id).where(ProcessInstance.definition_key == REMAND)
        return str(session.scalars(query.order_by(ProcessInstance.id.desc()).limit(1)).one())


def _begun_for(child_id: str) -> int:
    with reading() as session:
        query = select(ProcessInstance.id).where(ProcessInstance.child_id == child_id)
        return len(session.scalars(query).all())


def _state_of(instance_id: str) -> str:
    with reading() as session:
        query = select(ProcessInstance.state).where(ProcessInstance.id == instance_id)
        return str(session.scalars(query).one())


def complete(place: Place, size: Size, progress: Progress) -> list[Figure]:
    """A visit recorded over HTTP, young and old instances in turn, beside the same step in memory plus one commit."""
    found = grown.instances(place, size, progress)
    progress("completing tasks over HTTP")
    door = Door(place, "sam")
    process = bare.BareProcess(seeds.visits_bundle())
    limits = {n: _bare_visits(place, process, n, size.rounds) for n in size.visits if n <= BARE_BREAKS_AT}
    for age in found:  # once unmeasured: the first of everything costs more
        door.complete(age.next_task(), new_id(), FIELDS)
    rounds: list[dict[str, Action]] = []
    for number in range(size.rounds):
        actions: dict[str, Action] = {}
        for age in found:
            task_id = age.reserve()
            actions[f"{age.visits}"] = _posting(door, age, task_id)
            if age.visits in limits:
                actions[f"bare {age.visits}"] = limits[age.visits][number]
        rounds.append(actions)
    middle = medians(alternating(rounds))
    youngest = f"bare {size.visits[0]}"
    figures = []
    for age in found:
        own = f"bare {age.visits}"
        what = f"task completed over HTTP at {age.visits} visits"
        at_most = MOST_TIMES_BARE if age.visits == 0 else None
        note = (
            "" if own in middle else "bare SpiffWorkflow does not get this far: beside its step at 0 visits"
        )
        limit = middle.get(own, middle[youngest])
        figures.append(
            beside("complete", place.kind, what, middle[f"{age.visits}"], limit, at_most=at_most, note=note)
        )
    return [*figures, _old_to_young("complete", place.kind, "over HTTP", middle, size)]


def _posting(door: Door, age: grown.Age, task_id: str | None) -> Action:
    return lambda: door.complete(task_id or age.next_task(), new_id(), FIELDS)


def _bare_visits(place: Place, process: bare.BareProcess, visits: int, rounds: int) -> list[Action]:
    """One action for each round: the step in memory, on a tree of its own, and the commit."""
    state = "x" * 1500

    def one(workflow: Any) -> Callable[[], None]:
        def act() -> None:
            bare.complete(workflow, bare.ready(workflow), ANSWERS)
            place.commit(state)

        return act

    return [one(bare.to_first_visit(process, visits)) for _ in range(rounds)]


def _old_to_young(bench: str, kind: str, how: str, middle: dict[str, float], size: Size) -> Figure:
    young, old = size.visits[1], size.visits[-1]
    what = f"task completed {how}: {old} visits to {young}"
    return beside(bench, kind, what, middle[f"{old}"], middle[f"{young}"], at_most=MOST_GROWTH)


def growth(place: Place, size: Size, progress: Progress) -> list[Figure]:
    """Bytes and milliseconds of one instance over its visits, through the service."""
    found = grown.instances(place, size, progress)
    progress("completing tasks through the service")
    sam = place.viewer("sam")
    rounds: list[dict[str, Action]] = []
    for _ in range(size.rounds):
        actions: dict[str, Action] = {}
        for age in found:
            task_id = age.reserve()
            actions[f"{age.visits}"] = _serving(sam, age, task_id)
        rounds.append(actions)
    middle = medians(alternating(rounds))
    figures = []
    for age in found:
        what = f"task completed at {age.visits} visits, service alone"
        note = f"state {age.state_bytes} bytes"
        figures.append(Figure("growth", place.kind, what, middle[f"{age.visits}"], "ms", note=note))
    largest = place.kept["largest_state"]
    figures.append(
        Figure(
            "growth",
            place.kind,
            f"largest stored state up to {size.visits[-1]} visits",
            float(largest),
            "bytes",
            limit=10_240.0,
            ratio=largest / 10_240,
            target="at most 10240",
            reached=largest <= 10_240,
        )
    )
    return [*figures, _old_to_young("growth", place.kind, "through the service", middle, size)]


def _serving(sam: Any, age: grown.Age, task_id: str | None) -> Action:
    return lambda: tasks.complete(sam, task_id or age.next_task(), ANSWERS, submission=new_id())


def fire(place: Place, size: Size, progress: Progress) -> list[Figure]:
    """One overdue timer fired, beside a look at the clock in memory plus one commit."""
    progress("firing timers")
    timers.drain(limit=1_000_000, seconds=600)
    with use_clock(SimulatedClock(now() - timedelta(days=20))):
        instance_id = seeds.start_visits(place)
        seeds.advance_to_visits(place, instance_id)
        seeds.copies(instance_id, size.rounds, history=False)
    timers.fire_next()
    process = bare.BareProcess(seeds.visits_bundle())
    workflows = [bare.to_first_visit(process) for _ in range(size.rounds)]
    for workflow in workflows:
        bare.make_due(workflow)
    state = _state_of(instance_id)

    def limit(workflow: Any) -> None:
        bare.fire(workflow)
        place.commit(state)

    rounds: list[dict[str, Action]] = [
        {"one": timers.fire_next, "limit": lambda workflow=workflow: limit(workflow)}  # type: ignore[misc]
        for workflow in workflows
    ]
    middle = medians(alternating(rounds))
    return [beside("fire", place.kind, "one overdue timer fired", middle["one"], middle["limit"])]
