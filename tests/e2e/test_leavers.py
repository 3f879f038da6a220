"""A worker leaves: the manager sees what would move before anything does, in every state of the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts
from tests.e2e.reader import Reader
from tests.web_server import LiveServer


@pytest.fixture
def nell(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """The name of a second social worker in Sam's team."""
    with live_server.app.app_context(), use_clock(server_clock):
        accounts.add_person(
            "wandsworth", "nell@wandsworth.example", "Nell New",
            roles=["social_worker"], team_ids=["looked_after"],
        )  # fmt: skip
    return "Nell New"


def test_a_leavers_work_moves_after_a_preview(reader: Callable[..., Reader], remand: str, nell: str) -> None:
    mo = reader("mo@wandsworth.example")
    main = mo.page.locator("main")
    mo.follow("Cover")
    mo.follow("People and their work")
    mo.look_on_a_phone()
    mo.follow("Hand over the work of Sam Socialworker")
    mo.press("Continue")
    expect(main).to_contain_text("Select who takes over")
    mo.look_on_a_phone()

    # when: with two, each child is chosen
    mo.page.get_by_label(nell).check()
    mo.page.get_by_label("Pat Placements").check()
    mo.press("Continue")
    expect(main).to_contain_text("Stays with Sam Socialworker")
    mo.look_on_a_phone()
    with mo.moment("C6", "Move all that a leaver has to one person, with a preview", clicks=3, fields=1):
        mo.follow("Choose other people")
        mo.page.get_by_label(nell).check()
        mo.press("Continue")
        mo.picture("hand-over-preview", heights=1.6)
        mo.answer({"reason": "Sam leaves on Friday."})
        mo.press("Move all of this now")

    # then
    expect(main).to_contain_text("There is nothing left to hand over.")
