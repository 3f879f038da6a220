"""The pages of what was met on time; and saying why something is late, with its form and afterwards."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.clock import SimulatedClock
from app.services import timers
from app.store.db import reading
from app.store.tasks import LateReason
from tests.web.browser import Browser
from tests.web.test_start import at_the_check_page
from tests.web.test_tasks import FIRST_VISIT, VISIT, opened

pytestmark = pytest.mark.usefixtures("clock")


def late_visit(browser: Browser, clock: SimulatedClock) -> str:
    """Sam has the first visit open, weeks after it was due; its address."""
    at_the_check_page(browser)
    browser.submit("Start pathway")
    clock.move_to(clock.now() + timedelta(days=20))
    with browser.app.app_context():
        while timers.drain():
            pass
    opened(browser, "sam", FIRST_VISIT)
    assert browser.page is not None
    return str(browser.page.form("Complete this task").action)


def said(browser: Browser) -> list[tuple[str, str]]:
    with browser.app.app_context(), reading() as session:
        return [(one.reason, one.words) for one in session.query(LateReason)]


def test_why_it_is_late_goes_with_the_form_and_never_holds_it_up(
    browser: Browser, clock: SimulatedClock
) -> None:
    address = late_visit(browser, clock)
    too_long = {**VISIT, "late_reason": "other", "late_words": "x" * 2001}
    page = browser.submit("Complete this task", too_long, status=422)
    assert page.form("Complete this task").fields["child_said"] == VISIT["child_said"]
    assert said(browser) == []

    browser.submit("Complete this task", {**VISIT, "late_words": "The prison had no room."})

    assert said(browser) == [("other", "The prison had no room.")]
    assert "The prison had no room." in browser.get(address).text


def test_a_manager_goes_from_a_number_to_the_task_and_says_why(
    browser: Browser, another_browser: Callable[[], Browser], clock: SimulatedClock
) -> None:
    address = late_visit(browser, clock)
    browser.submit("Complete this task", VISIT)
    assert said(browser) == []
    browser = another_browser()
    browser.sign_in("mo")
    browser.get("/compliance?team=all&by=step")
    page = browser.get("/compliance/tasks?team=all&outcome=missed&by=step&key=remand_yda:record_first_visit")
    assert "Missed: 1" in page.text
    assert "Alex Example" in page.text

    browser.get(f"{address}/why-late?back=/compliance/tasks?team=all")
    browser.submit("Record why", {}, status=422)
    browser.submit("Record why", {"late_reason": "no_worker", "late_words": "Two were ill."})

    assert said(browser) == [("no_worker", "Two were ill.")]
    assert "Nobody was free to do it" in browser.get("/compliance/tasks?team=all&outcome=missed").text
    rows = list(
        csv.reader(browser.client.get("/compliance.csv?team=all&by=month&small=all").text.splitlines())
    )
    assert rows[-1][0] == "All"
    assert int(rows[-1][3]) > 0
    shared = list(csv.reader(browser.client.get("/compliance.csv?team=all&by=month").text.splitlines()))
    assert "hidden" in shared[-1]
    assert "All teams" in browser.get("/compliance?team=partnership&by=agency").text
    browser.get("/compliance/tasks?team=partnership", status=403)
    assert "Select a month" in browser.get("/compliance?from=yesterday").text


def test_a_number_stands_at_its_step_and_a_small_one_can_be_hidden(
    browser: Browser, another_browser: Callable[[], Browser], clock: SimulatedClock
) -> None:
    late_visit(browser, clock)
    browser.get("/pathways/remand_yda/heat-map", status=404)
    browser = another_browser()
    browser.sign_in("ada")
    browser.get("/compliance?team=all&by=pathway")
    seen = "/pathways/remand_yda/heat-map?team=all&version=1"
    assert "0 of 1 by the due date" in browser.get(seen).text
    assert "0 %" in browser.client.get(seen.replace("heat-map", "heat-map.svg")).text
    assert "0 of 1" not in browser.get(f"{seen}&small=hide").text
    assert "0 %" not in browser.client.get(f"{seen.replace('heat-map', 'heat-map.svg')}&small=hide").text
    browser.get("/pathways/remand_yda/heat-map?by=colour", status=404)
