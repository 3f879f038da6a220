"""A leaver's work: the preview says what the press then does, in one transaction, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, today
from app.domain.errors import BadInput, NotFound
from app.services import (
    absences,
    accounts,
    askings,
    audits,
    beside_task,
    caseloads,
    children,
    comments,
    drafts,
    handing_over,
    instances,
    messages,
    task_view,
    tasks,
)
from app.services.absences import Plan
from app.services.caseloads import Caseload
from app.services.handing_over import Moved
from app.store.audit import AuditEntry
from app.store.children import ChildWorker
from app.store.db import db, reading
from app.store.letters import Letter
from app.store.tasks import UserTask

pytestmark = pytest.mark.on_both_databases

START = {
    "remanded_at": "2026-12-01T08:00:00+00:00",
    "looked_after_before": False,
    "has_social_worker": True,
    "safety_concern": False,
}


def somebody(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


@pytest.fixture
def nell(clock: SimulatedClock, filled_app: Flask) -> str:
    """The id of Nell New, a second social worker of Sam's team; Alex, who is Sam's, has been remanded."""
    dora = somebody("dora")
    (alex,) = children.search(dora, "Alex")
    instances.start(dora, "remand_yda", alex.id, START)
    return accounts.add_person(
        "wandsworth",
        "nell@wandsworth.example",
        "Nell New",
        roles=["social_worker"],
        team_ids=["looked_after"],
    )


def all_to(viewer: Viewer, person_id: str, receiver_id: str) -> dict[str, str]:
    return {bundle.child.id: receiver_id for bundle in handing_over.show(viewer, person_id).bundles}


def open_tasks(person_id: str) -> list[UserTask]:
    with reading() as session:
        return list(
            session.scalars(
                select(UserTask).where(UserTask.assignee_id == person_id, UserTask.state == "open")
            )
        )


def test_everything_moves_as_the_preview_says(nell: str) -> None:
    # given
    mo, sam = somebody("mo"), somebody("sam")
    preview = handing_over.show(mo, sam.person_id, all_to(mo, sam.person_id, nell))
    had = open_tasks(sam.person_id)
    drafts.save(sam, had[0].id, {"note": "Half a sentence"}, None)
    assert had
    assert preview.staying == ()
    assert preview.after[nell] == Caseload(len(had), 0, 2)

    # when
    moved = handing_over.move(mo, sam.person_id, all_to(mo, sam.person_id, nell), "Sam leaves.")

    # then
    assert moved == Moved(tasks=len(had), roles=2)
    assert open_tasks(sam.person_id) == []
    assert {task.id for task in open_tasks(nell)} == {task.id for task in had}
    view = task_view.show(mo, had[0].id)
    assert (view.task.assignee, view.draft_saved_by) == ("Nell New", "Sam Socialworker")
    with reading() as session:
        rows = session.execute(
            select(ChildWorker.person_id, ChildWorker.until_at.is_(None)).where(
                ChildWorker.role == "social_worker", ChildWorker.child_id == had[0].child_id
            )
        ).all()
        told = session.scalars(
            select(AuditEntry.kind).where(
                AuditEntry.child_id == had[0].child_id, AuditEntry.person_id == mo.person_id
            )
        ).all()
    assert {tuple(row) for row in rows} == {(sam.person_id, False), (nell, True)}
    assert sorted(told) == [*["task_assigned"] * len(had), "worker_allocated"]
    assert audits.verify() == []


def test_pressed_twice_it_moves_once(nell: str) -> None:
    mo, sam = somebody("mo"), somebody("sam")
    receivers = all_to(mo, sam.person_id, nell)

    first = handing_over.move(mo, sam.person_id, receivers, "Sam leaves.", submission="press")
    again = handing_over.move(mo, sam.person_id, receivers, "Sam leaves.", submission="press")

    assert first == again
    with reading() as session:
        written = session.scalars(select(AuditEntry.id).where(AuditEntry.kind == "work_handed_over")).all()
    assert len(written) == 1


def test_what_somebody_cannot_have_stays_and_says_why(nell: str) -> None:
    # given: Pat is of another team and no social worker
    mo, sam, pat = somebody("mo"), somebody("sam"), somebody("pat")
    receivers = all_to(mo, sam.person_id, pat.person_id)

    preview = handing_over.show(mo, sam.person_id, receivers)

    assert preview.moving == ()
    assert {piece.problem for _, piece in preview.staying} == {
        "Pat Placements does not hold this role",
        "Pat Placements is not in its team and does not hold its role",
    }
    assert handing_over.move(mo, sam.person_id, receivers, "Sam leaves.") == Moved(0, 0)


def test_each_child_can_go_to_somebody_else_and_one_can_stay(nell: str) -> None:
    mo, sam = somebody("mo"), somebody("sam")
    alex, jo = (bundle.child for bundle in handing_over.show(mo, sam.person_id).bundles)

    handing_over.move(mo, sam.person_id, {jo.id: nell}, "Sam leaves.")

    assert [bundle.child.id for bundle in handing_over.show(mo, sam.person_id).bundles] == [alex.id]


@pytest.mark.parametrize("name", ["sam", "casey", "tess", "nia", "pat"])
def test_only_a_manager_of_the_agency_or_an_administrator_moves_work(nell: str, name: str) -> None:
    sam = somebody("sam")

    with pytest.raises(NotFound):
        handing_over.show(somebody(name), sam.person_id)
    with pytest.raises(NotFound):
        handing_over.move(somebody(name), sam.person_id, {}, "Sam leaves.")
    assert handing_over.show(somebody("ada"), sam.person_id).can_close


def test_nobody_of_the_other_agency_or_another_authority_is_a_receiver(nell: str) -> None:
    mo, sam = somebody("mo"), somebody("sam")
    for stranger in (somebody("casey"), somebody("sam", "stockport")):
        with pytest.raises(BadInput):
            handing_over.move(mo, sam.person_id, all_to(mo, sam.person_id, stranger.person_id), "Sam leaves.")


def test_somebody_who_left_with_work_is_listed_until_it_is_moved(nell: str) -> None:
    # given: the account is closed on the command line
    mo, sam = somebody("mo"), somebody("sam")
    pip = somebody("pip")
    absences.record(pip, Plan(pip.person_id, sam.person_id, today(), today()))
    accounts.disable_person("sam@wandsworth.example")
    person_id, load, covers = handing_over.left_with("sam@wandsworth.example")
    assert (person_id, load.children) == (sam.person_id, 2)
    assert covers == ["Pip Personaladviser on Tuesday 1 December 2026"]
    assert next(row for row in caseloads.listed(mo) if row.id == sam.person_id).is_closed

    # when
    handing_over.move(mo, sam.person_id, all_to(mo, sam.person_id, nell), "Sam leaves.")

    # then
    assert sam.person_id not in {row.id for row in caseloads.listed(mo)}


def test_only_an_administrator_closes_an_account_and_not_their_own(nell: str) -> None:
    with pytest.raises(NotFound):
        handing_over.close_account(somebody("mo"), somebody("sam").person_id)
    with pytest.raises(BadInput):
        handing_over.close_account(somebody("ada"), somebody("ada").person_id)
    with pytest.raises(NotFound):
        handing_over.close_account(somebody("ada", "stockport"), somebody("sam").person_id)

    assert handing_over.close_account(somebody("ada"), somebody("sam").person_id) == "Sam Socialworker"
    with pytest.raises(NotFound):
        somebody("sam")


def ask(who: Viewer, task_id: str, key: str) -> None:
    wanted = (today() + timedelta(days=5)).isoformat()
    given = {"who": key, "question": "How are mornings?", "wanted_on": wanted, "need": "optional"}
    askings.ask(who, task_id, given)


def letters_to(person_id: str, kind: str) -> list[str]:
    with reading() as session:
        rows = session.scalars(
            select(Letter.state).where(Letter.person_id == person_id, Letter.kind == kind)
        ).all()
    return list(rows)


def test_questions_and_unread_mentions_go_along_and_answers_reach_the_new_person(nell: str) -> None:
    # given: Sam has asked Vera and is asked by Casey, and Mo has mentioned him
    mo, sam, casey, vera = (somebody(name) for name in ("mo", "sam", "casey", "vera"))
    his = next(task.id for task in open_tasks(sam.person_id) if task.element_id == "record_first_visit")
    ask(sam, his, "role:virtual_school")
    (caseys, *_) = open_tasks(casey.person_id)
    ask(casey, caseys.id, f"person:{sam.person_id}")
    comments.add(mo, his, "Can you look?", sam.person_id)
    receivers = all_to(mo, sam.person_id, nell)
    names = [piece.name for piece in handing_over.show(mo, sam.person_id, receivers).moving if piece.end]
    assert names == [
        "Question to Virtual school, not answered yet: Visit the child in custody",
        "Unread mention: Visit the child in custody",
    ]

    # when
    moved = handing_over.move(mo, sam.person_id, receivers, "Sam leaves.")

    # then
    assert moved.ends == 2
    assert handing_over.show(mo, sam.person_id).bundles == ()
    new = somebody("nell")
    assert [one.text for one in comments.mentions(new)] == ["Can you look?"]
    assert comments.unread(sam) == 0
    said = beside_task.show(new, his).comments[0]
    assert (said.mentioned, said.first_mentioned) == ("Nell New", "Sam Socialworker")
    assert letters_to(nell, "mentioned") == ["queued"]
    assert letters_to(sam.person_id, "mentioned") == ["not_sent"]
    asked_of = beside_task.show(casey, caseys.id).askings[0]
    assert asked_of.whom.startswith("Nell New")
    contribution = next(task for task in open_tasks(nell) if task.definition_key == "contribution")
    tasks.complete(new, contribution.id, {"contribution": "She goes."})
    assert beside_task.show(casey, caseys.id).askings[0].answered_by == "Nell New"
    assert letters_to(casey.person_id, "answered") == ["queued"]

    # and what Sam asked is answered to Nell
    own = beside_task.show(new, his).askings[0]
    assert (own.asked_by, own.taken_over_by, own.state) == ("Sam Socialworker", "Nell New", "open")
    with reading() as session:
        theirs = session.scalars(
            select(UserTask).where(
                UserTask.definition_key == "contribution",
                UserTask.state == "open",
                UserTask.role == "virtual_school",
            )
        ).one()
    tasks.complete(vera, theirs.id, {"contribution": "Late on Mondays."})
    assert beside_task.show(new, his).askings[0].answer == "Late on Mondays."
    assert (letters_to(nell, "answered"), letters_to(sam.person_id, "answered")) == (["queued"], [])
    assert audits.verify() == []


def test_who_left_with_an_unread_mention_alone_is_listed_until_it_is_passed_on(nell: str) -> None:
    mo, sam = somebody("mo"), somebody("sam")
    his = open_tasks(sam.person_id)[0].id
    comments.add(mo, his, "Can you look?", nell)
    accounts.disable_person("nell@wandsworth.example")
    left = next(row for row in caseloads.listed(mo) if row.id == nell)
    assert (left.is_closed, left.load) == (True, Caseload())

    handing_over.move(mo, nell, all_to(mo, nell, sam.person_id), "Sam leaves.")

    assert nell not in {row.id for row in caseloads.listed(mo)}


def test_a_contribution_that_is_simply_given_on_says_who_is_asked_now(nell: str) -> None:
    mo, sam, casey = somebody("mo"), somebody("sam"), somebody("casey")
    (caseys, *_) = open_tasks(casey.person_id)
    ask(casey, caseys.id, f"person:{sam.person_id}")
    contribution = next(task for task in open_tasks(sam.person_id) if task.definition_key == "contribution")

    tasks.assign(mo, contribution.id, nell, "Sam is ill.")

    assert beside_task.show(casey, caseys.id).askings[0].whom.startswith("Nell New")
    assert audits.verify() == []


def test_what_is_on_its_way_to_a_leaver_reaches_whoever_takes_over(
    nell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: Casey has asked Sam, and the message has not made it a task of his yet
    mo, sam, casey = somebody("mo"), somebody("sam"), somebody("casey")
    (caseys, *_) = open_tasks(casey.person_id)
    with monkeypatch.context() as held_up:
        held_up.setattr(messages, "deliver_queued", lambda session: None)
        ask(casey, caseys.id, f"person:{sam.person_id}")
    receivers = all_to(mo, sam.person_id, nell)
    ends = [piece.end.kind for piece in handing_over.show(mo, sam.person_id, receivers).moving if piece.end]
    assert ends == ["asked"]

    handing_over.move(mo, sam.person_id, receivers, "Sam leaves.")
    messages.deliver_queued(db.session())

    assert beside_task.show(casey, caseys.id).askings[0].whom.startswith("Nell New")
    assert "contribution" in {task.definition_key for task in open_tasks(nell)}
