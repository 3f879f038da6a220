"""What a script of ours sends as JSON."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider

from app.domain.errors import Unreadable
from app.domain.json_text import read_json


class _Provider(DefaultJSONProvider):
    """Reads no JSON that is nested so deeply that it would end the stack of whoever walks through it."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value. Raises ValueError."""
        assert not kwargs, kwargs
        return read_json(s)


def install(app: Flask) -> None:
    """Let every request read its JSON so."""
    app.json = _Provider(app)


def sent(*texts: str) -> dict[str, Any]:
    """What the script sent, with these of it as texts. Raises Unreadable for anything else."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict) or not all(isinstance(found.get(name, ""), str) for name in texts):
        raise Unreadable("This cannot be read. Load the page again.")
    return {**found, **{name: found.get(name, "") for name in texts}}
