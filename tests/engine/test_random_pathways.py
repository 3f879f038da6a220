"""Random small pathways, walked at random: saved and compacted after each step, and never: nobody can tell which."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.engine.check import check
from app.engine.contracts import Step
from tests.engine.diagrams import (
    boundary,
    catch,
    diagram,
    element,
    end,
    flows,
    gateway,
    message,
    start,
    sub,
    task,
    throw,
    timer,
)
from tests.engine.walking import SavedWalk, StraightWalk, compiled

LEAVES = st.sampled_from(
    ["task", "timed_task", "cut_task", "throw", "wait", "event_gateway", "in_turn", "at_once"]
)
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("sequence"), inner, inner),
        st.tuples(st.just("choice"), inner, inner),
        st.tuples(st.just("fork"), inner, inner),
        st.tuples(st.just("fork3"), inner, inner, inner),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("sub"), inner),
        st.tuples(st.just("interruptible"), inner),
        st.tuples(st.just("call"), inner),
        st.tuples(st.just("cut_call"), inner),
    ),
    max_leaves=7,
)
SHAPES = {
    "task", "timed_task", "cut_task", "throw", "wait", "event_gateway", "in_turn", "at_once",
    "sequence", "choice", "fork", "fork3", "loop", "sub", "interruptible", "call", "cut_call",
}  # fmt: skip
ONE_OF_EACH = (
    ("sequence", "in_turn", "timed_task"), ("choice", "cut_task", "throw"), ("fork", "wait", "at_once"),
    ("fork3", "task", "task", "event_gateway"), ("loop", "task"), ("sub", "task"), ("interruptible", "task"),
    ("call", "task"), ("cut_call", "task"),
)  # fmt: skip
WITHIN = ("sub", "interruptible", "call", "cut_call")


@dataclass
class Drawer:
    """Draws a block between a first and a last element; a fork inside a loop goes into a sub-process.

    `called` are the other diagrams that it needs, `shapes` what has been drawn in any of them.
    """

    parts: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=itertools.count)
    called: list[str] = field(default_factory=list)
    shapes: set[str] = field(default_factory=set)

    def anew(self) -> Drawer:
        return Drawer(numbers=self.numbers, called=self.called, shapes=self.shapes)

    def new(self, kind: str) -> str:
        return f"{kind}{next(self.numbers)}"

    def draw(self, block, in_loop: bool = False) -> tuple[str, str]:
        kind, *inner = [block] if isinstance(block, str) else block
        if in_loop and kind in ("fork", "fork3"):
            return self.sub([block])
        self.shapes.add(kind)
        if not inner:
            return getattr(self, kind)()
        return getattr(self, kind)(inner) if kind in WITHIN else getattr(self, kind)(inner, in_loop)

    def task(self) -> tuple[str, str]:
        name = self.new("task")
        self.parts.append(task(name, copy="n"))
        return name, name

    def timed_task(self) -> tuple[str, str]:
        name, late, told = self.task()[0], self.new("late"), self.new("told")
        self.parts += [boundary(late, name, timer("P1D"), False), end(told)]
        self.ways.append(f"{late} > {told}")
        return name, name

    def cut_task(self) -> tuple[str, str]:
        name, cut, merge = self.task()[0], self.new("cut"), self.new("merge")
        self.parts += [boundary(cut, name, timer("P1D")), gateway(merge)]
        self.ways.append(f"{name} > {merge}; {cut} > {merge}")
        return name, merge

    def in_turn(self, sequential: str = "true") -> tuple[str, str]:
        name = self.new("each")
        twice = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">'
            "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
        )
        self.parts.append(task(name, twice))
        return name, name

    def at_once(self) -> tuple[str, str]:
        return self.in_turn("false")

    def throw(self) -> tuple[str, str]:
        name = self.new("throw")
        self.parts.append(throw(name, message("news", payload=f'{{"from": "{name}"}}')))
        return name, name

    def wait(self) -> tuple[str, str]:
        name = self.new("wait")
        self.parts.append(catch(name, timer("PT1H")))
        return name, name

    def event_gateway(self) -> tuple[str, str]:
        first, time, told, last = self.new("gate"), self.new("wait"), self.new("told"), self.new("merge")
        self.parts += [
            gateway(first, "eventBased"),
            catch(time, timer("P2D")),
            catch(told, message("news")),
            gateway(last),
        ]
        self.ways += [f"{first} > {time} > {last}", f"{first} > {told} > {last}"]
        return first, last

    def sequence(self, inner, in_loop) -> tuple[str, str]:
        (a, b), (c, d) = (self.draw(block, in_loop) for block in inner)
        self.ways.append(f"{b} > {c}")
        return a, d

    def choice(self, inner, in_loop) -> tuple[str, str]:
        asked = self.task()[0]
        (a, b), (c, d) = (self.draw(block, in_loop) for block in inner)
        split, merge = self.new("split"), self.new("merge")
        self.parts += [gateway(split, default=a), gateway(merge)]
        self.ways += [
            f"{asked} > {split} > {a}",
            f"{split} > {c} ? {asked}.n == 1",
            f"{b} > {merge}",
            f"{d} > {merge}",
        ]
        return asked, merge

    def fork(self, inner, in_loop) -> tuple[str, str]:
        ends = [self.draw(block, in_loop) for block in inner]
        split, join = self.new("fork"), self.new("join")
        self.parts += [gateway(split, "parallel"), gateway(join, "parallel")]
        for a, b in ends:
            self.ways += [f"{split} > {a}", f"{b} > {join}"]
        return split, join

    fork3 = fork

    def loop(self, inner, in_loop) -> tuple[str, str]:
        entry, again, out = self.new("entry"), self.new("again"), self.new("out")
        a, b = self.draw(inner[0], True)
        asked = self.task()[0]
        self.parts += [gateway(entry), gateway(again, default=out), gateway(out)]
        self.ways += [
            f"{entry} > {a}",
            f"{b} > {asked} > {again} > {out}",
            f"{again} > {entry} ? {asked}.n == 1",
        ]
        return entry, out

    def sub(self, inner) -> tuple[str, str]:
        name, first, last = self.new("sub"), self.new("s"), self.new("e")
        within = self.anew()
        a, b = within.draw(inner[0])
        within.ways.append(f"{first} > {a}; {b} > {last}")
        self.parts.append(sub(name, start(first), *within.parts, end(last), flows(";".join(within.ways))))
        return name, name

    def interruptible(self, inner) -> tuple[str, str]:
        name = self.sub(inner)[0]
        stop, merge = self.new("stop"), self.new("merge")
        self.parts += [boundary(stop, name, message("stop")), gateway(merge)]
        self.ways += [f"{name} > {merge}", f"{stop} > {merge}"]
        return name, merge

    def call(self, inner) -> tuple[str, str]:
        name, key = self.new("call"), self.new("called")
        self.called.append(whole(self.anew(), inner[0], key))
        self.parts.append(element("callActivity", name, calledElement=key))
        return name, name

    def cut_call(self, inner) -> tuple[str, str]:
        name = self.call(inner)[0]
        cut, merge = self.new("cut"), self.new("merge")
        self.parts += [boundary(cut, name, timer("P3D")), gateway(merge)]
        self.ways += [f"{name} > {merge}", f"{cut} > {merge}"]
        return name, merge


def whole(drawer: Drawer, block, key: str = "journey") -> str:
    first, last = drawer.draw(block)
    drawer.ways.append(f"start > {first}; {last} > end")
    ways = flows(";".join(drawer.ways))
    return diagram(start(), *drawer.parts, end(), ways, key=key, messages=("news", "stop"))


def outlook(step: Step) -> dict[str, object]:
    """All that the platform can see of an instance, without refs."""
    return {
        "open": sorted(task.element.id for task in step.tasks),
        "timers": sorted((timer.element_id, timer.due_at) for timer in step.timers),
        "waiting": sorted((w.element_id, w.name) for w in step.subscriptions),
        "messages": sorted((m.element_id, str(m.payload)) for m in step.messages),
        "history": sorted((row.element_id, row.entered, str(row.left)) for row in step.history),
        "ended": (step.ended, step.end_events),
    }


def act(walk, choice: random.Random) -> None:
    """Do one thing that can be done, the same for the same `choice`."""
    step = walk.step
    can = sorted({("do", t.element.id) for t in step.tasks})
    can += sorted({("fire", t.element_id) for t in step.timers})
    can += sorted({("tell", w.element_id) for w in step.subscriptions})
    what, element = choice.choice(can)
    if what == "do":
        walk.do(element, n=choice.choice([0, 1]))
    elif what == "fire":
        walk.fire(element)
    else:
        waiting = next(w for w in step.subscriptions if w.element_id == element)
        walk.deliver([waiting.ref], waiting.name, {})


def quiet(step: Step) -> bool:
    return not (step.tasks or step.timers or step.subscriptions)


def test_save_restore_and_compaction_make_no_difference(roles, context):
    drawn: set[str] = set()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(block=BLOCKS, seed=st.integers(0, 2**32))
    def nobody_can_tell(block, seed):
        drawer = Drawer()
        xml = whole(drawer, block)
        drawn.update(drawer.shapes)
        found = [finding for one in (xml, *drawer.called) for finding in check(one.encode(), roles=roles)]
        assert [finding for finding in found if finding.rule != "loop_without_wait"] == []
        walk_twice(compiled(xml, roles, *drawer.called), context, seed)

    for block in ONE_OF_EACH:  # or chance would leave one out now and then
        nobody_can_tell = example(block=block, seed=1)(nobody_can_tell)
    nobody_can_tell()
    assert drawn == SHAPES


def walk_twice(version, context, seed: int) -> None:
    """The same at random, saved and never saved: all that can be seen is the same after each step."""
    saved, straight = SavedWalk(version, context, {}, None), StraightWalk(version, context, {}, None)
    for number in range(30):
        assert outlook(saved.step) == outlook(straight.step)
        if quiet(saved.step):
            break
        act(saved, random.Random(seed + number))
        act(straight, random.Random(seed + number))
    if quiet(saved.step):
        assert saved.step.ended
