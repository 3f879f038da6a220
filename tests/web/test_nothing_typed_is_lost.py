"""A session that ends, a token that is out of date, two people at one form: what was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock, use_clock
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.instances import ProcessInstance
from tests.web.browser import Browser, Page
from tests.web.test_start import at_the_check_page
from tests.web.test_tasks import FIRST_VISIT, VISIT, opened, sent

pytestmark = pytest.mark.usefixtures("clock")
REMAND_ENDED = {
    "reason": "bail",
    "ended_at-day": "1",
    "ended_at-month": "12",
    "ended_at-year": "2026",
    "ended_at-time": "8:30",
}


@pytest.fixture
def sam(browser: Browser, another_browser: Callable[[], Browser]) -> Browser:
    """Sam's browser, with the first visit to Alex open."""
    at_the_check_page(browser)
    browser.submit("Start pathway")
    mine = another_browser()
    opened(mine, "sam", FIRST_VISIT)
    return mine


def signed_in_again(browser: Browser, who: str = "sam") -> Page:
    """The page that comes after signing in on the page that the browser shows."""
    from app.services import demo

    return browser.submit(
        "Sign in", {"username": f"{who}@wandsworth.example", "password": demo.PASSWORD}, status=200
    )


def test_a_form_sent_after_the_session_ended_is_there_again_after_signing_in(
    sam: Browser, clock: SimulatedClock
) -> None:
    # given: half an hour on the phone, with the form open
    clock.move_to(clock.now() + timedelta(minutes=31))

    # when
    asked = sam.submit("Complete this task", VISIT, status=401)
    assert "Nothing has been sent. What you typed is kept on this page" in asked.text
    offered = signed_in_again(sam)
    assert "nothing that you typed is lost" in offered.text
    assert "Other systems" not in offered.text  # a section for administrators alone
    sam.submit("Go back to what I typed")
    page = sam.follow()

    # then: it stands there as a draft, and nothing was recorded
    assert "What you had typed is here. Nothing has been sent." in page.text
    assert sent(page)["child_said"] == VISIT["child_said"]
    assert sent(page)["seen_on-day"] == "1"
    sam.submit("Complete this task")
    assert f"“{FIRST_VISIT}” is recorded." in sam.follow().text


def test_a_wrong_password_on_the_way_loses_nothing_either(sam: Browser, clock: SimulatedClock) -> None:
    clock.move_to(clock.now() + timedelta(minutes=31))
    sam.submit("Complete this task", VISIT, status=401)

    sam.submit("Sign in", {"username": "sam@wandsworth.example", "password": "not it"}, status=401)
    signed_in_again(sam)
    sam.submit("Go back to what I typed")

    assert sent(sam.follow())["child_said"] == VISIT["child_said"]


def test_another_person_who_signs_in_there_gets_nothing_of_it(sam: Browser, clock: SimulatedClock) -> None:
    clock.move_to(clock.now() + timedelta(minutes=31))
    sam.submit("Complete this task", VISIT, status=401)

    from app.services import demo

    sam.submit("Sign in", {"username": "dora@wandsworth.example", "password": demo.PASSWORD})

    assert sam.page is not None
    assert VISIT["child_said"] not in sam.page.html
    assert VISIT["child_said"] not in sam.get("/work").html


def test_what_was_kept_cannot_be_changed_on_the_way(sam: Browser, clock: SimulatedClock) -> None:
    clock.move_to(clock.now() + timedelta(minutes=31))
    page = sam.submit("Complete this task", VISIT, status=401)
    kept = page.form("Sign in").fields["kept"]
    changed = kept[:10] + ("y" if kept[10] == "x" else "x") + kept[11:]

    from app.services import demo

    who = {"username": "sam@wandsworth.example", "password": demo.PASSWORD}
    sam.submit("Sign in", {**who, "kept": changed})

    assert sam.page is not None
    assert sam.page.status == 303


def test_a_form_of_an_earlier_session_is_offered_again_to_its_own_person_only(
    sam: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given: Sam signed in again in another window of the same browser
    assert sam.page is not None
    form = sam.page.form("Complete this task")
    old = {**form.fields, **VISIT}
    sam.get("/work")
    sam.submit("Sign out")
    sam.sign_in("sam")

    # when
    offered = sam.post(form.action, old, status=400)
    assert "You have signed in again since you opened that page." in offered.text
    sam.submit("Go back to what I typed")

    # then
    assert sent(sam.follow())["child_said"] == VISIT["child_said"]

    # and: another person on that browser is not offered it
    sam.get("/work")
    sam.submit("Sign out")
    sam.sign_in("dora")
    assert VISIT["child_said"] not in sam.post(form.action, old, status=400).html


def test_a_form_with_no_token_of_ours_is_refused_and_shows_nothing(sam: Browser) -> None:
    assert sam.page is not None
    form = sam.page.form("Complete this task")

    refused = sam.post(form.action, {**form.fields, **VISIT, "csrf_token": "made up"}, status=400)

    assert VISIT["child_said"] not in refused.html


def test_a_message_form_comes_back_with_what_was_typed(
    browser: Browser, another_browser: Callable[[], Browser], clock: SimulatedClock
) -> None:
    at_the_check_page(browser)
    browser.submit("Start pathway")
    started = browser.follow()
    browser.get(started.location or f"/instances/{browser.page.response.request.path.split('/')[-1]}")
    address = next(href for href, _ in browser.page.read.links if "/messages/hearing_date_set" in href)
    browser.get(address)
    clock.move_to(clock.now() + timedelta(minutes=31))

    browser.submit("Record", {"held_on-day": "31"}, status=401)
    signed_in_again(browser, "dora")
    page = browser.submit("Go back to what I typed", status=200)

    assert page.form("Record").fields["held_on-day"] == "31"


def test_two_people_see_both_versions_and_choose_question_by_question(
    sam: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given: Mo opened the task too, and saved a draft while Sam typed
    mo = another_browser()
    assert sam.page is not None
    address = sam.page.form("Complete this task").action
    mo.sign_in("mo")
    mo.get(address)
    mo.submit(
        "Save and come back later",
        {
            **VISIT,
            "child_said": "The food is cold.",
            "seen_on-day": "30",
            "seen_on-month": "11",
            "action": "save",
        },
    )

    # when
    page = sam.submit("Complete this task", VISIT, status=409)

    # then
    assert "Mo Manager" in page.text or "has saved other answers" in page.text
    assert "The food is cold." in page.text
    assert VISIT["child_said"] in page.text
    sam.submit("Keep what I chose", {"version_of_child_said": "theirs", "version_of_seen_on": "mine"})
    merged = sent(sam.follow())
    assert merged["child_said"] == "The food is cold."
    assert merged["seen_on-day"] == "1"
    sam.submit("Complete this task")
    assert f"“{FIRST_VISIT}” is recorded." in sam.follow().text


def test_a_mistake_does_not_forget_which_draft_one_started_from(
    sam: Browser, another_browser: Callable[[], Browser]
) -> None:
    mo = another_browser()
    assert sam.page is not None
    address = sam.page.form("Complete this task").action
    sam.submit("Complete this task", {"child_said": "Mine."}, status=422)
    mo.sign_in("mo")
    mo.get(address)
    mo.submit("Save and come back later", {"child_said": "Theirs.", "action": "save"})

    page = sam.submit("Complete this task", VISIT, status=409)

    assert "Theirs." in page.text


def test_the_same_person_in_two_windows_is_told_too(sam: Browser) -> None:
    assert sam.page is not None
    form = sam.page.form("Complete this task")
    first = {**form.fields, **VISIT, "child_said": "In the first window.", "action": "save"}
    sam.post(form.action, first)

    second = {**form.fields, **VISIT, "submission": "of the second window", "action": "save"}
    page = sam.post(form.action, second, status=409)

    assert "You have saved other answers since you opened this page" in page.text
    assert "In the first window." in page.text


def twenty_at_once(
    app: Flask, browser: Browser, clock: SimulatedClock, action: str, fields: dict[str, str]
) -> set[tuple[int, str]]:
    """The status and address of every answer to one form of the browser's session, sent twenty times at one moment."""
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    gate = Barrier(20)

    def send(_: int) -> tuple[int, str]:
        client = app.test_client(use_cookies=False)
        with use_clock(clock):
            gate.wait()
            answer = client.post(action, data=fields, headers={"Cookie": f"session={cookie.value}"})
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(20) as twenty:
        return set(twenty.map(send, range(20)))


def entries(app: Flask, kind: str) -> int:
    with app.app_context(), reading() as session:
        return session.query(AuditEntry).filter(AuditEntry.kind == kind).count()


def test_the_same_form_twenty_times_at_once_is_recorded_once_and_answered_alike(
    filled_database: str, make_app: Callable[..., Flask], clock: SimulatedClock
) -> None:
    # given: one form, as it stands on Sam's page
    app = make_app(filled_database)
    dora, sam = Browser(app), Browser(app)
    at_the_check_page(dora)
    dora.submit("Start pathway")
    form = opened(sam, "sam", FIRST_VISIT).form("Complete this task")

    # when
    answers = twenty_at_once(app, sam, clock, form.action, {**form.fields, **VISIT})

    # then
    assert answers == {(303, f"/work?completed={form.action.rsplit('/', 1)[1]}")}
    assert entries(app, "task_completed") == 1


def test_a_start_a_comment_and_a_message_sent_twenty_times_at_once_are_taken_once_and_answered_alike(
    filled_database: str, make_app: Callable[..., Flask], clock: SimulatedClock
) -> None:
    app = make_app(filled_database)
    dora, sam = Browser(app), Browser(app)
    start = at_the_check_page(dora).form("Start pathway")

    started = twenty_at_once(app, dora, clock, start.action, dict(start.fields))
    assert len(started) == 1
    status, receipt = started.pop()
    assert (status, receipt.startswith("/started/")) == (303, True)
    with app.app_context(), reading() as session:
        assert session.query(ProcessInstance).filter_by(definition_key="remand_yda").count() == 1

    said = opened(sam, "sam", FIRST_VISIT).form("Add the comment")
    commented = twenty_at_once(app, sam, clock, said.action, {**said.fields, "comment": "He is well."})
    assert len(commented) == 1
    assert commented.pop()[0] == 303
    assert entries(app, "comment_added") == 1

    instance = dora.get(f"/instances/{receipt.rpartition('/')[2]}")
    address = next(href for href, _ in instance.read.links if "/messages/remand_ended" in href)
    ended = dora.get(address).form("Record")
    told = twenty_at_once(app, dora, clock, ended.action, {**ended.fields, **REMAND_ENDED})
    assert len(told) == 1
    assert told.pop()[0] == 303
    with app.app_context(), reading() as session:
        entered = session.query(AuditEntry).filter(AuditEntry.kind == "message_sent").all()
        told_by_people = [entry.facts["message"] for entry in entered if entry.person_id]
    assert told_by_people.count("remand_ended") == 1
