"""A simulation that a person leads: its inputs, and what stands when all of them have been taken.

Only the inputs are stored. The simulation is deterministic, so each look takes them again, from the latest of them
after which the process remembers how it stood; no state of the engine is stored, and going back is leaving the last
input out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.clock import SimulatedClock, use_clock
from app.domain.errors import BadInput, EngineFailure, ExpressionRefused, PathwayRefused
from app.domain.ids import CountedIds, use_ids
from app.engine.contracts import Bundle
from app.services import reference, simulated_states, simulated_view, simulation, story
from app.services.simulated_people import WAYS
from app.services.simulated_states import State
from app.services.simulated_view import OpenTask, Stand
from app.services.simulation import GIVEN, Running, Scenario
from app.store.throw_away import content_now, throw_away

SECONDS = 10.0
MOST_ACTS = 400
LONGEST = timedelta(days=3 * 366)
Act = Mapping[str, Any]
"""One input of the person who leads: {"do": step | decision | until | end | complete | message, ...}.

`until` has `at`; `end` has `way`, and `at` where it does not go to the very end; `complete` has `element`, `nth`,
`at` (due, now or a moment) and `answers`; `message` has `name`, `at` and `payload`. Moments are ISO 8601.
"""


@dataclass(frozen=True)
class Inputs:
    """Everything from which a simulation follows, but for the drawing. `start` is aware."""

    pathway: str
    profile: str
    start: datetime
    variables: Mapping[str, Any] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    acts: tuple[Act, ...] = ()

    def to_text(self) -> str:
        """As it is stored."""
        return json.dumps({**self.__dict__, "start": self.start.isoformat()}, default=list)

    @classmethod
    def from_text(cls, text: str) -> Inputs:
        """What `to_text` has written."""
        stored = json.loads(text)
        return cls(
            pathway=stored["pathway"],
            profile=stored["profile"],
            start=datetime.fromisoformat(stored["start"]),
            variables=stored["variables"],
            tasks=stored["tasks"],
            messages=tuple(stored["messages"]),
            acts=tuple(stored["acts"]),
        )

    def then(self, act: Act) -> Inputs:
        """The same with one input more. Raises BadInput when there are too many."""
        if len(self.acts) >= MOST_ACTS:
            raise BadInput(f"A simulation has {MOST_ACTS} inputs at most. Run to a date instead of stepping.")
        return replace(self, acts=(*self.acts, act))


@dataclass(frozen=True)
class Walked:
    """What the inputs lead to. `skipped` are those that the drawing does not allow, where that is no error."""

    inputs: Inputs
    events: tuple[dict[str, Any], ...]
    stand: Stand
    skipped: tuple[str, ...] = ()


def walk(inputs: Inputs, bundles: Mapping[str, Bundle], *, is_lenient: bool = False) -> Walked:
    """Take all the inputs on the real engine. `bundles` hold the drawings by key.

    Raises BadInput for an input that cannot be taken (unless `is_lenient`: then it is left out), for a drawing that
    the engine cannot run, and when it takes longer than a page may.
    """
    try:
        return _walk(inputs, bundles, is_lenient=is_lenient)
    except (EngineFailure, ExpressionRefused, PathwayRefused) as error:
        raise BadInput(f"The engine cannot run this drawing: {error.sentence}") from error


def _walk(inputs: Inputs, bundles: Mapping[str, Bundle], *, is_lenient: bool) -> Walked:
    called, basis = _names(inputs, bundles), _basis(inputs)
    taken, state = simulated_states.latest(called, basis, is_lenient=is_lenient)
    if state is None or taken < len(inputs.acts):
        state = _gone_on(inputs, bundles, taken, state, is_lenient=is_lenient)
        simulated_states.keep(called[-1], replace(state, basis=basis))
    return Walked(inputs, state.events, state.stand, state.skipped)


def _names(inputs: Inputs, bundles: Mapping[str, Bundle]) -> list[str]:
    """What the states after each of the inputs are kept by: the inputs up to there, and the exact drawings."""
    versions = [(key, bundle.version_id()) for key, bundle in bundles.items()]
    return simulated_states.names([replace(inputs, acts=()).to_text(), versions], inputs.acts)


def _basis(inputs: Inputs) -> tuple[object, ...]:
    """The project's files that a simulation goes by; their readings are other objects once a file has changed."""
    return (reference.profile(inputs.profile), reference.roles(), reference.register())


def _gone_on(
    inputs: Inputs, bundles: Mapping[str, Bundle], taken: int, state: State | None, *, is_lenient: bool
) -> State:
    """The state after all the inputs, gone on from `state`, in which `taken` of them are done, or from the start."""
    begun = time.monotonic()
    spent = state.seconds if state else 0.0
    skipped = list(state.skipped) if state else []
    ids = CountedIds(state.ids if state else 0)
    with _standing(inputs, bundles, state, ids) as running:
        running.stops_at = time.monotonic() + SECONDS - spent
        for act in inputs.acts[taken:]:
            try:
                _take(running, act)
            except BadInput as error:
                if not is_lenient:
                    raise
                skipped.append(error.sentence)
        seconds = spent + time.monotonic() - begun
        return State(
            events=tuple(story.events()),
            stand=simulated_view.stand(running, bundles[inputs.pathway]),
            content=simulated_states.packed(content_now()),
            at=running.clock.now(),
            ids=ids.taken,
            child_id=running.child_id,
            root_id=running.root_id,
            pending=tuple(running.pending),
            planned=dict(running.planned),
            steps_now=running.steps_now,
            seconds=seconds,
            skipped=tuple(skipped),
            basis=(),
        )


@contextmanager
def _standing(
    inputs: Inputs, bundles: Mapping[str, Bundle], state: State | None, ids: CountedIds
) -> Iterator[Running]:
    """The simulation at the state given, or begun."""
    profile = reference.profile(inputs.profile)
    if inputs.pathway not in bundles:
        raise BadInput(f"There is no pathway called {inputs.pathway}.")
    until, scenario = inputs.start + LONGEST, Scenario(inputs.variables, inputs.tasks, inputs.messages)
    clock = SimulatedClock(state.at if state else inputs.start)
    with throw_away(state.database if state else None), use_clock(clock), use_ids(ids):
        if state is None:
            yield simulation.begin(
                inputs.pathway, profile.key, inputs.start, until, GIVEN, scenario, clock, bundles
            )
        else:
            yield Running(
                authority_id=profile.key,
                child_id=state.child_id,
                root_id=state.root_id,
                clock=clock,
                scenario=scenario,
                complete=GIVEN,
                until=until,
                pending=list(state.pending),
                planned=dict(state.planned),
                steps_now=state.steps_now,
            )


def _take(running: Running, act: Act) -> None:
    match act["do"]:
        case "step":
            simulation.step(running)
        case "decision":
            _run_to_a_decision(running)
        case "until":
            _run_until(running, datetime.fromisoformat(act["at"]))
        case "end":
            _run_to_the_end(running, act)
        case "complete":
            _complete(running, act)
        case "message":
            _run_until(running, datetime.fromisoformat(act["at"]))
            simulation.send(running, {"name": act["name"], "payload": act["payload"]})
        case other:
            raise BadInput(f"A simulation knows no “{other}”.")


def _run_to_a_decision(running: Running) -> None:
    """Until a task appears that a person has to answer, or one of those that are open falls due."""
    known = {task.id for task in simulated_view.waiting_tasks(running)}
    while True:
        waiting = simulated_view.waiting_tasks(running)
        if any(task.id not in known for task in waiting):
            return
        now = running.clock.now()
        due = min((task.due_at for task in waiting if task.due_at and task.due_at > now), default=None)
        coming = simulation.coming(running)
        if due is not None and (coming is None or coming >= due):
            running.clock.move_to(due)
            return
        if not simulation.step(running):
            return


def _run_until(running: Running, moment: datetime) -> None:
    """Everything that happens up to a moment; raises BadInput for one that is past or too far away."""
    if moment < running.clock.now():
        raise BadInput("That is before the moment at which the simulation stands. Choose a later one.")
    if moment > running.until:
        raise BadInput("A simulation goes three years ahead at most. Choose an earlier day.")
    kept, running.until = running.until, moment
    try:
        while simulation.step(running):
            pass
    finally:
        running.until = kept
    running.clock.move_to(moment)


def _run_to_the_end(running: Running, act: Act) -> None:
    """Everything that happens in a year, or up to `at`, with simulated people who work in the chosen way."""
    if act.get("way") not in WAYS:
        raise BadInput(f"Tasks can be completed {', '.join(WAYS)}.")
    at = act.get("at")
    until = datetime.fromisoformat(at) if at else running.clock.now() + timedelta(days=365)
    kept, running.complete = running.complete, str(act["way"])
    running.planned.clear()
    try:
        _run_until(running, min(until, running.until))
    finally:
        running.complete = kept
        running.planned.clear()


def _complete(running: Running, act: Act) -> None:
    task = _find(running, act)
    moment = running.clock.now()
    if act["at"] == "due":
        moment = max(task.due_at or moment, moment)
    elif act["at"] != "now":
        moment = datetime.fromisoformat(act["at"])
    _run_until(running, moment)
    _find(running, act)
    simulation.complete(running, task.id, act["answers"])


def _find(running: Running, act: Act) -> OpenTask:
    """The task that is meant: the `nth` of its element. Raises BadInput when it is not open."""
    for task in simulated_view.open_tasks(running):
        if (task.element, task.nth) == (act["element"], act["nth"]):
            return task
    raise BadInput(f"The task “{act['element']}” is not open at that moment. Choose an earlier one.")
