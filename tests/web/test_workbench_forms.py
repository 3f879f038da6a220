"""A designer changes what a step asks: question by question, without a script, seeing the page as it will be."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from app.domain.form_settings import KINDS
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
    kept = "“Answers that later steps know” (copy) of “Visit the child in custody”"
    assert f"Its answer is still read by {kept}" in page.text
    assert "keeps the answer seen_on for later steps, and its form does not ask it" in page.text


def test_whoever_was_slower_changes_nothing(browser: Browser, address: str) -> None:
    stale = browser.get(f"{address}/{FORM}/title").form("Save the title")
    browser.submit("Save the title", {"title": "The first visit"})
    assert browser.follow().h1 == "The first visit"

    browser.post(stale.action, {**stale.fields, "title": "Too late"}, status=409)

    assert browser.get(f"{address}/{FORM}").h1 == "The first visit"
    browser.get(f"{address}/remand_yda/no_such_form", status=404)
    browser.get(f"{address}/{FORM}/parts/99", status=404)
    browser.get(f"{address}/{FORM}/parts/x", status=404)


def test_the_editor_saves_nothing_broken_nothing_lost_and_over_nobody(browser: Browser, address: str) -> None:
    design = f"{address}/{FORM}/design"
    token = browser.get(f"{address}/{FORM}/title").form("Save the title").fields["csrf_token"]

    def ask(what: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        answer = browser.client.post(f"{design}{what}", json=sent, headers=headers)
        return answer.status_code, answer.get_json()

    known = browser.client.get(f"{design}/content").get_json()
    schema, revision = known["schema"], known["revision"]
    first, rest = schema["components"][0], schema["components"][1:]
    assert {one["kind"] for one in known["kinds"]} == set(KINDS)
    assert ask("", revision=revision, schema=schema) == (200, {"revision": revision, "findings": []})

    # a part is changed by the questions of its own page; the key of a new question follows what it asks
    new = {"type": "textarea", "key": "x", "label": "New question", "id": "Field_1234567"}
    longer = {**schema, "components": [first, new, *rest]}
    typed = [["kind", "textarea"], ["label", "Who was there?"], ["asked_when", "always"], ["key", "x"]]
    status, said = ask("/part", schema=longer, place="2", typed=typed, follows=True)
    assert status == 200
    assert said["schema"]["components"][1]["key"] == "who_was_there"
    assert "Who was there?" in ask("/preview", schema=said["schema"])[1]["html"]
    status, refused = ask("/part", schema=longer, place="2", typed=[["kind", "textarea"], ["label", ""]])
    assert status == 422
    assert "Enter what it asks" in refused["html"]

    # what is broken is named in the preview and refused when saving; so is what would be lost
    twice = {**schema, "components": [first, *schema["components"]]}
    assert "Two questions have the key" in ask("/preview", schema=twice)[1]["faults"][0]
    status, refused = ask("", revision=revision, schema=twice)
    assert status == 422
    assert refused["sentence"].startswith("Nothing was saved. Two questions have the key")
    without = deepcopy(schema)
    del without["title"]
    status, refused = ask("", revision=revision, schema=without)
    assert status == 409
    assert "“title” of the form would be lost" in refused["sentence"]

    # an answer that is read elsewhere goes only when that is confirmed; whoever was slower changes nothing
    status, refused = ask("", revision=revision, schema={**schema, "components": rest})
    assert (status, refused["read"]) == (409, True)
    assert "“seen_on” is read by" in refused["sentence"]
    status, saved = ask("", revision=revision, schema={**schema, "components": rest}, though_read=True)
    assert status == 200
    assert any("seen_on" in one["sentence"] for one in saved["findings"])
    status, refused = ask("", revision=revision, schema=schema)
    assert (status, refused["moved"]) == (409, True)
    assert "saved this draft on" in refused["sentence"]
    assert ask("/part", schema="x", place="1")[0] == 422
