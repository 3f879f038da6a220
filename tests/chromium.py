"""The system's own Chromium, held still for tests: no background traffic, nothing from outside this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--no-first-run",
    "--no-pings",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing from outside; a page keeps its cache
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}


def find_chromium() -> str:
    """Where the system's Chromium is. Raises RuntimeError that says what to do about it."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise RuntimeError("No Chromium: `sh tools/browser.sh` installs one or says what to install.")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A headless Chromium; as root it must do without its sandbox."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=flags)
        try:
            yield browser
        finally:
            browser.close()


class Complaints:
    """What a page said on its console that it should not have: errors, and breaches of its security policy."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def listen(self, page: Page) -> None:
        """Hear everything that `page` says from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        refused_page = (
            message.text.startswith("Failed to load resource") and "/static/" not in message.location["url"]
        )
        if (message.type == "error" and not refused_page) or "Content Security Policy" in message.text:
            self.heard.append(f"{message.type}: {message.text}")


@contextmanager
def open_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a browser profile of its own. Leaving the block fails if the page complained on its console."""
    complaints = Complaints()
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
    try:
        page = context.new_page()
        page.set_default_timeout(30_000)
        complaints.listen(page)
        yield page
    finally:
        context.close()
    assert not complaints.heard, complaints.heard


def axe_violations(page: Page, rules: Sequence[str] = (), contrast_of: str = "*") -> list[str]:
    """What axe-core finds wrong with the page as it stands, a line each: rule, place, what to do.

    Every rule is looked at unless `rules` names some; the contrast of colours of what the selector `contrast_of` finds.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    asked = {"runOnly": list(rules)} if rules else {"rules": {"target-size": {"enabled": True}}}
    found = page.evaluate(
        """([asked, selector]) => {
          axe.configure({ rules: [{ id: 'color-contrast', selector }] })
          return axe.run(document, asked).then(result => result.violations)
        }""",
        [{"resultTypes": ["violations"], **asked}, contrast_of],
    )
    return [
        f"{violation['id']}: {node['target']}: {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@cache
def _axe() -> str:
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def assert_no_axe_violations(page: Page, rules: Sequence[str] = ()) -> None:
    """Fail with every violation that axe-core finds on the page, unless one built the same has passed already.

    Journeys come by the same pages again and again. Two pages are built the same when they differ in nothing but
    letters and digits of their words, addresses and ids, in windows of one size. The contrast of colours, half of
    axe's work, follows from what an element is and what it stands in: each such kind is looked at once.
    """
    build, kinds = page.evaluate(_BUILD)
    if build in _passed:
        return
    fresh = [number for number, kind in enumerate(kinds) if kind not in _passed]
    page.evaluate(_MARK, fresh)
    violations = axe_violations(page, rules, contrast_of=f"[{_FRESH}]")
    assert not violations, f"{page.url}\n" + "\n".join(violations)
    page.evaluate(_MARK, [])
    _passed.add(build)
    if not rules:
        _passed.update(kinds)


_passed: set[str] = set()
_FRESH = "data-contrast-not-looked-at"
_BUILD = """async () => {
  const boxes = [...document.querySelectorAll('input, select, textarea, details, dialog')]
  const state = boxes.map(one => [one.checked, one.disabled, one.open, Boolean(one.value)].join())
  const words = document.documentElement.outerHTML.replace(/>[^<]+</g, text => /\\S/.test(text) ? '>x<' : '><')
  const built = words.replace(/[0-9a-f]{8,}|\\d+/g, '0').replace(/(href|action|src|value|content|nonce)="[^"]*"/g, '$1')
  const size = [innerWidth, innerHeight, getComputedStyle(document.documentElement).fontSize].join()
  const all = [size, state.join(';'), built].join(' ')
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(all))
  const kinds = window.kindsOfElements = new Map()
  const look = (one, within) => {
    const classes = one.className.baseVal ?? one.className  // an SVG's is an object
    const kind = [within, one.tagName, classes, one.getAttribute('style'), one.disabled].join(' ')
    kinds.has(kind) ? kinds.get(kind).push(one) : kinds.set(kind, [one])
    for (const child of one.children) look(child, kind)
  }
  look(document.body, innerWidth)
  return [[...new Uint8Array(bytes)].map(byte => byte.toString(16)).join(), [...kinds.keys()]]
}"""
_MARK = """numbers => {
  const kinds = [...window.kindsOfElements.values()]
  kinds.flat().forEach(one => one.removeAttribute('FRESH'))
  for (const number of numbers) kinds[number].forEach(one => one.setAttribute('FRESH', ''))
}""".replace("FRESH", _FRESH)


def assert_fits(page: Page) -> None:
    """Fail when the page is wider than its window, so that a reader would have to scroll sideways."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{page.url} is {width}px wide in a window of {window}px"


def take_picture(page: Page, name: str, *, heights: float = 1.5) -> None:
    """Keep the page as docs/screens/NAME.png, on the desktop and as NAME-phone.png at 360 px, when asked to.

    Only its upper part, so many window heights of it: to see the rest of a long list, start the service.
    """
    if not os.environ.get("THROUGHCARE_SCREENS"):
        return
    folder = PROJECT / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, size in (("-phone", PHONE), ("", DESKTOP)):
        page.set_viewport_size(size)
        page.evaluate("window.scrollTo(0, 0)")
        height = min(page.evaluate("document.documentElement.scrollHeight"), int(heights * size["height"]))
        part = {"x": 0, "y": 0, "width": size["width"], "height": height}
        page.screenshot(path=folder / f"{name}{suffix}.png", full_page=True, clip=part)
