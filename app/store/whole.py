"""Reading everything there is in one snapshot, for an export: no row refers to one that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, select, text

from app.store.db import Base, db

AT_ONCE = 500


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees one moment of the database, however long it is read, and holds up nobody."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect().execution_options(throughcare_read_only=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection
        connection.rollback()


def tables() -> list[Table]:
    """Every table, those before that others refer to."""
    return list(Base.metadata.sorted_tables)


def rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in the order of their keys, some at a time."""
    query = select(table).order_by(*table.primary_key)
    found = connection.execution_options(yield_per=AT_ONCE).execute(query)
    yield from (dict(row._mapping) for row in found)
