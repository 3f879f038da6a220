"""A designer changes what a step asks: question by question, without a script, seeing the page as it will be."""

from __future__ import annotations

import pytest

from app.services import accounts
from app.services.workbench import drafting, drafts
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
FORM = "remand_yda/record_first_visit"


@pytest.fixture
def address(browser: Browser) -> str:
    """The forms of a draft of the remand pathway, with desi signed in."""
    with browser.app.app_context():
        desi = accounts.viewer_named("desi@wandsworth.example")
        draft_id = drafting.open_draft(desi, "remand_yda")
    browser.sign_in("desi")
    return f"/workbench/drafts/{draft_id}/forms"


def test_a_form_is_made_filled_changed_and_seen_as_it_will_be(browser: Browser, address: str) -> None:
    # a form with its first question
    browser.get(address)
    browser.get(f"{address}/new")
    browser.submit("Make the form", {"title": "", "question": ""}, status=422)
    browser.submit("Make the form", {"title": "Home visit", "question": "What did you see?"})
    page = browser.follow()
    assert page.h1 == "Home visit"
    assert "No step asks it" in page.text
    form = f"{address}/remand_yda/home_visit"

    # a question with choices, and one that hangs on it
    browser.get(f"{form}/add")
    choices = {"kind": "radio", "label": "Who was there?", "choices": "mum: Their mother\nalone: Nobody"}
    page = browser.submit("Add it", {**choices, "choices": "mum:"}, status=422)
    assert "“Who was there?”: each of its values needs a “label” and a “value”" in page.text
    browser.submit("Add it", {**choices, "required": "true"})
    assert "Their mother" in browser.follow().text
    browser.get(f"{form}/add")
    browser.submit(
        "Add it", {"kind": "textfield", "label": "Why?", "asked_when": '=who_was_there != "alone"'}
    )
    page = browser.follow()
    assert "Asked only when “Who was there?” is “Nobody”" in page.text

    # a new key takes the condition along; moving what hangs on it above it is refused by name
    browser.get(f"{form}/parts/2")
    browser.submit("Save it", {"key": "present"})
    assert "Asked only when “Who was there?” is “Nobody”" in browser.follow().text
    browser.submit("Move up (3, Why?)")
    assert "its condition asks about “present”" in browser.follow().text
    browser.submit("Move down (1, What did you see?)")
    page = browser.follow()
    assert page.text.index("Who was there?") < page.text.index("What did you see?")
    browser.submit("Take out (2, What did you see?)")
    assert "What did you see?" not in browser.follow().text


def test_opening_and_saving_a_question_is_no_new_revision(browser: Browser, address: str) -> None:
    draft_id = address.split("/")[3]
    parts = [href for href, _ in browser.get(f"{address}/{FORM}").read.links if "/parts/" in href]
    assert len(parts) >= 4
    for part in parts:
        browser.get(part)
        browser.submit("Save it")

    with browser.app.app_context():
        assert drafts.show(accounts.viewer_named("desi@wandsworth.example"), draft_id).revision == 1


def test_a_key_that_is_read_elsewhere_changes_only_when_that_is_confirmed(
    browser: Browser, address: str
) -> None:
    form = f"{address}/remand_yda/record_first_visit"
    browser.get(browser.get(form).href("What did the child say"))
    page = browser.submit("Save it", {"key": "words_of_the_child"}, status=422)
    assert "“child_said” is read by" in page.text
    browser.submit("Save it", {"key": "words_of_the_child", "though_read": "true"})

    page = browser.follow()
    assert "words_of_the_child" in page.text
    assert "What the checks say" not in page.text  # what starts with it is another form's fault
    browser.submit("Take out (1, When was the child seen?)")
    page = browser.follow()
    assert "Its answer is still read by “copy” of “Visit the child in custody”" in page.text
    assert "copies seen_on, which its form does not ask" in page.text


def test_whoever_was_slower_changes_nothing(browser: Browser, address: str) -> None:
    stale = browser.get(f"{address}/{FORM}/title").form("Save the title")
    browser.submit("Save the title", {"title": "The first visit"})
    assert browser.follow().h1 == "The first visit"

    browser.post(stale.action, {**stale.fields, "title": "Too late"}, status=409)

    assert browser.get(f"{address}/{FORM}").h1 == "The first visit"
    browser.get(f"{address}/remand_yda/no_such_form", status=404)
    browser.get(f"{address}/{FORM}/parts/99", status=404)
    browser.get(f"{address}/{FORM}/parts/x", status=404)
