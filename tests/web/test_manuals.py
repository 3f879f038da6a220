"""The pages of the manual: of the version in force, of a version by its number, of a draft; for any area."""

from __future__ import annotations

from flask import Flask

from app.services import accounts
from app.services.workbench import drafting
from tests.web.browser import Browser


def test_a_pathway_leads_to_its_procedure_and_that_to_its_paper(browser: Browser) -> None:
    browser.sign_in("dora")
    page = browser.get("/pathways/arrest")

    manual = browser.get(page.href("Read it as a procedure, step by step"))
    paper = browser.get(manual.href("Print it: the procedure with its drawing (PDF)"))
    picture = browser.get(manual.href("Open the drawing by itself"))

    assert "Version 1, in force" in manual.text
    assert "One hour in this area" in manual.text
    assert manual.href("New offence") == "/pathways/new_offence/manual"
    assert manual.href("WAN-4-24") == "/protocols/WAN-4-24"
    assert paper.response.data.startswith(b"%PDF")
    assert 'filename="arrest-wandsworth.pdf"' in paper.response.headers["Content-Disposition"]
    assert picture.response.mimetype == "image/svg+xml"


def test_it_is_read_for_another_area(browser: Browser) -> None:
    browser.sign_in("dora")

    theirs = browser.get("/pathways/arrest/manual?area=stockport")

    assert "STP-4.1-01" in theirs.text
    assert "WAN-4-24" not in theirs.text
    assert "area=stockport" in theirs.href("Print it: the procedure with its drawing (PDF)")
    browser.get("/pathways/arrest/manual?area=atlantis", status=404)
    browser.get("/pathways/nowhere/manual", status=404)


def test_a_version_is_read_by_its_number(browser: Browser) -> None:
    browser.sign_in("dora")

    page = browser.get("/pathways/arrest/versions/1/manual")
    paper = browser.get(page.href("Print it: the procedure with its drawing (PDF)"))

    assert "Version 1, in force" in page.text
    assert paper.response.data.startswith(b"%PDF")
    assert browser.get(page.href("Open the drawing by itself")).response.mimetype == "image/svg+xml"
    browser.get("/pathways/arrest/versions/99/manual", status=404)


def test_a_designer_reads_a_draft_as_a_procedure(demo_app: Flask, browser: Browser) -> None:
    with demo_app.app_context():
        draft_id = drafting.open_draft(accounts.viewer_named("desi@wandsworth.example"), "arrest")
    browser.sign_in("desi")

    page = browser.get(f"/workbench/drafts/{draft_id}/manual")
    paper = browser.get(page.href("Print it: the procedure with its drawing (PDF)"))

    assert "Draft, as saved at revision 1: not in force" in page.text
    assert "Find an appropriate adult and a solicitor" in page.text
    assert paper.response.data.startswith(b"%PDF")
    assert browser.get(page.href("Open the drawing by itself")).response.mimetype == "image/svg+xml"


def test_a_draft_is_for_designers(demo_app: Flask, browser: Browser) -> None:
    with demo_app.app_context():
        draft_id = drafting.open_draft(accounts.viewer_named("desi@wandsworth.example"), "arrest")
    browser.sign_in("dora")

    for address in ("manual", "manual.pdf", "diagram.svg"):
        browser.get(f"/workbench/drafts/{draft_id}/{address}", status=404)
