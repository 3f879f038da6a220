"""A sign-in on its way: at the provider of work accounts, or between password and code.

What has to be known at its end is a row, for a quarter of an hour. The cookie holds the only copy of its token, so
that nobody else's browser can finish it; it is used once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import NotSignedIn
from app.store.db import reading, rows_changed, transaction
from app.store.sign_ins import SignInFlow

LASTS = timedelta(minutes=15)
TOO_LATE = "This sign-in took too long, or was begun in another window. Start again."
WORK_ACCOUNT, CODE, SET_UP, AFTER = "work_account", "code", "set_up", "after"
"""What a sign-in waits for: the provider, a code, a second factor to be set up, or a last look at something new."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that waits for something. `authority_id` and `person_id` are known once a password was right."""

    purpose: str
    authority_id: str
    person_id: str
    target: str
    kept: str
    facts: Mapping[str, Any]


def begin(
    session: Session,
    purpose: str,
    *,
    token: str | None = None,
    whose: tuple[str, str] | None = None,
    target: str = "",
    kept: str = "",
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Remember a sign-in within somebody else's transaction; its token, which is made unless one is given.

    `whose` are the ids of the authority and the person.
    """
    token = token or secrets.token_urlsafe(32)
    authority_id, person_id = whose or (None, None)
    session.execute(
        insert(SignInFlow).values(
            token_hash=_hash(token),
            purpose=purpose,
            authority_id=authority_id,
            person_id=person_id,
            target=target,
            kept=kept,
            facts=dict(facts or {}),
            begun_at=now(),
        )
    )
    return token


def begun(purpose: str, *, token: str, target: str, kept: str, facts: Mapping[str, Any]) -> None:
    """Remember a sign-in of somebody who is not known yet."""
    with transaction() as session:
        begin(session, purpose, token=token, target=target, kept=kept, facts=facts)


def look(token: str | None, *purposes: str) -> Begun:
    """The sign-in with this token that waits for one of `purposes`. Raises NotSignedIn when there is none."""
    with reading() as session:
        return _found(session, token, purposes)


def take(token: str | None, *purposes: str) -> Begun:
    """The same, and it is over: nobody gets it twice. Raises NotSignedIn."""
    with transaction() as session:
        return take_in(session, token, *purposes)


def take_in(session: Session, token: str | None, *purposes: str) -> Begun:
    """The same as `take`, within somebody else's transaction."""
    found = _found(session, token, purposes)
    gone = rows_changed(session, delete(SignInFlow).where(SignInFlow.token_hash == _hash(token or "")))
    if not gone:
        raise NotSignedIn(TOO_LATE)
    return found


def forget_old(session: Session) -> None:
    """Housekeeping: what nobody will finish is deleted."""
    session.execute(delete(SignInFlow).where(SignInFlow.begun_at <= now() - LASTS))


def forget_of(session: Session, authority_id: str, person_id: str) -> None:
    """A password has changed or an account was closed: what was begun before leads nowhere."""
    session.execute(
        delete(SignInFlow).where(SignInFlow.authority_id == authority_id, SignInFlow.person_id == person_id)
    )


def _found(session: Session, token: str | None, purposes: tuple[str, ...]) -> Begun:
    row = session.scalar(
        select(SignInFlow).where(
            SignInFlow.token_hash == _hash(token or ""),
            SignInFlow.purpose.in_(purposes),
            SignInFlow.begun_at > now() - LASTS,
        )
    )
    if row is None:
        raise NotSignedIn(TOO_LATE)
    return Begun(
        row.purpose, row.authority_id or "", row.person_id or "", row.target, row.kept, dict(row.facts)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
