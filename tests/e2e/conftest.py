"""People in front of a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, instances
from tests.chromium import PHONE, open_page
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

DUTY_MANAGER = "dora@wandsworth.example"
SOCIAL_WORKER = "sam@wandsworth.example"
CHRISTMAS_EVE = datetime(2026, 12, 24, 18, 5, tzinfo=UTC)

expect.set_options(timeout=15_000)


@pytest.fixture
def reader(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Reader]]:
    """Gives each person a browser profile of their own; on a phone, or without scripts, when asked."""
    with ExitStack() as open_pages:

        def give(username: str | None = None, *, javascript: bool = True, on_a_phone: bool = False) -> Reader:
            window = {"viewport": PHONE, "has_touch": True} if on_a_phone else {}
            page = open_pages.enter_context(open_page(chromium, java_script_enabled=javascript, **window))
            somebody = Reader(page, live_server.url, javascript=javascript)
            if username:
                somebody.sign_in(username)
            return somebody

        yield give


@pytest.fixture
def server_clock() -> SimulatedClock:
    """It is 18:05 on Thursday 24 December 2026."""
    return SimulatedClock(CHRISTMAS_EVE)


@pytest.fixture
def remand(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """Dora has started the pathway for Alex; the path of its page."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (alex,) = children.search(dora, "Alex")
        answers = {
            "remanded_at": "2026-12-24T17:40:00+00:00",
            "looked_after_before": False,
            "has_social_worker": True,
            "safety_concern": False,
        }
        return f"/instances/{instances.start(dora, 'remand_yda', alex.id, answers)}"
