"""Whoever operates the service reads what is wrong with the database in a sentence: not there, not ours, too old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from app.domain.errors import BadInput, Busy
from app.store import schema

MOST_SAID = 300


@contextmanager
def told_in_words() -> Iterator[None]:
    """The block uses the database of the current app. Raises BadInput where that cannot be used as it is.

    An error that is none of the database's own making (a wrong statement on the right schema) goes on as it is.
    """
    try:
        yield
    except Busy as error:
        if isinstance(error.__cause__, OperationalError) and "unable to open" in str(error.__cause__.orig):
            raise BadInput(_cannot_be_used(error.__cause__)) from error
        raise
    except DBAPIError as error:
        wrong = schema_problem() or (_cannot_be_used(error) if _is_its_own(error) else None)
        if wrong is None:
            raise
        raise BadInput(wrong) from error


def schema_problem() -> str | None:
    """What is wrong with the schema of the database, and what to do; None when it is right or nobody can say."""
    try:
        found, needed = schema.current_version(), schema.newest_version()
    except DBAPIError:
        return None
    if found == needed:
        return None
    if found is None:
        return "The database has no tables yet. Run “throughcare db upgrade” first."
    return (
        f"The schema of the database is at {found}, and this release needs {needed}. "
        "Run “throughcare db upgrade” of the newer of the two."
    )


def _is_its_own(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError) or "not a database" in str(error.orig)


def _cannot_be_used(error: DBAPIError) -> str:
    return f"The database cannot be used: {' '.join(str(error.orig).split())[:MOST_SAID]}"
