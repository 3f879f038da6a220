"""Somebody at a browser, over real HTTP: cookie, form tokens, redirects; each answer is noted with its time.

As behind a load balancer there may be several hosts: one that does not answer is left for the next, and what was being
sent is sent again with the same token.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from lxml import html

Fields = dict[str, Any]
TIMES_TRIED = 6
BUSY = 503


@dataclass(frozen=True)
class Asked:
    """One request: what it was for, how long the answer took (seconds), the status (0: no answer)."""

    what: str
    seconds: float
    status: int


@dataclass
class Page:
    """An answer, read when somebody looks into it."""

    status: int
    text: str
    location: str

    def links(self, pattern: str) -> list[str]:
        """The different addresses on the page that look like this, in their order."""
        return list(dict.fromkeys(re.findall(rf'href="({pattern})"', self.text)))

    def form(self, action: str) -> Fields | None:
        """What the form with this address would send as it stands; None when the page has none."""
        for form in html.fromstring(self.text).forms:
            if form.get("action", "") == action:
                found: Fields = {}
                for name, value in form.form_values():
                    found[name] = [*found[name], value] if name in found else [value]
                return found
        return None


class Person:
    """A person with a session. `note` hears of every answer; `urls` are the hosts, the first is tried first."""

    def __init__(
        self, urls: Sequence[str], username: str, number: int, note: Callable[[Asked], None]
    ) -> None:
        self.urls = list(urls)
        self.username = username
        self.note = note
        self.session = requests.Session()
        self.session.trust_env = False
        self.cookies: dict[str, str] = {}
        self.told = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
        }
        self.timeout = (2.0, 30.0)

    def sign_in(self, password: str) -> None:
        """Sign in with a local account. Raises AssertionError when that does not lead on."""
        form = self.get("/sign-in", "sign in").form("/sign-in")
        assert form is not None
        page = self.post("/sign-in", "sign in", {**form, "username": self.username, "password": password})
        assert page.status == 303, f"{self.username}: {page.status}"

    def get(self, address: str, what: str) -> Page:
        """Open an address; where it only leads on, what it leads to."""
        page = self._ask("GET", address, what, None)
        return self._ask("GET", page.location, what, None) if page.status in {302, 303} else page

    def post(self, address: str, what: str, fields: Fields, *, script: bool = False) -> Page:
        """Send a form. Redirects are not followed. A `script` asks for JSON."""
        return self._ask("POST", address, what, fields, script=script)

    def _ask(
        self, method: str, address: str, what: str, fields: Fields | None, *, script: bool = False
    ) -> Page:
        for _ in range(TIMES_TRIED):
            url = self.urls[0]
            began = time.perf_counter()
            try:
                answer = self.session.request(
                    method,
                    url + address,
                    data=fields,
                    headers=self._headers(url, script=script),
                    timeout=self.timeout,
                    allow_redirects=False,
                )
            except requests.RequestException:
                self.note(Asked(what, time.perf_counter() - began, 0))
                if len(self.urls) == 1:
                    break
                self.urls.append(self.urls.pop(0))
                continue
            self.note(Asked(what, time.perf_counter() - began, answer.status_code))
            self.cookies.update(answer.cookies.get_dict())
            return Page(answer.status_code, answer.text, answer.headers.get("Location", ""))
        return Page(0, "", "")

    def _headers(self, url: str, *, script: bool) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        host = url.partition("//")[2]
        accepts = {"Accept": "application/json"} if script else {"Accept": "text/html"}
        return {**self.told, **accepts, "Cookie": cookie, "Referer": f"https://{host}/"}
