"""My work and the teams' queues, on both databases: whose tasks, in which order, narrowed to what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import NotFound
from app.services import accounts, children, instances, lists, tasks
from app.services.lists import SECTIONS, Filters
from app.store.db import db

ANSWERS = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


def somebody(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


def remand_of(name: str, clock: SimulatedClock, *, hours_ago: int = 1) -> str:
    dora = somebody("dora")
    child = children.search(dora, name)[0]
    ordered_at = clock.now() - timedelta(hours=hours_ago)
    return instances.start(dora, "remand_yda", child.id, {**ANSWERS, "remanded_at": ordered_at.isoformat()})


@pytest.fixture
def remands(clock: SimulatedClock, filled_app: Flask) -> SimulatedClock:
    """Alex (who has a social worker) and Robin (who has none) were remanded, Robin a day earlier."""
    remand_of("alex", clock)
    remand_of("robin", clock, hours_ago=25)
    return clock


def test_mine_is_what_was_given_to_me_and_what_nobody_has_in_my_role(remands: SimulatedClock) -> None:
    sam = somebody("sam")

    work = lists.my_work(sam)

    assert {task.child.given_name for task in work.tasks} == {"Alex", "Robin"}
    assert all(task.role == "social_worker" or task.assignee_id == sam.person_id for task in work.tasks)
    assert {task.assignee_id for task in work.tasks} == {sam.person_id, None}
    assert work.total == len(work.tasks) == sum(work.counts.values())


def test_what_a_colleague_took_is_mine_no_longer(remands: SimulatedClock) -> None:
    sam, mo, ash = somebody("sam"), somebody("mo"), somebody("ash")
    free = next(task for task in lists.my_work(sam).tasks if task.assignee_id is None)

    tasks.assign(mo, free.id, ash.person_id)

    assert free.id not in {task.id for task in lists.my_work(sam).tasks}
    assert free.id in {task.id for task in lists.my_work(ash).tasks}
    assert free.id in {task.id for task in lists.my_work(sam, Filters(who="team")).tasks}


def test_tasks_of_a_child_stand_together_and_the_earliest_is_first(remands: SimulatedClock) -> None:
    work = lists.my_work(somebody("sam"))

    children_in_order = [group.child.id for group in work.groups]
    assert len(children_in_order) == len(set(children_in_order))
    for group in work.groups:
        dues = [task.due_at for task in group.tasks if task.due_at]
        assert dues == sorted(dues)
    firsts = [group.tasks[0].due_at for group in work.groups if group.tasks[0].due_at]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("due", SECTIONS)
def test_the_number_of_a_section_is_the_length_of_its_list(remands: SimulatedClock, due: str) -> None:
    dora = somebody("dora")

    everything = lists.my_work(dora, Filters(who="team"))
    narrowed = lists.my_work(dora, Filters(who="team", due=due))

    assert narrowed.total == everything.counts[due] == len(narrowed.tasks)
    assert {task.section for task in narrowed.tasks} <= {due}


def test_a_task_passes_through_the_sections_as_time_goes_on(remands: SimulatedClock) -> None:
    sam = somebody("sam")
    visit = next(
        task for task in lists.my_work(sam).tasks if "Visit" in task.name and task.child.given_name == "Alex"
    )
    assert visit.due_at is not None

    def section() -> tuple[str, str]:
        now = next(task for task in lists.my_work(sam).tasks if task.id == visit.id)
        return now.section, now.status

    remands.move_to(visit.due_at - timedelta(minutes=1))
    assert section() == ("today", "Due today")
    remands.move_to(visit.due_at + timedelta(minutes=1))
    assert section() == ("overdue", "Overdue")


def test_role_and_pathway_narrow_the_list(remands: SimulatedClock) -> None:
    tess = somebody("tess")

    by_role = lists.my_work(tess, Filters(who="team", role="yjs_court_officer"))
    by_pathway = lists.my_work(tess, Filters(who="team", pathway="remand_yda", role="yjs_court_officer"))
    by_neither = lists.my_work(tess, Filters(who="team", pathway="no_such_pathway"))

    assert {task.role for task in by_role.tasks} == {"yjs_court_officer"}
    assert {task.id for task in by_pathway.tasks} == {task.id for task in by_role.tasks}
    assert (by_neither.total, by_neither.tasks, by_neither.pages) == (0, (), 1)


def test_pages_part_the_list_without_losing_or_repeating_a_task(
    remands: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tess = somebody("tess")
    everything = {task.id for task in lists.team_queue(tess, "youth_justice").tasks}
    monkeypatch.setattr(lists, "PAGE_SIZE", 4)

    pages = lists.team_queue(tess, "youth_justice").pages
    seen = [
        task.id
        for page in range(1, pages + 1)
        for task in lists.team_queue(tess, "youth_justice", page=page).tasks
    ]

    assert pages == -(-len(everything) // 4)
    assert len(seen) == len(everything)
    assert set(seen) == everything
    assert lists.team_queue(tess, "youth_justice", page=999).page == pages


def test_the_queue_without_takers_has_only_those_that_nobody_has(remands: SimulatedClock) -> None:
    tess = somebody("tess")

    free = lists.team_queue(tess, "youth_justice", Filters(who="nobody"))
    everything = lists.team_queue(tess, "youth_justice")

    assert {task.id for task in free.tasks} == {
        task.id for task in everything.tasks if task.assignee_id is None
    }
    assert 0 < free.total < everything.total


@pytest.mark.parametrize(
    ("who", "authority", "team_id"),
    [
        ("sam", "wandsworth", "youth_justice"),
        ("mo", "wandsworth", "youth_justice"),
        ("sam", "wandsworth", "no_such_team"),
        ("nia", "wandsworth", "looked_after"),
    ],
)
def test_the_queue_of_another_team_is_not_found(
    remands: SimulatedClock, who: str, authority: str, team_id: str
) -> None:
    with pytest.raises(NotFound):
        lists.team_queue(somebody(who, authority), team_id)


def test_nothing_of_another_authority_is_on_any_list(remands: SimulatedClock) -> None:
    for who in ("sam", "mo", "dora", "ada"):
        stranger = somebody(who, "stockport")
        assert lists.my_work(stranger).total == 0
        assert lists.my_work(stranger, Filters(who="team")).total == 0
        for team in lists.teams_of(stranger):
            assert lists.team_queue(stranger, team.id).total == 0


def test_a_manager_sees_the_queues_of_the_agency_and_own_ones_first(remands: SimulatedClock) -> None:
    mo = somebody("mo")

    teams = lists.teams_of(mo)

    assert teams[0].id == "looked_after"
    assert {team.agency for team in teams} == {"csc"}
    assert [team.id for team in lists.teams_of(somebody("sam"))] == ["looked_after"]


@pytest.mark.parametrize("what", ["mine", "team", "nobody", "waiting", "queue"])
def test_a_list_costs_as_many_statements_however_long_it_is(remands: SimulatedClock, what: str) -> None:
    tess = somebody("tess")
    opened = {
        "queue": lambda: lists.team_queue(tess, "youth_justice"),
        "waiting": lambda: lists.waiting(tess),
    }.get(what, lambda: lists.my_work(tess, Filters(who=what)))
    few, many = statements_of(opened), 0

    for name in ("morgan", "casey", "drew"):
        if children.search(somebody("dora"), name):
            remand_of(name, remands)
    many = statements_of(opened)

    assert len(few) == len(many) <= 4
    assert len([sql for sql in many if "user_tasks" in sql]) <= 2


def statements_of(run: Callable[[], object]) -> list[str]:
    """The SELECTs that something takes."""
    told: list[str] = []

    def note(*said: Any) -> None:
        told.append(said[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return [sql for sql in told if sql.lstrip().startswith(("SELECT", "WITH"))]
