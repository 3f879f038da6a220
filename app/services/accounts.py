"""Accounts: who may sign in, signing in, and staying signed in.

Sessions are rows, so that they can be ended from the server. The cookie holds the only copy of the token; the
database keeps its hash. A session ends half an hour after it was last used, and twelve hours after it began,
whichever is sooner.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound, NotSignedIn
from app.domain.ids import new_id
from app.services import passwords
from app.store import people
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.people import LoginSession, Person, PersonRole, PersonTeam, SignInName

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
WRONG = "The user name or the password is not right. Check both and try again."
OPERATOR = ("command line", "The command line")
"""Id and name of whoever does something at the command line under no name of their own."""
ENDED = "Your session has ended. Sign in again."


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token for the cookie, and whose it is."""

    token: str
    viewer: Viewer


def sign_in(username: str, password: str, *, address: str, replaces: str | None = None) -> SignedIn:
    """A new session for the person with this name and password; the one with token `replaces` ends.

    Raises NotSignedIn, in the same words and the same time whether the name, the password or the account is the
    reason; TooManyTries when there have been too many. The hash is compared outside any transaction, because it
    takes long on purpose and would hold up every writer.
    """
    name = _folded(username)
    with transaction() as session:
        own_tries = passwords.note_try(session, name, address)
        person = people.account(session, name)
    is_right = passwords.matches(person.password_hash if person else None, password)
    if person is None or not is_right or person.disabled_at is not None:
        raise NotSignedIn(WRONG)
    renewed = _renewed_hash(person, password)
    with transaction() as session:
        passwords.forget_tries(session, name, address, own_tries)
        if replaces:
            _end_session(session, replaces)
        if renewed:
            _change(session, person, password_hash=renewed)
        viewer = _open_viewer(session, person.authority_id, person.id)
        token = _begin_session(session, viewer)
        _note(session, person, "signed_in", viewer.person_id)
    return SignedIn(token, viewer)


def viewer_for(token: str) -> Viewer:
    """Whom a session belongs to, in one query. Raises NotSignedIn when it has ended, or the account is closed.

    Using a session keeps it alive; that is written at most once a minute.
    """
    authority_id, token_hash = _parts(token)
    moment = now()
    with reading() as session:
        found = people.signed_in(
            session, authority_id, token_hash, created_after=moment - ABSOLUTE, seen_after=moment - IDLE
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


def sign_out(token: str) -> None:
    """End a session. One that has ended already stays ended."""
    with transaction() as session:
        _end_session(session, token)


def viewer_of(authority_id: str, person_id: str) -> Viewer:
    """A person as the permission table sees them, without a session (command line, tokens, tests).

    Raises NotFound when there is no such person or the account is closed.
    """
    with reading() as session:
        return _open_viewer(session, authority_id, person_id)


def viewer_named(username: str) -> Viewer:
    """The person with this user name. Raises NotFound when there is none or the account is closed."""
    with reading() as session:
        person = _account(session, username)
        return _open_viewer(session, person.authority_id, person.id)


def operators() -> list[Viewer]:
    """Whoever works at the command line, in each authority: an administrator without an account."""
    with reading() as session:
        found = session.execute(select(people.Authority.id, people.Authority.profile)).all()
    return [Viewer(OPERATOR[0], row.id, OPERATOR[1], is_admin=True, profile=row.profile) for row in found]


def colleagues(viewer: Viewer) -> list[Viewer]:
    """Everybody in the viewer's authority whose account is open, by name."""
    with reading() as session:
        return people.viewers(session, viewer.authority_id)


def teams(viewer: Viewer) -> list[people.Team]:
    """The teams of the viewer's authority, by name."""
    with reading() as session:
        return people.teams(session, viewer.authority_id)


def add_person(
    authority_id: str,
    username: str,
    name: str,
    *,
    password: str | None = None,
    roles: Iterable[str] = (),
    team_ids: Iterable[str] = (),
    is_admin: bool = False,
    by: str | None = None,
) -> str:
    """Open an account; the person's id. Without a password they cannot sign in until one is set.

    Raises BadInput when the user name is taken or unusable, the password is refused, or the authority or a team
    is unknown.
    """
    folded = _folded(username)
    if not folded or any(character.isspace() for character in folded) or not name.strip():
        raise BadInput("Enter a name, and a user name without spaces.", {"username": ["Enter a user name."]})
    kept = passwords.make_hash(password, folded) if password is not None else None
    person = Person(
        authority_id=authority_id,
        id=new_id(),
        username=folded,
        name=name.strip(),
        password_hash=kept,
        is_admin=is_admin,
        created_at=now(),
        disabled_at=None,
    )
    try:
        with transaction() as session:
            write_person(session, person, roles, team_ids, by=by)
    except IntegrityError as error:
        sentence = f"“{folded}” is taken, or the authority or the team is unknown."
        raise BadInput(sentence, {"username": [sentence]}) from error
    return person.id


def write_person(
    session: Session, person: Person, roles: Iterable[str], team_ids: Iterable[str], *, by: str | None = None
) -> None:
    """Write a new account with its user name, roles and teams, within somebody else's transaction."""
    own = {"authority_id": person.authority_id, "person_id": person.id}
    session.add(person)
    session.flush()
    session.add(SignInName(username=person.username, **own))
    session.add_all(PersonRole(role=role, **own) for role in sorted(set(roles)))
    session.add_all(PersonTeam(team_id=team_id, **own) for team_id in sorted(set(team_ids)))
    session.flush()
    _note(session, person, "person_added", by)


def set_password(username: str, password: str, *, by: str | None = None) -> None:
    """Give a person a new password; all their sessions end. Raises NotFound, BadInput."""
    folded = _folded(username)
    kept = passwords.make_hash(password, folded)
    with transaction() as session:
        person = _account(session, folded)
        _change(session, person, password_hash=kept)
        _end_all(session, person)
        _note(session, person, "password_set", by)


def disable_person(username: str, *, by: str | None = None) -> None:
    """Close an account; all its sessions end at once. Raises NotFound."""
    with transaction() as session:
        person = _account(session, username)
        _change(session, person, disabled_at=now())
        _end_all(session, person)
        _note(session, person, "person_disabled", by)


def forget_what_is_over() -> None:
    """Housekeeping: sessions that have ended and tries that no longer count are deleted."""
    moment = now()
    with transaction() as session:
        is_over = or_(LoginSession.seen_at <= moment - IDLE, LoginSession.created_at <= moment - ABSOLUTE)
        session.execute(delete(LoginSession).where(is_over))
        passwords.forget_old_tries(session)


def _folded(username: str) -> str:
    return username.strip().casefold()


def _renewed_hash(person: Person, password: str) -> str | None:
    kept = person.password_hash
    return passwords.make_hash(password, person.username) if kept and passwords.is_outdated(kept) else None


def _account(session: Session, username: str) -> Person:
    person = people.account(session, _folded(username))
    if person is None:
        raise NotFound(f"There is no account with the user name “{username}”.")
    return person


def _open_viewer(session: Session, authority_id: str, person_id: str) -> Viewer:
    found = people.viewers(session, authority_id, [person_id])
    if not found:
        raise NotFound()
    return found[0]


def _begin_session(session: Session, viewer: Viewer) -> str:
    """A fresh token. It starts with the authority, so that the session is found among those of one tenant."""
    token = f"{viewer.authority_id}.{secrets.token_urlsafe(32)}"
    authority_id, token_hash = _parts(token)
    session.execute(
        insert(LoginSession).values(
            authority_id=authority_id,
            token_hash=token_hash,
            person_id=viewer.person_id,
            created_at=now(),
            seen_at=now(),
        )
    )
    return token


def _end_session(session: Session, token: str) -> None:
    authority_id, token_hash = _parts(token)
    session.execute(
        delete(LoginSession).where(
            LoginSession.authority_id == authority_id, LoginSession.token_hash == token_hash
        )
    )


def _end_all(session: Session, person: Person) -> None:
    session.execute(
        delete(LoginSession).where(
            LoginSession.authority_id == person.authority_id, LoginSession.person_id == person.id
        )
    )


def _parts(token: str) -> tuple[str, str]:
    authority_id, _, _ = token.partition(".")
    return authority_id, hashlib.sha256(token.encode()).hexdigest()


def _change(session: Session, person: Person, **values: object) -> None:
    session.execute(
        update(Person)
        .where(Person.authority_id == person.authority_id, Person.id == person.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _note(session: Session, person: Person, kind: str, by: str | None) -> None:
    entry = Entry(kind=kind, person_id=by, facts={"person": person.id})
    note(session, entry, authority_id=person.authority_id, stream=f"person:{person.id}")
