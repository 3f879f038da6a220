"""The task page: complete it once, save it for later, hand it over; and what another person's speed does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.clock import SimulatedClock
from tests.web.browser import Browser, Page
from tests.web.test_start import at_the_check_page

pytestmark = pytest.mark.usefixtures("clock")
FIRST_VISIT = "Visit the child in custody"


@pytest.fixture
def remand(browser: Browser) -> Browser:
    """Dora's browser, with a remand of Alex that has just started."""
    at_the_check_page(browser)
    browser.submit("Start pathway")
    return browser


def opened(browser: Browser, who: str, task: str) -> Page:
    """The task of that name, opened from the person's list of work."""
    browser.sign_in(who)
    work = browser.get("/work?who=team")
    return browser.get(work.href(task))


def sent(page: Page) -> dict[str, str]:
    return dict(page.form("Complete this task").fields)


VISIT = {
    "seen_on-day": "1",
    "seen_on-month": "12",
    "seen_on-year": "2026",
    "seen_alone": "true",
    "child_said": "I want to ring my gran.",
}


def test_the_page_says_why_the_task_is_due_then_and_what_comes_next(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    page = opened(another_browser(), "sam", FIRST_VISIT)

    assert "How this date was worked out" in page.text
    assert "The law" in page.text
    assert "What happens next" in page.text
    assert "Why this has to be done" in page.text


def test_what_was_typed_is_kept_without_a_script_and_stands_there_again(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    page = opened(sam, "sam", FIRST_VISIT)
    address = page.form("Complete this task").action

    sam.submit("Save and come back later", {"seen_on-day": "31", "action": "save"})

    assert "Nothing has been sent" in sam.follow().text
    again = sam.get(address)
    assert "This is a draft that Sam Socialworker saved" in again.text
    assert sent(again)["seen_on-day"] == "31"


def test_the_script_saves_a_draft_and_is_told_its_version(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    page = opened(sam, "sam", FIRST_VISIT)
    address = page.form("Complete this task").action

    first = sam.post(f"{address}/draft", {**sent(page), "seen_on-day": "3"}, status=200)
    second = sam.post(
        f"{address}/draft", {**sent(page), "seen_on-day": "4", "draft_version": "1"}, status=200
    )

    assert json.loads(first.html)["version"] == 1
    assert json.loads(second.html)["version"] == 2
    assert sent(sam.get(address))["seen_on-day"] == "4"


def test_a_form_without_its_token_changes_nothing(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    page = opened(sam, "sam", FIRST_VISIT)
    address = page.form("Complete this task").action

    for path in (address, f"{address}/draft", f"{address}/claim", f"{address}/release", f"{address}/assign"):
        refused = sam.post(path, {"seen_on-day": "1"}, status=400)
        assert "out of date" in refused.text


def test_a_task_is_taken_and_put_back(remand: Browser, another_browser: Callable[[], Browser]) -> None:
    sam = another_browser()
    page = opened(sam, "sam", FIRST_VISIT)
    if any("Take this task" in " ".join(form.buttons) for form in page.read.forms):
        sam.submit("Take this task")
        page = sam.follow()

    sam.submit("Put back into the queue")

    assert "Nobody has taken it yet" in sam.follow().text
    sam.submit("Take this task")
    assert "This task is yours now." in sam.follow().text


def test_a_stranger_does_not_find_the_task(remand: Browser, another_browser: Callable[[], Browser]) -> None:
    sam, nurse, elsewhere = another_browser(), another_browser(), another_browser()
    address = opened(sam, "sam", FIRST_VISIT).form("Complete this task").action

    nurse.sign_in("nia")
    elsewhere.sign_in("sam", "stockport")

    assert nurse.get(address, status=404).h1 == "Page not found"
    assert elsewhere.get(address, status=404).h1 == "Page not found"


def test_nothing_typed_gives_a_summary_that_leads_to_each_question(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    opened(sam, "sam", FIRST_VISIT)

    page = sam.submit("Complete this task", {"seen_on-year": "26"}, status=422)

    assert page.read.title.startswith("Error:")
    targets = {href for href, _ in page.read.links if href.startswith("#") and href != "#main-content"}
    assert targets
    assert {target[1:] for target in targets} <= set(page.read.ids)


def test_a_completed_task_shows_its_answers_in_words_and_cannot_be_completed_again(
    remand: Browser, another_browser: Callable[[], Browser], clock: SimulatedClock
) -> None:
    clock.move_to(clock.now() + timedelta(minutes=5))
    sam, mo = another_browser(), another_browser()
    address = opened(sam, "sam", FIRST_VISIT).form("Complete this task").action
    mo.sign_in("mo")
    mo.get(address)
    sam.submit("Complete this task", VISIT)
    after = sam.follow().text
    assert f"“{FIRST_VISIT}” is recorded." in after
    assert "Next visit comes up:" in after

    late = mo.submit("Complete this task", {**VISIT, "child_said": "Something else."}, status=409)

    assert "This task was completed by Sam Socialworker" in late.text
    assert "Something else." in late.text
    done = sam.get(address)
    assert "Completed by Sam Socialworker" in done.text
    assert "I want to ring my gran." in done.text
    assert "Tuesday 1 December 2026" in done.text


def test_a_double_click_completes_a_task_once_and_is_answered_alike(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    page = opened(sam, "sam", FIRST_VISIT)
    form = page.form("Complete this task")

    first = sam.post(form.action, {**form.fields, **VISIT})
    second = sam.post(form.action, {**form.fields, **VISIT})

    assert first.location == second.location == f"/work?completed={form.action.rsplit('/', 1)[1]}"


def test_a_receipt_is_for_whoever_completed_the_task_and_can_be_loaded_again(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam, mo = another_browser(), another_browser()
    address = opened(sam, "sam", FIRST_VISIT).form("Complete this task").action
    receipt = f"/work?completed={address.rsplit('/', 1)[1]}"
    assert "is recorded." not in sam.get(receipt).text  # nothing is yet

    sam.get(address)
    sam.submit("Complete this task", VISIT)

    told = f"“{FIRST_VISIT}” is recorded."
    assert told in sam.follow().text
    assert told in sam.get(receipt).text
    assert told not in sam.get("/work").text
    mo.sign_in("mo")
    assert told not in mo.get(receipt).text
    assert "is recorded." not in sam.get("/work?completed=nothing").text


def test_an_answer_that_nobody_asked_for_is_refused(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam = another_browser()
    opened(sam, "sam", FIRST_VISIT)

    page = sam.submit("Complete this task", {**VISIT, "team_id": "7"}, status=422)

    assert "“team_id” is not a question of this form" in page.text


def test_a_manager_gives_a_task_to_somebody_of_the_team(
    remand: Browser, another_browser: Callable[[], Browser]
) -> None:
    sam, mo = another_browser(), another_browser()
    address = opened(sam, "sam", FIRST_VISIT).form("Complete this task").action
    mo.sign_in("mo")
    mo.get(address)
    assert "Select who the task is for" in mo.submit("Give the task", {"person_id": ""}, status=422).text

    mo.get(address)
    form = mo.page.form("Give the task") if mo.page else None
    assert form is not None
    mo.submit("Give the task")

    assert "The task is" in mo.follow().text
