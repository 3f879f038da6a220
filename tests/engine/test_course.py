"""Going back to an earlier task: what is taken away, what opens, what is refused and why; and going on past a wait."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from app.domain.errors import PathwayCannotMove
from app.engine import course, runner
from app.services import definitions
from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    end,
    flows,
    gateway,
    line,
    message,
    start,
    sub,
    task,
    throw,
    timer,
)
from tests.engine.test_migration_of_shipped import (
    Saved,
    in_memory,
    run_on,
    same,
    started,
    surroundings,
    wander,
)
from tests.engine.walking import SavedWalk, compiled, seen


@pytest.fixture
def walk(roles, context) -> Callable[..., SavedWalk]:
    """Begins a walk that is saved and restored between all its steps."""
    return lambda xml: SavedWalk(compiled(xml, roles), context, {}, None)


def back(walk: SavedWalk, element: str) -> Any:
    """Go back in a walk; the step."""
    walk.step = runner.go_back(walk.version, walk.step.state, walk.context, element)
    return walk.step


def refused(walk: SavedWalk, element: str) -> str:
    """The sentence with which going back is refused."""
    before = walk.step.state
    with pytest.raises(PathwayCannotMove) as error:
        back(walk, element)
    assert walk.step.state == before
    return error.value.sentence


def test_the_task_opens_again_and_what_came_of_it_is_withdrawn(walk):
    on = walk(line(task("a", due="P1D"), task("b"), task("c"), path="start > a > b > c > end"))
    on.do("a")
    on.do("b")

    step = back(on, "a")

    assert on.open() == ["a"]
    assert step.tasks[0].due is not None
    assert seen(step) == [("c", False, "cancelled"), ("a", True, None)]
    for name in "abc":
        on.do(name)
    assert on.step.ended


def test_clocks_at_its_border_and_parts_after_it_end_and_begin_anew(walk):
    on = walk(
        line(
            task("a"),
            sub("s", start("s1"), task("b"), end("s2"), flows("s1 > b > s2")),
            boundary("late", "a", timer("P1D"), interrupting=False),
            boundary("stop", "s", timer("P9D")),
            task("remind"), end("r"), end("t"),
            path="start > a > s > end; late > remind > r; stop > t",
        )
    )  # fmt: skip
    on.fire("late")
    on.do("a")
    assert on.open() == ["b", "remind"]

    back(on, "a")

    assert on.open() == ["a"]
    assert [one.element_id for one in on.step.timers] == ["late"]
    assert refused(on, "b") == "“b” belongs to a part of the pathway that is over, or has not begun again."
    on.do("a")
    on.do("b")
    assert on.step.ended


BRANCHES = line(
    task("first"), gateway("fork", "parallel"), task("a"), task("a2"), task("b"), task("b2"),
    gateway("join", "parallel"), task("last"),
    path="start > first > fork > a > a2 > join > last > end; fork > b > b2 > join",
)  # fmt: skip


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_one_branch_goes_back_and_the_join_still_waits_for_both(walk, order):
    one, other = order
    on = walk(BRANCHES)
    on.do("first")
    on.do(one)
    on.do(f"{one}2")  # it waits at the join
    on.do(other)

    back(on, one)

    assert on.open() == sorted([one, f"{other}2"])
    on.do(f"{other}2")
    assert not on.step.ended
    assert on.open() == [one]
    on.do(one)
    on.do(f"{one}2")
    assert on.open() == ["last"]
    on.do("last")
    assert on.step.ended


def test_of_two_arrivals_only_that_of_its_own_branch_is_taken_back(walk):
    wide = BRANCHES.replace("</bpmn:process>", f"{task('c')}{flows('fork > c > join')}</bpmn:process>")
    on = walk(wide)
    for name in ("first", "a", "a2", "b", "b2"):
        on.do(name)

    back(on, "b2")

    on.do("c")
    assert on.open() == ["b2"]
    back(on, "a")
    on.do("b2")
    assert on.open() == ["a"]
    on.do("a")
    on.do("a2")
    assert on.open() == ["last"]


def test_what_would_starve_a_join_or_open_a_task_twice_is_refused(walk):
    on = walk(BRANCHES)
    on.do("first")
    on.do("a")
    assert refused(on, "a2") == "“a2” is open already."
    assert (
        refused(on, "last")
        == "“a2” is still to be done and leads to “last” by itself: the task would then be open twice."
    )
    for name in ("a2", "b", "b2"):
        on.do(name)
    assert "the branch of “" in refused(on, "a")
    assert "does not have that task" in refused(on, "gone")

    back(on, "first")
    assert on.open() == ["first"]


def test_a_loop_goes_back_within_itself(walk):
    on = walk(
        line(task("a", copy="again"), task("b"), gateway("more", default="end"),
             path="start > a > b > more > end; more > a ? a.again == True")
    )  # fmt: skip
    on.do("a", again=True)
    back(on, "a")
    assert on.open() == ["a"]
    on.do("a", again=True)
    on.do("b")
    back(on, "b")
    assert on.open() == ["b"]
    on.do("b")
    on.do("a", again=False)
    on.do("b")
    assert on.step.ended


def test_what_is_done_side_by_side_has_no_single_one_to_go_back_to(walk):
    many = (
        '<bpmn:userTask id="each"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="role" value="social_worker"/></spiffworkflow:properties>'
        "</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    on = walk(line(task("a"), many, task("z"), path="start > a > each > z > end"))
    on.do("a")
    assert "side by side" in refused(on, "each")
    on.do("each")
    back(on, "a")
    assert on.open() == ["a"]


def test_what_one_may_go_on_without(walk):
    on = walk(
        diagram(
            start(), task("a"), gateway("g", "eventBased"), catch("soon", timer("P5D")),
            catch("told", message("court", variable="court")), catch("ring", message("bell")),
            boundary("late", "a", timer("P1D")), end("x"), end("y"), end("z"), end("w"),
            flows("start > a > g > soon > x; g > told > y; g > ring > z; late > w"), messages=("court", "bell"),
        )
    )  # fmt: skip
    assert runner.waits(on.version, on.step.state, on.context) == ()  # the clock beside a step is none
    on.do("a")

    waits = {one.element.id: one for one in runner.waits(on.version, on.step.state, on.context)}

    assert [(one.kind, bool(one.refusal)) for one in waits.values()] == [
        ("timer", False), ("message", True), ("message", False)
    ]  # fmt: skip
    assert on.fire_ref(waits["soon"].ref).ended


def test_what_happens_again_when_it_comes_by_again(walk):
    on = walk(
        line(throw("before", message("m")), task("a"), throw("after", message("m")),
             path="start > before > a > after > end", messages=("m",))
    )  # fmt: skip
    assert course.comes_by(on.version, "a") == {"after", "end"}


def test_every_shipped_pathway_goes_back_with_a_reason_against_it_or_on_to_its_end() -> None:
    gone = ended = 0
    refusals: list[str] = []
    for number, (key, bundle) in enumerate(sorted(definitions.shipped().items())):
        random = Random(f"{key} back")
        context = surroundings()
        walk, done = started(bundle, context, number), []
        if walk is None:
            continue
        wander(walk, bundle, random, 4 + random.randrange(8), done)
        for element in sorted(set(done))[:4]:
            try:
                step = runner.go_back(walk.version, walk.step.state, context, element)
            except PathwayCannotMove as error:
                refusals.append(error.sentence)
                continue
            assert [one.element.id for one in step.tasks].count(element) == 1
            gone += 1
            saved, straight = Saved(walk.version, step, context), in_memory(walk.version, step, context)
            same(saved.step, straight.step)
            ended += run_on(saved, straight, bundle, random)
    assert (gone > 60, len(refusals) > 5) == (True, True)
    assert ended > gone * 0.9
