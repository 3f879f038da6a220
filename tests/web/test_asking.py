"""Beside a task, on its page: questions, comments, mentions and meetings; what is wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.services import accounts, definitions, signing, task_life, tasks
from tests.crash import pathways
from tests.web.browser import Browser, Page
from tests.web.test_start import at_the_check_page
from tests.web.test_tasks import FIRST_VISIT, opened

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def sam(browser: Browser, another_browser: Callable[[], Browser]) -> tuple[Browser, Page]:
    """Sam's browser, at his first visit to Alex in custody."""
    at_the_check_page(browser)
    browser.submit("Start pathway")
    own = another_browser()
    return own, opened(own, "sam", FIRST_VISIT)


def test_a_question_without_somebody_and_words_is_refused_in_words(sam: tuple[Browser, Page]) -> None:
    browser, page = sam
    browser.get(page.href("Ask for a contribution"))

    refused = browser.submit("Ask", {"who": "", "question": "  "}, status=422)

    assert "Select whom you want to ask" in refused.text
    assert "Enter what you need from them" in refused.text


def test_a_question_is_asked_and_withdrawn_with_a_reason(sam: tuple[Browser, Page]) -> None:
    browser, page = sam
    browser.get(page.href("Ask for a contribution"))
    browser.submit("Ask", {"who": "role:virtual_school", "question": "How are mornings?", "need": "required"})
    shown = browser.follow()
    assert "How are mornings?" in shown.text
    assert "needed before this task can be completed" in shown.text

    browser.get(shown.href("Withdraw this question"))
    refused = browser.submit("Withdraw the question", {"reason": ""}, status=422)
    assert "Enter why it is no longer needed" in refused.text
    browser.submit("Withdraw the question", {"reason": "The nurse knows."})

    assert "The nurse knows." in browser.follow().text


def test_a_comment_mentions_a_colleague_who_finds_it_under_mentions(
    sam: tuple[Browser, Page], another_browser: Callable[[], Browser], demo_app: Flask
) -> None:
    browser, _ = sam
    with demo_app.app_context():
        mo_id = accounts.viewer_named("mo@wandsworth.example").person_id
    refused = browser.submit("Add the comment", {"comment": " "}, status=422)
    assert "Enter a comment" in refused.text
    mo = another_browser()
    mo.sign_in("mo")
    assert "new)" not in mo.get("/work").text

    browser.submit("Add the comment", {"comment": "Can you look?", "mentioned_id": mo_id})

    assert "Can you look?" in browser.follow().text
    assert "(1 new)" in mo.get("/work").text
    assert "Can you look?" in mo.get("/mentions").text
    mo.submit("I have read these")
    assert "new)" not in mo.get("/work").text


def test_the_file_of_a_meeting_names_the_case_and_no_child(
    sam: tuple[Browser, Page], another_browser: Callable[[], Browser]
) -> None:
    casey = another_browser()
    page = opened(casey, "casey", "Arrange and invite to the planning meeting")
    page = casey.get(page.href("December 2026"))
    day = {"invited_on-day": "1", "invited_on-month": "12", "invited_on-year": "2026"}
    casey.submit("Complete this task", day)
    work = casey.get("/work?who=team")
    page = casey.get(work.href("Attend the remand planning meeting"))

    kept = casey.client.get(page.href("Add to a calendar"))

    assert kept.mimetype == "text/calendar"
    assert b"SUMMARY:Case " in kept.data
    assert b"Alex" not in kept.data


def test_who_signed_off_what_was_corrected_since_sees_the_difference_and_signs_again(
    browser: Browser, another_browser: Callable[[], Browser], demo_app: Flask
) -> None:
    with demo_app.app_context():
        definitions.load_shipped()
        pathways.remand(pathways.child())
        pathways.complete(pathways.one_task("complete_initial_assessment"))
        plan = pathways.one_task("write_placement_plan")
        given = pathways.answers_for(plan) | {"education": "Lessons go on."}
        sam, sandy = pathways.viewer("sam"), pathways.viewer("sandy")
        tasks.complete(sam, plan, given)
        signing.approve(sandy, plan)
        task_life.correct(sam, plan, {**given, "education": "No lessons."}, "The school rang.")
    sams = another_browser()
    sams.sign_in("sam")
    assert "corrected since by Sam Socialworker" in sams.get(f"/tasks/{plan}").text
    assert "Sandy Secureestate was told" in sams.get(f"/tasks/{plan}").text

    browser.sign_in("sandy")
    assert "(1 new)" in browser.get("/work").text
    mentions = browser.get("/mentions")
    page = browser.get(mentions.href("Write the detention placement plan"))
    assert "Lessons go on." in page.text
    assert "No lessons." in page.text
    refused = browser.submit("Return with this comment", {"comment": " ", "decision": "disagree"}, status=422)
    assert "Enter what has to be changed" in refused.text
    browser.submit("Sign off as it is now", {"decision": "agree"})

    assert "is signed off as it is now" in browser.follow().text
    assert "new)" not in browser.get("/work").text
