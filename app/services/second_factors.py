"""The second factor of a local account: a code from an app on a telephone, new every half minute (RFC 6238).

Setting it up makes a secret that counts once a code of it was right, and ten recovery codes for when the telephone is
lost. How codes are checked is in app.services.second_codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, Conflict, NotFound
from app.services import passwords
from app.services.second_codes import Proof, Whose, keep, new_codes, prove, tell, tried_as, use
from app.store import people
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.people import Person
from app.store.sign_ins import RecoveryCode, SecondFactor

ISSUER = "Throughcare"


@dataclass(frozen=True)
class Factor:
    """Whether and since when somebody has a second factor, and how many recovery codes they have left.

    `is_local` is false for a work account, whose provider looks after that.
    """

    since_at: datetime | None
    codes_left: int
    is_local: bool


@dataclass(frozen=True)
class Enrolment:
    """What the app on the telephone has to be told: the secret, and the address that the picture holds."""

    secret: str
    uri: str

    @property
    def in_groups(self) -> str:
        """The secret as one types it."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


def is_on(session: Session, authority_id: str, person_id: str) -> bool:
    """Whether somebody has a second factor."""
    found = session.get(SecondFactor, (authority_id, person_id))
    return found is not None and found.confirmed_at is not None


def show(viewer: Viewer, person_id: str) -> Factor:
    """One's own second factor, or for an administrator anybody's. Raises NotFound."""
    if person_id != viewer.person_id:
        require(viewer, "manage_people", AuthorityThing(viewer.authority_id))
    with reading() as session:
        person = session.get(Person, (viewer.authority_id, person_id))
        if person is None:
            raise NotFound()
        factor = session.get(SecondFactor, (viewer.authority_id, person_id))
        left = session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.authority_id == viewer.authority_id, RecoveryCode.person_id == person_id)
        )
    since_at = factor.confirmed_at if factor else None
    return Factor(since_at, left or 0, is_local=person.password_hash is not None)


def begin(viewer: Viewer, password: str, *, address: str) -> None:
    """Make a secret for the viewer's telephone, which counts once a code of it was right.

    Raises BadInput when the password is not theirs, Conflict when they have a second factor already, TooManyTries.
    """
    whose = (viewer.authority_id, viewer.person_id)
    name = tried_as(whose)
    with transaction() as session:
        tries = passwords.note_try(session, name, address)
        person = session.get(Person, whose)
    if person is None or not passwords.matches(person.password_hash, password):
        raise BadInput(
            "The password is not right.", {"password": ["The password is not right. Check it and try again."]}
        )
    with transaction() as session:
        passwords.forget_tries(session, name, address, tries)
        if is_on(session, *whose):
            raise Conflict("You have a second factor already.")
        make(session, whose)


def enrolment(whose: Whose) -> Enrolment:
    """What the telephone has to be told. Raises Conflict when nothing is being set up."""
    with reading() as session:
        found = session.get(SecondFactor, whose)
        person = session.get(Person, whose)
    if found is None or person is None or found.confirmed_at is not None:
        raise Conflict("There is no second factor to set up.")
    return Enrolment(
        found.secret, pyotp.TOTP(found.secret).provisioning_uri(name=person.username, issuer_name=ISSUER)
    )


def is_begun(whose: Whose) -> bool:
    """Whether a secret waits for its first code."""
    with reading() as session:
        found = session.get(SecondFactor, whose)
        return found is not None and found.confirmed_at is None


def confirm_in(session: Session, whose: Whose, proof: Proof, hashes: list[str]) -> None:
    """The first code was right: from now on one is asked for. Raises Conflict when that is so already."""
    use(session, whose, proof)
    if is_on(session, *whose):
        raise Conflict("The second factor is set up already.")
    session.execute(
        update(SecondFactor)
        .where(SecondFactor.authority_id == whose[0], SecondFactor.person_id == whose[1])
        .values(confirmed_at=now())
        .execution_options(synchronize_session=False)
    )
    keep(session, whose, hashes)
    tell(session, whose, Entry(kind="second_factor_set_up", person_id=whose[1], facts={"person": whose[1]}))


def confirm(viewer: Viewer, code: str, *, address: str) -> list[str]:
    """Set up what `begin` has begun; the recovery codes, which nobody can read again. Raises NotSignedIn, Conflict."""
    whose = (viewer.authority_id, viewer.person_id)
    proof = prove(whose, code, address=address)
    codes, hashes = new_codes()
    with transaction() as session:
        confirm_in(session, whose, proof, hashes)
    return codes


def renew_codes(viewer: Viewer, code: str, *, address: str) -> list[str]:
    """Ten new recovery codes in the place of those before. Raises NotSignedIn when `code` is wrong."""
    whose = (viewer.authority_id, viewer.person_id)
    proof = prove(whose, code, address=address)
    codes, hashes = new_codes()
    with transaction() as session:
        use(session, whose, proof)
        keep(session, whose, hashes)
        entry = Entry(kind="recovery_codes_renewed", person_id=viewer.person_id, facts={"person": whose[1]})
        tell(session, whose, entry)
    return codes


def turn_off(viewer: Viewer, code: str, *, address: str) -> None:
    """Do without from now on. Raises NotSignedIn when `code` is wrong."""
    whose = (viewer.authority_id, viewer.person_id)
    proof = prove(whose, code, address=address)
    with transaction() as session:
        use(session, whose, proof)
        _remove(session, whose, by=viewer.person_id)


def forget(viewer: Viewer, person_id: str) -> None:
    """An administrator lets somebody who has lost telephone and codes set up a new one. Raises NotFound."""
    require(viewer, "manage_people", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        if session.get(Person, (viewer.authority_id, person_id)) is None:
            raise NotFound()
        _remove(session, (viewer.authority_id, person_id), by=viewer.person_id)


def forget_named(username: str) -> None:
    """The same from the command line, for the last administrator too. Raises NotFound."""
    with transaction() as session:
        person = people.account(session, username.strip().casefold())
        if person is None:
            raise NotFound(f"There is no account with the user name “{username}”.")
        _remove(session, (person.authority_id, person.id), by=None)


def make(session: Session, whose: Whose) -> None:
    """A new secret, within somebody else's transaction: what was shown of one before is worth nothing."""
    session.execute(
        delete(SecondFactor).where(SecondFactor.authority_id == whose[0], SecondFactor.person_id == whose[1])
    )
    session.execute(
        insert(SecondFactor).values(
            authority_id=whose[0],
            person_id=whose[1],
            secret=pyotp.random_base32(),
            last_step=0,
            created_at=now(),
            confirmed_at=None,
        )
    )


def _remove(session: Session, whose: Whose, *, by: str | None) -> None:
    for table in (SecondFactor, RecoveryCode):
        session.execute(delete(table).where(table.authority_id == whose[0], table.person_id == whose[1]))
    tell(session, whose, Entry(kind="second_factor_removed", person_id=by, facts={"person": whose[1]}))
