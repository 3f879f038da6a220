"""A bank holiday is proclaimed, a fact changes: open due times move, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from app.domain.workdays import WorkingCalendar
from app.engine import runner
from tests.engine.diagrams import boundary, end, gateway, line, service, task, timer
from tests.engine.walking import SavedWalk, at, compiled

PATHWAY = line(
    gateway("fork", "parallel"),
    task("visit", due="working_days(2)"),
    boundary("late", "visit", timer('deadline("visit.first", fact("placed_at"))', "timeDate"), False),
    end("told"),
    task("plain"),
    boundary("reminder", "plain", timer("P2D"), False),
    end("reminded"),
    gateway("join", "parallel"),
    path="start > fork > visit > join > end; late > told; fork > plain > join; reminder > reminded",
)


def begin(roles, context) -> SavedWalk:
    context = replace(context, facts={"placed_at": "2026-12-24T17:40:00+00:00"})
    return SavedWalk(compiled(PATHWAY, roles), context, {}, None)


def test_a_proclaimed_holiday_moves_the_due_times_that_count_it(roles, context):
    walk = begin(roles, context)
    extra = WorkingCalendar({**context.calendar.holidays, date(2026, 12, 29): "Proclaimed day"})
    before = walk.step.tasks

    walk.wait(timedelta(days=1))
    found = runner.deadlines(walk.version, walk.step.state, replace(walk.context, calendar=extra))

    visit = next(task for task in before if task.element.id == "visit")
    assert visit.due is not None
    assert visit.due.due_on == date(2026, 12, 30)
    assert found[visit.ref].due_on == date(2026, 12, 31)


def test_a_moved_fact_moves_the_timer_that_hangs_from_it_and_no_other(roles, context):
    walk = begin(roles, context)
    before = {timer.element_id: timer for timer in walk.step.timers}

    walk.wait(timedelta(days=1))
    moved = replace(walk.context, facts={"placed_at": "2026-12-26T09:00:00+00:00"})
    step = runner.recompute(walk.version, walk.step.state, moved)

    after = {timer.element_id: timer for timer in step.timers}
    assert before["late"].due_at == at("2026-12-31T23:59:59+00:00")
    assert after["late"].due_at == at("2027-01-02T23:59:59+00:00")
    assert after["late"].ref == before["late"].ref
    assert after["reminder"] == before["reminder"]
    assert step.history == step.messages == ()
    fired = runner.fire(walk.version, step.state, moved, after["late"].ref)
    assert [timer.element_id for timer in fired.timers] == ["reminder"]


def test_a_look_changes_nothing(roles, context):
    walk = begin(roles, context)

    step = runner.look(walk.version, walk.step.state, context)

    assert step.state == walk.step.state
    assert (step.tasks, step.timers, step.subscriptions) == (walk.step.tasks, walk.step.timers, ())
    assert step.history == step.messages == step.effects == ()


def test_what_a_step_records_of_the_child_counts_in_the_same_step(roles, context):
    pathway = line(
        service("note", "record_fact", name="'placed_at'", value="'2027-01-04T09:00:00+00:00'"),
        task("visit", due='deadline("visit.first", fact("placed_at"))'),
        path="start > note > visit > end",
    )
    known = replace(context, facts={"placed_at": "2026-12-24T17:40:00+00:00"})

    (visit,) = SavedWalk(compiled(pathway, roles), known, {}, None).step.tasks

    assert visit.due is not None
    assert visit.due.from_at == at("2027-01-04T09:00:00+00:00")
    assert known.facts["placed_at"] == "2026-12-24T17:40:00+00:00"
