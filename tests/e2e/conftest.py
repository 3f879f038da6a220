"""People in front of a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, demo, instances
from tests.chromium import PHONE, assert_fits, assert_no_axe_violations, open_page, take_picture
from tests.web_server import LiveServer

DUTY_MANAGER = "dora@wandsworth.example"
SOCIAL_WORKER = "sam@wandsworth.example"
CHRISTMAS_EVE = datetime(2026, 12, 24, 18, 5, tzinfo=UTC)

expect.set_options(timeout=15_000)


class Reader:
    """Somebody with a page of their own, signed in or not. Every page they look at is checked."""

    def __init__(self, page: Page, address: str, *, javascript: bool) -> None:
        self.page = page
        self._address = address
        self._javascript = javascript

    def go(self, path: str) -> None:
        """Open a page of the service by its path."""
        self.page.goto(f"{self._address}{path}")
        self.look()

    def sign_in(self, username: str) -> None:
        """Sign in as one of the demo's people."""
        self.page.goto(f"{self._address}/sign-in")
        self.page.get_by_label("Username").or_(self.page.locator("#username")).first.fill(username)
        self.page.locator("input[name=password]").fill(demo.PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.look()

    def press(self, name: str) -> None:
        """Press a button, and look at the page that comes."""
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def follow(self, name: str) -> None:
        """Follow a link, and look at the page that comes."""
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def look(self) -> None:
        """What holds of every page: one heading, nothing for axe to complain about, no scrolling sideways."""
        assert self.page.locator("h1").count() == 1, self.page.url
        if self._javascript:  # axe is a script; without scripts the page is the same, as it is sent
            assert_no_axe_violations(self.page)
        assert_fits(self.page)

    def look_on_a_phone(self) -> None:
        """The same page, 360 pixels wide."""
        before = self.page.viewport_size
        self.page.set_viewport_size(PHONE)
        self.look()
        if before:
            self.page.set_viewport_size(before)

    def picture(self, name: str, *, heights: float = 1.5) -> None:
        """Check the page on a phone, and keep it in docs/screens when `make screens` asks for pictures."""
        self.look_on_a_phone()
        take_picture(self.page, name, heights=heights)


@pytest.fixture
def reader(chromium: Browser, live_server: LiveServer) -> Iterator[Callable[..., Reader]]:
    """Gives each person a browser profile of their own; with `javascript=False` one without scripts."""
    with ExitStack() as open_pages:

        def give(username: str | None = None, *, javascript: bool = True) -> Reader:
            page = open_pages.enter_context(open_page(chromium, java_script_enabled=javascript))
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
