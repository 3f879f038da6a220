"""What tests of the JSON door stand on: an app with the demo's people, and systems that carry a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.services import tokens

PATH = "/api/v1"
DAYS = 30
"""For how many days the tokens of tests are good."""


class OtherSystem:
    """Another system, with a token; every answer that it gets is checked for what all answers have in common."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client()
        self.token = token

    def ask(self, method: str, path: str, *, status: int = 200, key: str | None = None, **sent: Any) -> Any:
        """Send a request, expect the status, and give the JSON (the answer itself where it is none)."""
        answer = self.raw(method, path, key=key, **sent)
        assert answer.status_code == status, (
            method,
            path,
            answer.status_code,
            answer.get_data(as_text=True)[:600],
        )
        return answer.get_json() if answer.is_json else answer

    def raw(self, method: str, path: str, *, key: str | None = None, **sent: Any) -> TestResponse:
        """The same without an expectation."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= sent.pop("headers", {})
        answer = self.client.open(f"{PATH}{path}", method=method, headers=headers, **sent)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json", (path, answer.content_type)
            told = answer.get_json()
            assert set(told) == {"type", "title", "status", "detail", "errors"}
            assert told["status"] == answer.status_code
            assert told["detail"]
        return answer


@pytest.fixture
def served(filled_app: Flask) -> Flask:
    """The app that other systems speak to; a test file that needs one database only has a fixture of its own."""
    return filled_app


@pytest.fixture
def connect(served: Flask) -> Callable[..., OtherSystem]:
    """Connects another system as somebody (the start of their user name), with scopes; as nobody for None."""

    def as_somebody(who: str | None, *scopes: str, authority: str = "wandsworth") -> OtherSystem:
        if who is None:
            return OtherSystem(served, None)
        made = tokens.create(f"{who}@{authority}.example", scopes or ("write",), name="A test", days=DAYS)
        return OtherSystem(served, made)

    return as_somebody
