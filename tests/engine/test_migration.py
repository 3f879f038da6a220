"""Moving an instance to another version: what is kept, what each choice does to a date, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import BadInput, PathwayCannotMove
from app.engine import migration, runner
from app.engine.migration import Moves
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
    timer,
)
from tests.engine.walking import SavedWalk, compiled

A_DAY = timedelta(days=1)


@pytest.fixture
def move(roles, context) -> Callable[..., Any]:
    """Walks through the first drawing, and a day later moves to the second: (step, walk on the second, plan)."""

    def moving(old_xml: str, new_xml: str, *steps: Any, **moves: Any) -> Any:
        old, new = compiled(old_xml, roles), compiled(new_xml, roles)
        walk = SavedWalk(old, context, {}, None)
        for step in steps:
            step(walk)
        walk.before = walk.step
        walk.context = replace(context, now=context.now + A_DAY)
        walk.plan = migration.plan(old, new, walk.step.state, walk.context, Moves(**moves))
        if walk.plan.step is not None:
            walk.step, walk._anew = walk.plan.step, lambda: new
        return walk

    return moving


def blocks(walk: Any) -> list[str]:
    """The ids at which a move is refused."""
    return [block.element_id for block in walk.plan.blocks]


def one_task(**named: Any) -> str:
    return line(task("a", **named), path="start > a > end")


def test_a_date_whose_rule_reads_the_same_stays_and_a_changed_rule_counts_from_the_beginning(move, context):
    same = move(one_task(due="P5D"), one_task(due="P5D", copy="n"))
    changed = move(one_task(due="P5D"), one_task(due="P2D"))

    assert [clock.choice for clock in same.plan.clocks] == ["keep"]
    (clock,) = changed.plan.clocks
    assert (clock.rule.was, clock.rule.rule, clock.choice) == ("P5D", "P2D", "original")
    assert clock.dates == {
        "keep": None,  # its row knows
        "original": context.now + timedelta(days=2),
        "restart": context.now + timedelta(days=3),
    }


@pytest.mark.parametrize(("choice", "days"), [("keep", 5), ("original", 2), ("restart", 3)])
def test_a_timer_is_kept_counted_from_the_beginning_or_started_again(move, context, choice, days):
    before = line(catch("wait", timer("P5D")), task("a"), path="start > wait > a > end")
    after = line(catch("wait", timer("P2D")), task("a"), path="start > wait > a > end")

    walk = move(before, after, choices={"wait": choice})

    assert [one.due_at for one in walk.step.timers] == [context.now + timedelta(days=days)]
    assert [one.ref for one in walk.step.timers] == [one.ref for one in walk.before.timers]
    walk.fire("wait")
    assert walk.open() == ["a"]


@pytest.mark.parametrize(("choice", "days"), [("original", 2), ("restart", 3)])
def test_a_task_goes_on_from_the_beginning_that_was_chosen(move, context, choice, days):
    walk = move(one_task(due="P5D"), one_task(due="P2D"), choices={"a": choice})

    (open_task,) = walk.step.tasks
    assert open_task.due.due_at == context.now + timedelta(days=days)
    assert open_task.ref == walk.before.tasks[0].ref


def test_a_deadline_that_is_no_longer_drawn_goes_unless_it_is_kept(move):
    (clock,) = move(one_task(due="P5D"), one_task()).plan.clocks

    assert (clock.choice, clock.dates["original"], clock.rule.rule) == ("original", None, "")


def test_a_rule_that_cannot_be_worked_out_blocks_unless_the_date_is_kept(move):
    before = line(task("z"), catch("wait", timer("P5D")), task("a"), path="start > z > wait > a > end")
    after = before.replace("P5D", 'deadline("visit.first", z.seen_on)').replace("timeDuration", "timeDate")
    after = after.replace('name="role" value="social_worker"/>', 'name="role" value="social_worker"/>', 1)

    asked = move(before, after, lambda walk: walk.do("z"))
    kept = move(before, after, lambda walk: walk.do("z"), choices={"wait": "keep"})

    assert blocks(asked) == ["wait"]
    assert "cannot be worked out by the new rule" in asked.plan.blocks[0].sentence
    assert not kept.plan.blocks


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (line(task("b"), path="start > b > end"), "does not have this step"),
        (line(catch("a", timer("P1D")), path="start > a > end"), "another kind of step"),
        (
            line(sub("s", start("s1"), task("a"), end("s2"), flows("s1 > a > s2")), path="start > s > end"),
            "place",
        ),
    ],
)
def test_a_step_that_is_under_way_and_is_gone_is_refused(move, after, words):
    walk = move(one_task(), after)

    assert blocks(walk) == ["a"]
    assert words in walk.plan.blocks[0].sentence


def test_what_cannot_move_raises_with_its_reason(roles, context):
    old, new = compiled(one_task(), roles), compiled(line(task("b"), path="start > b > end"), roles)

    with pytest.raises(PathwayCannotMove, match="does not have this step"):
        migration.migrate(old, new, runner.start(old, context, {}).state, context)


def test_a_part_that_is_gone_is_named_once(move):
    inside = sub("s", start("s1"), task("a", copy="n"), end("s2"), flows("s1 > a > s2"))
    walk = move(line(inside, path="start > s > end"), line(task("a"), path="start > a > end"))

    assert blocks(walk) == ["s"]


def test_a_renamed_step_goes_on_under_its_new_id_and_its_answers_with_it(move):
    before = line(task("z", copy="n"), task("a"), path="start > z > a > end")
    after = line(
        task("first", copy="n"),
        task("second"),
        gateway("g", default="end"),
        task("more"),
        path="start > first > second > g > end; g > more ? first.n == 7; more > end",
    )
    walk = move(before, after, lambda walk: walk.do("z", n=7), names={"z": "first", "a": "second"})

    assert walk.open() == ["second"]
    walk.do("second")
    assert walk.open() == ["more"]


@pytest.mark.parametrize(
    ("names", "words"),
    [({"x": "a"}, "no element called x"), ({"a": "x"}, "no element called x"), ({"a": "b"}, "too")],
)
def test_ids_that_are_not_there_are_refused(roles, names, words):
    version = compiled(line(task("a"), task("b"), path="start > a > b > end"), roles)

    with pytest.raises(BadInput, match=words):
        migration.check_names(version, version, names)


TIMED = (boundary("late", "a", timer("P5D"), False), task("told"), end("was_told"))
WITH_TIMER = line(task("a"), *TIMED, task("b"), path="start > a > b > end; late > told > was_told")
WITHOUT = line(task("a"), task("b"), path="start > a > b > end")


def test_a_timer_beside_an_open_step_is_gained_and_counts_from_when_the_step_was_opened(move, context):
    walk = move(WITHOUT, WITH_TIMER)

    assert [(one.element_id, one.due_at) for one in walk.step.timers] == [("late", context.now + 5 * A_DAY)]
    assert [clock.was for clock in walk.plan.clocks] == [None]
    walk.fire("late")
    assert walk.open() == ["a", "told"]
    walk.do("a")
    assert walk.open() == ["b", "told"]
    walk.do("told")
    walk.do("b")
    assert walk.step.ended


@pytest.mark.parametrize("has_fired", [False, True])
def test_a_timer_beside_an_open_step_is_lost_and_what_it_brought_stays(move, has_fired):
    without = line(task("a"), task("told"), task("b"), path="start > a > b > end; told > end")
    walk = move(WITH_TIMER, without, *([lambda walk: walk.fire("late")] if has_fired else []))

    assert walk.step.timers == ()
    assert [one.element_id for one in walk.plan.lost] == ([] if has_fired else ["late"])
    for name in ["told"] * has_fired + ["a", "b"]:
        walk.do(name)
    assert walk.step.ended


def test_one_of_two_timers_is_lost_and_the_other_goes_on(move):
    two = line(
        task("a"),
        *TIMED,
        boundary("later", "a", timer("P9D"), False),
        end("said"),
        task("b"),
        path="start > a > b > end; late > told > was_told; later > said",
    )
    walk = move(two, WITH_TIMER.replace('"late"', '"later"'), lambda walk: walk.fire("late"))

    walk.do("told")
    walk.fire("later")
    for name in ("told", "a", "b"):
        walk.do(name)
    assert walk.step.ended


def test_an_interrupting_message_is_gained_by_a_sub_process(move):
    inside = sub("s", start("s1"), task("a"), end("s2"), flows("s1 > a > s2"))
    after = line(
        inside,
        boundary("stop", "s", message("over")),
        end("stopped"),
        path="start > s > end; stop > stopped",
        messages=("over",),
    )
    walk = move(line(inside, path="start > s > end"), after)

    walk.tell("over")

    assert walk.step.ended
    assert walk.step.end_events == ("stopped",)


def waiting_for(*ways: str) -> str:
    parts = {"wait": catch("wait", timer("P2D")), "news": catch("news", message("news"))}
    more = {"other": catch("other", message("other"))}
    drawn = [{**parts, **more}[way] for way in ways]
    path = "; ".join(f"g > {way} > {way}_done > end" for way in ways)
    return line(
        gateway("g", "eventBased"),
        *drawn,
        *(task(f"{way}_done") for way in ways),
        path=f"start > g; {path}",
        messages=("news", "other"),
    )


def test_the_ways_out_of_a_gateway_that_waits_keep_their_ids_in_another_order(move):
    walk = move(waiting_for("wait", "news"), waiting_for("other", "news", "wait"))

    assert walk.before.timers == walk.step.timers
    assert set(walk.before.subscriptions) < set(walk.step.subscriptions)
    walk.tell("news")
    assert walk.open() == ["news_done"]


def test_a_way_out_that_is_no_longer_drawn_is_no_longer_waited_for(move):
    walk = move(waiting_for("wait", "news"), waiting_for("wait"))

    assert walk.step.subscriptions == ()
    walk.fire("wait")
    assert walk.open() == ["wait_done"]


def forked(*names: str) -> str:
    ways = "; ".join(f"fork > {name} > join" for name in names)
    return line(
        gateway("fork", "parallel"),
        *map(task, names),
        gateway("join", "parallel"),
        task("after"),
        path=f"start > fork; {ways}; join > after > end",
    )


def test_a_branch_that_arrived_at_a_join_has_arrived_on_the_new_version_too(move):
    walk = move(forked("a", "b"), forked("a", "b").replace("P1D", "P2D"), lambda walk: walk.do("a"))

    walk.do("b")

    assert walk.open() == ["after"]


def test_a_new_branch_into_a_join_that_the_instance_has_begun_to_wait_at_is_refused(move):
    inside = move(forked("a", "b"), forked("a", "b", "c"), lambda walk: walk.do("a"))
    before = move(
        line(task("z"), path="start > z > end"),
        diagram(start(), task("z"), end(), flows("start > z > fork"), *_parts("a", "b", "c")),
    )

    assert blocks(inside) == ["join"]
    assert "“c” lies behind it" in inside.plan.blocks[0].sentence
    assert not before.plan.blocks


def _parts(*names: str) -> tuple[str, ...]:
    ways = "; ".join(f"fork > {name} > join" for name in names)
    return (
        gateway("fork", "parallel"),
        *map(task, names),
        gateway("join", "parallel"),
        flows(f"{ways}; join > end"),
    )


def test_a_branch_less_is_no_longer_waited_for(move):
    walk = move(forked("a", "b", "c"), forked("a", "b"), lambda walk: walk.do("c"), lambda walk: walk.do("a"))

    walk.do("b")

    assert walk.open() == ["after"]


def test_an_instance_in_its_hundredth_round_moves_and_stays_as_small(move):
    def visits(due: str) -> str:
        return line(
            gateway("merge"),
            task("visit", due=due, copy="more"),
            boundary("late", "visit", timer("PT1H"), False),
            end("told"),
            gateway("again", default="end"),
            path="start > merge > visit > again > end; again > merge ? visit.more; late > told",
        )

    def round_and_round(walk: Any) -> None:
        for _ in range(100):
            walk.fire("late")
            walk.do("visit", more=True)

    walk = move(visits("P1D"), visits("P2D"), round_and_round)

    assert len(walk.step.state) <= len(walk.before.state) + 50
    for _ in range(100):
        walk.do("visit", more=True)
    walk.do("visit", more=False)
    assert walk.step.ended
