"""The page “Case record”: for managers of the child, with a reason, and a file that says what it holds."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.services import accounts, children, documents
from app.services.documents import Given
from app.services.records import shape
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
ORDER = b"%PDF-1.7 made up"


def test_a_manager_takes_the_record_and_others_cannot(demo_app: Flask, browser: Browser) -> None:
    # given
    with demo_app.app_context():
        sam = accounts.viewer_named("sam@wandsworth.example")
        child_id = children.search(sam, "alex example")[0].id
        documents.add(sam, child_id, Given(ORDER, "Remand order"), scan_command=None)
    browser.sign_in("mo")

    # when
    browser.get(browser.get(f"/children/{child_id}").href("Case record"))
    refused = browser.submit("Take the record", {"reason": "", "for_whom": "Ofsted"}, status=422)
    taken = browser.submit("Take the record", {"reason": "Inspection", "for_whom": "Ofsted"})
    file = browser.get(browser.get(taken.location).href("Download the record"))

    # then
    assert "Enter the reason" in refused.text
    with zipfile.ZipFile(io.BytesIO(file.response.get_data())) as bundle:
        assert bundle.namelist() == [
            "record.pdf", "record.json", "shape.txt", "documents/001-remand-order.pdf", "index.txt"
        ]  # fmt: skip
        assert bundle.read("documents/001-remand-order.pdf") == ORDER
        said = json.loads(bundle.read("record.json"))
        assert shape.schema().validate(said) == {}
        assert said["taken"]["for_whom"] == "Ofsted"
        assert said["taken"]["as_on"] == date(2026, 12, 1).isoformat()
        paper = PdfReader(io.BytesIO(bundle.read("record.pdf")))
        assert "OFFICIAL-SENSITIVE" in paper.pages[0].extract_text()
        assert "Ofsted" in paper.pages[0].extract_text()
    assert "For Ofsted" in browser.get(f"/children/{child_id}/record").text
    with demo_app.app_context(), reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.kind == "record_taken")).one()
        assert noted.person_id == accounts.viewer_named("mo@wandsworth.example").person_id
        assert (noted.facts["for_whom"], noted.facts["reason"]) == ("Ofsted", "Inspection")
    for colleague, status in (
        ("sam", 403),
        ("ada", 403),
        ("tess", 404),
    ):  # a manager cannot fetch another’s file
        browser.client.delete_cookie("session")
        browser.sign_in(colleague)
        browser.get(f"/children/{child_id}/record", status=200 if colleague == "tess" else status)
        browser.get(taken.location, status=status)
        browser.get(f"{taken.location}/file", status=status)
