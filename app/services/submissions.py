"""The same form sent twice (a double click, a reload, twenty at once) is taken once and answered alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import Busy
from app.store.db import execute, is_postgresql, reading, table_of
from app.store.instances import Submission
from app.store.upsert import put

_SUBMISSIONS = table_of(Submission)
_EARLIER = select(_SUBMISSIONS.c.result).where(
    _SUBMISSIONS.c.authority_id == bindparam("of_authority"), _SUBMISSIONS.c.token == bindparam("of_token")
)
_REMEMBER = insert(_SUBMISSIONS)
_WAIT_FOR_TWIN = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("of_token"), 0)))
_DRAFT = "draft/"


def earlier_result(session: Session, authority_id: str, token: str | None) -> str | None:
    """What the form led to when it was sent before; None when it is new.

    A twin that is being taken in at this moment is waited for, so that all of them are answered alike.
    """
    if not token:
        return None
    if is_postgresql(session):  # SQLite lets one in at a time anyhow
        execute(session, _WAIT_FOR_TWIN, {"of_token": token})
    found = execute(session, _EARLIER, {"of_authority": authority_id, "of_token": token}).scalar()
    return str(found) if found is not None else None


def remember(
    session: Session, authority_id: str, token: str | None, person_id: str | None, result: str
) -> None:
    """Keep what the form led to, in the transaction that does it. Raises Busy when a twin is being taken now."""
    with one_of_twins():
        for statement, values in taken(authority_id, token, person_id, result):
            execute(session, statement, values)


def taken(
    authority_id: str, token: str | None, person_id: str | None, result: str
) -> tuple[tuple[Executable, dict[str, Any]], ...]:
    """What `remember` executes, for a step to write with its own rows within `one_of_twins`."""
    if not token:
        return ()
    row = {
        "authority_id": authority_id,
        "token": token,
        "person_id": person_id,
        "result": result,
        "at": now(),
    }
    return ((_REMEMBER, row),)


@contextmanager
def one_of_twins() -> Iterator[None]:
    """Raises Busy when what is written within finds the form of a twin remembered."""
    try:
        yield
    except IntegrityError as error:
        if _SUBMISSIONS.name not in str(error.orig):
            raise
        raise Busy("This form is being taken in already. Look again in a moment.") from error


def result_of(viewer: Viewer, token: str | None) -> str | None:
    """What a form of the viewer's authority led to; None when it has not been taken."""
    with reading() as session:
        return earlier_result(session, viewer.authority_id, token)


def note_draft(
    session: Session, authority_id: str, page: str | None, person_id: str | None, version: int
) -> None:
    """Keep which draft a page (by the token of its form) has saved last."""
    if page:
        row = {
            "authority_id": authority_id,
            "token": f"{_DRAFT}{page}",
            "person_id": person_id,
            "result": str(version),
            "at": now(),
        }
        put(session, _SUBMISSIONS, [row], replace=("result", "at"))


def draft_of(session: Session, authority_id: str, page: str | None) -> int | None:
    """The version of the draft that a page has saved last; None when it has saved none."""
    if not page:
        return None
    found = execute(session, _EARLIER, {"of_authority": authority_id, "of_token": f"{_DRAFT}{page}"}).scalar()
    return int(found) if found is not None else None
