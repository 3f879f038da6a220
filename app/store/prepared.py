"""Statements that are compiled once for each kind of database and then handed to its driver as they are.

SQLAlchemy looks a statement up in its cache and builds a context around it each time it is executed. On the way that
every step takes, that costs several times what the database itself does. The statement stays what it is, the driver
gets the same text and the same values, and the rows come back as SQLAlchemy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import ClauseElement, Connection, Dialect, Engine, Executable, Row, Select
from sqlalchemy.engine import CursorResult, IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import CompoundSelect

from app.store import unkeepable

Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
MOST_KEPT = 2000
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"


class Written:
    """What a statement that gives no rows has done."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    @property
    def rowcount(self) -> int:
        """How many rows it has touched; within `together` that is not known yet."""
        return int(self.cursor.rowcount)


Answer = IteratorResult[Any] | Written | CursorResult[Any]
"""All rows of a statement, fetched already; or what SQLAlchemy answers, where it has to do it."""


class Prepared:
    """A statement as the driver of one kind of database takes it, for lists (`IN`) of certain lengths."""

    def __init__(
        self, compiled: SQLCompiler, statement: Executable, dialect: Dialect, values: Values
    ) -> None:
        expanded = compiled.construct_expanded_state(dict(values), escape_names=False)
        self.text = expanded.statement
        self.is_positional = compiled.positional
        self.lists = {name: tuple(parts) for name, parts in expanded.parameter_expansion.items()}
        self.fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        types = {name: bind.type for name, bind in compiled.binds.items()}
        types |= {part: types[name] for name, parts in self.lists.items() for part in parts}
        outward = _converters(types, dialect, "bind")
        named = [name for name in types if name not in self.lists]
        sent = (expanded.positiontup or ()) if self.is_positional else named
        self.outward = [(name, outward.get(name)) for name in sent]
        columns = statement.selected_columns if isinstance(statement, Select | CompoundSelect) else None
        self.gives_rows = columns is not None
        self.names = SimpleResultMetaData(list(columns.keys()) if columns is not None else [])
        inward = _converters(dict(enumerate(column.type for column in columns or ())), dialect, "result")
        self.inward = list(inward.items())

    def arguments(self, values: Values) -> Any:
        """The values as the driver takes them. Raises KeyError where one is missing."""
        given = values
        if self.fixed or self.lists:
            given = {**self.fixed, **values}
            for name, parts in self.lists.items():
                given.update(zip(parts, given.pop(name), strict=True))
        if self.is_positional:
            return tuple([convert(given[name]) if convert else given[name] for name, convert in self.outward])
        return {name: convert(given[name]) if convert else given[name] for name, convert in self.outward}

    def rows(self, fetched: Sequence[Any]) -> Sequence[Any]:
        """What the driver gave, as Python's own values."""
        if not self.inward:
            return fetched
        converted = [list(row) for row in fetched]
        for row in converted:
            for index, convert in self.inward:
                row[index] = convert(row[index])
        return [tuple(row) for row in converted]


_lists: dict[tuple[Any, ...], tuple[Executable, SQLCompiler, tuple[str, ...] | None]] = {}
_prepared: dict[tuple[Any, ...], Prepared] = {}


def run(
    connection: Connection, statement: Executable, parameters: Values | Sequence[Values] | None
) -> Answer:
    """Execute a statement that is a constant of its module. Raises SQLAlchemy's errors."""
    if _is_watched(connection.engine):
        return connection.execute(statement, parameters)
    several = None if parameters is None or isinstance(parameters, Mapping) else parameters
    first = several[0] if several else cast("Values", parameters or {})
    prepared = _prepared_for(connection.dialect, statement, first)
    if prepared is None:
        return connection.execute(statement, parameters)
    pooled = connection.connection
    cursor = pooled.cursor()
    try:
        if several is not None and len(several) > 1:
            cursor.executemany(prepared.text, [prepared.arguments(values) for values in several])
        else:
            cursor.execute(prepared.text, prepared.arguments(first))
        return _answer(prepared, cursor)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _named(connection, prepared.text, error, cursor) from error


def glance(engine: Engine, statement: Executable, values: Values) -> Sequence[Row[Any]] | None:
    """The rows of one statement that only reads, by itself on a connection of the pool.

    None where SQLAlchemy has to do it, and where something goes wrong: it says what then, and whether to try again.
    """
    prepared = None if _is_watched(engine) else _prepared_for(engine.dialect, statement, values)
    if prepared is None:
        return None
    pooled = None
    try:
        pooled = engine.raw_connection()
        driver = cast("Any", pooled.dbapi_connection)
        if isinstance(driver, psycopg.Connection):
            driver.autocommit = True  # until it is given back (`app.store.connections`)
        cursor = pooled.cursor()
        cursor.execute(prepared.text, prepared.arguments(values))
        return cast("IteratorResult[Any]", _answer(prepared, cursor)).all()
    except engine.dialect.loaded_dbapi.Error as error:
        if pooled is not None:
            pooled.invalidate(error)
        return None
    finally:
        if pooled is not None:
            pooled.close()


def ask(connection: Connection, asked: Sequence[tuple[Executable, Values]]) -> list[Answer]:
    """The answers to several statements (constants of their modules), in their order, for one journey to PostgreSQL.

    Each sees what the one before has locked or written, as if it had been executed by itself. Where they are the
    first of a transaction, it begins with them.
    """
    known = [_prepared_for(connection.dialect, *one) for one in asked]
    if not _is_journey(connection) or None in known:
        return [run(connection, *one) for one in asked]
    pooled, found = connection.connection, []
    begins = _begins_ourselves(cast("Any", pooled.dbapi_connection))
    with together(connection):
        if begins:
            pooled.cursor().execute(BEGIN)
        for (_, values), prepared in zip(asked, cast("list[Prepared]", known), strict=True):
            cursor = pooled.cursor()
            cursor.execute(prepared.text, prepared.arguments(values))
            found.append((prepared, cursor))
    return [_answer(prepared, cursor) for prepared, cursor in found]


def _begins_ourselves(driver: psycopg.Connection[Any]) -> bool:
    """Whether BEGIN is ours to send: psycopg would wait for the answer to its own, before it sends anything else.

    The driver does not begin anything itself then, until its connection is given back (`app.store.connections`).
    """
    if driver.autocommit or driver.info.transaction_status != TransactionStatus.IDLE:
        return False
    driver.autocommit = True
    return True


def _answer(prepared: Prepared, cursor: Any) -> IteratorResult[Any] | Written:
    if not prepared.gives_rows:
        return Written(cursor)
    return IteratorResult(prepared.names, iter(prepared.rows(cursor.fetchall())))


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Within the block PostgreSQL is sent one statement after the other without waiting for each answer.

    Only for statements that `run` executes: SQLAlchemy itself cannot read rows there. What a statement is refused
    for is raised by a later one or at the end of the block. On SQLite, which is no journey away, nothing differs.
    """
    if not _is_journey(connection):
        yield
        return
    try:
        with cast("Any", connection.connection.dbapi_connection).pipeline():
            yield
    except psycopg.Error as error:
        raise _named(connection, "statements sent together", _first(error), None) from error


def _first(error: psycopg.Error) -> psycopg.Error:
    """What was refused first: those behind it only say that they were not tried."""
    while isinstance(error, psycopg.errors.PipelineAborted) and isinstance(error.__context__, psycopg.Error):
        error = error.__context__
    return error


def _is_journey(connection: Connection) -> bool:
    """Whether each statement that is executed by itself goes to a server and back."""
    driver = cast("Any", connection.connection.dbapi_connection)
    return isinstance(driver, psycopg.Connection) and not _is_watched(connection.engine)


def _is_watched(engine: Engine) -> bool:
    """Whether somebody listens to what is executed: then SQLAlchemy has to do it."""
    return bool(engine.dispatch.before_cursor_execute)


def _prepared_for(dialect: Dialect, statement: Executable, values: Values) -> Prepared | None:
    """The statement for these names and lengths of lists; None where SQLAlchemy has to do it."""
    key: tuple[Any, ...] = (id(statement), dialect.name, *values)
    kept = _lists.get(key)
    if kept is None:
        if len(_lists) >= MOST_KEPT:
            return None
        compiled = cast("ClauseElement", statement).compile(dialect=dialect, column_keys=list(values))
        assert isinstance(compiled, SQLCompiler)
        kept = _lists[key] = (
            statement,
            compiled,
            _lists_of(compiled),
        )  # with it, so that its id is not given again
    _, compiled, lists = kept
    if lists is None:
        return None
    if lists:
        key += tuple([len(values[name]) for name in lists])
    found = _prepared.get(key)
    if found is None:
        if len(_prepared) >= MOST_KEPT or not all(values[name] for name in lists):
            return None
        found = _prepared[key] = Prepared(compiled, statement, dialect, values)
    return found


def _lists_of(compiled: SQLCompiler) -> tuple[str, ...] | None:
    """The names of the lists in a statement; None where SQLAlchemy has more to do at each execution."""
    if compiled.literal_execute_params or compiled.insert_prefetch or compiled.update_prefetch:
        return None
    return tuple(bind.key for bind in compiled.post_compile_params)


def _converters(types: Mapping[Any, Any], dialect: Dialect, way: str) -> dict[Any, Convert]:
    found: dict[Any, Convert] = {}
    for name, kind in types.items():
        own = kind.dialect_impl(dialect)
        convert = own.bind_processor(dialect) if way == "bind" else own.result_processor(dialect, None)
        if convert is not None:
            found[name] = convert
    return found


def _named(connection: Connection, text: str, error: Exception, cursor: Any) -> BaseException:
    """The driver's error as SQLAlchemy's; a connection that is gone is not used again, nor are those left with it."""
    unkeepable.refuse(error)
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(cast("Any", error), connection.connection, cursor)
    if is_gone:
        connection.invalidate(error)
        connection.engine.dispose()
    return DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_gone, dialect=dialect
    )


@contextmanager
def unprepared(connection: Connection) -> Iterator[None]:
    """In this block PostgreSQL is given each statement as if for the first time, and plans it for its values.

    A list that a connection had opened ten times ran into the time limit at 700,000 tasks: prepared, it was planned
    as if all of it were wanted.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    kept, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = kept
