"""The same form sent twice (a double click, a reload, twenty at once) is taken once and answered alike."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import Busy
from app.store.instances import Submission


def earlier_result(session: Session, authority_id: str, token: str | None) -> str | None:
    """What the form led to when it was sent before; None when it is new."""
    if not token:
        return None
    return session.scalar(
        select(Submission.result).where(Submission.authority_id == authority_id, Submission.token == token)
    )


def remember(
    session: Session, authority_id: str, token: str | None, person_id: str | None, result: str
) -> None:
    """Keep what the form led to, in the transaction that does it. Raises Busy when a twin is being taken now."""
    if not token:
        return
    try:
        session.execute(
            insert(Submission).values(
                authority_id=authority_id, token=token, person_id=person_id, result=result, at=now()
            )
        )
    except IntegrityError as error:
        raise Busy("This form is being taken in already. Look again in a moment.") from error
