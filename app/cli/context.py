"""What commands share: an app on the configured database, and printing JSON alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from flask import Flask

from app.domain.moments import read_moment


@contextmanager
def application(**config: Any) -> Iterator[Flask]:
    """The app, in its context, without migrating anything."""
    import app

    flask_app = app.create_app(config or None)
    with flask_app.app_context():
        yield flask_app


def print_json(value: Any) -> None:
    """JSON and nothing else on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def moment(text: str) -> datetime:
    """A moment as it is typed on the command line: ISO, in London's time where no offset is given."""
    return read_moment(text, assume_london=True)
