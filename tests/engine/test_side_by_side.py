"""A simulation and live requests run in one process: each step has the clock, the area and the facts it was given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from tests.engine.diagrams import boundary, end, gateway, line, task, timer
from tests.engine.walking import SavedWalk, compiled

PATHWAY = line(
    gateway("merge"),
    task("visit", due="P1D", assign='fact("worker")', copy="more"),
    boundary("late", "visit", timer("PT1H"), False),
    end("told"),
    gateway("again", default="end"),
    path="start > merge > visit > again > end; again > merge ? visit.more; late > told",
)


def test_steps_in_many_threads_keep_to_their_own_context(roles, context):
    version = compiled(PATHWAY, roles)

    def live(number: int) -> list[bool]:
        mine = replace(context, now=context.now + timedelta(days=number), facts={"worker": f"w{number}"})
        walk = SavedWalk(version, mine, {}, None)
        right = []
        for _ in range(15):
            (open_task,), (waiting,) = walk.step.tasks, walk.step.timers
            right.append(
                open_task.assign == f"w{number}"
                and open_task.due is not None
                and open_task.due.due_at == mine.now + timedelta(days=1)
                and waiting.due_at == mine.now + timedelta(hours=1)
            )
            walk.do("visit", more=True)
        return right

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(live, range(16)))

    assert all(all(right) for right in outcomes)


def test_refs_are_never_given_twice(roles, context):
    version = compiled(PATHWAY, roles)
    refs = set()
    for _ in range(50):
        walk = SavedWalk(version, context, {}, None)
        for _ in range(3):
            refs.update(task.ref for task in walk.step.tasks)
            refs.update(timer.ref for timer in walk.step.timers)
            walk.do("visit", more=True)

    assert len(refs) == 50 * 3 * 2
    assert {len(ref) for ref in refs} == {32}
