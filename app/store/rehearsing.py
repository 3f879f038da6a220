"""Doing something in earnest and undoing all of it: what is seen within is what would come of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain.errors import Busy
from app.store.busy import is_busy
from app.store.db import REHEARSED, db


@contextmanager
def rehearsing() -> Iterator[Session]:
    """Use cases within write and commit as they do, to savepoints of one transaction that is rolled back at the end.

    Nothing of it is ever seen by anybody else. Raises Busy when the database is locked or away.
    """
    own = db.session()
    own.rollback()
    try:
        with db.engine.connect() as connection, connection.begin() as whole:
            session = Session(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
            )
            session.info[REHEARSED] = True
            db.session.registry.set(cast("Any", session))
            try:
                yield session
            finally:
                session.close()
                db.session.registry.set(own)
                whole.rollback()
    except OperationalError as error:
        if is_busy(error):
            raise Busy("The database is busy. Try again in a moment.") from error
        raise
