"""Whatever is typed into any form is there again when the session ended meanwhile, and nothing was done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.domain.errors import Busy
from app.services import demo
from app.store.audit import AuditEntry
from app.store.db import reading
from app.web.guard import OPEN
from tests.things import one_of_everything
from tests.web.browser import Browser, Page
from tests.web.test_nothing_typed_is_lost import signed_in_again
from tests.web.test_start import REMAND, at_the_check_page
from tests.web.test_tasks import FIRST_VISIT, VISIT, opened, sent

pytestmark = pytest.mark.usefixtures("clock")

NOTHING_TYPED = frozenset(
    {
        "account.change_calendar",
        "account.choose_notifications",
        "asking.read_mentions",
        "asking.withdraw_comment",
        "cover.end",
        "cover.read",
        "finding.search",
        "letters.again",
        "own_password.change",
        "other_systems.remove_webhook",
        "other_systems.replay",
        "other_systems.revoke_token",
        "people.close",
        "pathway_migration.take_back",
        "plans.make",
        "putting_off.bring_forward",
        "running.discard",
        "running.search",
        "second_factor.change",
        "second_factor.confirm",
        "siblings.link",
        "signed_in.end_of_person",
        "signed_in.end_own",
        "simulations.lead",
        "subject_access.decide",
        "subject_access.leave_words",
        "tasks.claim",
        "tasks.draft",
        "tasks.release",
        "workbench.draw",
        "workbench_checks.withdraw",
        "workbench_drafts.discard",
        "workbench_forms.move",
        "workbench_forms.remove",
        "workbench_import.look",
        "workbench_import.open_draft",
        "workbench_outline.tidy",
        "workbench_drafts.restore",
        "workbench_drawing.expression",
        "workbench_drawing.save",
        "workbench_form_design.part",
        "workbench_form_design.preview",
        "workbench_form_design.save",
    }
)
"""Presses, choices, codes, passwords (never kept) and words of a search: nothing has to be typed again."""
FORMS = [
    ("/children/{child_id}/need-to-know/answers", "Save", None),
    ("/children/{child_id}/details", "Save", None),
    ("/children/{child_id}/access/rules/{rule_id}/end", "End it", "reason"),
    ("/children/{child_id}/sharing/new", "Record that it is shared", "what"),
    ("/children/{child_id}/record", "Take the record", "reason"),
    ("/children/{child_id}/subject-requests", "Open the request", "asked_by"),
    ("/subject-requests/{request_id}/release", "Release it", "released_to"),
    ("/children/{child_id}/keeping/hold", "Place the hold", "reason"),
    ("/tasks/{task_id}/ask", "Ask", "question"),
    ("/tasks/{open_id}/deadline", "See what would move", "reason"),
    ("/askings/{asking_id}/withdraw", "Withdraw", "reason"),
    ("/tasks/{task_id}", "Add the comment", "comment"),
    ("/cover", "Set", "note"),
    ("/cover/{absence_id}/change", "Save", "note"),
    ("/plans/{plan_id}", "Record", "said"),
    ("/documents/{document_id}/withdraw", "Withdraw the document", "reason"),
    ("/children/{child_id}/documents", "Add the document", "title"),
    ("/children/{child_id}/siblings", "Remove the link", "reason"),
    ("/instances/{instance_id}/suspend", "Suspend the pathway", "reason"),
    ("/instances/{instance_id}/start", "See what would move", "reason"),
    ("/instances/{instance_id}/course", "See what would happen", "reason"),
    ("/instances/{instance_id}/cancel", "Cancel", "reason"),
    ("/incidents/{incident_id}/retry", "Try again", "reason"),
    ("/start/remand_yda/{child_id}", "Continue", "court_name"),
    ("/simulations/{simulation_id}/task", "Complete it in the simulation", None),
    ("/simulations/{simulation_id}/message", "Let it happen in the simulation", None),
    ("/start/remand_yda/new-child", "Continue", "given_name"),
    ("/partnership/start/quarterly_meeting", "Continue", None),
    ("/instances", "Keep the view", "name"),
    ("/instances/views/{view_id}", "Save the name", "name"),
]
DESIGNERS_FORMS = [
    ("/workbench/drafts/{draft_id}/outline/record_first_visit", "Save the step", "assign"),
    ("/workbench/drafts/{draft_id}/outline/record_first_visit/structure", "Add the step", "name"),
    ("/workbench/profile/deadlines/remand.first_meeting", "See what would move", "source"),
    ("/workbench/drafts/{draft_id}/forms/new", "Make the form", "question"),
    ("/workbench/drafts/{draft_id}/forms/remand_yda/record_first_visit/title", "Save the title", "title"),
    ("/workbench/drafts/{draft_id}/forms/remand_yda/record_first_visit/add", "Add it", "label"),
    ("/workbench/drafts/{draft_id}/forms/remand_yda/record_first_visit/parts/1", "Save it", "hint"),
    ("/workbench/new", "Begin", "name"),
    ("/workbench/drafts/{draft_id}/simulate", "Begin the simulation", "start-time"),
    ("/pathways/remand_yda/scenarios", "Withdraw it", "reason"),
    ("/simulations/{simulation_id}/scenario", "Keep the scenario", "name"),
    ("/pathways/remand_yda/simulate", "Begin the simulation", "start-time"),
    ("/workbench/drafts/{draft_id}/publish", "Send for approval", "note"),
    (
        "/workbench/drafts/{draft_id}/checks/act_on_safety_concern/deadline_without_duty",
        "Accept it",
        "reason",
    ),
]
WORDS = "Ring his gran first, after six."


@pytest.fixture
def things(browser: Browser) -> dict[str, str]:
    with browser.app.app_context():
        return one_of_everything()


def entries(app: Flask) -> int:
    with app.app_context(), reading() as session:
        return session.query(AuditEntry).filter(AuditEntry.kind != "signed_in").count()


def test_every_form_is_known_to_come_back_or_to_hold_nothing_typed(browser: Browser) -> None:
    views = browser.app.view_functions
    posted = {
        rule.endpoint
        for rule in browser.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    forgotten = {
        name
        for name in posted - NOTHING_TYPED
        if getattr(views[name], "permission", OPEN) != OPEN
        and name != "accounts.stay_signed_in"
        and not getattr(views[name], "keeps_what_is_typed", False)
    }

    assert sorted(forgotten) == []
    assert sorted((NOTHING_TYPED) - posted) == []


@pytest.mark.parametrize(("who", "forms"), [("dora", FORMS), ("desi", DESIGNERS_FORMS)])
def test_it_is_there_again_after_signing_in(
    browser: Browser,
    things: dict[str, str],
    clock: SimulatedClock,
    who: str,
    forms: list[tuple[str, str, str | None]],
) -> None:
    for address, button, question in forms:
        # given
        browser.client.delete_cookie("session")
        browser.sign_in(who)
        form = browser.get(address.format(**things)).form(button)
        box = question or next(name for name, value in form.fields.items() if not value)
        before = entries(browser.app)
        clock.move_to(clock.now() + timedelta(minutes=31))

        # when
        browser.post(form.action, {**form.fields, box: WORDS}, status=401)
        signed_in_again(browser, who)
        page = browser.submit("Go back to what I typed", status=200)

        # then
        assert page.form(button).fields[box] == WORDS, address
        assert entries(browser.app) == before, address


@pytest.fixture
def sam(browser: Browser, another_browser: Callable[[], Browser]) -> Browser:
    """Sam's browser, with the first visit to Alex open."""
    at_the_check_page(browser)
    browser.submit("Start pathway")
    mine = another_browser()
    opened(mine, "sam", FIRST_VISIT)
    return mine


def test_the_reason_for_putting_off_is_there_again(sam: Browser, clock: SimulatedClock) -> None:
    assert sam.page is not None
    address = sam.page.form("Complete this task").action
    sam.get(address + "/put-off")
    clock.move_to(clock.now() + timedelta(minutes=31))

    sam.submit("Put it off", {"reason": WORDS}, status=401)
    signed_in_again(sam)

    page = sam.submit("Go back to what I typed", status=200)
    assert page.form("Put it off").fields["reason"] == WORDS


def test_the_reference_of_the_case_system_is_there_again(sam: Browser, clock: SimulatedClock) -> None:
    assert sam.page is not None
    address = sam.page.form("Complete this task").action
    sam.submit("Complete this task", VISIT)
    sam.get(address)
    clock.move_to(clock.now() + timedelta(minutes=31))

    sam.submit("It is recorded there", {"reference": "M-1234"}, status=401)
    signed_in_again(sam)
    sam.submit("Go back to what I typed")

    assert sam.follow().form("It is recorded there").fields["reference"] == "M-1234"


def test_the_last_button_of_a_start_leads_back_to_the_answers_and_starts_nothing(
    browser: Browser, clock: SimulatedClock
) -> None:
    at_the_check_page(browser)
    before = entries(browser.app)
    clock.move_to(clock.now() + timedelta(minutes=31))

    browser.submit("Start pathway", status=401)
    signed_in_again(browser, "dora")
    page = browser.submit("Go back to what I typed", status=200)

    assert page.form("Continue").fields["safety_concern"] == REMAND["safety_concern"]
    assert entries(browser.app) == before


def test_what_was_chosen_between_two_versions_is_kept_through_an_ended_session(
    sam: Browser, clock: SimulatedClock
) -> None:
    assert sam.page is not None
    form = sam.page.form("Complete this task")
    sam.post(form.action, {**form.fields, **VISIT, "child_said": "In the other window.", "action": "save"})
    sam.post(form.action, {**form.fields, **VISIT, "submission": "this window", "action": "save"}, status=409)
    clock.move_to(clock.now() + timedelta(minutes=31))

    sam.submit("Keep what I chose", {"version_of_child_said": "mine"}, status=401)
    signed_in_again(sam)
    sam.submit("Go back to what I typed")

    assert sent(sam.follow())["child_said"] == VISIT["child_said"]


def test_too_many_wrong_passwords_lose_nothing(sam: Browser, clock: SimulatedClock) -> None:
    clock.move_to(clock.now() + timedelta(minutes=31))
    sam.submit("Complete this task", VISIT, status=401)
    wrong = {"username": "sam@wandsworth.example", "password": "not it"}
    page = sam.submit("Sign in", wrong, status=401)
    while page.status == 401:
        page = sam._show(sam.client.post("/sign-in", data={**page.form("Sign in").fields, **wrong}), None)
    assert page.status == 429
    assert int(page.response.headers["Retry-After"]) > 0

    clock.move_to(clock.now() + timedelta(hours=1))
    signed_in_again(sam)
    sam.submit("Go back to what I typed")

    assert sent(sam.follow())["child_said"] == VISIT["child_said"]


def test_signing_in_elsewhere_while_the_sign_in_page_holds_a_form_loses_nothing(
    sam: Browser, clock: SimulatedClock
) -> None:
    # given: the sign-in page with the form, and meanwhile another tab in which Sam has signed in
    clock.move_to(clock.now() + timedelta(minutes=31))
    held = sam.submit("Complete this task", VISIT, status=401).form("Sign in")
    sam.sign_in("sam")

    # when
    again = {**held.fields, "username": "sam@wandsworth.example", "password": demo.PASSWORD}
    sam.post(held.action, again, status=400)
    sam.submit("Go back to what I typed")

    # then
    assert sent(sam.follow())["child_said"] == VISIT["child_said"]

    # and: nobody else gets it that way
    sam.get("/work")
    sam.submit("Sign out")
    sam.sign_in("dora")
    assert VISIT["child_said"] not in sam.post(held.action, again, status=400).html


@pytest.mark.parametrize(("failure", "status"), [(Busy("The database is busy."), 503), (RuntimeError(), 500)])
def test_a_form_that_the_service_could_not_take_is_offered_again(
    sam: Browser, failure: Exception, status: int
) -> None:
    with patch("app.services.tasks.complete", side_effect=failure):
        page = sam.submit("Complete this task", VISIT, status=status)
    assert "What you typed is still here." in page.text

    sam.submit("Go back to what I typed")

    assert sent(sam.follow())["child_said"] == VISIT["child_said"]


def test_a_mistake_in_a_comment_does_not_spend_the_token_of_the_form(sam: Browser) -> None:
    assert sam.page is not None
    page: Page = sam.page

    tokens = [form.fields.get("submission") for form in page.read.forms if form.fields.get("submission")]

    assert len(tokens) == len(set(tokens)) > 1


def test_the_reason_for_giving_tasks_out_is_there_again(
    browser: Browser, things: dict[str, str], clock: SimulatedClock
) -> None:
    browser.sign_in("mo")
    form = browser.get(f"/team/{things['team_id']}").form("Give")
    clock.move_to(clock.now() + timedelta(minutes=31))

    browser.post(form.action, {**form.fields, "do": "assign", "reason": WORDS}, status=401)
    signed_in_again(browser, "mo")

    assert browser.submit("Go back to what I typed", status=200).form("Give").fields["reason"] == WORDS
