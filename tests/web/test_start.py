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
    browser.submit("Find", {"q": child})
    found = browser.follow()
    assert child not in found.response.request.url
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


def test_a_child_without_a_record_gets_a_provisional_one_on_the_page_that_asks_the_questions(
    browser: Browser,
) -> None:
    browser.sign_in("dora")
    browser.get("/start/remand_yda/child")
    browser.submit("Find", {"q": "kim nobody"})
    asked = browser.follow()
    assert "Nobody found" in asked.text
    typed = asked.form("Continue").fields
    assert (typed["given_name"], typed["family_name"]) == ("Kim", "Nobody")
    wrong = browser.submit("Continue", {**REMAND, "family_name": ""}, status=422)
    assert wrong.href("Enter the child’s last name") == "#family_name"

    check = browser.submit("Continue", {"family_name": "Nobody"}, status=200)
    assert "Kim Nobody" in check.text
    assert "Monday 30 November 2026 at 17:40" in check.text
    browser.submit("Start pathway")
    receipt = browser.follow()

    assert "Kim Nobody" in receipt.text
    assert "not known yet" in receipt.text


def test_a_new_record_is_made_once_however_often_the_button_is_pressed(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/start/remand_yda/new-child")
    browser.submit("Continue", {**REMAND, "given_name": "Kim", "family_name": "Nobody"}, status=200)

    check = browser.page
    first = browser.submit("Start pathway").location
    browser.page = check

    assert browser.submit("Start pathway").location == first
    browser.get("/children")
    browser.submit("Find", {"q": "kim nobody"})
    assert "1 child found" in browser.follow().text


@pytest.mark.parametrize("name", ["Alex", "Aleks"])
def test_a_record_with_nearly_the_same_name_and_the_birthday_is_offered_first(
    browser: Browser, name: str
) -> None:
    browser.sign_in("dora")
    browser.get("/start/remand_yda/new-child")
    alex = {"given_name": name, "family_name": "Example", "date_of_birth-day": "14/5/10", **REMAND}

    same = browser.submit("Continue", alex, status=200)

    assert same.h1 == "Is it this child?"
    form = browser.submit("Yes, use Alex Example", status=200)
    assert form.form("Continue").fields["remanded_at-time"] == "17:40"
    browser.page = same
    check = browser.submit("No, it is another child", status=200)
    assert f"{name} Example" in check.text


def test_today_is_filled_in_and_who_works_with_the_child_is_not_asked_again(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/children")
    browser.submit("Find", {"q": "alex"})
    form = browser.get(browser.follow().href("Start a remand for Alex Example"))

    filled_in = form.form("Continue").fields
    assert [filled_in[f"remanded_at-{part}"] for part in ("day", "month", "year", "time")] == [
        "1", "12", "2026", "",
    ]  # fmt: skip
    assert filled_in["has_social_worker"] == "true"


def test_nothing_typed_is_pointed_out(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/children")
    assert browser.submit("Find", {"q": " "}, status=422).href("Enter a name") == "#q"
    browser.get("/start/remand_yda/child")
    browser.submit("Find", {"q": " "})
    assert browser.page
    assert browser.get(browser.page.location, status=422).href("Enter a name") == "#q"


def test_whom_one_looked_at_last_stands_on_the_page_of_the_children(browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/children")
    browser.submit("Find", {"q": "alex"})
    browser.get(browser.follow().href("Alex Example"))

    assert browser.get("/children").href("Alex Example")


def test_whoever_does_no_casework_starts_nothing(browser: Browser) -> None:
    browser.sign_in("nia")

    for address in (
        "/start",
        "/start/remand_yda/child",
        "/start/remand_yda/new-child",
        "/start/remand_yda/abc",
    ):
        assert browser.get(address, status=None).status in {403, 404}
