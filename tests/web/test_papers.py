"""A form as a document: its own headings, what others contributed, what is not recorded, and who printed it."""

from __future__ import annotations

import io

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.things import one_of_everything
from tests.web.browser import Browser


def test_a_form_is_a_document_also_while_it_is_open(
    clock: SimulatedClock, demo_app: Flask, browser: Browser
) -> None:
    with demo_app.app_context():
        task_id = one_of_everything()["task_id"]
    browser.sign_in("dora")

    page = browser.get(f"/tasks/{task_id}/document")
    paper = browser.get(page.href("PDF to print"))

    assert "Not completed yet: this is what is known so far." in page.text
    assert "Not recorded" in page.text
    assert "Contributions" in page.text
    assert "How is school?" in page.text
    words = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.response.data)).pages)
    assert "How is school?" in " ".join(words.split())
    assert "robin" not in paper.response.headers["Content-Disposition"].lower()
    with demo_app.app_context(), reading() as session:
        printed = session.scalars(select(AuditEntry.task_id).where(AuditEntry.kind == "document_made")).one()
    assert printed == task_id
