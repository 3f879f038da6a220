"""The protocols on a page: from a task to its clause, from a clause to its tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances, lists
from tests.web.browser import Browser

ANSWERS = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


@pytest.fixture
def visit(clock: SimulatedClock, demo_app: Flask) -> str:
    """The id of Sam's first visit to Alex Example, remanded an hour ago."""
    with demo_app.app_context():
        dora, sam = (accounts.viewer_named(f"{who}@wandsworth.example") for who in ("dora", "sam"))
        child_id = children.search(dora, "alex example")[0].id
        ordered_at = (clock.now() - timedelta(hours=1)).isoformat()
        instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": ordered_at})
        return next(task.id for task in lists.my_work(sam).tasks if task.element_id == "record_first_visit")


def test_a_person_reads_the_protocol_of_their_own_area_first(browser: Browser) -> None:
    browser.sign_in("sam")

    page = browser.get("/protocols")

    assert page.h1 == "The protocol of Wandsworth"
    clause = browser.get(page.href("8 Remands").partition("#")[0])
    assert "WAN-8-10" in clause.text
    assert "Visit the child in custody" in clause.text
    assert browser.get("/protocols?area=salford").h1 == "The protocol of Salford"
    browser.get("/protocols?area=nowhere", status=404)


def test_from_a_task_to_its_clause_and_back_to_the_task(browser: Browser, visit: str) -> None:
    browser.sign_in("sam")

    assert "/protocols/WAN-8-10" in browser.get(f"/tasks/{visit}").html
    page = browser.get("/protocols/WAN-8-10")

    assert "Alex Example" in page.text
    assert "Remand to youth detention accommodation" in page.text


def test_the_tasks_of_children_of_others_are_not_named(browser: Browser, visit: str) -> None:
    browser.sign_in("nia")

    assert "Alex Example" not in browser.get("/protocols/WAN-8-10").text


def test_an_unknown_duty_is_not_found(browser: Browser) -> None:
    browser.sign_in("sam")

    browser.get("/protocols/WAN-99-99", status=404)
