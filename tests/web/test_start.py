"""Starting a pathway in the browser: nothing happens before the last button, and then exactly once."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser, Page

pytestmark = pytest.mark.usefixtures("clock")

REMAND = {
    "remanded_at-day": "30",
    "remanded_at-month": "11",
    "remanded_at-year": "2026",
    "remanded_at-time": "5.40pm",
    "looked_after_before": "false",
    "known_to_csc": "true",
    "has_social_worker": "true",
    "safety_concern": "false",
}


def at_the_check_page(browser: Browser, child: str = "Alex") -> Page:
    """Dora has chosen the pathway and the child and filled in the form."""
    browser.sign_in("dora")
    browser.get("/start?pathway=remand_yda", status=302)
    browser.follow()
    found = browser.submit("Find", {"q": child}, status=200)
    browser.get(found.href(child))
    return browser.submit("Continue", REMAND, status=200)


def test_a_remand_is_started_with_one_press_after_seeing_who_is_told_and_which_clocks_begin(
    browser: Browser,
) -> None:
    check = at_the_check_page(browser)
    assert check.h1 == "Check before you start"
    assert "Monday 30 November 2026 at 17:40" in check.text
    button = check.form("Start pathway").buttons[0]

    browser.submit("Start pathway")
    receipt = browser.follow()

    assert "has started" in receipt.h1
    assert "notify" in button
    assert "Counted from Monday 30 November 2026 at 17:40" in receipt.text


def test_a_double_click_starts_one_pathway(browser: Browser) -> None:
    at_the_check_page(browser)

    check = browser.page
    browser.submit("Start pathway")
    first = browser.page.location if browser.page else ""
    browser.page = check
    again = browser.submit("Start pathway")

    assert again.location == first


def test_the_answers_can_be_changed_before_the_start(browser: Browser) -> None:
    at_the_check_page(browser)

    form = browser.submit("Change your answers", status=200)

    assert form.form("Continue").fields["remanded_at-time"] == "17:40"
    assert form.form("Continue").fields["has_social_worker"] == "true"


def test_wrong_answers_come_back_as_they_were_typed_with_a_summary(browser: Browser) -> None:
    at_the_check_page(browser)
    browser.submit("Change your answers", status=200)

    page = browser.submit("Continue", {"remanded_at-month": "13", "court_name": "Westbridge"}, status=422)

    assert page.read.title.startswith("Error:")
    assert page.href("The date and time of the remand must be a real date") == "#remanded_at-month"
    assert page.form("Continue").fields["court_name"] == "Westbridge"
    assert page.form("Continue").fields["remanded_at-month"] == "13"


def test_a_pathway_cannot_start_in_the_future(browser: Browser) -> None:
    at_the_check_page(browser)
    browser.submit("Change your answers", status=200)

    page = browser.submit("Continue", {"remanded_at-year": "2099"}, status=422)

    assert "must be in the past" in page.text


@pytest.mark.parametrize("tampered", ["{", "[1]", '{"team_id": 7}', "[" * 50_000], ids=len)
def test_answers_that_were_tampered_with_are_refused_with_a_sentence(browser: Browser, tampered: str) -> None:
    at_the_check_page(browser)

    page = browser.submit("Start pathway", {"answers": tampered}, status=422)

    assert "There is a problem" in page.text


def test_a_child_without_a_record_gets_a_provisional_one(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/start/remand_yda/new-child")
    wrong = browser.submit("Continue", {"given_name": "Kim"}, status=422)
    assert wrong.href("Enter the child’s last name") == "#family_name"

    browser.submit("Continue", {"given_name": "Kim", "family_name": "Nobody"})
    form = browser.follow()

    assert "Kim Nobody" in form.text
    assert "not known yet" in form.text


def test_a_record_with_the_same_name_and_birthday_is_offered_first(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/start/remand_yda/new-child")
    alex = {
        "given_name": "Alex",
        "family_name": "Example",
        "date_of_birth-day": "14",
        "date_of_birth-month": "5",
        "date_of_birth-year": "2010",
    }

    same = browser.submit("Continue", alex, status=200)

    assert same.h1 == "Is it this child?"
    assert same.href("Yes, use Alex Example").startswith("/start/remand_yda/")
    browser.submit("No, it is another child")
    assert "Alex Example" in browser.follow().text


def test_whoever_does_no_casework_starts_nothing(browser: Browser) -> None:
    browser.sign_in("nia")

    for address in (
        "/start",
        "/start/remand_yda/child",
        "/start/remand_yda/new-child",
        "/start/remand_yda/abc",
    ):
        assert browser.get(address, status=None).status in {403, 404}
