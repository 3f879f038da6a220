"""The JSON door, under /api/v1: the same services as the pages, for other systems.

`register` puts it on an app. Each module holds the operations on one noun; `door` is what they hang on, and makes
their OpenAPI description from the same marshmallow schemas that read and write them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from app.domain.errors import ThroughcareError

OPERATIONS = (
    "children",
    "pathways",
    "instances",
    "tasks",
    "messages",
    "duties",
    "reports",
    "events",
    "webhooks",
)
"""Modules of app.api that hang operations on the door, in the order of the documentation."""


def register(app: Flask) -> None:
    """Everything that another system meets. The guard refuses whoever carries no token, and every unknown address."""
    from app.api import description, limits, problems

    door = assembled()
    limits.install(app, door)
    app.before_request(problems.refuse_unknown_address)
    app.extensions["csrf"].exempt(door)  # no cookie means anything here
    description.describe(app, door)


@cache
def assembled() -> Blueprint:
    """The door with its operations, its guard and its errors: put together once, whatever number of apps have it."""
    from app.api import guard, looking, problems
    from app.api.door import door

    for name in OPERATIONS:
        import_module(f"app.api.{name}")
    door.before_request(guard.check)
    door.after_request(looking.remember)
    door.register_error_handler(ThroughcareError, problems.tell)
    door.register_error_handler(HTTPException, problems.tell_http)
    door.register_error_handler(Exception, problems.tell_unknown)
    return door
