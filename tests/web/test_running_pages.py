"""The page of every pathway: filters of an address, a search that no address tells, views, and the file."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest

from tests.web.browser import Browser
from tests.web.test_start import at_the_check_page

pytestmark = pytest.mark.usefixtures("clock")
NONE = "No pathway fits."


def test_a_manager_narrows_the_list_keeps_the_view_and_takes_it_as_a_file(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given
    at_the_check_page(browser)
    browser.submit("Start pathway")
    browser = another_browser()
    browser.sign_in("mo")

    # when: she narrows the list
    assert NONE in browser.get("/instances?team=all&state=cancelled").text
    assert NONE in browser.get("/instances?team=all&only=incident").text
    assert "Example" in browser.get("/instances?team=all&pathway=remand_yda&sort=-child").text
    wrong = browser.get("/instances?team=all&from=31+2+2026", status=422)
    assert "There is a problem" in wrong.text

    # and: she looks for a child, whose name no address and no view keeps
    browser.get("/instances?team=all&pathway=remand_yda")
    browser.submit("instances/search?team=all&pathway=remand_yda", {"q": "Nobody Known"})
    assert NONE in browser.follow().text
    browser.submit("instances/search?team=all&pathway=remand_yda&state=any", {"q": "Alex"})
    found = browser.follow()
    assert "Alex" in found.text
    assert "Alex" not in found.response.request.url
    address = found.href("Download this list")
    rows = list(csv.DictReader(browser.client.get(address).text.removeprefix("\ufeff").splitlines()))
    assert ["Alex" in row["Child"] for row in rows] == [True]

    # then: the view has the filters alone, and can be renamed and deleted
    browser.submit("Keep the view", {}, status=422)
    browser.submit("Keep the view", {"name": "Remands"})
    kept = browser.get("/instances").href("Remands")
    assert kept == "/instances?team=all&pathway=remand_yda&state=any"
    browser.get(browser.get("/instances").href("Change"))
    browser.submit("Save the name", {"name": ""}, status=422)
    browser.submit("Save the name", {"name": "All remands"})
    browser.get(browser.follow().href("Change"))
    browser.submit("Delete this view")
    assert "All remands” is deleted" in browser.follow().text
