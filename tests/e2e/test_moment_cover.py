"""B10, sick or on leave: cover is set in two clicks, the cover does the work “for Sam”, and Sam comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from app.domain.clock import SimulatedClock
from tests.e2e.reader import Reader

SAM, PIP, MO = "sam@wandsworth.example", "pip@wandsworth.example", "mo@wandsworth.example"
NEW_YEARS_DAY = {"until_on-day": "1", "until_on-month": "1", "until_on-year": "2027"}
VISIT = "Visit the child in custody"


def choose(somebody: Reader, name: str, label: str) -> str:
    """The value of the option of a select whose words begin with the label."""
    options = somebody.page.locator(f"[name={name}] option")
    found = options.evaluate_all("options => options.map(one => [one.textContent.trim(), one.value])")
    return str(next(value for words, value in found if words.startswith(label)))


def test_the_sick_worker_sets_their_own_cover_from_the_phone(
    reader: Callable[..., Reader], remand: str
) -> None:
    sam = reader(SAM, on_a_phone=True)

    with sam.moment("B10", "Set my own cover from bed", clicks=2, fields=2):
        sam.follow("Away or ill?")
        sam.answer({"cover_id": choose(sam, "cover_id", "Pip Personaladviser"), **NEW_YEARS_DAY})
        sam.picture("cover", heights=2.2)
        sam.press("Set cover")

    expect(sam.page.locator("main")).to_contain_text(
        "Pip Personaladviser covers for you from Thursday 24 December 2026 to Friday 1 January 2027"
    )
    sam.go("/work")
    expect(sam.page.locator("main")).to_contain_text("You are away until Friday 1 January 2027")


def test_a_manager_sets_cover_the_cover_makes_the_visit_and_the_worker_comes_back_to_it(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock
) -> None:
    # given: Sam has rung in sick
    mo = reader(MO)
    with mo.moment("B10", "Set cover for somebody who is ill", clicks=2, fields=3):
        mo.follow("Cover")
        mo.answer(
            {
                "person_id": choose(mo, "person_id", "Sam Socialworker"),
                "cover_id": choose(mo, "cover_id", "Pip Personaladviser"),
                **NEW_YEARS_DAY,
            }
        )
        mo.press("Set cover")

    # when: Pip finds Sam's visit among the work, late by then, and records it
    server_clock.move_to(datetime(2027, 1, 1, 15, 0, tzinfo=UTC))
    pip = reader(PIP, on_a_phone=True)
    expect(pip.page.locator("main")).to_contain_text(
        "You cover for Sam Socialworker until Friday 1 January 2027"
    )
    expect(pip.page.locator("main")).to_contain_text(VISIT)
    with pip.moment("B10", "Record the visit for the one who is ill", clicks=2, fields=3):
        pip.follow(VISIT)
        pip.answer(
            {
                "seen_on-day": "1",
                "seen_on-month": "1",
                "seen_on-year": "2027",
                "seen_alone": True,
                "child_said": "He is lonely and wants to ring home.",
            }
        )
        pip.press("Complete this task")

    # then: the day after, Sam reads what was done, and Pip sees nothing of it any more
    server_clock.move_to(datetime(2027, 1, 2, 8, 0, tzinfo=UTC))
    sam = reader(SAM)
    with sam.moment("B10", "Read what was done while I was away", clicks=2, fields=0):
        sam.follow("See what was done for you")
        expect(sam.page.locator("main")).to_contain_text("by Pip Personaladviser for Sam Socialworker")
        sam.picture("while-away")
        sam.press("I have read this")
    expect(sam.page.locator("main")).not_to_contain_text("While you were away")
