"""Cover on its pages: set for oneself and for somebody ill, the hand-over, and coming back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances
from tests.web.browser import Browser

START = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


def person_id(app: Flask, name: str) -> str:
    with app.app_context():
        return accounts.viewer_named(f"{name}@wandsworth.example").person_id


@pytest.fixture
def remanded(clock: SimulatedClock, demo_app: Flask) -> str:
    """The id of Alex Example, remanded an hour ago, whose social worker is Sam."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        child_id = children.search(dora, "alex example")[0].id
        ordered_at = (clock.now() - timedelta(hours=1)).isoformat()
        instances.start(dora, "remand_yda", child_id, {**START, "remanded_at": ordered_at})
        return child_id


def last_day(day: int, month: int = 12, year: int = 2026) -> dict[str, str]:
    return {"until_on-day": str(day), "until_on-month": str(month), "until_on-year": str(year)}


def test_somebody_ill_sets_their_own_cover_with_two_answers(
    demo_app: Flask, browser: Browser, another_browser: Callable[[], Browser], remanded: str
) -> None:
    # given: the note is there already, a line for each child
    browser.sign_in("sam")
    page = browser.get("/cover")
    assert "Who is away?" not in page.text
    assert "Alex Example (" in page.form("Set cover").fields["note"]

    # when
    browser.submit("Set cover", {"cover_id": person_id(demo_app, "ash"), **last_day(4)})

    # then
    page = browser.follow()
    assert (
        "Ash Administrator covers for you from Tuesday 1 December 2026 to Friday 4 December 2026" in page.text
    )
    assert "You are away until Friday 4 December 2026" in browser.get("/work").text
    ash = another_browser()
    work = ash.sign_in("ash")
    assert "You cover for Sam Socialworker until Friday 4 December 2026" in work.text
    assert "Alex Example (" in work.text


def test_a_manager_sets_it_for_somebody_ill(demo_app: Flask, browser: Browser, remanded: str) -> None:
    browser.sign_in("mo")
    sam = person_id(demo_app, "sam")
    assert browser.get("/cover").form("Set cover").fields["note"] == ""
    page = browser.get(f"/cover?person_id={sam}")
    assert page.form("Set cover").fields["person_id"] == sam
    assert "Alex Example (" in page.form("Set cover").fields["note"]

    browser.submit("Set cover", {"cover_id": person_id(demo_app, "ash"), **last_day(4)})

    assert "Ash Administrator covers for Sam Socialworker" in browser.follow().text
    browser.submit("End the cover now")
    assert "The cover has ended." in browser.follow().text
    assert "Nobody is recorded as away" in browser.get("/cover").text


def test_what_is_missing_or_clashes_is_said_at_its_question_and_what_was_typed_stays(
    demo_app: Flask, browser: Browser, remanded: str
) -> None:
    browser.sign_in("sam")
    browser.get("/cover")

    page = browser.submit("Set cover", {"note": "Ring the aunt", **last_day(30, 11)}, status=422)
    assert "Select who covers" in page.text
    assert page.form("Set cover").fields["note"] == "Ring the aunt"

    page = browser.submit("Set cover", {"cover_id": person_id(demo_app, "ash")}, status=422)
    assert "The last day away must be the same as or after the first day away" in page.text
    assert page.read.title.startswith("Error: ")


def test_the_task_says_for_whom_it_is_done(
    demo_app: Flask, browser: Browser, another_browser: Callable[[], Browser], remanded: str
) -> None:
    browser.sign_in("sam")
    browser.get("/cover")
    browser.submit(
        "Set cover", {"cover_id": person_id(demo_app, "pat"), "note": "Ring the aunt", **last_day(31)}
    )
    pat = another_browser()
    pat.sign_in("pat")
    hand_over = pat.get(pat.get("/work").href("Hand-over from Sam"))

    page = pat.get(next(href for href, _ in hand_over.read.links if href.startswith("/tasks/")))

    assert "You do this for Sam Socialworker, who is away until Thursday 31 December 2026" in page.text
    assert "Ring the aunt" in page.text


def test_back_again_my_work_says_what_was_done_until_it_is_read(
    demo_app: Flask,
    browser: Browser,
    another_browser: Callable[[], Browser],
    remanded: str,
    clock: SimulatedClock,
) -> None:
    # given: Pat has put one of Sam's tasks back into the queue
    browser.sign_in("sam")
    browser.get("/cover")
    browser.submit("Set cover", {"cover_id": person_id(demo_app, "pat"), **last_day(31)})
    pat = another_browser()
    pat.sign_in("pat")
    hand_over = pat.get(pat.get("/work").href("Hand-over from Sam"))
    pat.get(next(href for href, _ in hand_over.read.links if href.startswith("/tasks/")))
    pat.submit("Put back into the queue")

    # when: the day after the last
    clock.move_to(clock.now() + timedelta(days=31))
    work = browser.sign_in("sam")

    # then
    assert "Pat Placements covered for you from Tuesday 1 December 2026 to Thursday 31" in work.text
    page = browser.get(work.href("See what was done for you"))
    assert page.h1 == "While you were away"
    assert "by Pat Placements for Sam Socialworker" in page.text
    browser.submit("I have read this")
    assert "While you were away" not in browser.follow().text


def test_days_cover_and_note_are_changed_while_it_is_not_over(
    demo_app: Flask, browser: Browser, remanded: str
) -> None:
    browser.sign_in("sam")
    browser.get("/cover")
    browser.submit("Set cover", {"cover_id": person_id(demo_app, "ash"), "note": "Old", **last_day(4)})
    browser.get(browser.follow().href("Change the days, the cover or the note"))

    page = browser.submit("Save", last_day(30, 11), status=422)
    assert "The last day away must be" in page.text
    browser.submit("Save", {"note": "Ring the aunt", **last_day(7)})

    page = browser.follow()
    assert "Changed. Ash Administrator covers for you from Tuesday 1 December 2026 to Monday 7" in page.text
    assert "Ring the aunt" in page.text
