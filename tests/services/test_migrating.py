"""Running pathways go to another version in one batch: seen before, each alone, resumable, and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.clock import SimulatedClock, use_clock
from app.domain.errors import BadInput, Busy, Conflict, NotFound, StaleTask
from app.engine import codec, migration
from app.engine.contracts import Bundle
from app.engine.migration import Moves
from app.services import (
    accounts,
    chronology,
    crashpoints,
    drafts,
    incidents,
    instance_view,
    task_life,
    task_view,
    tasks,
    timers,
)
from app.services.workbench import dry_run, migrating, migration_progress
from app.services.workbench.dry_run import Route
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.timers import Timer
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.engine import diagrams as d

KEY = "journey"
FORM = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "seen", "label": "What was seen?", "properties": {"called": "it"}}
    ],
}
OTHER_FORM = {**FORM, "components": [{**FORM["components"][0], "key": "heard", "label": "What was heard?"}]}
REASON = "The protocol of December asks for it"


def journey(
    *, due: str = "P5D", names: tuple[str, str] = ("first", "ask"), form: dict[str, Any] = FORM
) -> Bundle:
    """A step, then another beside a timer; the last step has a form."""
    first, ask = names
    xml = d.diagram(
        d.start(),
        d.task(first, form="journey/seen", copy="seen"),
        d.gateway("fork", "parallel"),
        d.task(ask, due=due, form="journey/seen"),
        d.boundary("late", ask, d.timer("P9D"), False),
        d.task("remind"),
        d.task("after"),
        d.end(),
        d.catch("wait", d.timer("P10D")),
        d.end("waited"),
        d.flows(
            f"start > {first} > fork > {ask} > after > end; fork > wait > waited; late > remind > waited"
        ),
        key=KEY,
    )
    return Bundle(KEY, {f"{KEY}.bpmn": xml}, {"journey/seen": form})


def without_the_question() -> Bundle:
    return Bundle(
        KEY,
        {
            f"{KEY}.bpmn": d.diagram(
                d.start(), d.task("other"), d.end(), d.flows("start > other > end"), key=KEY
            )
        },
    )


@pytest.fixture
def designer(house: Flask) -> Any:
    """Desi, who draws pathways and sees no child by that."""
    return accounts.viewer_named("desi@wandsworth.example")


@pytest.fixture
def running(house: Flask) -> list[str]:
    """Three pathways on version 1 whose first step is done, and version 2, in which the second is due sooner."""
    pathways.publish(journey())
    found = []
    for name in ("Ada", "Ben", "Cem"):
        instance = pathways.begin(KEY, pathways.child(name))
        pathways.complete(pathways.one_task("first", instance))
        found.append(instance)
    pathways.publish(journey(due="P2D"))
    return found


def route(**moves: Any) -> Route:
    return Route(KEY, (1,), 2, Moves(**moves))


def row(model: Any, *where: Any) -> Any:
    with reading() as session:
        found = session.scalars(select(model).where(*where)).one()
        session.expunge(found)
        return found


def instance_row(instance: str) -> Any:
    return row(ProcessInstance, ProcessInstance.id == instance)


def task_row(element: str, instance: str) -> Any:
    return row(UserTask, UserTask.element_id == element, UserTask.instance_id == instance)


def kinds(instance: str) -> list[str]:
    with reading() as session:
        query = select(AuditEntry.kind).where(AuditEntry.instance_id == instance).order_by(AuditEntry.seq)
        return list(session.scalars(query))


@contextmanager
def dying_at(point: str, nth: int) -> Iterator[None]:
    """The process is stopped the nth time that it comes past a crash point."""
    left = [nth]

    def hook(name: str) -> None:
        left[0] -= name == point
        if not left[0]:
            raise KeyboardInterrupt

    crashpoints.install(hook)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        crashpoints.install(lambda name: None)


def test_a_preview_says_what_would_happen_and_writes_nothing(
    designer: Any, running: list[str], everything: Callable[[], Any], clock: SimulatedClock
) -> None:
    clock.move_to(clock.now() + timedelta(days=3))
    before = everything()

    found = dry_run.dry_run(designer, route())

    assert everything() == before
    assert (found.total, found.blocked, found.late, found.with_moved_dates) == (3, 0, 3, 3)
    (moved,) = found.lines[0].moved_dates
    assert (moved.name, moved.was - moved.becomes, moved.is_late) == ("ask", timedelta(days=3), True)
    assert {line.name for line in found.lines} == {None}
    assert {line.name for line in dry_run.dry_run(_admin(), route()).lines} == {
        f"{name} Testing" for name in ("Ada", "Ben", "Cem")
    }


def _admin() -> Any:
    with reading() as session:
        return next(p for p in pathways.viewers(session, pathways.AUTHORITY) if p.is_admin)


def test_the_page_of_choices_knows_which_rule_was_changed(designer: Any, running: list[str]) -> None:
    found = dry_run.clocks(designer, route())

    assert [(clock.name, clock.default) for clock in found] == [
        ("ask", "original"),
        ("late", "keep"),
        ("wait", "keep"),
    ]


def test_what_people_have_stays_theirs_and_what_is_drawn_follows(
    designer: Any, running: list[str], clock: SimulatedClock
) -> None:
    instance = running[0]
    before = task_row("ask", instance)
    somebody = pathways.somebody_for(before.id)
    tasks.claim(somebody, before.id)
    drafts.save(somebody, before.id, {"seen": "half a sentence"}, version=None)
    clock.move_to(clock.now() + timedelta(days=1))

    moving = migrating.begin(designer, route(), REASON)

    progress = migration_progress.show(designer, moving)
    assert (progress.is_finished, progress.counts) == (True, {"moved": 3})
    after = task_row("ask", instance)
    assert (after.id, after.ref, after.assignee_id) == (before.id, before.ref, somebody.person_id)
    assert before.due_at - after.due_at == timedelta(days=3)
    assert after.due["explanation"] != before.due["explanation"]
    view = task_view.show(somebody, before.id)
    assert view.answers["seen"] == "half a sentence"
    assert "instance_migrated" in kinds(instance)
    told = chronology.of_child(pathways.viewer("sam"), after.child_id)
    words = [one.words for one in told.happenings]
    assert f"Goes by another version of the pathway: journey, from version 1 to version 2. {REASON}" in words
    assert any(one.startswith("Moved from") and REASON in one for one in words)
    assert_all(quiet_at=None)
    assert timers.rebuild() == 0
    pathways.complete(before.id)
    pathways.complete(pathways.one_task("after", instance))
    assert_all()


def test_a_kept_date_stays_where_it_was(designer: Any, running: list[str]) -> None:
    before = task_row("ask", running[0])

    migrating.begin(designer, route(choices={"ask": "keep", "wait": "restart"}), REASON)

    after = task_row("ask", running[0])
    assert (after.due_at, after.due) == (before.due_at, before.due)
    assert "deadline_moved" not in kinds(running[0])
    assert_all()


def test_a_finished_task_is_shown_with_the_questions_that_it_was_asked(
    designer: Any, running: list[str]
) -> None:
    pathways.publish(Bundle(KEY, journey(due="P2D").files, {"journey/seen": OTHER_FORM}))
    done = task_row("first", running[0])
    worker = pathways.viewer("sam")

    migrating.begin(designer, Route(KEY, (1,), 3), REASON)

    shown = task_view.show(worker, done.id)
    assert [field.key for field in shown.form.fields] == ["seen"]
    assert "seen" in task_view.show(worker, done.id).answers
    assert task_life.of_task(worker, done.id).decisive == ("What was seen?",)
    open_now = task_view.show(worker, task_row("ask", running[0]).id)
    assert [field.key for field in open_now.form.fields] == ["heard"]


def test_an_element_with_another_id_takes_its_history_along_and_brings_it_back(
    designer: Any, running: list[str]
) -> None:
    pathways.publish(journey(due="P2D", names=("look_first", "ask_then")))
    names = {"first": "look_first", "ask": "ask_then"}
    before = task_row("ask", running[0])

    moving = migrating.begin(designer, Route(KEY, (1,), 3, Moves(names=names)), REASON)

    assert task_row("ask_then", running[0]).id == before.id
    shown = instance_view.show(pathways.viewer("sam"), running[0])
    assert "look_first" in shown.done
    assert "ask_then" in shown.active
    assert_all()
    migrating.take_back(designer, moving)
    assert task_row("ask", running[0]).id == before.id
    assert task_row("first", running[0]).state == "completed"
    assert_all()


def test_one_that_cannot_move_says_why_and_stops_nobody(designer: Any, running: list[str]) -> None:
    pathways.publish(without_the_question())
    broken = running[1]
    with transaction() as session:
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == broken)
            .values(state='{"format":1,"version":"x"}')
        )

    preview = dry_run.dry_run(designer, Route(KEY, (1,), 3))
    blocked = migrating.begin(designer, Route(KEY, (1,), 3), REASON)
    moved = migrating.begin(designer, route(), REASON)

    assert (preview.total, preview.blocked) == (3, 3)
    lines = {line.instance_id: line for line in migration_progress.show(designer, blocked).lines}
    assert [lines[one].state for one in running] == ["blocked", "fault", "blocked"]
    assert "does not have this step" in (lines[running[0]].sentence or "")
    assert "another version" in (lines[broken].sentence or "")
    states = {line.instance_id: line.state for line in migration_progress.show(designer, moved).lines}
    assert states == {running[0]: "moved", broken: "fault", running[2]: "moved"}


def test_what_nobody_foresaw_becomes_an_incident_of_one_and_can_be_tried_again(
    designer: Any, running: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, real = instance_row(running[1]), migration.transplant
    text = poisoned.state

    def transplant(old: Any, *about: Any) -> Any:
        if codec.save(old) == text:
            raise ZeroDivisionError
        return real(old, *about)

    monkeypatch.setattr(migration, "transplant", transplant)
    moving = migrating.begin(designer, route(), REASON)
    monkeypatch.undo()

    shown = migration_progress.show(designer, moving)
    assert (shown.is_finished, shown.counts) == (True, {"fault": 1, "moved": 2})
    assert shown.lines[0].instance_id == poisoned.id
    assert "ZeroDivisionError" in (shown.lines[0].sentence or "")
    after = instance_row(poisoned.id)
    assert (after.state, after.version_id, after.status) == (text, poisoned.version_id, "running")
    (incident,) = instance_view.show(_admin(), poisoned.id).incidents
    assert (incident.stands_still, incident.sentence) == (False, shown.lines[0].sentence)
    assert_all()
    incidents.retry(_admin(), incident.id, "It was mended.")
    assert migration_progress.show(designer, moving).counts == {"moved": 3}
    assert_all()


@pytest.mark.parametrize(("point", "nth"), [("after_lock", 2), ("before_commit", 4), ("after_commit", 2)])
def test_a_process_that_dies_leaves_the_rest_to_the_next(
    designer: Any, running: list[str], point: str, nth: int
) -> None:
    with dying_at(point, nth):
        migrating.begin(designer, route(), REASON)
    assert_all()
    (moving,) = migration_progress.listed(designer, KEY)
    assert migration_progress.show(designer, moving.id).to_do in (1, 2, 3)

    migrating.go_on()

    assert migration_progress.show(designer, moving.id).counts == {"moved": 3}
    assert [kinds(instance).count("instance_migrated") for instance in running] == [1, 1, 1]
    assert_all()


def test_what_has_not_moved_on_goes_back_exactly_as_it_was(
    designer: Any, running: list[str], everything: Callable[[], Any]
) -> None:
    rows = {"user_tasks", "drafts", "subscriptions", "task_history", "answers"}
    state = [instance_row(instance).state for instance in running]
    before = {name: table for name, table in everything().items() if name in rows}
    dates = _timer_dates()
    moving = migrating.begin(designer, route(), REASON)
    stepped = pathways.one_task("ask", running[2])
    pathways.complete(stepped)

    migrating.take_back(designer, moving)

    shown = {line.instance_id: line for line in migration_progress.show(designer, moving).lines}
    assert [shown[instance].state for instance in running] == ["back", "back", "stays"]
    assert "A step has been taken" in (shown[running[2]].sentence or "")
    assert [instance_row(instance).state for instance in running[:2]] == state[:2]
    assert instance_row(running[2]).version_id != instance_row(running[0]).version_id
    after = {name: table for name, table in everything().items() if name in rows}
    for name in rows:
        others = [
            [one for one in table if not any(running[2] in cell for cell in one)]
            for table in (before[name], after[name])
        ]
        assert others[0] == others[1], name
    assert dates.items() >= {key: at for key, at in _timer_dates().items() if key[0] != running[2]}.items()
    assert "migration_reverted" in kinds(running[0])
    assert timers.rebuild() == 0
    assert_all()
    with pytest.raises(Conflict, match="already"):
        migrating.take_back(designer, moving)


def _timer_dates() -> dict[tuple[str, str, str], Any]:
    with reading() as session:
        return {(one.instance_id, one.kind, one.ref): one.due_at for one in session.scalars(select(Timer))}


def test_a_task_whose_date_came_to_pass_or_was_moved_by_hand_stays(
    designer: Any, running: list[str], clock: SimulatedClock
) -> None:
    moving = migrating.begin(designer, route(), REASON)
    with transaction() as session:
        session.execute(
            update(UserTask)
            .where(UserTask.element_id == "ask", UserTask.instance_id == running[0])
            .values(due_at=clock.now() + timedelta(days=30))
        )

    migrating.take_back(designer, moving)

    states = {line.instance_id: line.state for line in migration_progress.show(designer, moving).lines}
    assert states == {running[0]: "stays", running[1]: "back", running[2]: "back"}


def test_a_task_that_is_completed_meanwhile_is_done_before_or_after_and_never_lost(
    house: Flask, designer: Any, running: list[str], clock: SimulatedClock
) -> None:
    pathways.publish(journey())
    many = [pathways.begin(KEY, pathways.child()) for _ in range(6)]
    pathways.publish(journey(due="P2D"))
    contested = [pathways.one_task("first", instance) for instance in many]

    def work(task_id: str) -> str:
        with house.app_context(), use_clock(clock):
            for _ in range(50):
                try:
                    pathways.complete(task_id)
                except (Busy, StaleTask):
                    continue
                return task_id
        return ""

    def batch() -> str:
        with house.app_context(), use_clock(clock):
            return migrating.begin(designer, route(), REASON)

    with ThreadPoolExecutor(3) as pool:
        answered = [pool.submit(work, task_id) for task_id in contested[:3]]
        moving = pool.submit(batch)
        answered += [pool.submit(work, task_id) for task_id in contested[3:]]
        done = [one.result() for one in answered]
    for _ in range(20):
        migrating.go_on()

    assert done == contested
    assert migration_progress.show(designer, moving.result()).counts == {"moved": 9}
    assert {len(pathways.open_tasks(element_id="ask", instance_id=instance)) for instance in many} == {1}
    assert_all(answered=contested)


def test_who_may_not_and_what_cannot_is_refused(designer: Any, running: list[str]) -> None:
    with pytest.raises(NotFound):
        migrating.begin(pathways.viewer("sam"), route(), REASON)
    with pytest.raises(BadInput, match="why"):
        migrating.begin(designer, route(), " ")
    with pytest.raises(BadInput, match="already"):
        migrating.begin(designer, Route(KEY, (2,), 2), REASON)
    with pytest.raises(BadInput, match="Nothing runs"):
        migrating.begin(designer, Route(KEY, (2,), 1), REASON)
    with pytest.raises(BadInput, match="no element called"):
        migrating.begin(designer, route(names={"nowhere": "ask"}), REASON)
    with pytest.raises(NotFound):
        migrating.begin(designer, Route(KEY, (1,), 9), REASON)
    with pytest.raises(NotFound):
        migration_progress.show(designer, "0")
