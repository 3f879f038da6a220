"""A designer moves a deadline in a draft, simulates Christmas Eve, and sees the date that has moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts
from app.services.workbench import drafting, drafts
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

DESIGNER = "desi@wandsworth.example"


@pytest.fixture
def draft_id(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """A draft of the remand pathway in which the planning meeting is counted by another rule."""
    with live_server.app.app_context(), use_clock(server_clock):
        desi = accounts.viewer_named(DESIGNER)
        draft = drafts.show(desi, drafting.open_draft(desi, "remand_yda"))
        main = draft.bundle.main.replace('"remand.first_meeting"', '"review.first"')
        bundle = replace(draft.bundle, files={**draft.bundle.files, draft.bundle.main_path: main})
        drafting.save(desi, draft.id, revision=1, bundle=bundle)
        return draft.id


def test_the_date_that_a_draft_moves_is_seen_for_christmas_eve(
    reader: Callable[..., Reader], draft_id: str
) -> None:
    desi = reader(DESIGNER)
    desi.go(f"/workbench/drafts/{draft_id}/simulate")
    desi.follow("24 December, 17:40")
    desi.press("Begin the simulation")
    expect(desi.page.get_by_text("It is now")).to_contain_text("Thursday 24 December 2026")
    desi.press("Run to the next decision")
    expect(desi.page.locator(".app-diagram svg").first).to_be_visible()
    desi.picture("workbench-simulation")

    desi.follow("Compare the dates with another version, or another start")

    row = desi.page.get_by_role("row").filter(has_text="later")
    expect(row.first).to_contain_text("Tuesday 5 January 2027")
    desi.picture("workbench-simulation-compared")
