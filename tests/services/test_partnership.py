"""Pathways about the partnership, on both databases: one record, the managers', and no child among the children."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, use_clock
from app.domain.errors import BadInput, NotFound
from app.services import (
    accounts,
    child_view,
    children,
    instance_view,
    instances,
    lists,
    partnership,
    pathway_view,
    timers,
)
from app.store.children import PARTNERSHIP, Child
from app.store.db import db, reading, transaction

PLAN = {"last_published_on": "2026-03-31"}
pytestmark = pytest.mark.usefixtures("clock")


def somebody(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


def records() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Child).where(Child.kind == PARTNERSHIP)) or 0


def test_an_authority_has_one_record_made_when_it_is_first_needed(filled_app: Flask) -> None:
    assert partnership.record_of(somebody("tess")) is None

    first = instances.start(somebody("tess"), "youth_justice_plan", None, PLAN)
    second = instances.start(somebody("serge"), "quarterly_meeting", None,
                             {"last_meeting_on": "2026-10-01", "notes_by": "probation"})  # fmt: skip

    assert first != second
    assert records() == 1
    assert partnership.record_of(somebody("tess", "stockport")) is None


def test_two_managers_who_begin_at_once_get_the_same_record(filled_app: Flask, clock: SimulatedClock) -> None:
    def make(_: int) -> str:
        with filled_app.app_context(), use_clock(clock):
            try:
                with transaction() as session:
                    return partnership.record(session, "wandsworth", person_id=None)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(make, range(2)))

    assert found[0] == found[1]
    assert records() == 1


def test_it_is_no_child(filled_app: Flask) -> None:
    tess = somebody("tess")
    instances.start(tess, "youth_justice_plan", None, PLAN)
    record_id = partnership.record_of(tess)
    assert record_id is not None

    view = child_view.show(tess, record_id)

    assert children.search(tess, "wandsworth partnership") == []
    assert (view.child.name, view.child.is_partnership) == ("Wandsworth partnership", True)
    assert (view.child.date_of_birth, view.child.is_provisional, view.badges) == (None, False, ())


def test_managers_see_it_and_practitioners_do_not(filled_app: Flask) -> None:
    instance_id = instances.start(somebody("tess"), "youth_justice_plan", None, PLAN)
    record_id = partnership.record_of(somebody("tess"))
    assert record_id is not None

    for name in ("mo", "lee", "probe", "ada"):
        assert instance_view.show(somebody(name), instance_id).child.is_partnership
        assert instance_view.of_child(somebody(name), record_id)
    for name in ("casey", "sam", "nia"):
        with pytest.raises(NotFound):
            instance_view.show(somebody(name), instance_id)
        assert not instance_view.of_child(somebody(name), record_id)


@pytest.mark.parametrize("name", ["casey", "sam", "nia", "ada"])
def test_only_managers_start_what_is_about_it(filled_app: Flask, name: str) -> None:
    with pytest.raises(NotFound):
        instances.start(somebody(name), "youth_justice_plan", None, PLAN)

    assert records() == 0
    assert not pathway_view.show(somebody(name), "youth_justice_plan").can_start


def test_a_manager_of_probation_starts_the_meetings_without_doing_casework(filled_app: Flask) -> None:
    answers = {"last_meeting_on": "2026-10-01", "notes_by": "probation"}

    assert instances.start(somebody("probe"), "quarterly_meeting", None, answers)


def test_it_is_not_started_for_a_child_nor_a_child_s_pathway_for_it(filled_app: Flask) -> None:
    tess = somebody("tess")
    alex = children.search(tess, "alex")[0].id
    with pytest.raises(BadInput, match="it is not started for a child"):
        instances.start(tess, "youth_justice_plan", alex, PLAN)
    instances.start(tess, "youth_justice_plan", None, PLAN)

    for nobody in (None, partnership.record_of(tess)):
        with pytest.raises(NotFound):
            instances.start(
                tess, "victim_support", nobody, {"known_at": "2026-11-30T10:00:00+00:00", "safe_now": True}
            )


def test_its_tasks_come_to_the_managers_and_say_whose_they_are(
    filled_app: Flask, clock: SimulatedClock
) -> None:
    tess = somebody("tess", "stockport")
    instances.start(tess, "agreement_review", None, {"last_reviewed_on": "2019-03-20"})

    timers.drain()

    (task,) = [task for task in lists.my_work(tess).tasks if task.definition_key == "agreement_review"]
    assert (task.name, task.child.name) == (
        "Say what should change for youth justice",
        "Stockport partnership",
    )
    assert task.is_overdue
