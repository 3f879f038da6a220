"""B10, sick or on leave: cover is set in two clicks, the cover does the work “for Sam”, and Sam comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from app.domain.clock import SimulatedClock
from tests.e2e.reader import Reader

NEW_YEARS_DAY = {"until_on-day": "1", "until_on-month": "1", "until_on-year": "2027"}
PIP = "Pip Personaladviser"


def choose(somebody: Reader, name: str, label: str) -> str:
    """The value of the option of a select whose words begin with the label."""
    options = somebody.page.locator(f"[name={name}] option")
    found = options.evaluate_all("options => options.map(one => [one.textContent.trim(), one.value])")
    return next(value for words, value in found if words.startswith(label))


def test_the_sick_worker_sets_their_own_cover_from_the_phone(
    reader: Callable[..., Reader], remand: str
) -> None:
    sam = reader("sam@wandsworth.example", on_a_phone=True)

    with sam.moment("B10", "Set my own cover from bed", clicks=2, fields=2):
        sam.follow("Away or ill?")
        sam.picture("cover", heights=2.2)
        sam.answer({"cover_id": choose(sam, "cover_id", PIP), **NEW_YEARS_DAY})
        sam.press("Set cover")

    main = sam.page.locator("main")
    expect(main).to_contain_text(
        f"{PIP} covers for you from Thursday 24 December 2026 to Friday 1 January 2027"
    )
    sam.go("/work")
    expect(sam.page.locator("main")).to_contain_text("You are away until Friday 1 January 2027")


def test_a_manager_sets_cover_and_nothing_is_silently_overdue(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock
) -> None:
    # given: Sam has rung in sick
    mo = reader("mo@wandsworth.example")
    with mo.moment("B10", "Set cover for somebody who is ill", clicks=2, fields=3):
        mo.follow("Cover")
        mo.answer(
            {
                "person_id": choose(mo, "person_id", "Sam Socialworker"),
                "cover_id": choose(mo, "cover_id", PIP),
                **NEW_YEARS_DAY,
            }
        )
        mo.press("Set cover")
    mo.picture("cover-hand-over", heights=1.3)

    # when: Pip makes the visit, and records it for Sam
    pip = reader("pip@wandsworth.example", on_a_phone=True)
    expect(pip.page.locator("main")).to_contain_text(
        "You cover for Sam Socialworker until Friday 1 January 2027"
    )
    pip.picture("my-work-covering")
    pip.follow("Hand-over from Sam Socialworker")
    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))
    pip.go("/work")
    pip.follow("Hand-over from Sam Socialworker")

    # then
    expect(pip.page.locator("main")).to_contain_text("Alex Example")
