"""A pathway that this process has not read yet is read before the transaction that needs it, not within.

Reading and compiling a drawing takes the better part of a second, once for each process. Within a transaction nobody
else could write meanwhile on SQLite, and nobody on the same pathway on PostgreSQL. Which pathways a step needs is known
only within (who waits for a message, which version an instance runs on). So the first that is missing undoes the
transaction, is read, and the same is done again from its beginning; one that is there costs nothing.
"""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy.orm import Session

from app.domain.errors import Busy
from app.store.db import REHEARSED


class Unread(Busy):
    """A pathway has to be read first; nothing was written, and the same thing may be tried again."""

    def __init__(self, version_id: str) -> None:
        super().__init__("This pathway is being read. Nothing was changed. Try again in a moment.")
        self.version_id = version_id


asked_for: ContextVar[set[str] | None] = ContextVar("asked_for", default=None)
"""The versions that a use case has waited for already; None where none may be waited for."""


def wait_for(session: Session, version_id: str) -> None:
    """Raises Unread, once for each version, where the use case is done again after it has been read."""
    asked = asked_for.get()
    if asked is not None and version_id not in asked and _may_hold_others_up(session):
        asked.add(version_id)
        raise Unread(version_id)


def _may_hold_others_up(session: Session) -> bool:
    """Nobody waits for a rehearsal's writes, nor for a database in memory."""
    return REHEARSED not in session.info and session.get_bind().engine.url.database is not None
