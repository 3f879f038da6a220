"""A database in memory for one simulation: empty, or with what another had come to; gone at the end of the block."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from flask import Flask
from sqlalchemy.pool import StaticPool

from app.store.db import db, init


@contextmanager
def throw_away(content: bytes | None = None) -> Iterator[None]:
    """The whole schema in memory, for the app's session within the block; with the rows of `content`, if given."""
    app = Flask("throughcare-simulation")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": StaticPool,
        "connect_args": {"check_same_thread": False},
    }
    init(app)
    with app.app_context():
        db.session.remove()
        try:
            _connection().deserialize(content or _empty())
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def content_now() -> bytes:
    """Everything that stands in the database of the block now, for `throw_away` to begin with. Nothing is under way."""
    db.session.remove()
    return _connection().serialize()


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """The schema without a row: making its tables one by one takes longer than most simulations."""
    from app.store import tables

    assert tables.audit
    db.create_all()
    return content_now()


def _connection() -> sqlite3.Connection:
    """SQLite's own connection, the only one there is."""
    found = db.engine.raw_connection().driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found
