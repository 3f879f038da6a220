"""A file of another modeller is chosen, read about, and opened as a draft; a pathway is taken away."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.engine.foreign import DRAWINGS
from tests.web.browser import Browser, Page

pytestmark = pytest.mark.usefixtures("clock")


def choose(browser: Browser, content: bytes, *, status: int, name: str = "pools.bpmn") -> Page:
    token = browser.get("/workbench/import").form("See what would come of it").fields["csrf_token"]
    sent = {"csrf_token": token, "file": (BytesIO(content), name)}
    return browser.post("/workbench/import", sent, status=status)


def test_a_foreign_file_becomes_a_draft_after_its_report_is_read(browser: Browser) -> None:
    # given
    browser.sign_in("desi")
    assert browser.get("/workbench").href("Bring in a BPMN file") == "/workbench/import"

    # when
    choose(browser, DRAWINGS["two pools that talk"], status=303)
    report = browser.follow()

    # then
    assert "2 pathways" in report.text
    assert "“Bank” is outside: no steps are drawn in it." in report.text
    assert "Select which pathway to open" in browser.submit("Open as draft", {"key": ""}, status=422).text
    whole = browser.client.get(report.href("Save the whole report")).get_data(as_text=True)
    assert "Lost. “Bank” is outside: no steps are drawn in it. [p3]" in whole

    # when
    browser.submit("Open as draft", {"key": "shop"})
    draft = browser.follow()

    # then
    assert "What the import changed" in draft.text
    export = browser.client.get(draft.href("Export exactly what was saved"))
    assert export.headers["Content-Disposition"] == 'attachment; filename="shop.bpmn"'
    choose(browser, export.data, status=303, name="shop.bpmn")
    assert "Nothing had to be changed" in browser.follow().text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Select a BPMN file"),
        (b"%PDF-1.7", "The file cannot be read as XML"),
        (b"PK\x03\x04", "The zip file is damaged"),
    ],
)
def test_what_cannot_be_brought_in_is_told_at_the_file(
    browser: Browser, content: bytes, sentence: str
) -> None:
    browser.sign_in("desi")

    page = choose(browser, content, status=422)

    assert page.text.count(sentence) == 2, "in the summary, and at the input"
    assert page.href(sentence) == "#file"


def test_everybody_takes_a_version_away(browser: Browser) -> None:
    browser.sign_in("sam")

    address = browser.get("/pathways/remand_yda/versions").href("Export version 1")

    assert browser.client.get(address).data.startswith(b"PK\x03\x04")
