"""A manager's word: answers wait for it, are returned, sent again, and complete the step in their author's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.services import (
    accounts,
    beside_task,
    comments,
    definitions,
    drafts,
    handing_over,
    instances,
    lists,
    signing,
    signing_again,
    task_life,
    task_view,
    tasks,
    timers,
)
from app.services.signing import SignOffView
from app.store.askings import SignOff
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.letters import Letter
from app.store.people import PersonRole
from app.store.tasks import Answer, Draft, UserTask
from tests.crash import pathways
from tests.crash.invariants import assert_all

PLAN = "write_placement_plan"


@pytest.fixture
def plan(house: Flask) -> str:
    """The id of Sam's detention placement plan, which the establishment has to agree with."""
    definitions.load_shipped()
    pathways.remand(pathways.child())
    pathways.complete(pathways.one_task("complete_initial_assessment"))
    return pathways.one_task(PLAN)


def answers(task_id: str, **changed: Any) -> dict[str, Any]:
    return pathways.answers_for(task_id) | changed


def sandy() -> Viewer:
    return pathways.viewer("sandy")


def sam() -> Viewer:
    return pathways.viewer("sam")


def sign_off_of(task_id: str, viewer: Viewer | None = None) -> SignOffView:
    found = beside_task.show(viewer or sandy(), task_id).sign_off
    assert found is not None
    return found


def work_of(viewer: Viewer, task_id: str) -> lists.TaskRow | None:
    return next((task for task in lists.my_work(viewer).tasks if task.id == task_id), None)


def said(task_id: str) -> list[tuple[str, str | None]]:
    with reading() as session:
        rows = session.execute(
            select(AuditEntry.kind, AuditEntry.person_id)
            .where(AuditEntry.task_id == task_id, AuditEntry.kind != "task_created")
            .order_by(AuditEntry.id)
        ).all()
    names = {sam().person_id: "sam", sandy().person_id: "sandy", None: None}
    return [(row.kind, names[row.person_id]) for row in rows]


def test_completing_it_sends_it_to_the_manager_and_the_pathway_waits(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan, education="Lessons go on."))

    row = work_of(sandy(), plan)
    assert row is not None
    assert (row.name, row.status) == (
        "To sign off: Write the detention placement plan",
        "Waiting for sign-off",
    )
    waiting = sign_off_of(plan).waiting
    assert waiting is not None
    assert (waiting.submitted_by, waiting.answers["education"]) == ("Sam Socialworker", "Lessons go on.")
    assert work_of(sam(), plan) is None
    assert task_view.show(sam(), plan).task.state == "open"
    assert said(plan) == [("task_submitted", "sam")]
    assert_all()


def test_while_it_waits_its_author_sees_it_and_changes_nothing(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan))

    assert "complete" not in task_view.show(sam(), plan).can
    with pytest.raises(StaleTask, match="Sam Socialworker has sent this task for sign-off"):
        tasks.complete(sam(), plan, answers(plan))
    with pytest.raises(StaleTask):
        drafts.save(sam(), plan, {"education": "Something else"}, None)
    with pytest.raises(NotAllowed):
        signing.approve(sam(), plan)
    assert_all()


def test_approving_completes_the_step_in_the_authors_name(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan, education="Lessons go on."))

    signing.approve(sandy(), plan)

    view = task_view.show(sam(), plan)
    assert (view.task.state, view.completed_by) == ("completed", "Sam Socialworker")
    assert view.answers["education"] == "Lessons go on."
    assert said(plan) == [("task_submitted", "sam"), ("task_signed_off", "sandy"), ("task_completed", "sam")]
    approved = sign_off_of(plan, sam()).approved
    assert approved is not None
    assert approved.decided_by == "Sandy Secureestate"
    with reading() as session:
        assert session.get(Answer, ("wandsworth", plan)) is not None
        lane = session.scalar(
            select(AuditEntry.facts).where(AuditEntry.task_id == plan, AuditEntry.kind == "task_completed")
        )
    assert lane is not None
    assert lane["lane"] == "social_worker"
    assert_all()


def test_what_is_returned_is_the_authors_again_with_the_answers_as_a_draft(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan, education="Lessons go on."))

    signing.send_back(sandy(), plan, "Say which lessons.")

    row = work_of(sam(), plan)
    assert row is not None
    assert (row.name, row.status, row.role) == (
        "Write the detention placement plan",
        "Returned",
        "social_worker",
    )
    view = task_view.show(sam(), plan)
    assert view.answers["education"] == "Lessons go on."
    assert "complete" in view.can
    returned = sign_off_of(plan, sam()).returned
    assert returned is not None
    assert (returned.comment, returned.decided_by) == ("Say which lessons.", "Sandy Secureestate")
    assert work_of(sandy(), plan) is None
    assert said(plan)[-1] == ("task_returned", "sandy")
    assert_all()


def test_the_second_time_the_manager_has_both_versions(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan, education="Lessons go on."))
    signing.send_back(sandy(), plan, "Say which lessons.")

    tasks.complete(sam(), plan, answers(plan, education="Maths and English go on."))

    found = sign_off_of(plan)
    assert found.waiting is not None
    assert found.before is not None
    assert found.before.answers["education"] == "Lessons go on."
    assert found.waiting.answers["education"] == "Maths and English go on."
    row = work_of(sandy(), plan)
    assert row is not None
    assert row.assignee_id == sandy().person_id  # who returned it sees it again
    signing.approve(sandy(), plan)
    assert task_view.show(sam(), plan).answers["education"] == "Maths and English go on."
    assert_all()


def test_a_comment_is_needed_to_return_it(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan))

    with pytest.raises(BadInput) as refused:
        signing.send_back(sandy(), plan, "  ")

    assert list(refused.value.errors) == ["comment"]


def test_the_due_time_goes_on_counting(plan: str, clock: SimulatedClock) -> None:
    due_at = task_view.show(sam(), plan).task.due_at
    assert due_at is not None
    tasks.complete(sam(), plan, answers(plan))
    clock.move_to(due_at + timedelta(hours=1))

    timers.drain()

    row = work_of(sandy(), plan)
    assert row is not None
    assert row.status == "Overdue"
    assert row.overdue_at is not None


@contextmanager
def holding(viewer: Viewer, role: str) -> Iterator[Viewer]:
    """The person with one role more."""
    own = {"authority_id": viewer.authority_id, "person_id": viewer.person_id}
    with transaction() as session:
        session.add(PersonRole(role=role, **own))
    yield pathways.viewer("sam")


def test_nobody_signs_off_their_own_work(plan: str) -> None:
    with holding(sam(), "secure_establishment") as author:
        tasks.complete(author, plan, answers(plan))

        found = sign_off_of(plan, author)
        assert (found.may_sign, found.why_not) == (False, signing.OWN_WORK)
        with pytest.raises(NotAllowed, match="yourself"):
            signing.approve(author, plan)


def test_unless_nobody_else_holds_the_role(plan: str) -> None:
    with transaction() as session:
        session.execute(delete(PersonRole).where(PersonRole.role == "secure_establishment"))
    with holding(sam(), "secure_establishment") as author:
        tasks.complete(author, plan, answers(plan))

        found = sign_off_of(plan, author)
        assert (found.may_sign, found.caution) == (True, signing.ONLY_ONE)
        signing.approve(author, plan)

    assert task_view.show(sam(), plan).task.state == "completed"


def test_where_nobody_holds_the_role_the_page_says_who_can_help(plan: str) -> None:
    with transaction() as session:
        session.execute(delete(PersonRole).where(PersonRole.role == "secure_establishment"))

    tasks.complete(sam(), plan, answers(plan))

    assert sign_off_of(plan, sam()).why_not == signing.NOBODY


def test_a_stranger_and_a_colleague_cannot_decide(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan))

    with pytest.raises(NotFound):
        signing.approve(pathways.viewer("vera"), plan)
    with pytest.raises(NotAllowed):
        signing.send_back(sam(), plan, "No.")


def test_what_is_sent_twice_is_taken_once(plan: str) -> None:
    given = answers(plan)
    tasks.complete(sam(), plan, given, submission="sent")
    tasks.complete(sam(), plan, given, submission="sent")
    signing.approve(sandy(), plan, submission="agreed")

    signing.approve(sandy(), plan, submission="agreed")

    with pytest.raises(StaleTask):
        signing.approve(sam(), plan)
    with reading() as session:
        assert len(session.scalars(select(SignOff)).all()) == 1
    assert_all()


def test_a_pathway_that_is_cancelled_takes_it_along(plan: str) -> None:
    tasks.complete(sam(), plan, answers(plan))
    with reading() as session:
        instance_id = session.scalar(select(UserTask.instance_id).where(UserTask.id == plan))
    assert instance_id is not None

    instances.cancel(pathways.viewer("mo"), instance_id, "Started for the wrong child.")

    with pytest.raises(StaleTask):
        signing.approve(sandy(), plan)
    assert work_of(sandy(), plan) is None
    assert_all()


def test_a_step_that_asks_for_nobodys_word_is_completed_at_once(plan: str) -> None:
    visit = pathways.one_task("record_first_visit")

    tasks.complete(sam(), visit, pathways.answers_for(visit))

    assert task_view.show(sam(), visit).task.state == "completed"
    assert beside_task.show(sam(), visit).sign_off is None


def test_sending_it_leaves_no_draft_behind(plan: str) -> None:
    drafts.save(sam(), plan, {"education": "Half a sentence"}, None)

    tasks.complete(sam(), plan, answers(plan))

    with reading() as session:
        assert session.scalar(select(Draft).where(Draft.task_id == plan)) is None


def test_who_signs_it_off_sees_the_answers_and_not_what_they_were_made_from(plan: str) -> None:
    visit = pathways.one_task("record_first_visit")
    tasks.complete(sam(), visit, pathways.answers_for(visit))
    assert [one.element_id for one in beside_task.show(sam(), plan).earlier] == [
        "record_first_visit",
        "complete_initial_assessment",
    ]
    comments.add(sam(), plan, "Only for us.")

    tasks.complete(sam(), plan, answers(plan))

    found = beside_task.show(sandy(), plan)
    assert (found.earlier, found.askings, found.comments) == ((), (), ())
    assert [one.text for one in beside_task.show(sam(), plan).comments] == ["Only for us."]


def letters_of(viewer: Viewer) -> list[str]:
    with reading() as session:
        found = session.scalars(select(Letter.kind).where(Letter.person_id == viewer.person_id)).all()
    return sorted(kind for kind in found if kind in ("corrected", "returned"))


@pytest.fixture
def corrected(plan: str) -> str:
    """Signed off by Sandy, and corrected by Sam since."""
    tasks.complete(sam(), plan, answers(plan, education="Lessons go on."))
    signing.approve(sandy(), plan)
    task_life.correct(sam(), plan, answers(plan, education="No lessons."), "The school rang.")
    return plan


def test_whoever_signed_it_off_is_told_of_a_correction_and_signs_again(corrected: str) -> None:
    found = sign_off_of(corrected)
    assert found.corrected is not None
    assert found.approved is not None
    assert found.approved.answers["education"] == "Lessons go on."
    assert (found.corrected.submitted_by, found.corrected.decided_by) == (
        "Sam Socialworker",
        "Sandy Secureestate",
    )
    assert (found.may_sign_again, sign_off_of(corrected, sam()).may_sign_again) == (True, False)
    assert letters_of(sandy()) == ["corrected"]
    assert [one.task_id for one in signing_again.waiting(sandy())] == [corrected]
    assert signing_again.how_many(sam()) == 0
    assert beside_task.show(sandy(), corrected).comments == ()

    signing_again.agree(sandy(), corrected, submission="once")
    signing_again.agree(sandy(), corrected, submission="once")

    found = sign_off_of(corrected)
    assert found.corrected is None
    assert found.approved is not None
    assert found.approved.answers["education"] == "No lessons."
    assert signing_again.how_many(sandy()) == 0
    assert said(corrected)[-2:] == [("task_corrected", "sam"), ("correction_signed_off", "sandy")]
    with pytest.raises(StaleTask):
        signing_again.agree(sandy(), corrected)
    assert_all()


def test_who_does_not_agree_says_why_and_a_second_correction_asks_again(corrected: str) -> None:
    with pytest.raises(NotAllowed):
        signing_again.agree(sam(), corrected)
    with pytest.raises(BadInput):
        signing_again.disagree(sandy(), corrected, " ")

    signing_again.disagree(sandy(), corrected, "Lessons did go on.")

    returned = sign_off_of(corrected, sam()).returned
    assert returned is not None
    assert returned.comment == "Lessons did go on."
    assert letters_of(sam()) == ["returned"]
    task_life.correct(sam(), corrected, answers(corrected, education="Lessons go on."), "It was wrong.")
    task_life.correct(sam(), corrected, answers(corrected, education="Maths goes on."), "More is known.")
    assert len(signing_again.waiting(sandy())) == 1
    signing_again.agree(sandy(), corrected)
    assert signing_again.waiting(sandy()) == ()
    assert_all()


def test_when_who_signed_it_off_has_left_another_holder_of_the_role_is_asked(corrected: str) -> None:
    accounts.add_person(
        "wandsworth", "sol@wandsworth.example", "Sol Secure", roles=["secure_establishment"], team_ids=[]
    )
    accounts.disable_person("sandy@wandsworth.example", by=None)

    task_life.correct(sam(), corrected, answers(corrected, education="Maths goes on."), "More is known.")

    sol = accounts.viewer_named("sol@wandsworth.example")
    assert len(signing_again.waiting(sol)) == 1
    assert task_view.show(sol, corrected).answers["education"] == "Maths goes on."


def test_a_word_that_is_asked_for_goes_to_whoever_takes_over(corrected: str) -> None:
    sol_id = accounts.add_person(
        "wandsworth",
        "sol@wandsworth.example",
        "Sol Secure",
        roles=["secure_establishment"],
        team_ids=[*sandy().team_ids],
    )
    ada, child_id = pathways.viewer("ada"), task_view.show(sandy(), corrected).child.id
    handing_over.move(ada, sandy().person_id, {child_id: sol_id}, "Sam leaves.")

    sol = accounts.viewer_named("sol@wandsworth.example")
    assert [one.task_id for one in signing_again.waiting(sol)] == [corrected]
    assert signing_again.how_many(sandy()) == 0
    assert letters_of(sol) == ["corrected"]


def test_a_correction_of_what_nobody_signed_off_asks_nobody(plan: str) -> None:
    visit = pathways.one_task("record_first_visit")
    given = pathways.answers_for(visit)
    tasks.complete(sam(), visit, given)

    task_life.correct(sam(), visit, {**given, "child_said": "Nothing else."}, "Misheard.")

    with reading() as session:
        assert session.scalars(select(SignOff)).all() == []
