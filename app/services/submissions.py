"""The same form sent twice (a double click, a reload, twenty at once) is taken once and answered alike."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import Busy
from app.store.db import execute, table_of
from app.store.instances import Submission

_SUBMISSIONS = table_of(Submission)
_EARLIER = select(_SUBMISSIONS.c.result).where(
    _SUBMISSIONS.c.authority_id == bindparam("of_authority"), _SUBMISSIONS.c.token == bindparam("of_token")
)
_REMEMBER = insert(_SUBMISSIONS)


def earlier_result(session: Session, authority_id: str, token: str | None) -> str | None:
    """What the form led to when it was sent before; None when it is new."""
    if not token:
        return None
    found = execute(session, _EARLIER, {"of_authority": authority_id, "of_token": token}).scalar()
    return str(found) if found is not None else None


def remember(
    session: Session, authority_id: str, token: str | None, person_id: str | None, result: str
) -> None:
    """Keep what the form led to, in the transaction that does it. Raises Busy when a twin is being taken now."""
    if not token:
        return
    try:
        execute(
            session,
            _REMEMBER,
            {
                "authority_id": authority_id,
                "token": token,
                "person_id": person_id,
                "result": result,
                "at": now(),
            },
        )
    except IntegrityError as error:
        raise Busy("This form is being taken in already. Look again in a moment.") from error
