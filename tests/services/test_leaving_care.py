"""Pathways that are counted from birthdays: a date of birth that is found out, and a young person who is grown up."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.clock import SimulatedClock, now
from app.services import instances, messages, tasks, timers
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.instances import TaskHistory
from app.store.tasks import UserTask
from tests.crash import pathways


def young_person(born_on: date | None) -> str:
    """A child whose record has this date of birth, or none yet."""
    child = pathways.child()
    with transaction() as session:
        session.execute(update(Child).where(Child.id == child).values(date_of_birth=born_on))
    return child


def begin(pathway: str, child: str, **answers: str | None) -> str:
    """Start a pathway, and let everything happen that is due at once."""
    instance = instances.start(pathways.viewer(), pathway, child, {"opened_at": now().isoformat(), **answers})
    timers.drain()
    messages.deliver_pending()
    return instance


def ends(instance: str) -> set[str]:
    """The end events that an instance has reached."""
    with reading() as session:
        query = select(TaskHistory.element_id).where(
            TaskHistory.instance_id == instance, TaskHistory.element_type == "endEvent"
        )
        return set(session.scalars(query))


def due(element: str) -> str:
    """The day on which the task of an element is due."""
    with reading() as session:
        return str(
            session.scalars(select(UserTask).where(UserTask.element_id == element)).one().due["due_on"]
        )


@pytest.mark.parametrize(
    ("pathway", "task", "then", "day"),
    [
        ("pathway_plan", "find_birth_date", "assess_needs", "2027-12-15"),  # sixteen
        ("transition_to_adult", "find_age", "decide_supervision", "2029-09-14"),  # the Friday before
    ],
)
def test_a_date_of_birth_that_somebody_found_out_counts_from_then_on(
    pathway: str, task: str, then: str, day: str, house: Flask, clock: SimulatedClock
) -> None:
    begin(pathway, young_person(None), **({"pathway_plan_on": None} if pathway == "pathway_plan" else {}))

    found = pathways.one_task(task)
    tasks.complete(pathways.somebody_for(found), found, {"born_on": "2011-12-15", "source": None})
    clock.move_to(now().replace(year=now().year + 1))
    timers.drain()
    messages.deliver_pending()

    assert due(then) == day


def test_the_reviews_of_a_grown_up_go_on_without_a_transition(house: Flask, clock: SimulatedClock) -> None:
    adult = young_person(date(now().year - 19, 5, 4))

    plan = begin("pathway_plan", adult, pathway_plan_on=now().date().isoformat())

    assert ends(plan) == {"reviews_go_on"}
    assert pathways.in_tree(plan, "pathway_plan_review_cycle")
    assert pathways.in_tree(plan, "leaving_care_support")
    assert not pathways.in_tree(plan, "transition_to_adult")
