"""Accounts: who may sign in, and signing in with a user name and a password.

What happens afterwards is in app.services.sessions; work accounts come in by app.services.identities.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound, NotSignedIn
from app.domain.ids import new_id
from app.domain.viewer import GUEST_ROLE
from app.services import passwords, reference, second_factors, sessions, sign_in_flows
from app.services.sessions import Place, SignedIn
from app.store import people
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.people import Person, PersonRole, PersonTeam, SignInName

WRONG = "The user name or the password is not right. Check both and try again."
OPERATOR = ("command line", "The command line")
"""Id and name of whoever does something at the command line under no name of their own."""


@dataclass(frozen=True)
class HalfWay:
    """The password was right, and that is not enough: what is asked next (`sign_in_flows`), and the token for it."""

    waits_for: str
    token: str


def sign_in(
    username: str,
    password: str,
    *,
    place: Place,
    replaces: str | None = None,
    needs_second_factor: bool = False,
    target: str = "",
    kept: str = "",
) -> SignedIn | HalfWay:
    """A new session for the person with this name and password; the one with token `replaces` ends.

    Whoever has a second factor is half way in only, and so is everybody where `needs_second_factor`: `target` and
    `kept` wait until they are in. Raises NotSignedIn, in the same words and the same time whether the name, the
    password or the account is the reason; TooManyTries when there have been too many. The hash is compared outside
    any transaction, because it takes long on purpose and would hold up every writer.
    """
    name = _folded(username)
    with transaction() as session:
        own_tries = passwords.note_try(session, name, place.address)
        person = people.account(session, name)
    is_right = passwords.matches(person.password_hash if person else None, password)
    if person is None or not is_right or person.disabled_at is not None:
        raise NotSignedIn(WRONG)
    renewed = _renewed_hash(person, password)
    with transaction() as session:
        passwords.forget_tries(session, name, place.address, own_tries)
        if renewed:
            _change(session, person, password_hash=renewed)
        whose = (person.authority_id, person.id)
        has_one = second_factors.is_on(session, *whose)
        if has_one or needs_second_factor:
            waits_for = sign_in_flows.CODE if has_one else sign_in_flows.SET_UP
            if not has_one:
                second_factors.make(session, whose)
            token = sign_in_flows.begin(session, waits_for, whose=whose, target=target, kept=kept)
            return HalfWay(waits_for, token)
        viewer = viewer_in(session, *whose)
        return sessions.begin(session, viewer, way="password", place=place, replaces=replaces)


def viewer_of(authority_id: str, person_id: str) -> Viewer:
    """A person as the permission table sees them, without a session (command line, tokens, tests).

    Raises NotFound when there is no such person or the account is closed.
    """
    with reading() as session:
        return viewer_in(session, authority_id, person_id)


def viewer_in(session: Session, authority_id: str, person_id: str) -> Viewer:
    """The same as `viewer_of`, within a transaction. Raises NotFound."""
    found = people.viewers(session, authority_id, [person_id])
    if not found:
        raise NotFound()
    return found[0]


def viewer_named(username: str) -> Viewer:
    """The person with this user name. Raises NotFound when there is none or the account is closed."""
    with reading() as session:
        person = _account(session, username)
        return viewer_in(session, person.authority_id, person.id)


def operators() -> list[Viewer]:
    """Whoever works at the command line, in each authority: an administrator without an account."""
    with reading() as session:
        found = session.execute(select(people.Authority.id, people.Authority.profile)).all()
    return [
        Viewer(OPERATOR[0], row.id, OPERATOR[1], is_admin=True, profile=row.profile, is_operator=True)
        for row in found
    ]


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

    Raises BadInput when the user name is taken or unusable, the password is refused, or the authority, a role or a
    team is unknown.
    """
    refuse_unknown_roles(roles := set(roles))
    folded = _folded(username)
    if not folded or any(character.isspace() for character in folded) or not name.strip():
        raise BadInput("Enter a name, and a user name without spaces.", {"username": ["Enter a user name."]})
    kept = passwords.make_hash(password, folded) if password is not None else None
    person = Person(
        authority_id=authority_id,
        id=new_id(),
        username=folded,
        email=None,
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


def refuse_unknown_roles(roles: Iterable[str]) -> None:
    """Raises BadInput for a key that is no role's: nothing would ever be the person's to do, and nobody knew why."""
    known = {*reference.roles().by_key, GUEST_ROLE}
    for role in sorted(set(roles) - known):
        sentence = f"“{role}” is not a role; the roles are {', '.join(sorted(known))}."
        raise BadInput(sentence, {"role": [sentence]})


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


def disable_person(username: str, *, by: str | None = None) -> None:
    """Close an account; all its sessions end at once. Raises NotFound."""
    with transaction() as session:
        person = _account(session, username)
        _change(session, person, disabled_at=now())
        _end_all(session, person)
        _note(session, person, "person_disabled", by)


def forget_what_is_over() -> None:
    """Housekeeping: sessions that have ended, sign-ins that were left and tries that no longer count are deleted."""
    with transaction() as session:
        sessions.forget_ended(session)
        sign_in_flows.forget_old(session)
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


def _end_all(session: Session, person: Person) -> None:
    sessions.end_all(session, person.authority_id, person.id)
    sign_in_flows.forget_of(session, person.authority_id, person.id)


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
