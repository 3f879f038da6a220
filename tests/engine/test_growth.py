"""What an instance costs does not depend on how long it has lived."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import catalogue, runner
from app.engine.contracts import Bundle
from tests.engine.diagrams import boundary, catch, diagram, end, flows, gateway, line, start, sub, task, timer
from tests.engine.walking import SavedWalk, compiled

KIB = 1024
RECURRING = Path(__file__).parents[2] / "benchmarks" / "recurring_visits.bpmn"


def run_visits(roles, context, visits: int) -> list[int]:
    """The size of the state after each of so many visits."""
    text = RECURRING.read_text(encoding="utf-8")
    version = catalogue.compile(Bundle("recurring_visits", {"benchmarks/recurring_visits.bpmn": text}), roles)
    step = runner.start(version, context, {"route": "other"})
    while [task.element.id for task in step.tasks] != ["visit"]:
        step = runner.complete(version, step.state, context, step.tasks[0].ref, {})
    sizes = []
    for number in range(visits):
        if number % 10 == 9:
            step = runner.fire(version, step.state, context, step.timers[0].ref)
        step = runner.complete(version, step.state, context, step.tasks[0].ref, {})
        assert [task.element.id for task in step.tasks] == ["visit"]
        sizes.append(len(step.state))
    return sizes


def test_three_hundred_visits_leave_the_state_as_small_as_the_tenth(roles, context):
    sizes = run_visits(roles, context, 300)

    assert max(sizes) < 10 * KIB
    assert max(sizes[-20:]) - max(sizes[10:30]) < 32  # only the counter of steps grows


@pytest.mark.slow
def test_five_thousand_visits_run(roles, context):
    sizes = run_visits(roles, context, 5000)

    assert max(sizes) < 10 * KIB


def test_two_loops_side_by_side_are_compacted_too(roles, context):
    xml = line(
        gateway("fork", "parallel"),
        task("a", copy="more"),
        gateway("ga", default="join"),
        task("b", copy="more"),
        boundary("late", "b", timer("P1D"), False),
        end("told"),
        gateway("gb", default="join"),
        gateway("join", "parallel"),
        path="""start > fork > a > ga > join > end; ga > a ? a.more; fork > b > gb > join; gb > b ? b.more
        late > told""",
    )
    walk = SavedWalk(compiled(xml, roles), context, {}, None)
    sizes = []
    for number in range(60):
        walk.do("a" if number % 3 else "b", more=True)
        if number % 5 == 0 and walk.step.timers:
            walk.fire("late")
        sizes.append(len(walk.step.state))

    assert max(sizes[-10:]) <= max(sizes[5:20]) + 16
    walk.do("a", more=False)
    assert walk.open() == ["b"]
    assert walk.do("b", more=False).ended


def test_branches_may_finish_in_any_order_in_each_round_of_a_loop(roles, context):
    xml = line(
        sub(
            "round",
            start("s"),
            gateway("fork", "parallel"),
            task("a"),
            task("b"),
            task("c"),
            gateway("join", "parallel"),
            task("sum_up", copy="more"),
            end("e"),
            flows("s > fork > a > join > sum_up > e; fork > b > join; fork > c > join"),
        ),
        gateway("again", default="end"),
        path="start > round > again > end; again > round ? sum_up.more",
    )
    walk = SavedWalk(compiled(xml, roles), context, {}, None)
    sizes = []
    for order in ("abc", "cba", "bca", "cab", "acb", "bac") * 3:
        for element in order:
            assert "sum_up" not in walk.open()
            walk.do(element)
        assert walk.open() == ["sum_up"]
        walk.do("sum_up", more=True)
        sizes.append(len(walk.step.state))
    assert max(sizes) - min(sizes) < 16


def test_sixty_months_of_visits_by_the_calendar_stay_small(roles, context):
    xml = diagram(
        start(),
        task("visit", copy="seen_on"),
        gateway("next", "eventBased"),
        catch("due", timer("working_days(20, visit.seen_on)", "timeDate")),
        catch("over", '<bpmn:messageEventDefinition messageRef="M_cycles_end"/>'),
        end(),
        flows("start > visit > next > due > visit; next > over > end"),
        messages=("cycles_end",),
    )
    walk = SavedWalk(compiled(xml, roles), context, {}, None)
    for _ in range(60):
        walk.do("visit", seen_on="2026-12-24")
        walk.fire("due")
        assert len(walk.step.state) < 2 * KIB
    walk.do("visit", seen_on="2026-12-24")

    assert walk.tell("cycles_end").ended


def test_a_pathway_of_three_hundred_elements_runs(roles, context):
    names = [f"t{number}" for number in range(298)]
    xml = line(*(task(name) for name in names), path=" > ".join(["start", *names, "end"]))
    walk = SavedWalk(compiled(xml, roles), context, {}, None)

    for name in names[:5]:
        walk.do(name)

    assert walk.open() == ["t5"]
