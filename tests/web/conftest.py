"""What tests of pages stand on: a database with the demo people, and browsers that check what they are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.browser import Browser


@pytest.fixture
def demo_app(filled_sqlite_database: str, make_app: Callable[..., Flask]) -> Flask:
    """The app with the project's pathways and the demo's people and children.

    No application context is pushed: requests would share it, and with it what the shell keeps for one answer.
    """
    return make_app(filled_sqlite_database)


@pytest.fixture
def browser(demo_app: Flask) -> Browser:
    """A browser in which nobody is signed in yet."""
    return Browser(demo_app)


@pytest.fixture
def another_browser(demo_app: Flask) -> Callable[[], Browser]:
    """Further browsers on the same app: another person, or the same one elsewhere."""
    return lambda: Browser(demo_app)
