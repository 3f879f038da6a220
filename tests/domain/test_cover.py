"""What covering for somebody adds to a person's rights: the absent person's reach, and nothing else, to nobody else."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain.access import (
    TABLE,
    AuthorityThing,
    ChildThing,
    PersonThing,
    TaskThing,
    TeamThing,
    Thing,
    Viewer,
    acts_for,
    may,
)

IDS = ("ann", "ben", "cat", "dan")
AGENCIES = ("yjs", "csc", "health")
ROLES = ("social_worker", "yjs_case_manager", "csc_team_manager", "dcs")
TEAMS = ("one", "two")
AUTHORITIES = ("here", "elsewhere")


def some(of: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of))


one_or_none = st.none() | st.sampled_from(IDS)
viewers = st.builds(
    Viewer,
    person_id=st.sampled_from(IDS),
    authority_id=st.sampled_from(AUTHORITIES),
    name=st.just("Somebody"),
    roles=some(ROLES),
    team_ids=some(TEAMS),
    is_admin=st.booleans(),
    agencies=some(AGENCIES),
    covers=some(IDS),
)
authority = st.sampled_from(AUTHORITIES)
children = st.builds(ChildThing, authority, some(AGENCIES), some(IDS), st.booleans())
tasks = st.builds(
    TaskThing,
    authority,
    st.sampled_from(ROLES),
    st.none() | st.sampled_from(TEAMS),
    one_or_none,
    st.none() | st.sampled_from(AGENCIES),
    some(IDS),
)
others = st.one_of(
    st.builds(AuthorityThing, authority),
    st.builds(TeamThing, authority, st.sampled_from(TEAMS), st.sampled_from(AGENCIES)),
    st.builds(PersonThing, authority, st.sampled_from(IDS), some(AGENCIES), one_or_none),
)
actions = st.sampled_from(sorted(TABLE))


def alone(viewer: Viewer) -> Viewer:
    return replace(viewer, covers=frozenset())


def held_by(thing: Thing) -> frozenset[str]:
    """Who has the task, or is allocated to the child."""
    if isinstance(thing, TaskThing):
        return thing.worker_ids | ({thing.assignee_id} - {None})  # type: ignore[return-value]
    return thing.worker_ids if isinstance(thing, ChildThing) else frozenset()


@given(viewer=viewers, action=actions, thing=st.one_of(children, tasks, others))
def test_covering_never_crosses_authorities(viewer: Viewer, action: str, thing: Thing) -> None:
    if thing.authority_id != viewer.authority_id:
        assert not may(viewer, action, thing)


@given(viewer=viewers, action=actions, thing=st.one_of(children, tasks, others))
def test_covering_takes_nothing_away(viewer: Viewer, action: str, thing: Thing) -> None:
    if may(alone(viewer), action, thing):
        assert may(viewer, action, thing)


@given(viewer=viewers, action=actions, thing=st.one_of(children, tasks, others))
def test_covering_adds_only_what_the_absent_person_has(viewer: Viewer, action: str, thing: Thing) -> None:
    if may(viewer, action, thing) and not may(alone(viewer), action, thing):
        assert viewer.covers & held_by(thing)


@given(viewer=viewers, action=actions, thing=others)
def test_covering_makes_nobody_a_manager(viewer: Viewer, action: str, thing: Thing) -> None:
    assert may(viewer, action, thing) is may(alone(viewer), action, thing)


@pytest.mark.parametrize("action", ["see_task", "save_draft", "complete", "release"])
def test_the_cover_of_a_cover_reaches_nothing_of_the_first(action: str) -> None:
    # given: Ann is away and Ben covers for her; Ben is away and Cat covers for him
    of_ann = TaskThing("here", role="social_worker", team_id="one", assignee_id="ann")
    ben = Viewer("ben", "here", "Ben", covers=frozenset({"ann"}))
    cat = Viewer("cat", "here", "Cat", covers=frozenset({"ben"}))

    # then
    assert may(ben, action, of_ann)
    assert not may(cat, action, of_ann)


@given(viewer=viewers, task=tasks)
def test_something_is_done_for_somebody_only_by_their_cover_and_only_where_they_have_the_task(
    viewer: Viewer, task: TaskThing
) -> None:
    absent = acts_for(viewer, task)

    if absent is not None:
        assert absent in viewer.covers & held_by(task)


@given(viewer=viewers, task=tasks)
def test_the_task_of_somebody_away_is_always_done_for_them(viewer: Viewer, task: TaskThing) -> None:
    if task.assignee_id in viewer.covers:
        assert acts_for(viewer, task) == task.assignee_id


def test_what_a_person_may_do_themselves_they_do_as_themselves() -> None:
    of_the_team = TaskThing("here", role="social_worker", team_id="one", worker_ids=frozenset({"ann"}))
    ben = Viewer("ben", "here", "Ben", team_ids=frozenset({"one"}), covers=frozenset({"ann"}))

    assert acts_for(ben, of_the_team) is None
    assert acts_for(replace(ben, team_ids=frozenset()), of_the_team) == "ann"
