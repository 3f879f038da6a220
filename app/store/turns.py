"""Writers on SQLite wait in a queue: whoever came first writes first.

SQLite lets one write at a time and has no queue: who finds the file locked sleeps, up to a tenth of a second, and looks
again. While many write, and a scheduler takes the lock back as soon as it has let go of it, somebody may find it locked
for five seconds each time they look, and be told to try again. So of one process only the first in its queue looks, and
looks often.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

LOOKS_EVERY = 0.001
REMEMBERED = 5.0
"""For how many seconds it is remembered that somebody else wrote."""
_PRIMARY = 0xFF
"""The part of an extended result code that says what it is an extension of."""


class Queue:
    """Threads that wait for one thing, in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @contextmanager
    def first(self, until: float) -> Iterator[bool]:
        """The block begins when this thread is the first (True), or at `until` (by `time.monotonic`, False)."""
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            self._waiting.append(mine)
            self._call_the_first()
        try:
            yield mine.acquire(timeout=max(0.0, until - time.monotonic()))
        finally:
            with self._guard:
                was_first = self._waiting[0] is mine
                self._waiting.remove(mine)
                if was_first:
                    self._call_the_first()

    def _call_the_first(self) -> None:
        if self._waiting and self._waiting[0].locked():
            self._waiting[0].release()


WRITERS = Queue()
"""Those of this process."""
_found_locked: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()


def others_write(engine: Engine) -> bool:
    """Whether this process has lately had to wait for somebody else's write. Never so on PostgreSQL."""
    return time.monotonic() - _found_locked.get(engine, -REMEMBERED) < REMEMBERED


def begin_writing(connection: Connection) -> None:
    """Begin a transaction that writes, within the connection's own `busy_timeout`.

    Raises OperationalError when the file is still locked by then.
    """
    raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    until = time.monotonic() + patience / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        with WRITERS.first(until) as is_first:
            while is_first and time.monotonic() < until:
                result = _try(raw)
                if result == sqlite3.SQLITE_OK:
                    return
                if result & _PRIMARY != sqlite3.SQLITE_BUSY:
                    break
                _found_locked[connection.engine] = time.monotonic()
                time.sleep(LOOKS_EVERY)
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is wrong is said in SQLAlchemy's words
    finally:
        raw.execute(f"PRAGMA busy_timeout={patience}")


def _try(raw: sqlite3.Connection) -> int:
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode
    return sqlite3.SQLITE_OK
