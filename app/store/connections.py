"""The connections of the pool: how each is set up, how it is left, and whether it is there still."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

LEFT_AT = "throughcare_left_at"
TRUSTED_SECONDS = 5.0
"""A connection that was used so lately is taken to be there still; if it is not, its transaction ends as Busy."""
SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cache_size=-4096",
)
"""The cache is small: each commit that has split a page looks at every page in it, and another's commit empties it."""
POSTGRESQL_SETTINGS = (
    "-c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)
KEPT_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
POSTGRESQL = {"options": POSTGRESQL_SETTINGS, "connect_timeout": 5, "tcp_user_timeout": 25_000, **KEPT_ALIVE}
"""A server that is cut off says nothing: it is given up after half a minute, not after the system's own two hours."""


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for setting in SQLITE_SETTINGS:
            connection.execute(setting)


@event.listens_for(Engine, "checkin")
def _note_when_it_was_left(connection: Any, record: Any) -> None:
    record.info[LEFT_AT] = time.monotonic()
    if isinstance(connection, psycopg.Connection) and not connection.closed and connection.autocommit:
        connection.autocommit = False  # `prepared.ask` has begun a transaction itself; the next may not


@event.listens_for(Engine, "checkout")
def _see_that_it_is_there(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a server's connection that nobody has used for a while whether it is there; the pool opens another if not.

    Asking each time would cost every transaction a journey to the server.
    """
    left_at = record.info.get(LEFT_AT)
    is_fresh = left_at is None or time.monotonic() - left_at < TRUSTED_SECONDS
    if is_fresh or isinstance(connection, sqlite3.Connection):
        return
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error  # the others are gone too, most likely
