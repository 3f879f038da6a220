"""Somebody in front of a real browser: every page they look at is checked, every click and answer is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

from app.services import demo
from tests.chromium import PHONE, assert_fits, assert_no_axe_violations, take_picture

THINK, TAP, CHARACTER, PAGE = 1.35, 1.1, 0.4, 1.0
"""Seconds of the keystroke-level model (Card, Moran and Newell 1980): to make up one's mind before each step, to aim
and tap, to type a character on a phone (30 words a minute), to wait for a page. An estimate of a practised hand that
reads nothing new and talks to nobody: no measurement of people."""


class Reader:
    """Somebody with a page of their own, signed in or not.

    `clicks` are buttons pressed and links followed, `fields` are questions answered (a date of three boxes is one).
    `taps` and `characters` are what the hand does for the answers: each box that is chosen or gone to, each letter.
    """

    def __init__(self, page: Page, address: str, *, javascript: bool) -> None:
        self.page = page
        self.clicks = self.fields = self.taps = self.characters = 0
        self._address = address
        self._javascript = javascript

    def go(self, path: str) -> None:
        """Open a page of the service by its path."""
        self.page.goto(f"{self._address}{path}")
        self.look()

    def sign_in(self, username: str, *, at: str = "/sign-in") -> None:
        """Sign in as one of the demo's people; on the way to the page of a link, when one is given."""
        self.page.goto(f"{self._address}{at}")
        self.page.get_by_label("Username").or_(self.page.locator("#username")).first.fill(username)
        self.page.locator("input[name=password]").fill(demo.PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        self.look()

    def press(self, name: str) -> None:
        """Press a button, and look at the page that comes."""
        self._click(self.page.get_by_role("button", name=name).first)

    def follow(self, name: str) -> None:
        """Follow a link, and look at the page that comes."""
        self._click(self.page.get_by_role("link", name=name).first)

    def open(self, words: str) -> None:
        """Open what is folded away behind these words."""
        self._click(self.page.locator("summary", has_text=words).first)

    def answer(self, answers: Mapping[str, str | bool]) -> None:
        """Answer questions by the names of their boxes.

        True and False tick the Yes and No of a question, or a box and its opposite; of several boxes that are one
        question (`seen_on-day`, `seen_on-month`, ...) one is counted.
        """
        for name, given in answers.items():
            box = self.page.locator(f"[name={name}]")
            self.taps += 1
            kind = box.first.evaluate("box => box.tagName == 'SELECT' ? 'select' : box.type")
            if kind == "radio":
                value = str(given).lower() if isinstance(given, bool) else given
                self.page.locator(f"[name={name}][value={value}]").check()
            elif kind == "checkbox":
                chosen = (
                    box.first
                    if isinstance(given, bool)
                    else self.page.locator(f"[name={name}][value={given}]")
                )
                chosen.set_checked(given is not False)
            elif kind == "select":
                box.first.select_option(str(given))
            else:
                box.first.fill(str(given))
                self.characters += len(str(given))
        self.fields += len({name.partition("-")[0] for name in answers})

    @contextmanager
    def moment(
        self, code: str, title: str, *, clicks: int, fields: int, seconds: int | None = None
    ) -> Iterator[None]:
        """One of the moments of the day (docs/moments.md), done in exactly so many steps.

        `seconds` is what the steps take at a human pace, as estimated; where it is said it is checked too.
        """
        assert code, title
        began = self.clicks, self.fields
        pace = self._seconds()
        yield
        estimate = round(self._seconds() - pace)
        assert seconds in {None, estimate}, f"{code} {title}: about {estimate} seconds"
        taken = self.clicks - began[0], self.fields - began[1]
        assert taken == (clicks, fields), f"{code} {title}: {taken[0]} clicks and {taken[1]} fields"

    def _seconds(self) -> float:
        """What everything done so far takes a practised hand on a phone, by the keystroke-level model."""
        steps = self.clicks + self.fields
        return (
            steps * THINK + (self.clicks + self.taps) * TAP + self.characters * CHARACTER + self.clicks * PAGE
        )

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
        before = self.page.viewport_size
        self.look_on_a_phone()
        take_picture(self.page, name, heights=heights)
        if before:
            self.page.set_viewport_size(before)

    def _click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        self.look()
