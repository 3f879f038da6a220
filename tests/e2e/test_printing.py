"""Any page on paper: marked on every sheet, without navigation and buttons, with what was folded away, nothing cut."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from tests.e2e.reader import Reader

LONG = "A line of what was recorded.\n" * 30 + "The last line."


def printed(somebody: Reader) -> list[str]:
    """The words of each sheet of the page that stands in the browser."""
    content = somebody.page.pdf(prefer_css_page_size=True)
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture
def sam(reader: Callable[..., Reader], remand: str) -> Reader:
    """Sam, who has a visit to record."""
    return reader("sam@wandsworth.example")


def test_every_sheet_is_marked_and_says_who_printed_it_and_when(sam: Reader, remand: str) -> None:
    sam.go(remand)

    sheets = printed(sam)

    assert len(sheets) > 1
    assert all("OFFICIAL-SENSITIVE" in sheet and f"of {len(sheets)}" in sheet for sheet in sheets)
    assert "printed by Sam Socialworker on Thursday 24 December 2026 at 18:05" in sheets[0]


def test_what_is_only_for_a_screen_is_left_out_and_what_is_folded_is_shown(sam: Reader) -> None:
    sam.page.locator(".govuk-task-list__link, .app-tasks a, main a[href^='/tasks/']").first.click()
    sam.page.wait_for_load_state()

    words = " ".join(printed(sam))

    assert "Counted from" in words
    for only_on_a_screen in (
        "My work",
        "Team queue",
        "Sign out",
        "Complete this task",
        "Accessibility statement",
    ):
        assert only_on_a_screen not in words
    assert "http" not in words


def test_my_week_at_christmas_prints_its_days_and_bank_holidays_and_nothing_to_click(sam: Reader) -> None:
    sam.go("/work")
    sam.follow("My week")
    sam.follow("Next week")

    words = " ".join(printed(sam))

    assert "Monday 28 December 2026" in words
    assert "Boxing Day" in words
    assert "Friday 1 January 2027" in words
    assert "Visit the child in custody" in words
    assert "Previous week" not in words


def test_a_long_answer_is_printed_to_its_end(sam: Reader) -> None:
    sam.page.locator("main a[href^='/tasks/']").first.click()
    sam.page.wait_for_load_state()
    box = sam.page.locator("main form textarea").first
    box.fill(LONG)

    assert "The last line." in " ".join(printed(sam))


def test_a_page_for_everybody_is_not_marked(reader: Callable[..., Reader]) -> None:
    somebody = reader()
    somebody.go("/accessibility-statement")

    assert not any("OFFICIAL" in sheet for sheet in printed(somebody))
