"""What the database refuses for a passing reason."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import OperationalError

BUSY_STATES = {"40001", "40P01", "55P03", "57014", "57P01", "57P03", "53100", "53300"}
"""Conditions of PostgreSQL (SQLSTATE): not serial, deadlock, locked, cancelled, shut down, starting, full."""


def is_busy(error: OperationalError) -> bool:
    """Whether the same thing may simply be tried again: locked, deadlocked, full or away, not wrong."""
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error.orig, sqlite3.OperationalError):
        return any(
            word in str(error.orig) for word in ("locked", "busy", "full", "disk I/O", "unable to open")
        )
    return state is None or state in BUSY_STATES or state.startswith("08")
