"""One step of one pathway: starting, completing, firing, each beside bare SpiffWorkflow in memory plus one commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.domain.clock import LONDON, SimulatedClock, now, use_clock
from app.domain.ids import new_id
from app.services import definitions, instances, simulated_answers, tasks, timers
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.outbox import OutboxMessage
from benchmarks import bare, grown, seeds
from benchmarks.databases import AUTHORITY, Place
from benchmarks.door import FIELDS, Door
from benchmarks.measuring import Action, Figure, Times, alternating, beside
from benchmarks.seeds import ANSWERS
from benchmarks.sizes import Progress, Size

REMAND = "remand_yda"
MOST_TIMES_BARE = 2.0
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
    begins = now() - timedelta(hours=1)
    answers = simulated_answers.for_start(form, {}, begins)
    shipped = definitions.shipped()
    process = bare.BareProcess(shipped[REMAND])
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
    first_child = children.pop()
    root_id = instances.start(dora, REMAND, first_child, answers)
    state = _state_of(root_id)

    others = [key for key in _begun_under(root_id) if key != REMAND]
    variables |= _sent_for(first_child)
    processes = [process, *(bare.BareProcess(shipped[key]) for key in others)]

    def limit(of: list[bare.BareProcess], *, saves: bool) -> None:
        for one in of:
            workflow = one.workflow(variables)
            place.commit(bare.saved(workflow) if saves else state)

    rounds: list[dict[str, Action]] = [
        {
            "one": partial(begin, children[2 * n]),
            "one limit": partial(limit, [process], saves=False),
            "one saving": partial(limit, [process], saves=True),
            "all": partial(instances.start, dora, REMAND, children[2 * n + 1], answers, submission=new_id()),
            "all limit": partial(limit, processes, saves=False),
            "all saving": partial(limit, processes, saves=True),
        }
        for n in range(size.rounds)
    ]
    middle = alternating(rounds)
    everything = f"{REMAND} as a person starts it, with {' and '.join(others) or 'nothing else'}"
    return [
        *_both("start", place.kind, f"{REMAND}, its own first step", middle, "one"),
        *_both("start", place.kind, everything, middle, "all"),
    ]


def _both(
    bench: str, kind: str, what: str, middle: dict[str, Times], name: str, *, at_most: float | None = None
) -> list[Figure]:
    """Beside the limit, which persists its step as ours does; and beside the same when nothing is serialised.

    The target is of the first: a commit that holds a text which was there before persists nothing.
    """
    bare = "for comparison: the limit commits a text that is there already and saves nothing of its step"
    return [
        beside(bench, kind, what, middle[name], middle[f"{name} saving"], at_most=at_most),
        beside(bench, kind, what, middle[name], middle[f"{name} limit"], note=bare),
    ]


def _begun_under(root_id: str) -> list[str]:
    with reading() as session:
        query = select(ProcessInstance.definition_key).where(ProcessInstance.root_id == root_id)
        return list(session.scalars(query.order_by(ProcessInstance.id)))


def _sent_for(child_id: str) -> dict[str, Any]:
    """What the messages of a child's pathways carry: the variables of the instances that they start."""
    with reading() as session:
        payloads = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.child_id == child_id))
        return {name: value for payload in payloads for name, value in payload.items()}


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
    young = [visits for visits in size.visits if visits <= BARE_BREAKS_AT]
    state = "x" * found[0].state_bytes
    bare_ones = {
        (visits, saves): [
            _bare_visit(place, process, visits, None if saves else state) for _ in range(size.rounds)
        ]
        for visits in young
        for saves in (False, True)
    }
    for age in found:  # once unmeasured: the first of everything costs more
        door.completing(age.next_task(), new_id(), FIELDS)()

    def rounds() -> Iterator[dict[str, Action]]:
        for number in range(size.rounds):
            actions: dict[str, Action] = {}
            for age in found:
                actions[f"{age.visits}"] = door.completing(age.next_task(), new_id(), FIELDS)
                if age.visits in young:
                    actions[f"{age.visits} limit"] = bare_ones[age.visits, False][number]
                    actions[f"{age.visits} saving"] = bare_ones[age.visits, True][number]
            yield actions

    middle = alternating(rounds())
    figures: list[Figure] = []
    for age in found:
        what = f"task completed over HTTP at {age.visits} visits"
        at_most = MOST_TIMES_BARE if age.visits == 0 else None
        if age.visits in young:
            figures += _both("complete", place.kind, what, middle, f"{age.visits}", at_most=at_most)
        else:
            note = "bare SpiffWorkflow does not get this far: beside its step at 0 visits"
            limit = middle[f"{young[0]} saving"]
            figures.append(beside("complete", place.kind, what, middle[f"{age.visits}"], limit, note=note))
    return [*figures, _old_to_young("complete", place.kind, "over HTTP", middle, size)]


def _bare_visit(place: Place, process: bare.BareProcess, visits: int, state: str | None) -> Action:
    """The step in memory, on a tree of its own, and the commit: of `state`, or of the tree itself."""
    workflow = bare.to_first_visit(process, visits)

    def act() -> None:
        bare.complete(workflow, bare.ready(workflow), ANSWERS)
        place.commit(bare.saved(workflow) if state is None else state)

    return act


def _old_to_young(bench: str, kind: str, how: str, middle: dict[str, Times], size: Size) -> Figure:
    young, old = size.visits[1], size.visits[-1]
    what = f"task completed {how}: {old} visits to {young}"
    return beside(bench, kind, what, middle[f"{old}"], middle[f"{young}"], at_most=MOST_GROWTH)


def growth(place: Place, size: Size, progress: Progress) -> list[Figure]:
    """Bytes and milliseconds of one instance over its visits, through the service."""
    found = grown.instances(place, size, progress)
    progress("completing tasks through the service")
    sam = place.viewer("sam")
    middle = alternating(
        {
            f"{age.visits}": partial(tasks.complete, sam, age.next_task(), ANSWERS, submission=new_id())
            for age in found
        }
        for _ in range(grown.MORE * size.rounds)
    )
    figures = []
    for age in found:
        what = f"task completed at {age.visits} visits, service alone"
        ours = middle[f"{age.visits}"]
        note = f"state {age.state_bytes} bytes; processor {ours.cpu:.2f} ms"
        figures.append(Figure("growth", place.kind, what, ours.wall, "ms", note=note))
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
    state = _state_of(instance_id)

    def limit(workflow: Any, *, saves: bool) -> None:
        bare.fire(workflow)
        place.commit(bare.saved(workflow) if saves else state)

    def overdue() -> Any:
        workflow = bare.to_first_visit(process)
        bare.make_due(workflow)
        return workflow

    rounds: list[dict[str, Action]] = [
        {
            "one": timers.fire_next,
            "one limit": partial(limit, overdue(), saves=False),
            "one saving": partial(limit, overdue(), saves=True),
        }
        for _ in range(size.rounds)
    ]
    middle = alternating(rounds)
    return _both("fire", place.kind, "one overdue timer fired", middle, "one")
