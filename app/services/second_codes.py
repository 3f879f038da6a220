"""Codes that prove a second factor: of the app on a telephone (RFC 6238), or written down for when it is lost.

A code is taken once, and within half a minute of its time. A recovery code is taken once, and only its hash is kept.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import NotSignedIn
from app.services import passwords
from app.store.audit import Entry, note
from app.store.db import reading, rows_changed, transaction
from app.store.sign_ins import RecoveryCode, SecondFactor

SECONDS = 30
STEPS_BESIDE = 1
"""How many half minutes a telephone's clock may be off, either way."""
RECOVERY_CODES = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
HALF = 5
WRONG = "The code is not right. Wait for the next one in the app, then try again."
USED = "This code has been used already. Wait for the next one in the app."
Whose = tuple[str, str]
"""The ids of an authority and a person."""


@dataclass(frozen=True)
class Proof:
    """A right code, not yet used up: the half minute that it is of, or which recovery code it is."""

    name: str
    address: str
    tries: tuple[str, ...]
    step: int | None = None
    position: int | None = None


def prove(whose: Whose, typed: str, *, address: str) -> Proof:
    """The proof in a code of the app or a recovery code. Raises NotSignedIn when it is wrong, TooManyTries.

    Hashes are compared outside any transaction, as in `accounts.sign_in`.
    """
    code = "".join(character for character in typed.upper() if character.isascii() and character.isalnum())
    name = tried_as(whose)
    with transaction() as session:
        tries = tuple(passwords.note_try(session, name, address))
    with reading() as session:
        factor = session.get(SecondFactor, whose)
        kept = session.scalars(
            select(RecoveryCode).where(
                RecoveryCode.authority_id == whose[0], RecoveryCode.person_id == whose[1]
            )
        ).all()
    if factor is None:
        raise NotSignedIn(WRONG)
    if len(code) < 2 * HALF:
        step = _step_of(factor.secret, code)
        if step is not None:
            return Proof(name, address, tries, step=step)
    elif factor.confirmed_at is not None and len(code) == 2 * HALF:
        for one in kept:
            if passwords.matches(one.code_hash, code):
                return Proof(name, address, tries, position=one.position)
    with transaction() as session:
        tell(session, whose, Entry(kind="second_factor_refused", facts={"person": whose[1]}))
    raise NotSignedIn(WRONG)


def use(session: Session, whose: Whose, proof: Proof) -> None:
    """Use a proof up, within somebody else's transaction. Raises NotSignedIn when another was quicker."""
    passwords.forget_tries(session, proof.name, proof.address, list(proof.tries))
    if proof.step is not None:
        taken = rows_changed(
            session,
            update(SecondFactor)
            .where(
                SecondFactor.authority_id == whose[0],
                SecondFactor.person_id == whose[1],
                SecondFactor.last_step < proof.step,
            )
            .values(last_step=proof.step)
            .execution_options(synchronize_session=False),
        )
    else:
        taken = rows_changed(
            session,
            delete(RecoveryCode).where(
                RecoveryCode.authority_id == whose[0],
                RecoveryCode.person_id == whose[1],
                RecoveryCode.position == proof.position,
            ),
        )
        tell(session, whose, Entry(kind="recovery_code_used", person_id=whose[1], facts={"person": whose[1]}))
    if not taken:
        raise NotSignedIn(USED)


def new_codes() -> tuple[list[str], list[str]]:
    """Recovery codes as people write them down, and the hashes to keep. Takes a moment: outside a transaction."""
    plain = ["".join(secrets.choice(ALPHABET) for _ in range(2 * HALF)) for _ in range(RECOVERY_CODES)]
    return [f"{code[:HALF]}-{code[HALF:]}" for code in plain], [passwords.hash_of(code) for code in plain]


def keep(session: Session, whose: Whose, hashes: list[str]) -> None:
    """Keep the hashes of new recovery codes in the place of those before, within somebody else's transaction."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.authority_id == whose[0], RecoveryCode.person_id == whose[1])
    )
    rows = [
        {"authority_id": whose[0], "person_id": whose[1], "position": position, "code_hash": kept}
        for position, kept in enumerate(hashes)
    ]
    session.execute(insert(RecoveryCode), rows)


def tell(session: Session, whose: Whose, entry: Entry) -> None:
    """Write an entry into the audit of a person."""
    note(session, entry, authority_id=whose[0], stream=f"person:{whose[1]}")


def tried_as(whose: Whose) -> str:
    """The name under which tries are counted: not that of the password, which may be right."""
    return f"code of {whose[0]}/{whose[1]}"


def _step_of(secret: str, code: str) -> int | None:
    """The half minute that a code is of; None when it is of none near now."""
    totp = pyotp.TOTP(secret, interval=SECONDS)
    current = int(now().timestamp()) // SECONDS
    for step in range(current - STEPS_BESIDE, current + STEPS_BESIDE + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None
