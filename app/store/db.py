"""The database: one session, one way to open a transaction, SQLite and PostgreSQL alike.

`transaction()` is the only place that commits. On SQLite a writing transaction begins IMMEDIATE, since one that
reads first and writes later is refused with "locked" whatever the timeout (`app.store.turns` says who is next); a
reading one begins plain, so that lists never queue behind writers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    CursorResult,
    Dialect,
    Engine,
    Executable,
    Row,
    String,
    Table,
    Text,
    event,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, aliased
from sqlalchemy.sql import func

from app.domain import clock
from app.domain.errors import Busy
from app.store import prepared, turns
from app.store.busy import is_busy
from app.store.connections import POSTGRESQL
from app.store.moments import UtcDateTime

Model = TypeVar("Model")
READ_ONLY = "throughcare_read_only"
CONNECTION = "throughcare_connection"
BEGUN = "throughcare_begun"
REHEARSED = "throughcare_rehearsed"


class Base(DeclarativeBase):
    """Every table. JSON is kept as text: the engine's state loses its data when keys are reordered."""

    type_annotation_map = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
        str: String(),
    }


LongText = Text()


class JoiningSession(FlaskSession):
    """A session that works on the connection of the block it is used in, and controls its transaction.

    It joins when it is asked for something. A step whose statements are all Core's never asks it, and is spared what
    a session does around a transaction.
    """

    def get_bind(self, *args: Any, **named: Any) -> Engine | Connection:
        return self.info.get(CONNECTION) or super().get_bind(*args, **named)

    def close(self) -> None:
        """Let go of everything. One that was never asked for anything has nothing to go through."""
        if self.in_transaction() or self.identity_map or self.new:
            super().close()


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={
        "class_": JoiningSession,
        "expire_on_commit": False,
        "autoflush": False,
        "join_transaction_mode": "control_fully",
    },
)


def init(app: Flask) -> None:
    """Bind the database to the app; `SQLALCHEMY_DATABASE_URI` is set by then."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    options: dict[str, Any] = dict(app.config.get("SQLALCHEMY_ENGINE_OPTIONS") or {})
    if url.startswith("postgresql"):
        options.setdefault("connect_args", POSTGRESQL)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        if connection.get_execution_options().get(READ_ONLY, False):
            connection.exec_driver_sql("BEGIN")
        else:
            turns.begin_writing(connection)


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case, one transaction: committed at the end of the block, undone when it raises.

    Raises Busy when the database is locked or away; nothing has been written then.
    """
    session = db.session()
    _undo(session)
    try:
        with _connection_for(session) as connection:
            begun = None if connection.in_transaction() else connection.begin()
            session.info |= {CONNECTION: connection, BEGUN: begun}
            try:
                with _standing_clock(connection):
                    yield session
                if session.in_transaction():
                    session.commit()  # what it holds is written; the transaction that it has joined ends with it
                if begun is not None and begun.is_active:
                    begun.commit()
            except BaseException:
                _undo(session)
                raise
    except OperationalError as error:
        if is_busy(error):
            raise Busy("The database is busy. Nothing was changed. Try again in a moment.") from error
        raise
    finally:
        session.info.pop(CONNECTION, None)
        session.info.pop(BEGUN, None)


def _connection_for(session: Session) -> AbstractContextManager[Connection]:
    """One of the pool for this block, or where it is rehearsed the one with the savepoint (`app.store.rehearsing`)."""
    if REHEARSED in session.info:
        return nullcontext(session.connection())
    return db.engine.connect()


def _undo(session: Session) -> None:
    """Roll back. A server that dies does so before it is told to: its connection is given up then, not an error made
    of it that would hide why there was something to undo."""
    begun = session.info.pop(BEGUN, None)
    session.info.pop(CONNECTION, None)
    try:
        if session.in_transaction():
            session.rollback()
        if begun is not None and begun.is_active:
            begun.rollback()
    except OperationalError:
        session.invalidate()
        if begun is not None:
            begun.connection.invalidate()


@contextmanager
def _standing_clock(connection: Connection) -> Iterator[None]:
    """Where time is simulated, the database is told what it is: it notes when rows changed (`app.store.kept`)."""
    if clock.is_system_clock():
        yield
    elif connection.dialect.name == "sqlite":
        at = clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.exec_driver_sql("INSERT INTO standing_clock (at) VALUES (?)", (at,))
        yield
        if connection.in_transaction():  # whoever has ended the transaction within has taken the row with it
            connection.exec_driver_sql("DELETE FROM standing_clock")
    else:
        at = clock.now().isoformat()
        connection.exec_driver_sql("SELECT set_config('throughcare.now', %s, true)", (at,))
        yield


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that only reads; it never waits for a writer and never writes."""
    session = db.session()
    _undo(session)
    try:
        session.info[CONNECTION] = session.connection(execution_options=_as_reader(session))
        yield session
    except OperationalError as error:
        if is_busy(error):
            raise Busy("The database is busy. Try again in a moment.") from error
        raise
    finally:
        session.info.pop(CONNECTION, None)
        _undo(session)


def glance(statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """The rows that one Core statement reads (a constant of its module), without a session around it.

    Every request begins with one, and the session with its transaction cost more than the statement. Raises Busy.
    """
    engine = db.engine
    seen = prepared.glance(engine, statement, parameters)
    if seen is not None:
        return seen
    try:
        with engine.connect().execution_options(**_reader(engine.dialect)) as connection:
            found = prepared.run(connection, statement, parameters)
            return cast("CursorResult[Any]", found).all()
    except OperationalError as error:
        if is_busy(error):
            raise Busy("The database is busy. Try again in a moment.") from error
        raise


def _as_reader(session: Session) -> dict[str, Any]:
    if REHEARSED in session.info:
        return {}  # it reads what has been written within (`app.store.rehearsing`)
    return _reader(session.get_bind().dialect)


def _reader(dialect: Dialect) -> dict[str, Any]:
    """How a connection is told that it only reads.

    PostgreSQL gives each statement of a transaction a snapshot of its own anyhow (READ COMMITTED). Without one it
    is spared BEGIN and ROLLBACK, and the driver keeps its prepared statements, which a rollback throws away.
    """
    return {"isolation_level": "AUTOCOMMIT"} if dialect.name == "postgresql" else {READ_ONLY: True}


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part of a transaction that is undone alone when it raises."""
    with session.begin_nested():
        session.connection()  # the savepoint is set only when the session is asked for its connection
        yield


@cache
def known_as(model: type[Model], name: str) -> type[Model]:
    """A model under another name in a statement, as where a person is the author of something and another its reader.

    Each name is made once: to make one, and its columns anew, takes longer than the database takes for the answer.
    """
    return aliased(model, name=name)


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that are built once."""
    return cast("Table", model.__table__)


def execute(
    session: Session,
    statement: Executable,
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
) -> CursorResult[Any]:
    """Execute a Core statement on the session's connection.

    The way that every step takes uses statements that are built once, as constants with `bindparam`: building them
    anew, and the session's own layer, cost several times what the database does.
    """
    return cast("CursorResult[Any]", prepared.run(_connection_of(session), statement, parameters))


def rows_changed(session: Session, statement: Executable) -> int:
    """How many rows an UPDATE or a DELETE has changed."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def ask(session: Session, *asked: tuple[Executable, Mapping[str, Any]]) -> list[CursorResult[Any]]:
    """The answers to several Core statements, each with its values, for one journey: see `app.store.prepared.ask`."""
    return cast("list[CursorResult[Any]]", prepared.ask(_connection_of(session), asked))


def together(session: Session) -> AbstractContextManager[None]:
    """A block of `execute`s that do not wait for each other's answers: see `app.store.prepared.together`."""
    return prepared.together(_connection_of(session))


def _connection_of(session: Session) -> Connection:
    return session.info.get(CONNECTION) or session.connection()


def is_postgresql(session: Session) -> bool:
    """Whether rows can be locked one by one; SQLite's writer holds the whole database instead."""
    return session.get_bind().dialect.name == "postgresql"


def arbiter_now(session: Session) -> datetime:
    """The moment by which timers are due: the database server's clock where there is one, so that the
    clocks of several hosts cannot disagree; the simulated clock when one is in use."""
    if clock.is_system_clock() and is_postgresql(session):
        moment = session.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC) if isinstance(moment, datetime) else clock.now()
    return clock.now()


def ping() -> None:
    """Raises Busy or OperationalError unless the database answers."""
    with reading() as session:
        session.execute(text("SELECT 1"))
