"""Papers uploaded once and marked for the case system; a completed task copied there and ticked off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader

PAPERS = "Upload bail assessment and court papers"


@pytest.mark.usefixtures("remand")
def test_a4_the_papers_are_uploaded_once_and_marked_for_the_case_system(
    reader: Callable[..., Reader], tmp_path: Path
) -> None:
    order = tmp_path / "IMG 0001.pdf"
    order.write_bytes(b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF")
    dora = reader(DUTY_MANAGER, on_a_phone=True)
    dora.go("/work")

    with dora.moment("A4", "Upload the papers once, marked for the case system", clicks=3, fields=3):
        dora.follow(PAPERS)
        dora.open("Add a document")
        dora.page.locator("input[type=file]").set_input_files(order)
        dora.answer({"title": "Remand order", "for_case_system": True})
        dora.fields += 1  # the file
        dora.press("Add the document")

    expect(dora.page.locator("#documents").locator("..")).to_contain_text("Remand order")
    expect(dora.page.locator("#documents").locator("..")).to_contain_text("for Mosaic and Core+")
    dora.follow("Alex Example")
    dora.follow("Documents")
    expect(dora.page.locator("main")).to_contain_text("Remand order")
    dora.picture("documents")


@pytest.mark.usefixtures("remand")
def test_a_wrong_file_is_refused_in_words_and_says_what_is_taken(
    reader: Callable[..., Reader], tmp_path: Path
) -> None:
    page = tmp_path / "order.pdf"
    page.write_text("<!DOCTYPE html><script>alert(1)</script>", encoding="utf-8")
    dora = reader(DUTY_MANAGER)
    dora.go("/work")
    dora.follow(PAPERS)
    dora.open("Add a document")
    dora.page.locator("input[type=file]").set_input_files(page)
    dora.press("Add the document")

    expect(dora.page.get_by_role("alert")).to_contain_text("The file must be a PDF, a photo")
    expect(dora.page.get_by_role("alert")).to_contain_text("Enter what the document is")


@pytest.mark.usefixtures("remand")
def test_b2_the_first_visit_on_a_phone_and_its_copy_for_the_case_system(
    reader: Callable[..., Reader], server_clock: SimulatedClock
) -> None:
    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))
    sam = reader(SOCIAL_WORKER, on_a_phone=True)
    sam.go("/work")
    with sam.moment("B2", "Record the first visit", clicks=2, fields=3):
        sam.follow("Visit the child in custody")
        sam.answer({
            "seen_on-day": "29", "seen_on-month": "12", "seen_on-year": "2026",
            "seen_alone": True, "child_said": "Wants to know when family may visit.",
        })  # fmt: skip
        sam.press("Complete this task")
    expect(sam.page.locator("main")).to_contain_text("Next visit comes up: Wednesday 20 January 2027")

    sam.go("/to-record")
    sam.follow("Visit the child in custody")
    text = sam.page.locator("#case-text").input_value()
    assert "Wants to know when family may visit." in text
    assert "Alex" not in text
    sam.picture("case-system", heights=2.5)
    sam.answer({"reference": "M-1234"})
    sam.press("It is recorded there")
    expect(sam.page.locator("main")).to_contain_text("reference M-1234")
    sam.go("/to-record")
    expect(sam.page.locator("main")).to_contain_text(
        "Nothing: everything that you completed is recorded there"
    )
