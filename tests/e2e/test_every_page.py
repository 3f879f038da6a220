"""Every page there is, in a real browser: axe, 320 pixels, text twice as large, the keyboard alone, its size.

The pages are taken from the app's own map: a new one is looked at without being listed, and one that nobody here can
open fails until `tests/things.py` knows what its address names, or LOOKS says who opens it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from app import create_app
from app.domain.clock import SimulatedClock, use_clock
from app.services import demo
from app.web.guard import DOORS_WITH_A_GUARD_OF_THEIR_OWN
from tests.apps import close
from tests.chromium import DESKTOP, assert_fits, assert_no_axe_violations, open_page
from tests.databases import SqliteFiles, settings_for
from tests.things import SAME_FOR_ALL, one_of_everything
from tests.web.browser import Browser
from tests.web_server import LiveServer

LOOKERS = ("dora", "mo", "sam", "ada", "gia")
"""Who is asked, in this order, whether they can open a page."""
NOT_A_PAGE = {
    "accounts.token": "for scripts",
    "asking.invitation": "a calendar file",
    "child_documents.download": "a file",
    "accounts.signed_out": "seen without a session: LOOKED_AT_SIGNED_OUT",
    "accounts.session_ended": "seen without a session: LOOKED_AT_SIGNED_OUT",
    "accounts.sign_in": "seen without a session: LOOKED_AT_SIGNED_OUT",
    "second_factor.after": "leads on to where somebody wanted to go",
    "second_factor.code": "seen between password and session: test_signing_in looks at it",
    "second_factor.codes": "seen once: test_signing_in looks at it",
    "second_factor.picture": "a picture",
    "second_factor.set_up": "seen while it is being set up: test_signing_in looks at the same page",
    "second_factor.set_up_first": "seen between password and session: test_signing_in looks at it",
    "work_account.back": "leads on from the provider: test_work_accounts",
    "calendars.feed": "a calendar file",
    "health.alive": "for machines",
    "health.ready": "for machines",
    "metrics.show": "for machines",
    "instances.diagram": "a BPMN file",
    "instances.picture": "a picture",
    "pathways.diagram": "a BPMN file",
    "pathways.picture": "a picture",
    "manuals.pdf": "a PDF",
    "manuals.pdf_of_version": "a PDF",
    "manuals.picture_of_version": "a picture",
    "papers.pdf": "a PDF",
    "director_pages.pdf": "a PDF",
    "workbench_export.draft": "a BPMN file, or a zip",
    "workbench_export.version": "a BPMN file, or a zip",
    "workbench_import.whole_report": "a text file",
    "workbench_manual.pdf": "a PDF",
    "workbench_manual.picture": "a picture",
    "plans.pdf": "a PDF",
    "compliance.table": "a file",
    "heat_map.picture": "a picture",
    "records.file": "a zip file",
    "subject_access.file": "a zip file",
    "reports.as_csv": "a file",
    "running.table": "a file",
    "reports.as_xlsx": "a file",
    "workbench_drawing.content": "for scripts",
    "workbench_drawing.due": "for scripts",
    "workbench_form_design.content": "for scripts",
    "shell.favicon": "a picture",
    "scenarios.diagram": "a BPMN file",
    "scenarios.picture": "a picture",
    "simulations.diagram": "a BPMN file",
    "simulations.picture": "a picture",
    "shell.home": "leads on to my work",
    "shell.theme_css": "a style sheet",
    "workbench_differences.drawing": "a BPMN file",
    "workbench_differences.drawing_of_draft": "a BPMN file",
    "workbench_differences.picture": "a picture",
    "workbench_differences.picture_of_draft": "a picture",
    "work.team": "leads on to the first team",
}
"""Endpoints that show no page of their own to somebody who is signed in, and why."""
SIGNED_OUT = (
    "/sign-in",
    "/signed-out",
    "/session-ended",
    "/help",
    "/accessibility-statement",
    "/privacy",
    "/privacy-for-children",
    "/help/glossary",
    "/help/practitioner",
    "/cookies",
)
STANDING = ("help", "accessibility-statement", "privacy", "privacy-for-children", "cookies", "help/manager",
            "help/partner", "help/designer", "help/administrator")  # fmt: skip
OF_ITS_OWN = {"partnership.form": {"pathway": "quarterly_meeting"}}
"""What an address of an endpoint names, where it is not what other addresses name so."""
MOST_BYTES = 100_000
NARROW = {"width": 320, "height": 700}
OF_THE_WIDTH = ("target-size", "scrollable-region-focusable", "aria-hidden-focus", "bypass", "region", "link-name",
                "button-name")  # fmt: skip
"""The rules of axe that another width can break: what is hidden or shown, how large it is, whether it scrolls."""
MOST_TABS = 400
TABS_AT_ONCE = 20
WATCH_FOCUS = """() => {
  const reached = window.reached = { all: new Set(), doubtful: new Set(), isRound: false }
  reached.isSeen = (target) => {
    const box = target.getBoundingClientRect()
    return box.bottom > 0 && box.top < innerHeight && box.width > 0
  }
  document.addEventListener('focusin', ({ target }) => {
    if (target.tagName === 'IFRAME') return  // the page that a frame shows has stops of its own
    if (reached.all.has(target)) { reached.isRound = true; return }
    reached.all.add(target)
    setTimeout(() => {  // the browser scrolls to it when the event is over
      if (!reached.isSeen(target) && document.activeElement === target) reached.doubtful.add(target)
    })
  })
  if (document.activeElement) document.activeElement.blur()
  window.scrollTo(0, 0)
}"""
"""Notes what has the focus, and whether it is seen at once; going round ends it."""

UNSEEN = """async () => {
  const unseen = []
  for (const target of window.reached.doubtful) {
    target.focus()
    const until = performance.now() + 2000
    while (!window.reached.isSeen(target) && performance.now() < until) {
      await new Promise(requestAnimationFrame)
    }
    if (!window.reached.isSeen(target)) unseen.push(target.outerHTML.slice(0, 200))
  }
  return unseen
}"""
"""What has the focus and is not scrolled to; asked of each alone: a held key leaves before a busy browser scrolls."""


def _app(url: str, folder: Path) -> Flask:
    return create_app(settings_for(url, folder))


def endpoints() -> list[str]:
    """Every endpoint that answers GET with a page, from the map of an app without a database."""
    app = _app("sqlite://", Path(tempfile.mkdtemp()))
    found = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    found = {name for name in found if name.partition(".")[0] not in DOORS_WITH_A_GUARD_OF_THEIR_OWN}
    close(app)
    return sorted(found - {"static"} - set(NOT_A_PAGE))


class World(NamedTuple):
    """A server with one of everything, somebody signed in for each of LOOKERS, and their browsers."""

    server: LiveServer
    things: dict[str, str]
    clients: dict[str, FlaskClient]
    pages: dict[str, Page]

    def address(self, endpoint: str) -> str:
        """An address of the endpoint: its parts named by `things`."""
        app = self.server.app
        rules = [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())]
        rule = min(rules, key=lambda rule: len(rule.arguments))
        known = {**SAME_FOR_ALL, **self.things, **OF_ITS_OWN.get(endpoint, {})}
        parts = {name: known.get(name, "x") for name in rule.arguments}
        with app.test_request_context():
            return str(app.url_for(endpoint, **parts))

    def looker(self, address: str) -> tuple[str, bytes]:
        """The first who is shown a page at the address, and the page's bytes."""
        seen = []
        for name, client in self.clients.items():
            answer = client.get(address)
            seen.append(answer.status_code)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                return name, answer.data
        raise AssertionError(f"None of {LOOKERS} is shown a page at {address}: {seen}")


@pytest.fixture(scope="module")
def world(
    sqlite_files: SqliteFiles, chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Made once for this file: nothing here changes anything."""
    standing = SimulatedClock(datetime(2026, 12, 24, 18, 5, tzinfo=UTC))
    url = sqlite_files.create("filled")
    app = _app(url, tmp_path_factory.mktemp("every-page"))
    with use_clock(standing), ExitStack() as open_pages:
        with app.app_context():
            things = one_of_everything()
        server = open_pages.enter_context(LiveServer(app, standing))
        clients, pages = {}, {}
        for name in LOOKERS:
            browser = Browser(app)
            browser.sign_in(name)
            clients[name] = browser.client
            page = open_pages.enter_context(open_page(chromium))
            sign_in(page, server.url, name)
            pages[name] = page
        yield World(server, things, clients, pages)
    close(app)
    sqlite_files.drop(url)


EDITORS = "[data-designer], [data-form-designer]"
"""What a script builds on its page; it is looked at when it is there."""


@pytest.mark.parametrize("endpoint", endpoints())
def test_a_page_can_be_used_by_everybody(world: World, endpoint: str) -> None:
    address = world.address(endpoint)
    name, html = world.looker(address)
    page = world.pages[name]
    page.set_viewport_size(DESKTOP)
    page.goto(f"{world.server.url}{address}")
    if page.locator(EDITORS).count():
        page.wait_for_selector(f":is({EDITORS})[data-ready]")

    assert len(html) < MOST_BYTES, f"{address} has {len(html)} bytes"
    check(page)


@pytest.mark.parametrize("page_name", STANDING)
def test_a_standing_page_can_be_used_by_everybody(world: World, page_name: str) -> None:
    page = world.pages["dora"]
    page.set_viewport_size(DESKTOP)
    page.goto(f"{world.server.url}/{page_name}")

    check(page)


@pytest.mark.parametrize("address", SIGNED_OUT)
def test_a_page_without_a_session_can_be_used_by_everybody(
    world: World, chromium: Chromium, address: str
) -> None:
    with open_page(chromium) as page:
        page.goto(f"{world.server.url}{address}")

        check(page)


def test_what_a_colleague_asks_of_one_is_a_state_of_its_own(world: World) -> None:
    page = world.pages["dora"]
    page.set_viewport_size(DESKTOP)
    page.goto(f"{world.server.url}/mentions")

    assert "Ring the school again." in page.inner_text("main")
    check(page)


def test_signing_in_again_with_what_was_typed_can_be_done_by_everybody(
    world: World, chromium: Chromium
) -> None:
    with open_page(chromium) as page:
        sign_in(page, world.server.url, "dora")
        page.goto(f"{world.server.url}/start/remand_yda/{world.things['child_id']}")
        page.locator("[name=court_name]").fill("Westbridge")
        elsewhere = page.context.new_page()
        elsewhere.goto(f"{world.server.url}/work")
        elsewhere.get_by_role("button", name="Sign out").click()
        elsewhere.wait_for_url("**/signed-out")

        page.get_by_role("button", name="Continue").click()
        assert "What you typed is kept on this page" in page.inner_text("main")
        check(page)
        page.set_viewport_size(DESKTOP)
        sign_in_here(page, "dora")
        back = page.get_by_role("button", name="Go back to what I typed")
        back.wait_for()
        check(page)
        page.set_viewport_size(DESKTOP)
        back.click()
        assert page.locator("[name=court_name]").input_value() == "Westbridge"
        check(page)


def sign_in(page: Page, address: str, name: str) -> None:
    """Sign in as one of the demo's people."""
    page.goto(f"{address}/sign-in")
    sign_in_here(page, name)
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_in_here(page: Page, name: str) -> None:
    """Fill in the form that asks who is there."""
    page.locator("#username").fill(f"{name}@wandsworth.example")
    page.locator("input[name=password]").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def check(page: Page) -> None:
    """What holds of every page and state, wide and narrow, for eyes, ears and hands."""
    assert page.locator("h1").count() == 1, page.url
    assert_no_axe_violations(page)
    assert_fits(page)
    assert_reached_by_keyboard(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert_fits(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(NARROW)
    assert_no_axe_violations(page, rules=OF_THE_WIDTH)
    assert_fits(page)


def assert_reached_by_keyboard(page: Page) -> None:
    """Tab goes through everything that can be pressed or filled in, each of it seen when it has the focus."""
    expected = page.evaluate(
        """() => [...document.querySelectorAll(
             'a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled, summary')]
           .filter(one => one.checkVisibility({visibilityProperty: true}) && one.tabIndex >= 0
             && !(one.type === 'radio')).length"""
    )
    page.evaluate(WATCH_FOCUS)
    for _ in range(MOST_TABS // TABS_AT_ONCE):
        for _ in range(TABS_AT_ONCE):
            page.keyboard.down("Tab")  # held down, it goes on: half the messages of so many presses
        if page.evaluate("window.reached.isRound || document.activeElement === document.body"):
            break
    page.keyboard.up("Tab")
    unseen, reached = page.evaluate(UNSEEN), page.evaluate("window.reached.all.size")
    assert not unseen, f"{page.url}: has the focus and cannot be seen: {unseen[:3]}"
    assert reached >= expected, f"{page.url}: Tab reaches {reached} of {expected}"
