"""Tokens of the API: made by an administrator or at the command line, shown once, kept as a hash, ended at any time.

A token acts as its person, with that person's rights as they are at the moment of the request, narrowed by its
scopes. It starts with the authority, so that it is looked for among those of one tenant.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound, NotSignedIn
from app.domain.ids import new_id
from app.domain.scopes import read_scopes
from app.store import people
from app.store.api import ApiToken
from app.store.audit import Entry, note
from app.store.db import reading, transaction

PREFIX = "tc_"
LONGEST_DAYS = 730
USED_EVERY = timedelta(minutes=1)
REFUSED = "This token is not known, has expired or has been revoked."
_FORM = re.compile(rf"{PREFIX}([a-z0-9_-]{{1,64}})\.[A-Za-z0-9_-]{{20,64}}")


_QUERY = (
    select(ApiToken, people.Person.username)
    .join(
        people.Person,
        (people.Person.authority_id == ApiToken.authority_id) & (people.Person.id == ApiToken.person_id),
    )
    .order_by(ApiToken.id.desc())
)


@dataclass(frozen=True)
class Bearer:
    """Whoever a token speaks for, and what it may be used for."""

    viewer: Viewer
    token_id: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class TokenRow:
    """A token as a list shows it; never the token itself."""

    id: str
    name: str
    username: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        """active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if self.expires_at > now() else "expired"


def create(username: str, scopes: Iterable[str], *, name: str, days: int, by: str | None = None) -> str:
    """A new token for the person with this user name, good for so many days; it cannot be read again later.

    Raises NotFound (no such account, or it is closed), BadInput (scopes, days, name).
    """
    return _made(username, scopes, name=name, days=days, by=by, within=None)


def create_here(viewer: Viewer, username: str, scopes: Iterable[str], *, name: str, days: int) -> str:
    """The same by an administrator, for an account of their own authority. Raises NotFound, BadInput."""
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    try:
        return _made(username, scopes, name=name, days=days, by=viewer.person_id, within=viewer.authority_id)
    except NotFound as error:
        sentence = str(error) or "There is no such account."
        raise BadInput("The token cannot be made like this.", {"username": [sentence]}) from error


def _made(
    username: str, scopes: Iterable[str], *, name: str, days: int, by: str | None, within: str | None
) -> str:
    granted = read_scopes(scopes)
    if not 1 <= days <= LONGEST_DAYS:
        sentence = f"A token is good for 1 to {LONGEST_DAYS} days."
        raise BadInput(sentence, {"days": [sentence]})
    if not name.strip():
        raise BadInput("Say what the token is for.", {"name": ["Say what the token is for"]})
    with transaction() as session:
        person = people.account(session, username.strip().casefold())
        if person is None or person.disabled_at is not None or within not in {None, person.authority_id}:
            raise NotFound(f"There is no open account with the user name “{username}”.")
        token = f"{PREFIX}{person.authority_id}.{secrets.token_urlsafe(32)}"
        token_id = new_id()
        session.execute(
            insert(ApiToken).values(
                authority_id=person.authority_id,
                token_hash=_hash(token),
                id=token_id,
                person_id=person.id,
                name=name.strip(),
                scopes=granted,
                created_at=now(),
                created_by=by,
                expires_at=now() + timedelta(days=days),
            )
        )
        facts = {"person": person.id, "token": token_id, "name": name.strip(), "scopes": granted}
        entry = Entry(kind="token_created", person_id=by, facts=facts)
        note(session, entry, authority_id=person.authority_id, stream=f"person:{person.id}")
    return token


def revoke(token_id: str, *, by: str | None = None) -> TokenRow:
    """End a token at once. Raises NotFound. One that has ended already stays as it was."""
    return _revoked([ApiToken.id == token_id], token_id, by)


def revoke_here(viewer: Viewer, token_id: str) -> TokenRow:
    """The same by an administrator, for a token of their own authority. Raises NotFound."""
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    here = [ApiToken.authority_id == viewer.authority_id, ApiToken.id == token_id]
    return _revoked(here, token_id, viewer.person_id)


def _revoked(which: list[ColumnElement[bool]], token_id: str, by: str | None) -> TokenRow:
    with transaction() as session:
        found = session.execute(_QUERY.where(*which)).first()
        if found is None:
            raise NotFound(f"There is no token with the id “{token_id}”.")
        token, username = found
        row = _row(token, username)
        if row.revoked_at is not None:
            return row
        session.execute(
            update(ApiToken)
            .where(ApiToken.authority_id == token.authority_id, ApiToken.id == token_id)
            .values(revoked_at=now())
            .execution_options(synchronize_session=False)
        )
        facts = {"person": token.person_id, "token": token_id, "name": token.name}
        entry = Entry(kind="token_revoked", person_id=by, facts=facts)
        note(session, entry, authority_id=token.authority_id, stream=f"person:{token.person_id}")
    return row


def listed(username: str | None = None) -> list[TokenRow]:
    """Every token (of one person, where a user name is given), the newest first."""
    which = [] if username is None else [people.Person.username == username.strip().casefold()]
    with reading() as session:
        return [_row(token, name) for token, name in session.execute(_QUERY.where(*which))]


def of_authority(viewer: Viewer) -> list[TokenRow]:
    """Every token of the viewer's authority, the newest first. Raises NotFound."""
    require(viewer, "connect_systems", AuthorityThing(viewer.authority_id))
    with reading() as session:
        here = ApiToken.authority_id == viewer.authority_id
        return [_row(token, name) for token, name in session.execute(_QUERY.where(here))]


def bearer(token: str) -> Bearer:
    """Whom a token speaks for. Raises NotSignedIn, in the same words whatever is wrong with it.

    That it was used is written at most once a minute.
    """
    fits = _FORM.fullmatch(token)
    if fits is None:
        raise NotSignedIn(REFUSED)
    authority_id, moment = fits[1], now()
    with reading() as session:
        found = session.execute(
            select(ApiToken.id, ApiToken.person_id, ApiToken.scopes, ApiToken.used_at).where(
                ApiToken.authority_id == authority_id,
                ApiToken.token_hash == _hash(token),
                ApiToken.expires_at > moment,
                ApiToken.revoked_at.is_(None),
            )
        ).first()
        viewers = people.viewers(session, authority_id, [found.person_id]) if found else []
    if found is None or not viewers:
        raise NotSignedIn(REFUSED)
    if found.used_at is None or moment - found.used_at >= USED_EVERY:
        with transaction() as session:
            _note_use(session, authority_id, found.id)
    return Bearer(viewers[0], found.id, frozenset(found.scopes))


def _note_use(session: Session, authority_id: str, token_id: str) -> None:
    session.execute(
        update(ApiToken)
        .where(ApiToken.authority_id == authority_id, ApiToken.id == token_id)
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _row(token: ApiToken, username: str) -> TokenRow:
    return TokenRow(
        token.id, token.name, username, tuple(token.scopes), token.created_at, token.expires_at, token.used_at,
        token.revoked_at,
    )  # fmt: skip
