"""Sessions: where somebody is signed in, and ending that from anywhere.

A session is a row. The cookie holds the only copy of its token; the database keeps the hash. It ends half an hour
after it was last used, and twelve hours after it began, whichever is sooner.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.devices import device_words
from app.domain.errors import NotFound, NotSignedIn
from app.domain.ids import new_id
from app.store import people
from app.store.audit import Entry, note
from app.store.db import reading, rows_changed, table_of, transaction
from app.store.people import LoginSession, Person

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
ENDED = "Your session has ended. Sign in again."
WAYS = {"password": "password", "code": "password and code", "work_account": "work account"}
"""How somebody can have proved who they are, as a list says it."""
LONGEST_ADDRESS = 64


@dataclass(frozen=True)
class Place:
    """Where a sign-in comes from: what the browser calls itself, and the network address."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token for the cookie, and whose it is."""

    token: str
    viewer: Viewer


@dataclass(frozen=True)
class SessionRow:
    """A session in a list. `is_this` is the one that the list is read with."""

    id: str
    device: str
    address: str
    way: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def viewer_for(token: str) -> Viewer:
    """Whom a session belongs to, in one query. Raises NotSignedIn when it has ended, or the account is closed.

    Using a session keeps it alive; that is written at most once a minute.
    """
    authority_id, token_hash = parts_of(token)
    moment = now()
    found = people.signed_in(
        authority_id, token_hash, created_after=moment - ABSOLUTE, seen_after=moment - IDLE
    )
    if found is None:
        raise NotSignedIn(ENDED)
    viewer, seen_at = found
    if moment - seen_at >= SEEN_EVERY:
        with transaction() as session:
            session.execute(
                update(LoginSession)
                .where(LoginSession.authority_id == authority_id, LoginSession.token_hash == token_hash)
                .values(seen_at=moment)
            )
    return viewer


def begin(
    session: Session,
    viewer: Viewer,
    *,
    way: str,
    place: Place,
    replaces: str | None = None,
    id_token: str | None = None,
) -> SignedIn:
    """A fresh session in the place of the one with token `replaces`, in the audit as `signed_in`.

    The token starts with the authority, so that the session is found among those of one tenant.
    """
    if replaces:
        end(session, replaces)
    token = f"{viewer.authority_id}.{secrets.token_urlsafe(32)}"
    authority_id, token_hash = parts_of(token)
    session.execute(
        insert(table_of(LoginSession)).values(
            authority_id=authority_id,
            token_hash=token_hash,
            id=new_id(),
            person_id=viewer.person_id,
            way=way,
            device=device_words(place.user_agent),
            address=place.address[:LONGEST_ADDRESS],
            id_token=id_token,
            created_at=now(),
            seen_at=now(),
        )
    )
    entry = Entry(
        kind="signed_in", person_id=viewer.person_id, facts={"person": viewer.person_id, "way": way}
    )
    note(session, entry, authority_id=authority_id, stream=f"person:{viewer.person_id}")
    return SignedIn(token, viewer)


def sign_out(token: str) -> str | None:
    """End a session; one that has ended already stays ended. The token of its work account, if it had one."""
    authority_id, token_hash = parts_of(token)
    with transaction() as session:
        id_token = session.scalar(
            select(LoginSession.id_token).where(
                LoginSession.authority_id == authority_id, LoginSession.token_hash == token_hash
            )
        )
        end(session, token)
    return id_token


def end(session: Session, token: str) -> None:
    """End the session with this token, within somebody else's transaction."""
    authority_id, token_hash = parts_of(token)
    session.execute(
        delete(LoginSession).where(
            LoginSession.authority_id == authority_id, LoginSession.token_hash == token_hash
        )
    )


def end_all(session: Session, authority_id: str, person_id: str, *, but: str | None = None) -> int:
    """End every session of a person, except the one with token `but`; how many there were."""
    query = delete(LoginSession).where(
        LoginSession.authority_id == authority_id, LoginSession.person_id == person_id
    )
    if but:
        query = query.where(LoginSession.token_hash != parts_of(but)[1])
    return rows_changed(session, query)


def listed(viewer: Viewer, person_id: str, *, token: str | None = None) -> list[SessionRow]:
    """Where a person is signed in, the last used first; their own to see, and an administrator's.

    Raises NotFound. `token` is that of the session which asks.
    """
    _may_look_after(viewer, person_id)
    own_hash = parts_of(token)[1] if token else None
    moment = now()
    with reading() as session:
        rows = session.scalars(
            select(LoginSession)
            .where(
                LoginSession.authority_id == viewer.authority_id,
                LoginSession.person_id == person_id,
                LoginSession.created_at > moment - ABSOLUTE,
                LoginSession.seen_at > moment - IDLE,
            )
            .order_by(LoginSession.seen_at.desc(), LoginSession.id)
        ).all()
    return [
        SessionRow(
            id=row.id,
            device=row.device,
            address=row.address,
            way=WAYS[row.way],
            began_at=row.created_at,
            seen_at=row.seen_at,
            is_this=row.token_hash == own_hash,
        )
        for row in rows
    ]


def revoke(viewer: Viewer, person_id: str, session_id: str) -> None:
    """End one session of a person. One that has ended already stays ended. Raises NotFound."""
    _may_look_after(viewer, person_id)
    with transaction() as session:
        ended = rows_changed(
            session,
            delete(LoginSession).where(
                LoginSession.authority_id == viewer.authority_id,
                LoginSession.person_id == person_id,
                LoginSession.id == session_id,
            ),
        )
        if ended:
            _note_ended(session, viewer, person_id, ended)


def revoke_all(viewer: Viewer, person_id: str, *, but: str | None = None) -> int:
    """End every session of a person, except the one with token `but`; how many there were. Raises NotFound."""
    _may_look_after(viewer, person_id)
    with transaction() as session:
        ended = end_all(session, viewer.authority_id, person_id, but=but)
        if ended:
            _note_ended(session, viewer, person_id, ended)
    return ended


def name_of(viewer: Viewer, person_id: str) -> str:
    """Whose sessions they are. Raises NotFound."""
    _may_look_after(viewer, person_id)
    with reading() as session:
        return people.name_of(session, viewer.authority_id, person_id) or ""


def forget_ended(session: Session) -> None:
    """Housekeeping: sessions that are over are deleted."""
    moment = now()
    is_over = or_(LoginSession.seen_at <= moment - IDLE, LoginSession.created_at <= moment - ABSOLUTE)
    session.execute(delete(LoginSession).where(is_over))


def parts_of(token: str) -> tuple[str, str]:
    """The authority that a token starts with, and the hash that is kept of it."""
    authority_id, _, _ = token.partition(".")
    return authority_id, hashlib.sha256(token.encode()).hexdigest()


def _may_look_after(viewer: Viewer, person_id: str) -> None:
    if person_id == viewer.person_id:
        return
    require(viewer, "manage_people", AuthorityThing(viewer.authority_id))
    with reading() as session:
        if session.get(Person, (viewer.authority_id, person_id)) is None:
            raise NotFound()


def _note_ended(session: Session, viewer: Viewer, person_id: str, number: int) -> None:
    facts = {"person": person_id, "sessions": number}
    entry = Entry(kind="sessions_ended", person_id=viewer.person_id, facts=facts)
    note(session, entry, authority_id=viewer.authority_id, stream=f"person:{person_id}")
