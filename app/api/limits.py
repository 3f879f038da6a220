"""How much one token may ask for in a minute, so that a runaway script cannot keep practitioners from their pages."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_smorest import Blueprint


def install(app: Flask, door: Blueprint) -> None:
    """Count the requests of each token, in the memory of this process or where THROUGHCARE_API_RATE_STORAGE says."""
    limiter = Limiter(
        whose,
        app=app,
        storage_uri=app.config["API_RATE_STORAGE"],
        headers_enabled=True,
        strategy="fixed-window",
    )
    limiter.limit(app.config["API_RATE"])(door)
    every_hook: tuple[Any, ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
    )
    for hooks in every_hook:  # it hangs itself before and behind every request; a page would pay for each
        hooks[door.name] = [hooks[None].pop(), *hooks.get(door.name, ())]


def whose() -> str:
    """What requests are counted by: the token, by its hash; without one, where they come from."""
    token = request.headers.get("Authorization")
    if not token:
        return f"address:{request.remote_addr}"
    return hashlib.sha256(token.encode()).hexdigest()
