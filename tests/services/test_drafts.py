"""Drafts: twenty saves at once, an answer that was lost on the way, another window, another person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from app.domain.clock import SimulatedClock, use_clock
from app.domain.errors import Conflict, StaleTask
from app.services import drafts, tasks
from app.store.db import reading
from app.store.tasks import Draft
from tests.crash import pathways


@pytest.fixture
def task(house: Flask) -> str:
    """The id of an open task of a remand's team."""
    pathways.begin(pathways.RACE, pathways.child())
    return pathways.one_task("answer")


def at_once(clock: SimulatedClock, act: Callable[[int], str], times: int = 20) -> list[str]:
    """What `act` returns for 0, 1, 2 …, each in a thread of its own, all at the same moment."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    gate = Barrier(times)

    def one(number: int) -> str:
        with app.app_context(), use_clock(clock):
            gate.wait()
            return act(number)

    with ThreadPoolExecutor(times) as threads:
        return sorted(threads.map(one, range(times)))


def kept(task_id: str) -> tuple[dict[str, object], int] | None:
    with reading() as session:
        found = session.execute(select(Draft.answers, Draft.version).where(Draft.task_id == task_id)).first()
    return (found.answers, found.version) if found else None


def test_of_twenty_first_drafts_at_once_one_is_kept_and_nineteen_are_told(
    task: str, clock: SimulatedClock
) -> None:
    def save(number: int) -> str:
        try:
            drafts.save(pathways.viewer("sam"), task, {"said": str(number)}, 0)
        except Conflict:
            return "told"
        return "kept"

    assert at_once(clock, save) == ["kept"] + ["told"] * 19
    assert kept(task) is not None


def test_a_page_whose_answer_was_lost_on_the_way_is_not_its_own_rival(task: str) -> None:
    # given: the server has saved it, and the page never heard so
    drafts.save(pathways.viewer("sam"), task, {"said": "one"}, 0, page="this page")

    # when: the page tries again with what was typed meanwhile
    version = drafts.save(pathways.viewer("sam"), task, {"said": "one two"}, 0, page="this page")

    # then
    assert kept(task) == ({"said": "one two"}, version)


def test_another_window_and_another_person_are_rivals_still(task: str) -> None:
    drafts.save(pathways.viewer("sam"), task, {"said": "one"}, 0, page="this page")

    with pytest.raises(Conflict, match="in another window"):
        drafts.save(pathways.viewer("sam"), task, {"said": "two"}, 0, page="that page")
    with pytest.raises(Conflict, match="Sam Socialworker has saved"):
        drafts.save(pathways.viewer("mo"), task, {"said": "three"}, 0, page="this page")

    version = drafts.save(pathways.viewer("mo"), task, {"said": "three"}, 1, page="another page")
    with pytest.raises(Conflict, match="Mo"):
        drafts.save(pathways.viewer("sam"), task, {"said": "four"}, version - 1, page="this page")


def test_completing_over_ones_own_unheard_draft_is_no_conflict(task: str) -> None:
    drafts.save(pathways.viewer("sam"), task, {"said": "one"}, 0, page="this page")

    tasks.complete(pathways.viewer("sam"), task, {}, submission="this page", draft_version=0)

    assert kept(task) is None


def test_a_draft_that_arrives_after_the_task_was_completed_is_told_so(
    task: str, clock: SimulatedClock
) -> None:
    def act(number: int) -> str:
        try:
            if number == 5:
                tasks.complete(pathways.viewer("sam"), task, {}, submission="once")
                return "completed"
            drafts.save(pathways.viewer("sam"), task, {"said": str(number)}, None)
        except StaleTask:
            return "too late"
        return "kept"

    assert at_once(clock, act).count("completed") == 1
    assert kept(task) is None
