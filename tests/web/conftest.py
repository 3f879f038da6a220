"""What tests of pages stand on: a database with the demo people, and browsers that check what they are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.services import demo
from tests.web.browser import Browser


@pytest.fixture
def demo_app(sqlite_database: str, make_app: Callable[..., Flask]) -> Flask:
    """The app with the demo's authorities, people and children.

    No application context is pushed: requests would share it, and with it what the shell keeps for one answer.
    """
    app = make_app(sqlite_database)
    with app.app_context():
        demo.create()
    return app


@pytest.fixture
def browser(demo_app: Flask) -> Browser:
    """A browser in which nobody is signed in yet."""
    return Browser(demo_app)


@pytest.fixture
def another_browser(demo_app: Flask) -> Callable[[], Browser]:
    """Further browsers on the same app: another person, or the same one elsewhere."""
    return lambda: Browser(demo_app)
