"""When something is wrong inside a step: a sentence, the element, and the old state untouched."""

from __future__ import annotations

import json

import pytest

from app.domain.errors import EngineFailure, PathwayRefused
from app.engine import catalogue, runner
from app.engine.contracts import Bundle
from tests.engine.diagrams import catch, gateway, line, message, script, service, task, throw, timer
from tests.engine.walking import SavedWalk, compiled


def walk_to(roles, context, *parts, path, messages=(), variables=None):
    xml = line(task("a", copy="x"), *parts, path=path, messages=messages)
    return SavedWalk(compiled(xml, roles), context, variables or {}, None)


POISON = {
    "a name that is nowhere": (script("s", "y = nothing_here"), "nothing called nothing_here"),
    "a division by nothing": (script("s", "y = 1 // a.x"), "divides by nothing"),
    "values that do not go together": (script("s", "y = a.x + 'text'"), "do not go together"),
    "a function name": (script("s", "today = 1"), "taken"),
    "the record of a task": (script("s", "a = 1"), "taken"),
    "a power": (script("s", "y = 9 ** 9"), "power"),
    "a length of time to keep": (script("s", "y = days(1)"), "cannot be kept"),
    "an unknown rule": (catch("s", timer('deadline("no.such", now())', "timeDate")), "no time limit"),
    "a time without a zone": (catch("s", timer('"2026-01-01T09:00"', "timeDate")), "no time zone"),
    "a date for a length": (catch("s", timer("today()")), "neither a duration"),
    "an empty answer as a date": (catch("s", timer("a.y", "timeDate")), "no y in a"),
    "a cycle": (catch("s", timer("a.x", "timeDate")), "not a date or a time"),
    "a payload that is no record": (throw("s", message("m", payload="[1]")), "not a record"),
    "an operator without a value": (
        service("s", "record_status", status="''", from_at="now()"),
        "nothing for status",
    ),
    "an unknown operator": (service("s", "launch", where="'x'"), "not known"),
    "a due time without a zone": (task("s", due='"2026-01-01T09:00:00"'), "no time zone"),
    "a due time of the wrong kind": (task("s", due="12"), "neither a date"),
    "an assignee that is no text": (task("s", assign="12"), "id of a person"),
    "an unknown switch": (script("s", "y = switch('moon')"), "no switch"),
}


@pytest.mark.parametrize("kind", POISON)
def test_poison_is_named_with_its_element_and_the_old_state_still_runs(roles, context, kind):
    part, words = POISON[kind]
    walk = walk_to(roles, context, part, path="start > a > s > end", messages=("m",))
    before = walk.step

    with pytest.raises(EngineFailure, match=words) as failure:
        walk.do("a", x=0)

    assert failure.value.element_id == "s"
    assert failure.value.sentence.endswith((".", ")"))
    assert walk.step is before
    assert walk.open() == ["a"]


def test_a_gateway_without_a_way_out_says_so(roles, context):
    walk = walk_to(
        roles,
        context,
        gateway("g"),
        task("b"),
        task("c"),
        path="start > a > g; g > b ? a.x == 1; g > c ? a.x == 2; b > end; c > end",
    )

    with pytest.raises(EngineFailure, match="No way out") as failure:
        walk.do("a", x=3)

    assert failure.value.element_id == "g"


def test_a_loop_that_never_waits_stops_at_the_step_budget(roles, context):
    walk = walk_to(
        roles,
        context,
        script("count", "n = n + 1"),
        gateway("g", default="count"),
        path="start > a > count > g > count; g > end ? n < 0",
        variables={"n": 0},
    )

    with pytest.raises(EngineFailure, match="never waits"):
        walk.do("a", x=1)


@pytest.mark.parametrize("error", [RecursionError, MemoryError, ValueError])
def test_whatever_breaks_inside_becomes_a_failure_of_this_instance(roles, context, monkeypatch, error):
    walk = walk_to(roles, context, script("s", "y = 1"), path="start > a > s > end")

    def broken(*_):
        raise error("inside")

    monkeypatch.setattr("app.engine.interpreter.Interpreter.execute", broken)

    with pytest.raises(EngineFailure) as failure:
        walk.do("a", x=1)
    assert failure.value.element_id == "s"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-10],
        lambda text: "[]",
        lambda text: "null",
        lambda text: "{}",
        lambda text: text.replace('"format":1', '"format":99'),
        lambda text: text.replace('"a"', '"no_such_element"'),
        lambda text: json.dumps({**json.loads(text), "tasks": [[5, "Start", 64]]}),
        lambda text: json.dumps({**json.loads(text), "version": "f" * 64}),
    ],
)
def test_a_state_that_cannot_be_read_is_a_failure_not_a_crash(roles, context, spoil):
    walk = walk_to(roles, context, path="start > a > end")
    ref = walk.step.tasks[0].ref

    with pytest.raises(EngineFailure):
        runner.complete(walk.version, spoil(walk.step.state), context, ref, {})


def test_a_key_called_typename_is_a_key_like_any_other(roles, context):
    walk = walk_to(roles, context, task("b", assign="a.x.typename"), path="start > a > b > end")

    walk.do("a", x={"typename": "UUID", "value": "x"})

    assert walk.step.tasks[0].assign == "UUID"
    assert walk.do("b").ended


def test_the_state_survives_a_store_that_sorts_the_keys_of_json(roles, context):
    walk = walk_to(
        roles, context, task("b", assign="a.x"), path="start > a > b > end", variables={"z": 1, "y": 2}
    )
    walk.do("a", x="w1")

    shuffled = json.dumps(json.loads(walk.step.state), sort_keys=True)
    step = runner.recompute(walk.version, shuffled, context)

    assert step.tasks[0].assign == "w1"
    assert step.history == ()


@pytest.mark.parametrize("value", [float("nan"), {1: 2}, {"a": object()}, [[[[[[[[[[[[1]]]]]]]]]]]]])
def test_values_that_json_cannot_hold_are_refused(roles, context, value):
    walk = walk_to(roles, context, path="start > a > end")

    with pytest.raises(EngineFailure):
        walk.do("a", x=value)


def test_a_version_without_its_process_is_refused(roles):
    with pytest.raises(PathwayRefused, match="no process"):
        catalogue.compile(Bundle("other", {"x.bpmn": line(path="start > end")}), roles)
