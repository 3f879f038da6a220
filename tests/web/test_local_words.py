"""Each area reads its own words on every page, and what people typed stays as they typed it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances, lists
from tests.web.browser import Browser

ANSWERS = {"looked_after_before": False, "has_social_worker": True, "known_to_csc": True, "safety_concern": True,
           "safety_concern_words": "The YJS was told by the front door"}  # fmt: skip


@pytest.fixture
def task(clock: SimulatedClock, demo_app: Flask) -> str:
    """The id of a task of Stockport's youth offending service, about a child remanded an hour ago."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@stockport.example")
        child_id = children.search(dora, "alex example")[0].id
        ordered_at = (clock.now() - timedelta(hours=1)).isoformat()
        instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": ordered_at})
        work = lists.my_work(dora, lists.Filters(who="team")).tasks
        return next(one.id for one in work if one.element_id == "allocate_case_manager")


def test_stockport_reads_of_its_youth_offending_service(browser: Browser, task: str) -> None:
    browser.sign_in("dora", "stockport")

    page = browser.get(f"/tasks/{task}")

    assert page.h1 == "Allocate a YOS case manager"
    assert "YJS" not in page.text


def test_its_diagrams_and_lists_say_so_too(browser: Browser, task: str) -> None:
    browser.sign_in("dora", "stockport")

    drawing = browser.get("/pathways/remand_yda/diagram.bpmn").html

    assert 'name="YOS case manager"' in drawing
    assert "YJS case manager" not in drawing
    assert "YOS case manager" in browser.get("/work?who=team").text


def test_wandsworth_reads_the_plain_words_and_its_own_front_door(browser: Browser) -> None:
    browser.sign_in("dora")

    assert "YJS case manager" in browser.get("/pathways/remand_yda").text
