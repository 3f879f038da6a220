"""Many rows at once, past the ORM: COPY on PostgreSQL, one prepared INSERT on SQLite.

Values are made into cells once, by `cell_makers`, so that whoever writes the same row many times converts it once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import JSON, Column, Table, text
from sqlalchemy.orm import Session

from app.store.db import is_postgresql

Cell = Any
"""What the driver is handed: text as COPY reads it on PostgreSQL, a value of SQLite's own there."""
MEMORY_KB = 1_000_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def cell_makers(session: Session, table: Table) -> Mapping[str, Callable[[Any], Cell]]:
    """For each column of the table, what makes a Python value into a cell."""
    return {
        column.name: _for_copy(column) if is_postgresql(session) else _for_sqlite(session, column)
        for column in table.columns
    }


def load(session: Session, table: Table, rows: Sequence[Sequence[Cell]]) -> None:
    """Insert rows, each with a cell for every column of the table. Constraints and triggers hold as always."""
    names = ", ".join(table.columns.keys())
    if not is_postgresql(session):
        holes = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({holes})"  # noqa: S608 - names of our own tables
        session.connection().exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    connection = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    copying = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table.name), SQL(", ").join(map(Identifier, table.columns.keys()))
    )
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write("".join("\t".join(row) + "\n" for row in rows))


def prepare(session: Session) -> None:
    """Give this transaction the memory and the time that so many rows need."""
    if is_postgresql(session):
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL synchronous_commit = off"))
    else:
        session.execute(text(f"PRAGMA cache_size = -{MEMORY_KB}"))


def gather_statistics(session: Session) -> None:
    """Let PostgreSQL look at what it holds now, as one in use has done by itself; SQLite knows what it was told."""
    if is_postgresql(session):
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("ANALYZE"))


def way(session: Session) -> str:
    """How rows are loaded here, in words."""
    return "COPY" if is_postgresql(session) else "one prepared INSERT a table"


def _for_sqlite(session: Session, column: Column[Any]) -> Callable[[Any], Cell]:
    dialect = session.get_bind().dialect
    bound = column.type.dialect_impl(dialect).bind_processor(dialect)
    return bound or (lambda value: value)


def _for_copy(column: Column[Any]) -> Callable[[Any], Cell]:
    if isinstance(column.type, JSON):
        return lambda value: json.dumps(value).translate(_ESCAPES)
    return _copied


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    plain = value.isoformat() if isinstance(value, date) else str(value)
    return plain.translate(_ESCAPES)
