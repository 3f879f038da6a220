"""A simulation in the browser: begun at Christmas, led step by step, taken back, compared."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
CHRISTMAS = {"start-day": "24", "start-month": "12", "start-year": "2026", "start-time": "5.40pm"}


def test_a_remand_on_christmas_eve_is_led_by_hand(browser: Browser) -> None:
    browser.sign_in("sam")
    browser.get("/pathways/remand_yda/simulate")
    assert "include a time" in browser.submit("Begin the simulation", {"start-time": ""}, status=422).text
    browser.submit("Begin the simulation", CHRISTMAS)
    address = browser.page.location  # type: ignore[union-attr]
    begun = browser.follow()
    assert "Thursday 24 December 2026" in begun.text
    assert "element=arrange_planning_meeting" in begun.html

    browser.submit("Run to the next decision", {"do": "decision"})
    assert "23:59" in browser.follow().text
    refused = browser.submit("Run to the next decision", {"do": "until", "day-day": "31 feb"}, status=422)
    assert "The day must" in refused.text

    browser.get(f"{address}/task?element=allocate_case_manager&nth=1")
    browser.submit("Complete it in the simulation", {"simulated_at": "other"}, status=422)
    browser.submit("Complete it in the simulation", {"simulated_at": "due"})
    led = browser.follow().text
    assert "Friday 25 December 2026" in led
    assert "No date differs" in browser.get(f"{address}/compare").text
    moved = browser.get(f"{address}/compare?start=2026-12-23T17:40").text
    assert "later" in moved

    browser.get(address)
    browser.submit("Back", {"do": "back"})
    assert "element=allocate_case_manager" in browser.follow().html
