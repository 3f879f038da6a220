"""The pages on which managers act: what they show before, what they do, and who finds the way there."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.store.db import reading
from app.store.tasks import UserTask
from tests.web.browser import Browser
from tests.web.test_pages import alex as alex
from tests.web.test_pages import remand as remand

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
    assert "The court hears it again." not in browser.follow().text
