"""The pages on which managers act: what they show before, what they do, and who finds the way there."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.store.db import reading
from app.store.tasks import UserTask
from tests.web.browser import Browser
from tests.web.test_pages import alex as alex
from tests.web.test_pages import remand as remand
from tests.web.test_tasks import VISIT

REASON = "The establishment is shut until Friday."


def task_named(browser: Browser, instance_id: str, element: str) -> str:
    """The id of the open task of an element."""
    with browser.app.app_context(), reading() as session:
        query = select(UserTask.id).where(
            UserTask.instance_id == instance_id, UserTask.element_id == element, UserTask.state == "open"
        )
        return session.scalars(query).one()


def test_a_manager_moves_a_date_and_sees_before_what_would_count(
    browser: Browser, another_browser: Callable[[], Browser], remand: str
) -> None:
    address = f"/tasks/{task_named(browser, remand, 'record_first_visit')}"
    browser.sign_in("mo")
    assert "Move the due date" in browser.get(address).text
    browser.get(f"{address}/deadline")
    day = {"on-day": "3", "on-month": "12", "on-year": "2026", "reason": REASON}

    page = browser.submit("See what would move", {**day, "action": "look"}, status=200)
    assert "What would move" in page.text
    assert "Thursday 3 December 2026" in page.text
    browser.submit("Move the due date", {"action": "move"})
    page = browser.follow()
    assert REASON.rstrip(".") in page.text

    sam = another_browser()
    sam.sign_in("sam")
    assert "Move the due date" not in sam.get(address).text
    sam.get(f"{address}/deadline", status=403)

    browser.get(f"{address}/deadline")
    browser.submit("Take it back", {"why_back": ""}, status=422)
    browser.submit("Take it back", {"why_back": "A slip."})
    assert REASON.rstrip(".") not in browser.follow().text


def test_a_manager_suspends_a_pathway_and_lets_it_go_on(
    browser: Browser, another_browser: Callable[[], Browser], remand: str
) -> None:
    browser.sign_in("mo")
    browser.get(browser.get(f"/instances/{remand}").href("Suspend this pathway"))
    browser.submit("Suspend the pathway", {"reason": ""}, status=422)
    browser.submit("Suspend the pathway", {"reason": "The court hears it again."})
    page = browser.follow()
    assert "The court hears it again." in page.text

    sam = another_browser()
    sam.sign_in("sam")
    assert "Let it go on" not in sam.get(f"/instances/{remand}").text
    sam.get(f"/instances/{remand}/resume", status=404)

    browser.get(page.href("Let it go on"))
    browser.submit("Let it go on", {"reason": "It was heard."})
    assert "suspended this pathway" not in browser.follow().text


def test_a_manager_corrects_the_start_and_sees_before_what_moves(
    browser: Browser, another_browser: Callable[[], Browser], remand: str
) -> None:
    browser.sign_in("mo")
    page = browser.get(f"/instances/{remand}")
    assert "What a manager can do here" in page.text
    browser.get(page.href("Correct the start"))
    day = {
        "started_at-day": "28",
        "started_at-month": "11",
        "started_at-year": "2026",
        "started_at-time": "9:40",
    }
    browser.submit("See what would move", {**day, "started_at-year": "2027", "reason": ""}, status=422)

    page = browser.submit("See what would move", {**day, "reason": REASON, "action": "look"}, status=200)
    assert "Dates that would move" in page.text
    assert "tatutory limit" in page.text
    browser.submit("Correct the start", {"action": "correct"})
    assert "Counted from Saturday 28 November 2026 at 09:40" in browser.follow().text

    sam = another_browser()
    sam.sign_in("sam")
    assert "What a manager can do here" not in sam.get(f"/instances/{remand}").text
    for address in ("start", "course"):
        sam.get(f"/instances/{remand}/{address}", status=403)


def test_a_manager_goes_back_to_a_task_and_sees_before_what_happens(
    browser: Browser, another_browser: Callable[[], Browser], remand: str
) -> None:
    sam = another_browser()
    sam.sign_in("sam")
    visit = f"/tasks/{task_named(browser, remand, 'record_first_visit')}"
    sam.get(visit)
    sam.submit("Complete this task", VISIT)
    browser.sign_in("mo")
    browser.get(browser.get(f"/instances/{remand}").href("Go back, or go on without waiting"))
    browser.submit("See what would happen", {"reason": ""}, status=422)
    way = {"way": "back:record_first_visit", "reason": REASON}

    page = browser.submit("See what would happen", {**way, "action": "look"}, status=200)
    assert "These tasks open:" in page.text
    browser.submit("Do this", {"action": "change"})

    assert "Gone back to" in browser.follow().text
    assert task_named(browser, remand, "record_first_visit") not in visit


def test_the_end_of_a_remand_is_looked_at_from_the_childs_page_before_it_is_recorded(
    browser: Browser, alex: str, remand: str
) -> None:
    browser.sign_in("mo")
    browser.get(browser.get(f"/children/{alex}").href("Record that the remand ended"))
    moment = {"ended_at-day": "1", "ended_at-month": "12", "ended_at-year": "2026", "ended_at-time": "9am"}
    ended = {"reason": "bail", **moment}

    page = browser.submit("See what would happen", {**ended, "action": "look"}, status=200)
    assert "These pathways end:" in page.text
    assert "no longer to be done, and their dates fall away:" in page.text
    assert "Visit the child in custody" in page.text
    assert task_named(browser, remand, "record_first_visit")

    browser.submit("Record", ended)
    assert "What is no longer to be done" in browser.follow().text


def test_what_is_cancelled_or_set_aside_is_looked_at_before(browser: Browser, remand: str) -> None:
    task = task_named(browser, remand, "start_resettlement_planning")
    browser.sign_in("tess")
    for address in (f"/instances/{remand}/cancel", f"/tasks/{task}/not-needed"):
        browser.get(address)
        browser.submit("See what would happen", {"reason": " ", "action": "look"}, status=422)
        page = browser.submit("See what would happen", {"reason": REASON, "action": "look"}, status=200)
        assert "These tasks are no longer to be done" in page.text
        assert REASON in page.text
    assert task_named(browser, remand, "start_resettlement_planning") == task
