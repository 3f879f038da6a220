"""What commands share: an app on the configured database, and printing JSON alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from flask import Flask

from app.domain.errors import BadInput
from app.domain.moments import read_moment
from app.store import unusable


@contextmanager
def application(**config: Any) -> Iterator[Flask]:
    """The app, in its context, without migrating anything. Raises BadInput where its database cannot be used."""
    import app

    flask_app = app.create_app(config or None)
    with flask_app.app_context(), unusable.told_in_words():
        yield flask_app


def print_json(value: Any) -> None:
    """JSON and nothing else on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def shipped_profile(key: str) -> str:
    """A profile as its file says it. Raises BadInput for one that was changed in the browser: that is in a database."""
    base, changed, _ = key.partition("@")
    if changed:
        raise BadInput(f"The command line knows profiles as they ship. Name {base or 'one'} without “@”.")
    return key


def moment(text: str) -> datetime:
    """A moment as it is typed on the command line: ISO, in London's time where no offset is given."""
    return read_moment(text, assume_london=True)
