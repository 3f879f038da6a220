"""Contributions: asked in one task, given in another, ended with the task that asked; all in single steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import may
from app.domain.clock import SimulatedClock, now, today
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.services import (
    accounts,
    askings,
    beside_task,
    definitions,
    instances,
    lists,
    messages,
    task_life,
    task_view,
    tasks,
    timers,
)
from app.services.askings import AskingRow
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.ties import child_thing
from tests.crash import pathways
from tests.crash.invariants import assert_all

PLAN = "write_placement_plan"
VISIT = "record_first_visit"
QUESTION = "What does the school say about mornings?"


@pytest.fixture
def remanded(house: Flask) -> str:
    """The id of Sam's first visit to Charlie, whom only the youth justice service knew before the remand."""
    definitions.load_shipped()
    pathways.remand(pathways.child("Charlie"))
    return pathways.one_task(VISIT)


def ask(
    task_id: str, who: str = "role:virtual_school", *, is_required: bool = False, by: str = "sam", **more: Any
) -> str:
    """Asks by a day that is five days away; the question's id."""
    wanted = (today() + timedelta(days=5)).isoformat()
    given = {
        "who": who,
        "question": QUESTION,
        "wanted_on": wanted,
        "need": "required" if is_required else "optional",
    }
    askings.ask(pathways.viewer(by), task_id, given | more)
    return asked(task_id)[-1].id


def asked(task_id: str) -> tuple[AskingRow, ...]:
    return beside_task.show(pathways.viewer("sam"), task_id).askings


def contribution(asking_id: str) -> str:
    """The task of whoever was asked."""
    return next(
        task.id
        for task in (lists_of("vera"))
        if (found := beside_task.show(pathways.viewer("vera"), task.id).question) and found.id == asking_id
    )


def lists_of(who: str) -> tuple[lists.TaskRow, ...]:
    """The contributions that a person is asked for."""
    work = lists.my_work(pathways.viewer(who)).tasks
    return tuple(task for task in work if task.definition_key == "contribution")


def kinds(task_id: str) -> list[str]:
    with reading() as session:
        return list(
            session.scalars(
                select(AuditEntry.kind).where(AuditEntry.task_id == task_id).order_by(AuditEntry.id)
            )
        )


def test_it_is_a_task_of_whoever_is_asked_named_after_what_it_is_for(remanded: str) -> None:
    ask(remanded)

    (task,) = lists_of("vera")
    view = task_view.show(pathways.viewer("vera"), task.id)
    assert task.name == "Contribute to: Visit the child in custody"
    assert (task.role, task.team_id) == ("virtual_school", "virtual_school")
    assert view.due is not None
    assert view.due.explanation.startswith("Sam Socialworker asked for it by ")
    assert kinds(remanded)[-1] == "contribution_asked"
    assert_all()


def test_who_is_asked_sees_the_question_and_the_child_from_then_on_and_not_the_task_that_asks(
    remanded: str,
) -> None:
    probe = pathways.viewer("probe")
    child_id = task_view.show(pathways.viewer("sam"), remanded).child.id
    with reading() as session:
        assert not may(probe, "see_child", child_thing(session, probe.authority_id, child_id))

    ask(remanded, "role:probation_officer")

    (task,) = lists_of("probe")
    found = beside_task.show(probe, task.id)
    with reading() as session:
        assert may(probe, "see_child", child_thing(session, probe.authority_id, child_id))
    assert found.question is not None
    assert (found.question.question, found.question.asked_by) == (QUESTION, "Sam Socialworker")
    assert found.asked_in is None
    with pytest.raises(NotFound):
        task_view.show(probe, remanded)


def test_an_answer_stands_beside_the_task_that_asked(remanded: str) -> None:
    asking_id = ask(remanded)

    tasks.complete(pathways.viewer("vera"), contribution(asking_id), {"contribution": "Late on Mondays."})

    (one,) = asked(remanded)
    assert (one.state, one.answer, one.answered_by) == (
        "answered",
        "Late on Mondays.",
        "Vera Virtualschool",
    )
    assert one.ended_at == now()
    assert lists_of("vera") == ()
    assert_all()


def test_a_required_one_that_is_open_refuses_completion_and_an_optional_one_does_not(
    remanded: str,
) -> None:
    ask(remanded)
    needed = ask(remanded, is_required=True)
    sam = pathways.viewer("sam")

    with pytest.raises(BadInput) as refused:
        tasks.complete(sam, remanded, pathways.answers_for(remanded))
    assert list(refused.value.errors) == ["contributions"]

    tasks.complete(pathways.viewer("vera"), contribution(needed), {"contribution": "None."})
    tasks.complete(sam, remanded, pathways.answers_for(remanded))

    assert [(one.state, one.reason) for one in asked(remanded)] == [
        ("withdrawn", "The task was completed without it."),
        ("answered", ""),
    ]
    assert lists_of("vera") == ()
    assert_all()


def test_a_question_is_withdrawn_with_a_reason_and_its_task_ends(remanded: str) -> None:
    asking_id = ask(remanded, is_required=True)
    sam = pathways.viewer("sam")

    with pytest.raises(BadInput):
        askings.withdraw(sam, asking_id, "  ")
    askings.withdraw(sam, asking_id, "The nurse knows.")

    assert [(one.state, one.reason) for one in asked(remanded)] == [("withdrawn", "The nurse knows.")]
    assert lists_of("vera") == ()
    with pytest.raises(StaleTask):
        askings.withdraw(sam, asking_id, "Again.")
    tasks.complete(sam, remanded, pathways.answers_for(remanded))
    assert_all()


def test_an_answer_to_a_question_that_was_just_withdrawn_is_refused(
    remanded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking_id = ask(remanded)
    task_id = contribution(asking_id)
    monkeypatch.setattr(messages, "deliver_queued", lambda session: None)
    askings.withdraw(pathways.viewer("sam"), asking_id, "No longer needed.")

    with pytest.raises(StaleTask, match="withdrawn"):
        tasks.complete(pathways.viewer("vera"), task_id, {"contribution": "Too late."})

    messages.deliver_pending()
    assert lists_of("vera") == ()
    assert_all()


def test_the_questions_of_a_pathway_that_is_cancelled_end_with_it(remanded: str) -> None:
    ask(remanded, is_required=True)
    with reading():
        instance_id = task_view.show(pathways.viewer("sam"), remanded).task.instance_id

    instances.cancel(pathways.viewer("mo"), instance_id, "Started for the wrong child.")

    assert [one.state for one in asked(remanded)] == ["withdrawn"]
    assert lists_of("vera") == ()
    assert_all()


def test_a_contribution_that_is_ended_by_hand_does_not_hold_the_task_up(remanded: str) -> None:
    ask(remanded, is_required=True)
    (task,) = lists_of("vera")

    instances.cancel(pathways.viewer("mo"), task.instance_id, "Asked by mistake.")

    assert [one.state for one in asked(remanded)] == ["withdrawn"]
    tasks.complete(pathways.viewer("sam"), remanded, pathways.answers_for(remanded))


def test_a_contribution_that_is_late_is_marked(remanded: str, clock: SimulatedClock) -> None:
    ask(remanded)
    clock.move_to(now() + timedelta(days=7))

    timers.drain()

    (task,) = lists_of("vera")
    assert task.status == "Overdue"
    assert asked(remanded)[0].is_late


@pytest.mark.parametrize(
    ("who", "team", "assignee"),
    [
        ("team:health", "health", None),
        ("person:nia", "health", "nia"),
        ("role:probation_officer", "partners", None),
    ],
)
def test_a_team_or_a_person_of_another_agency_is_asked(
    remanded: str, who: str, team: str, assignee: str | None
) -> None:
    nia = pathways.viewer("nia").person_id
    ask(remanded, who.replace("person:nia", f"person:{nia}"))

    reader = pathways.viewer("probe" if team == "partners" else "nia")
    (task,) = [
        one for one in lists.my_work(reader, lists.Filters(who="team")).tasks if "Contribute" in one.name
    ]
    assert (task.team_id, task.assignee_id) == (team, nia if assignee else None)
    with reading() as session:
        assert may(reader, "see_child", child_thing(session, reader.authority_id, task.child.id))


def test_who_cannot_do_the_task_cannot_ask_in_it(remanded: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        ask(remanded, by="vera")
    stranger = accounts.viewer_named("dora@stockport.example")
    with pytest.raises(NotFound):
        askings.ask_page(stranger, remanded)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"who": "role:night_porter"}, "who"),
        ({"question": ""}, "question"),
        ({"wanted_on": "2020-01-01"}, "wanted_on"),
    ],
)
def test_a_question_needs_somebody_words_and_a_day_to_come(
    remanded: str, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        ask(remanded, **wrong)

    assert list(refused.value.errors) == [field]


def test_the_same_question_sent_twice_is_asked_once(remanded: str) -> None:
    sam = pathways.viewer("sam")
    given = {
        "who": "role:virtual_school",
        "question": QUESTION,
        "wanted_on": "2027-01-20",
        "need": "required",
    }

    first = askings.ask(sam, remanded, given, submission="twice")
    again = askings.ask(sam, remanded, given, submission="twice")

    assert first == again
    assert len(asked(remanded)) == 1


def test_lists_count_what_is_still_to_come(remanded: str) -> None:
    ask(remanded)

    (task,) = [
        one
        for one in lists.my_work(pathways.viewer("sam"), lists.Filters(who="team")).tasks
        if one.id == remanded
    ]
    assert task.contributions == 1


def test_the_usual_day_is_five_working_days_away_or_before_the_task_is_due(
    remanded: str, everything: Callable[[], Any]
) -> None:
    page = askings.ask_page(pathways.viewer("sam"), remanded)

    due = task_view.show(pathways.viewer("sam"), remanded).task.due_at
    assert due is not None
    assert today().isoformat() < page.answers["wanted_on"] <= due.date().isoformat()
    assert page.answers["need"] == "optional"


def test_what_was_decided_is_done_after_the_task_that_decided_it(remanded: str) -> None:
    asking_id = ask(remanded, need="after")
    (task,) = [one for one in lists.my_work(pathways.viewer("vera")).tasks if "decided" in one.name]
    assert task.name == "Do what was decided in: Visit the child in custody"

    tasks.complete(pathways.viewer("sam"), remanded, pathways.answers_for(remanded))
    done = {"done_on": today().isoformat(), "contribution": "The school has been told."}
    tasks.complete(pathways.viewer("vera"), task.id, done)

    (one,) = asked(remanded)
    assert (one.id, one.state, one.answer) == (asking_id, "answered", "The school has been told.")
    assert kinds(remanded)[-2:] == ["action_agreed", "task_completed"]
    assert "action_done" in kinds(task.id)
    assert_all()


def test_a_step_starts_with_what_the_step_that_it_builds_on_was_answered(house: Flask) -> None:
    definitions.load_shipped()
    pathways.remand(pathways.child())
    casey = pathways.viewer("casey")
    arranged = pathways.one_task("arrange_planning_meeting")
    tasks.complete(casey, arranged, pathways.answers_for(arranged) | {"attended": ["child", "iro"]})

    meeting = pathways.one_task("attend_planning_meeting")

    assert task_view.show(casey, meeting).answers["attended"] == ["child", "iro"]
    (earlier,) = beside_task.show(casey, meeting).earlier
    assert (earlier.name, earlier.by) == ("Arrange and invite to the planning meeting", "Casey Casemanager")


def test_a_contribution_that_is_set_aside_does_not_hold_the_task_up(remanded: str) -> None:
    ask(remanded, is_required=True)
    (task,) = lists_of("vera")

    task_life.not_needed(pathways.viewer("vera"), task.id, "He has left our school.")

    (one,) = asked(remanded)
    assert (one.state, one.reason) == ("withdrawn", "It was ended without an answer.")
    tasks.complete(pathways.viewer("sam"), remanded, pathways.answers_for(remanded))
    assert_all()
