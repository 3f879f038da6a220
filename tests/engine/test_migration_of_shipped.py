"""Every shipped pathway, walked at random, moved to a changed version, and walked on to its end: saved, and never."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from app.domain.errors import EngineFailure
from app.domain.forms import Field, read_form
from app.engine import catalogue, codec, migration, runner
from app.engine.contracts import Bundle, CompiledVersion, EngineContext, Step
from app.engine.interpreter import Interpreter
from app.services import definitions, reference
from tests.engine.changed_drawings import CHANGES, Change, Drawing
from tests.engine.walking import StraightWalk

START = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)


def surroundings() -> EngineContext:
    """Wandsworth on Christmas Eve, and a child of fifteen."""
    facts = {"date_of_birth": "2011-03-04", "looked_after_from": "2026-12-01"}
    return EngineContext(START, reference.profile("wandsworth"), reference.calendar_for("england"), facts)


class Saved:
    """A walk in text: each step loads and saves."""

    def __init__(self, version: CompiledVersion, step: Step, context: EngineContext) -> None:
        self.version, self.step, self.context = version, step, context

    def complete(self, ref: str, answers: dict[str, Any]) -> None:
        self.step = runner.complete(self.version, self.step.state, self.context, ref, answers)

    def fire_ref(self, ref: str) -> None:
        self.step = runner.fire(self.version, self.step.state, self.context, ref)

    def deliver(self, refs: list[str], message: str, payload: dict[str, Any]) -> None:
        self.step = runner.deliver(self.version, self.step.state, self.context, refs, message, payload)


def in_memory(version: CompiledVersion, step: Step, context: EngineContext) -> StraightWalk:
    """The same instance, loaded once and never saved again."""
    machine = version.machine
    walk = object.__new__(StraightWalk)
    walk.version, walk.context = version, context
    walk.interpreter = Interpreter(context, machine.records)
    walk.pathway = codec.load(
        step.state, version.version_id, machine.spec, machine.subprocess_specs, walk.interpreter
    )
    walk._take(lambda: None)
    return walk


def moves(step: Step) -> list[tuple[str, str, str]]:
    """All that can happen next, in an order that both walks share."""
    found = [("complete", task.element.id, task.ref) for task in step.tasks]
    found += [("fire", timer.element_id, timer.ref) for timer in step.timers]
    found += [("tell", waiting.name, waiting.ref) for waiting in step.subscriptions]
    return sorted(found)


def answers(bundle: Bundle, form: str | None, random: Random) -> dict[str, Any]:
    """Something for each question."""
    if form is None or form not in bundle.forms:
        return {}
    return {field.key: _answer(field, random) for field in read_form(form, bundle.forms[form]).fields}


def _answer(field: Field, random: Random) -> Any:
    if field.kind in ("radio", "select") and field.options:
        value = random.choice(field.options).value
        return value == "true" if field.boolean else value
    simple = {"date": "2026-12-28", "datetime": "2026-12-28T10:00:00+00:00", "number": 1, "checklist": []}
    return random.random() < 0.5 if field.boolean or field.kind == "checkbox" else simple.get(field.kind, "x")


def take(walk: Any, bundle: Bundle, choice: tuple[str, str, str], seed: int) -> str | None:
    """One step of a walk; the sentence of the fault when it cannot be taken with these answers."""
    what, name, ref = choice
    try:
        if what == "complete":
            element = next(task.element for task in walk.step.tasks if task.ref == ref)
            walk.complete(ref, answers(bundle, element.form, Random(seed)))
        elif what == "fire":
            walk.fire_ref(ref)
        else:
            forms = [key for key in bundle.forms if key.endswith(f"/{name}")]
            told = answers(bundle, forms[0] if forms else None, Random(seed))
            walk.deliver([ref], name, {"reason": "bail", "ended_at": START.isoformat(), **told})
    except EngineFailure as failure:
        return failure.sentence
    return None


def started(bundle: Bundle, context: EngineContext, seed: int) -> Saved | None:
    """A new instance, given whatever its drawing asks for; None when it ends at once."""
    version = catalogue.compile(bundle, reference.roles())
    given = {"child_id": "c1", **answers(bundle, version.start_form, Random(seed))}
    payload = {} if version.start_message else None
    while True:
        try:
            step = runner.start(version, context, given, payload)
        except EngineFailure as failure:
            (name,) = re.findall(r"There is nothing called (\w+) here", failure.sentence)
            given[name] = _guessed(name)
        else:
            return None if step.ended else Saved(version, step, context)


def _guessed(name: str) -> Any:
    ending = name.rpartition("_")[2]
    moments = {"at": "2026-12-28T10:00:00+00:00", "on": "2026-12-28", "by": "2026-12-31T10:00:00+00:00"}
    moments["from"] = moments["at"]
    return moments.get(ending, 1 if name in ("level", "reviews_held") else False)


def wander(walk: Any, bundle: Bundle, random: Random, steps: int, done: list[str]) -> None:
    """Some steps at random; one that needs other answers is tried and left."""
    for _ in range(steps):
        can = moves(walk.step)
        if not can or walk.step.ended:
            return
        before, choice = walk.step, random.choice(can)
        if take(walk, bundle, choice, random.randrange(1000)) is None and choice[0] == "complete":
            done.append(choice[1])
        if walk.step.ended:  # one step short of the end
            walk.step = before
            return


def same(one: Step, other: Step) -> None:
    """What two walks show to the world, but for the ids that each of them gives anew."""
    assert Counter((t.element.id, t.due.due_at if t.due else None) for t in one.tasks) == Counter(
        (t.element.id, t.due.due_at if t.due else None) for t in other.tasks
    )
    assert Counter((t.element_id, t.due_at) for t in one.timers) == Counter(
        (t.element_id, t.due_at) for t in other.timers
    )
    assert Counter(w.name for w in one.subscriptions) == Counter(w.name for w in other.subscriptions)
    assert [(e.element_id, e.operator) for e in one.effects] == [
        (e.element_id, e.operator) for e in other.effects
    ]
    assert one.end_events == other.end_events
    assert one.ended == other.ended


def run_on(saved: Saved, straight: StraightWalk, bundle: Bundle, random: Random) -> bool:
    """Both to the end, step by step, compared after each; whether they came there."""
    for _ in range(60):
        if saved.step.ended:
            return True
        can = moves(saved.step)
        tasks = [one for one in can if one[0] == "complete"]
        choice = random.choice(tasks if tasks and random.random() < 0.7 else can)
        index = [one[:2] for one in can].index(choice[:2])
        seed = random.randrange(1000)
        beside = moves(straight.step)[index]
        state = codec.save(straight.pathway)
        fault = take(saved, bundle, choice, seed)
        other = take(straight, bundle, beside, seed)
        assert fault == other
        if fault is not None:
            straight = in_memory(straight.version, replace(straight.step, state=state), straight.context)
            continue
        same(saved.step, straight.step)
        later = saved.context.now + timedelta(hours=7)
        saved.context = replace(saved.context, now=later)
        straight.context = replace(straight.context, now=later)
    return False


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_an_instance_goes_on_to_its_end_on_the_new_version(change: Change) -> None:
    moved = ended = 0
    for number, (key, bundle) in enumerate(sorted(definitions.shipped().items())):
        random = Random(f"{key} {change.__name__}")
        context = surroundings()
        walk, done = started(bundle, context, number), []
        if walk is None:
            continue
        wander(walk, bundle, random, random.randrange(8), done)
        drawing = Drawing(bundle, random)
        active = [task.element.id for task in walk.step.tasks]
        if not change(drawing, active, done):
            continue
        new = catalogue.compile(drawing.bundle_now(), reference.roles())
        later = replace(context, now=context.now + timedelta(days=1))

        step = migration.migrate(walk.version, new, walk.step.state, later)

        assert {t.ref for t in step.tasks} == {t.ref for t in walk.step.tasks}
        assert {t.ref: t.due_at for t in walk.step.timers}.items() <= {
            t.ref: t.due_at for t in step.timers
        }.items()
        assert set(walk.step.subscriptions) == set(step.subscriptions)
        assert len(step.state) < 1.5 * len(walk.step.state) + 500
        saved, straight = Saved(new, step, later), in_memory(new, step, later)
        same(saved.step, straight.step)
        moved += 1
        ended += run_on(saved, straight, bundle, random)
    assert moved > 20
    assert ended > moved * 0.9
