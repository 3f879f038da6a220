"""The web's door, as a browser uses it: a signed-in session, a form's token, a POST, a redirect."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import Context
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from app.services import demo
from benchmarks.databases import AUTHORITY, Place

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FIELDS = {
    "seen_on-day": "5",
    "seen_on-month": "1",
    "seen_on-year": "2026",
    "seen_alone": "true",
    "child_said": "That the room is cold, and that the calls home help.",
    "actions": "The case manager asks for a heater.",
}


class Door:
    """Somebody who is signed in. Every answer that is not what was expected raises AssertionError."""

    def __init__(self, place: Place, given_name: str) -> None:
        self.app = place.app
        self.client = place.app.test_client()
        self.cookie = ""
        self.token = _token(self.get("/sign-in"))
        name = f"{given_name}@{AUTHORITY}.example"
        self._post("/sign-in", {"username": name, "password": demo.PASSWORD})
        self.token = _token(self.get("/work"))
        kept = self.client.get_cookie("session")
        self.client = place.app.test_client(
            use_cookies=False
        )  # or what was flashed would pile up in the cookie
        self.cookie = f"session={kept.value}" if kept else ""

    def completing(self, task_id: str, submission: str, fields: dict[str, Any]) -> Callable[[], None]:
        """What sends a task's form and is sent on; what a browser does before it sends is done already.

        It is the request as a WSGI server hands it over, with its session, its token and its form.
        """
        form = {**fields, "submission": submission, "csrf_token": self.token}
        builder = EnvironBuilder(
            f"/tasks/{task_id}", method="POST", data=form, headers=Headers(self._headers())
        )
        environ = builder.get_environ()
        builder.close()

        def send() -> None:
            body, status, _ = Context().run(run_wsgi_app, self.app, environ, buffered=True)
            if not status.startswith("303"):
                raise AssertionError(f"{status} instead of 303: {b''.join(body).decode()[:600]}")

        return send

    def get(self, address: str) -> str:
        """A page."""
        return _expect(_apart(lambda: self.client.get(address, headers=self._headers())), 200).get_data(
            as_text=True
        )

    def shown(self, address: str) -> str | None:
        """A page; None when it is not for this person, leads somewhere else, or is a file."""
        answer = _apart(lambda: self.client.get(address, headers=self._headers()))
        if answer.status_code in {302, 303, 401, 403, 404} or answer.mimetype != "text/html":
            return None
        return _expect(answer, 200).get_data(as_text=True)

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    def _post(self, address: str, sent: dict[str, Any]) -> None:
        form = {**sent, "csrf_token": self.token}
        _expect(_apart(lambda: self.client.post(address, data=form, headers=self._headers())), 303)


def _apart(ask: Callable[[], TestResponse]) -> TestResponse:
    # Away from the app context of the benchmark itself: each request has its own, as behind a real server.
    return Context().run(ask)


def _expect(answer: TestResponse, status: int) -> TestResponse:
    if answer.status_code != status:
        words = re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True))
        raise AssertionError(f"{answer.status_code} instead of {status}: {words[:600]}")
    return answer


def _token(page: str) -> str:
    found = TOKEN.search(page)
    if found is None:
        raise AssertionError("the page has no form token")
    return found[1]
