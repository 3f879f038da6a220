"""A simulation in the browser: begun at Christmas, led step by step, taken back, compared."""

from __future__ import annotations

from urllib.parse import urlencode

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
    assert "Dates that differ (0)" in browser.get(f"{address}/compare").text

    browser.get(address)
    browser.submit("Back", {"do": "back"})
    assert "element=allocate_case_manager" in browser.follow().html


def test_two_starts_are_compared_as_they_are_typed(browser: Browser) -> None:
    browser.sign_in("sam")
    chosen = {"a_of": "version-1", "b_of": "version-1", "profile": "wandsworth", "way": "late", "span": "90"}
    a = {"a_start-day": "23", "a_start-month": "12", "a_start-year": "2026", "a_start-time": "5.40pm"}
    b = {"b_start-day": "24", "b_start-month": "dec", "b_start-year": "2026", "b_start-time": "17:40"}
    address = "/pathways/remand_yda/compare-dates"
    assert "24" in browser.get(address).html

    wrong = browser.get(f"{address}?{urlencode({**chosen, **a, **b, 'b_start-day': '31 feb'})}", status=422)
    assert "When B begins" in wrong.text
    page = browser.get(f"{address}?{urlencode({**chosen, **a, **b})}")

    assert "B begins 1 day later than A." in page.text
    assert "counted from the start" in page.text
    assert 'href="#why-1"' in page.html
    assert 'id="why-1"' in page.html


def test_what_the_scenarios_reach_stands_on_the_drawing_and_in_lists(browser: Browser) -> None:
    browser.sign_in("sam")
    page = browser.get("/pathways/remand_yda/scenarios")

    assert "data-unreached=" in page.html
    assert "christmas eve, nobody does anything" in page.text
    missed = page.text.partition("Steps and events that no scenario reaches")[2]
    assert "Visit" in missed or "Settle" in missed
    picture = browser.client.get("/pathways/remand_yda/scenarios/version-1.svg")
    assert "Never reached: " in picture.text
    browser.get("/pathways/remand_yda/scenarios?of=version-9", status=404)
