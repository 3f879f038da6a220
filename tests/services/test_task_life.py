"""Reopening and setting aside: who may, what is kept, what moves, and what the pathway does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound, StaleTask
from app.services import accounts, children, facts, instances, lists, task_life, task_view, tasks
from app.store.audit import AuditEntry
from app.store.corrections import EarlierAnswer
from app.store.db import reading
from app.store.tasks import UserTask

pytestmark = pytest.mark.usefixtures("filled_app", "clock")
START = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}
VISIT = {"seen_on": "2026-12-01", "seen_alone": True, "child_said": "I want to ring my gran."}


def person(name: str) -> Viewer:
    return accounts.viewer_named(f"{name}@wandsworth.example")


@pytest.fixture
def remand(clock: SimulatedClock) -> str:
    """The id of a remand of Alex that began an hour ago."""
    dora = person("dora")
    (alex,) = children.search(dora, "alex example")
    began = (clock.now() - timedelta(hours=1)).isoformat()
    return instances.start(dora, "remand_yda", alex.id, {**START, "remanded_at": began})


def task_of(instance_id: str, element: str) -> Any:
    with reading() as session:
        return session.scalars(
            select(UserTask)
            .where(UserTask.instance_id == instance_id, UserTask.element_id == element)
            .order_by(UserTask.created_at.desc())
        ).first()


def kinds(task_id: str) -> list[str]:
    with reading() as session:
        return list(
            session.scalars(
                select(AuditEntry.kind).where(AuditEntry.task_id == task_id).order_by(AuditEntry.id)
            )
        )


def test_a_completed_task_is_put_right_and_what_it_said_is_kept(remand: str, filled_app: Flask) -> None:
    # given
    sam = person("sam")
    visit = task_of(remand, "record_first_visit")
    tasks.complete(sam, visit.id, VISIT)

    # when
    task_life.correct(sam, visit.id, {**VISIT, "child_said": "To ring my nan."}, "Misheard.")

    # then
    view = task_view.show(sam, visit.id)
    assert view.answers["child_said"] == "To ring my nan."
    life = task_life.of_task(sam, visit.id)
    assert [(one.number, one.by, one.reason) for one in life.corrections] == [
        (1, "Sam Socialworker", "Misheard.")
    ]
    assert life.corrections[0].before["child_said"] == VISIT["child_said"]
    assert kinds(visit.id).count("task_completed") == 1
    assert kinds(visit.id)[-2:] == ["task_reopened", "task_corrected"]


def test_a_correction_needs_a_reason_valid_answers_and_a_change(remand: str) -> None:
    sam = person("sam")
    visit = task_of(remand, "record_first_visit")
    tasks.complete(sam, visit.id, VISIT)

    with pytest.raises(BadInput) as refused:
        task_life.correct(sam, visit.id, {**VISIT, "seen_on": "2027-06-01"}, " ")
    assert set(refused.value.errors) == {"reason", "seen_on"}
    with pytest.raises(BadInput):
        task_life.correct(sam, visit.id, VISIT, "Nothing is different.")

    with reading() as session:
        assert session.scalars(select(EarlierAnswer)).all() == []


def test_only_who_completed_it_or_a_manager_of_the_work_reopens(remand: str) -> None:
    sam, mo, casey = person("sam"), person("mo"), person("casey")
    visit = task_of(remand, "record_first_visit")
    tasks.complete(sam, visit.id, VISIT)
    changed = {**VISIT, "child_said": "Other."}

    assert "reopen" in task_life.of_task(mo, visit.id).can
    with pytest.raises((NotAllowed, NotFound)):
        task_life.correct(casey, visit.id, changed, "Why not.")
    task_life.correct(mo, visit.id, changed, "A manager looked.")

    assert task_view.show(sam, visit.id).answers["child_said"] == "Other."


def test_an_open_task_is_not_reopened(remand: str) -> None:
    visit = task_of(remand, "record_first_visit")

    with pytest.raises((StaleTask, NotAllowed)):
        task_life.correct(person("mo"), visit.id, VISIT, "Too early.")


def test_a_corrected_fact_is_the_child_s_fact(remand: str) -> None:
    # given: the prison number was typed wrongly
    casey = person("sam")
    number = task_of(remand, "record_prison_number")
    answers = {
        "prison_number": "A1234BC",
        "establishment": "Oakhollow",
        "establishment_address": "1 Nowhere Lane",
        "recorded_on": "2026-12-01",
    }
    form = task_view.show(casey, number.id).form
    assert form is not None
    answers = {key: value for key, value in answers.items() if key in {field.key for field in form.fields}}
    tasks.complete(casey, number.id, answers)

    # when
    task_life.correct(casey, number.id, {**answers, "prison_number": "A1234BD"}, "A slip of the pen.")

    # then
    with reading() as session:
        assert facts.known(session, "wandsworth", number.child_id)["prison_number"] == "A1234BD"


def test_a_task_that_is_not_needed_is_set_aside_with_its_reason_and_the_pathway_goes_on(remand: str) -> None:
    # given: something that the protocol only recommends, or that a manager may set aside
    mo = person("mo")
    task = next(
        task
        for task in lists.my_work(mo, lists.Filters(who="team")).tasks
        if task.instance_id == remand and "set_aside" in task_life.of_task(mo, task.id).can
    )

    # when
    task_life.not_needed(mo, task.id, "Done by telephone before the pathway began.")

    # then
    view = task_view.show(mo, task.id)
    assert (view.task.state, view.task.status) == ("cancelled", "Not needed")
    assert task_life.of_task(mo, task.id).not_needed_reason == "Done by telephone before the pathway began."
    assert kinds(task.id)[-1] == "task_not_needed"
    with pytest.raises(StaleTask):
        tasks.complete(mo, task.id, {})


def test_a_duty_that_must_be_met_is_set_aside_by_a_manager_only(remand: str) -> None:
    sam, mo = person("sam"), person("mo")
    visit = task_of(remand, "record_first_visit")

    with pytest.raises(NotAllowed):
        task_life.not_needed(sam, visit.id, "No time.")
    with pytest.raises(BadInput):
        task_life.not_needed(mo, visit.id, "  ")


def test_a_task_whose_answer_the_pathway_goes_by_cannot_be_set_aside(remand: str) -> None:
    mo = person("mo")
    own = [
        task.id for task in lists.my_work(mo, lists.Filters(who="team")).tasks if task.instance_id == remand
    ]
    decisive = [task_id for task_id in own if task_life.of_task(mo, task_id).decisive]
    assert decisive

    with pytest.raises(Conflict, match="needs the answer"):
        task_life.not_needed(mo, decisive[0], "Not wanted.")
