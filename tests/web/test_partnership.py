"""The managers' page: what the services have in hand together, and starting more of it without a child."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser, Page

pytestmark = pytest.mark.usefixtures("clock")
PUBLISHED = {"last_published_on-day": "31", "last_published_on-month": "3", "last_published_on-year": "2026"}


def started_plan(browser: Browser) -> Page:
    """Tess has started the annual plan, and looks at where it stands."""
    browser.sign_in("tess")
    browser.get("/partnership/start/youth_justice_plan")
    browser.submit("Continue", PUBLISHED, status=200)
    browser.submit("Start pathway")
    return browser.get(browser.follow().href("See where the pathway stands"))


def test_a_manager_starts_a_pathway_without_choosing_a_child(browser: Browser) -> None:
    browser.sign_in("tess")
    empty = browser.get("/partnership")
    assert empty.h1 == "Wandsworth partnership"
    assert "No pathway has been started." in empty.text

    form = browser.get(empty.href("Annual youth justice plan"))
    assert "Wandsworth partnership" in form.text
    check = browser.submit("Continue", PUBLISHED, status=200)
    assert "31 March 2026" in check.text
    browser.submit("Start pathway")
    receipt = browser.follow()

    assert "has started" in receipt.h1
    page = browser.get("/partnership")
    assert "Annual youth justice plan" in page.text
    assert "Pathway started: Annual youth justice plan" in page.text


def test_wrong_answers_come_back_and_right_ones_can_be_changed(browser: Browser) -> None:
    browser.sign_in("tess")
    browser.get("/partnership/start/youth_justice_plan")

    wrong = browser.submit("Continue", {**PUBLISHED, "last_published_on-month": "13"}, status=422)
    assert wrong.read.title.startswith("Error:")
    browser.submit("Continue", PUBLISHED, status=200)
    again = browser.submit("Change your answers", status=200)

    assert again.form("Continue").fields["last_published_on-month"] == "3"


def test_pages_about_the_partnership_have_no_date_of_birth(browser: Browser) -> None:
    page = started_plan(browser)

    assert "Wandsworth partnership" in page.text
    assert "Born" not in page.text
    assert "not known yet" not in page.text


def test_the_record_s_address_leads_to_the_page_of_the_partnership(browser: Browser) -> None:
    page = started_plan(browser)

    browser.get(page.href("Wandsworth partnership"), status=302)

    assert browser.follow().h1 == "Wandsworth partnership"


def test_whoever_chooses_it_among_the_pathways_is_asked_for_no_child(browser: Browser) -> None:
    browser.sign_in("tess")

    browser.get("/start?pathway=youth_justice_plan", status=302)
    assert "When was it published?" in browser.follow().text
    shown = browser.get("/pathways/youth_justice_plan")
    assert shown.href("Start this pathway") == "/partnership/start/youth_justice_plan"
    assert browser.get("/start/youth_justice_plan/child", status=None).status == 404


def test_practitioners_are_not_shown_it(browser: Browser) -> None:
    browser.sign_in("casey")

    assert "Annual youth justice plan" not in browser.get("/start").text
    assert "/partnership" not in {href for href, _ in browser.get("/work").read.links}
    for address in ("/partnership", "/partnership/start/youth_justice_plan"):
        assert browser.get(address, status=None).status == 404


def test_probation_sees_the_page_though_it_does_no_casework(browser: Browser) -> None:
    browser.sign_in("probe")

    assert "Managers’ quarterly meeting" in browser.get("/partnership").text
    assert browser.get("/partnership/start/remand_yda", status=None).status == 404
