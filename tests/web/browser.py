"""A browser without a screen: it signs people in, fills in forms, and checks every page that it is shown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.services import demo

VOID_OR_OPTIONAL = frozenset(
    {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "li", "p"}
)


@dataclass
class PageForm:
    """A form as it stands on a page: where it goes, and what it would send as it is."""

    action: str
    method: str
    fields: dict[str, Any] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class Reading(HTMLParser):
    """What the checks and the tests ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.h1: list[str] = []
        self.title = ""
        self.links: list[tuple[str, str]] = []
        self.forms: list[PageForm] = []
        self.inline_scripts: list[str | None] = []
        self.complaints: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._form: PageForm | None = None
        self._select: str | None = None
        self._textarea: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        self._open.append(tag)
        if attributes.get("id"):
            self.ids.append(attributes["id"])
        if "style" in attributes:
            self.complaints.append(f"<{tag}> has an inline style, which the policy does not apply")
        self.complaints += [f"<{tag}> has {name}" for name in attributes if re.fullmatch(r"on[a-z]+", name)]
        if tag == "script" and "src" not in attributes:
            self.inline_scripts.append(attributes.get("nonce"))
        if tag == "a":
            self.links.append((attributes.get("href", ""), ""))
        if tag == "h1":
            self.h1.append("")
        self._read_form(tag, attributes)

    def _read_form(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "form":
            self._form = PageForm(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        name = attributes.get("name", "")
        if tag == "input" and name:
            is_choice = attributes.get("type") in {"checkbox", "radio"}
            if not is_choice or "checked" in attributes:
                self._form.fields[name] = attributes.get("value", "")
        if tag == "select":
            self._select = name
        if (
            tag == "option"
            and self._select
            and ("selected" in attributes or self._select not in self._form.fields)
        ):
            self._form.fields[self._select] = attributes.get("value", "")
        if tag == "textarea":
            self._textarea = name
            self._form.fields[name] = ""
        if tag == "button":
            self._form.buttons.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, words: str) -> None:
        if "script" in self._open or "style" in self._open:
            return
        self.words.append(words)
        if "title" in self._open and "svg" not in self._open:
            self.title += words
        if "h1" in self._open:
            self.h1[-1] += words
        if "a" in self._open and self.links:
            href, so_far = self.links[-1]
            self.links[-1] = (href, so_far + words)
        if "button" in self._open and self._form is not None and self._form.buttons:
            self._form.buttons[-1] += words
        if self._textarea and self._form is not None:
            self._form.fields[self._textarea] += words


class Page:
    """One answer, read."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location", "")
        is_file = (response.mimetype or "") in {"application/pdf", "application/zip"}
        self.html = "" if is_file else response.get_data(as_text=True)
        self.is_html = (response.mimetype or "") == "text/html" and self.status not in {204, 301, 302, 303}
        self.read = Reading(self.html if self.is_html else "")

    @property
    def text(self) -> str:
        """The words of the page, one space between them."""
        return " ".join(" ".join(self.read.words).split())

    @property
    def h1(self) -> str:
        """The heading of the page."""
        return " ".join(self.read.h1[0].split())

    def href(self, words: str) -> str:
        """The address behind the first link with these words in it."""
        for href, text in self.read.links:
            if words in " ".join(text.split()):
                return href
        raise AssertionError(f"There is no link “{words}” on “{self.h1}”: {self.read.links}")

    def form(self, words: str) -> PageForm:
        """The form with a button that has these words, or that goes to an address that ends so."""
        for form in self.read.forms:
            if form.action.endswith(words) or any(
                words in " ".join(button.split()) for button in form.buttons
            ):
                return form
        raise AssertionError(f"There is no form “{words}” on “{self.h1}”")

    def complaints(self) -> list[str]:
        """What is wrong with the page, whatever it is about."""
        if not self.is_html:
            return []
        found = list(self.read.complaints)
        if len(self.read.h1) != 1:
            found.append(f"{len(self.read.h1)} h1: {self.read.h1}")
        if not self.read.title.strip() or not self.read.title.strip().endswith("Throughcare"):
            found.append(f"the title is “{self.read.title.strip()}”")
        found += [f"the id {name} stands {n} times" for name, n in Counter(self.read.ids).items() if n > 1]
        if re.search(r">\s*None\s*<", self.html) or '="None"' in self.html:
            found.append("None is printed")
        policy = self.response.headers.get("Content-Security-Policy", "")
        nonce = re.search(r"'nonce-([\w-]+)'", policy)
        if nonce is None:
            found.append("the policy has no nonce")
        elif any(used != nonce[1] for used in self.read.inline_scripts):
            found.append("an inline script has not this answer's nonce")
        if self.response.headers.get("Cache-Control") != "no-store":
            found.append("a browser may keep the page")
        return found


class Browser:
    """Somebody's browser. `get` and `post` check what comes back; `page` is what it shows now."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: Page | None = None

    def get(self, address: str, *, status: int | None = 200, **options: Any) -> Page:
        """Open an address. Redirects are not followed: `status` says what is expected."""
        return self._show(self.client.get(address, **options), status)

    def post(
        self, address: str, sent: dict[str, Any] | None = None, *, status: int = 303, **options: Any
    ) -> Page:
        """Send what a page would not: `submit` is for what it would."""
        return self._show(self.client.post(address, data=sent or {}, **options), status)

    def submit(self, words: str, answers: dict[str, Any] | None = None, *, status: int = 303) -> Page:
        """Press the button with these words on the page shown now, after filling in `answers`."""
        assert self.page is not None
        form = self.page.form(words)
        sent = {**form.fields, **(answers or {})}
        if form.method == "get":
            return self._show(self.client.get(form.action, query_string=sent), status)
        return self.post(form.action, sent, status=status)

    def follow(self) -> Page:
        """Go where the last answer sent the browser."""
        assert self.page is not None
        assert self.page.location, f"nothing to follow: {self.page.status}"
        return self.get(self.page.location)

    def sign_in(self, who: str, authority: str = "wandsworth") -> Page:
        """Sign a demo person in by given name and show where they land."""
        self.get("/sign-in")
        self.submit("Sign in", {"username": f"{who}@{authority}.example", "password": demo.PASSWORD})
        while self.page is not None and self.page.status in {302, 303}:
            self._show(self.client.get(self.page.location), None)
        assert self.page is not None
        return self.page

    def _show(self, response: TestResponse, status: int | None) -> Page:
        self.page = Page(response)
        if status is not None:
            assert self.page.status == status, (
                f"{self.page.status} instead of {status}: {self.page.text[:400]}"
            )
        assert self.page.complaints() == []
        return self.page
