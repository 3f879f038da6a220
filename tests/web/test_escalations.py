"""Pages of escalations: the ladder, “I have seen this”, and the page for the director."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from tests.things import one_of_everything
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
ASK = "Pay for a place at Elm House from Thursday."


@pytest.fixture
def things(browser: Browser) -> dict[str, str]:
    with browser.app.app_context():
        return one_of_everything()


def test_a_manager_acknowledges_and_answers_from_the_list(browser: Browser, things: dict[str, str]) -> None:
    browser.sign_in("tess")
    page = browser.get("/escalations?team=all")
    assert "Settle the dispute for youth justice" in page.text
    assert "Tess Teamleader" in page.text
    assert "Not acknowledged" in page.text
    assert "Next: Head of service" in page.text

    browser.get(page.href("Say that you have seen this"))
    browser.submit("I have seen this", {"words": "x" * 2001}, status=422)
    browser.submit("I have seen this", {"words": "I ring them today."})
    page = browser.follow()
    assert "I ring them today." in page.text
    assert "Not acknowledged" not in page.text
    assert browser.get("/escalations?team=all&show=unseen").text.count("There is nothing here.") == 1

    browser.get(browser.get(f"/escalations/{things['escalation_id']}").href("answer it"))
    browser.submit("Complete this task", {"response": "We go.", "settled": "true"})
    page = browser.get(f"/escalations/{things['escalation_id']}")
    assert "We go." in page.text
    assert "Settled by YJS team manager" in page.text
    assert "Settle the dispute" in browser.get("/escalations?team=all&show=over").text


def test_the_page_for_the_director_is_kept_looked_at_and_sent(
    browser: Browser, another_browser: Callable[[], Browser], things: dict[str, str]
) -> None:
    address = f"/tasks/{things['asked_id']}/director-page"
    browser.sign_in("mo")
    browser.get(browser.get(f"/tasks/{things['asked_id']}").href("Write the page for the director"))
    browser.submit("Send to the director", {"ask": "", "reason": "", "action": "send"}, status=422)
    written = {"reason": "His aunt cannot take him.", "ask": ASK, "action": "save"}
    browser.submit("Save and see the page", written)
    page = browser.follow()
    assert ASK in page.text
    assert "Not sent yet." in page.text
    paper = browser.get(page.href("PDF to print")).response.data
    words = " ".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper)).pages).split())
    assert ASK in words
    assert "OFFICIAL-SENSITIVE" in words

    browser.get(address)
    browser.submit("Send to the director", {"action": "send"})
    assert "It stands here as it was sent." in browser.follow().text

    dee = another_browser()
    dee.sign_in("dee")
    page = dee.get(address)
    assert ASK in page.text
    dee.submit("I have seen this", {"words": "I call Elm House."})
    assert "I call Elm House." in dee.follow().text
    dee.get(dee.get(address).href("Answer it"))
    assert dee.page is not None
    assert dee.page.href("Read the page that was sent") == address
    browser.get(f"/tasks/{things['task_id']}/director-page", status=404)
