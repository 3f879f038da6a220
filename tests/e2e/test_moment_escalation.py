"""C4: five days before release there is no home; the director is asked on one page, says so and answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, instances, timers
from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer


@pytest.fixture
def release(live_server: LiveServer, server_clock: SimulatedClock) -> None:
    """Alex leaves in five days, and has no home to go to."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (alex,) = children.search(dora, "Alex")
        leaves = (server_clock.now().date() + timedelta(days=5)).isoformat()
        opened = {
            "opened_at": server_clock.now().isoformat(),
            "release_on": leaves,
            "establishment": "Feltham",
        }
        instances.start(dora, "release_preparation", alex.id, opened)
        timers.drain()


def test_the_director_is_asked_on_one_page_and_answers(reader: Callable[..., Reader], release: None) -> None:
    mo = reader("mo@wandsworth.example")
    mo.follow("Board")
    with mo.moment("C4", "Put it to the director that there is no home", clicks=4, fields=3):
        mo.follow("Escalations")
        mo.follow("1 child without a home, taken higher")
        mo.follow("Write the page for the director")
        mo.answer(
            {
                "reason": "His aunt cannot take him, and no placement has said yes.",
                "accommodation_options": "Birch House: full until January.\nElm House: not funded.",
                "ask": "Pay for a place at Elm House from 29 December.",
            }
        )
        mo.press("Send to the director")
    expect(mo.page.locator("main")).to_contain_text("It stands here as it was sent.")

    dee = reader("dee@wandsworth.example", on_a_phone=True)
    dee.follow("Answer as director")
    dee.follow("Read the page that was sent to the director")
    with dee.moment("C4", "Say as director that it has been seen", clicks=1, fields=1):
        dee.answer({"words": "I call Elm House this evening."})
        dee.press("I have seen this")
    with dee.moment("C4", "Answer as director", clicks=2, fields=2):
        dee.follow("Answer it")
        dee.answer(
            {
                "answer": "Elm House is paid for. Mo signs the contract tomorrow.",
                "answered_at-day": "24",
                "answered_at-month": "12",
                "answered_at-year": "2026",
                "answered_at-time": "18:00",
            }
        )
        dee.press("Complete this task")

    mo.page.reload()
    main = mo.page.locator("main")
    expect(main).to_contain_text("I call Elm House this evening.")
    expect(main).to_contain_text("Elm House is paid for.")
    mo.picture("director-page", heights=2)
