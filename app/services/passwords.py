"""Passwords: how they are kept, what is accepted, and how often somebody may try.

Argon2id with the low-memory profile of OWASP's password storage cheat sheet (19 MiB, two passes, one lane), since
one host may check several at once; a hash made with other parameters is renewed at the next sign-in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, or_
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import BadInput, TooManyTries
from app.domain.ids import new_id
from app.store.sign_ins import SignInAttempt, recent_attempts

SHORTEST, LONGEST = 12, 200
WINDOW = timedelta(minutes=15)
TRIES_PER_NAME_AND_ADDRESS = 5
TRIES_PER_NAME = 20
TRIES_PER_ADDRESS = 100  # a whole council may come from one address

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def make_hash(password: str, username: str) -> str:
    """The hash to keep. Raises BadInput when the password is too short, too long or the user name."""
    if not SHORTEST <= len(password) <= LONGEST:
        sentence = f"Password must be between {SHORTEST} and {LONGEST} characters."
    elif password.casefold() == username.casefold():
        sentence = "Password must not be the user name."
    else:
        return _hasher.hash(password)
    raise BadInput(sentence, {"password": [sentence]})


def hash_of(code: str) -> str:
    """The hash to keep of something that was made up here, and is as hard to guess as it has to be."""
    return _hasher.hash(code)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one behind `kept`. Takes the same time when there is none to compare with."""
    try:
        return _hasher.verify(kept or _decoy(), password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _decoy() -> str:
    return _hasher.hash(new_id())


def note_try(session: Session, username: str, address: str) -> list[str]:
    """Count a try before the password is looked at, so that many at once cannot slip through; its rows' ids.

    Raises TooManyTries with the seconds to wait when the name, the address or both have had enough.
    """
    limits = _limits(username, address)
    behind = recent_attempts(session, limits, now() - WINDOW)
    for key, limit in limits.items():
        count, first = behind.get(key, (0, now()))
        if count >= limit:
            raise TooManyTries(
                "There have been too many tries to sign in. Wait 15 minutes, then try again.",
                _seconds_until(first + WINDOW),
            )
    ids = [new_id() for _ in limits]
    rows = [{"id": own, "key": key, "at": now()} for own, key in zip(ids, limits, strict=True)]
    session.execute(insert(SignInAttempt), rows)
    return ids


def forget_tries(session: Session, username: str, address: str, own: list[str]) -> None:
    """The sign-in succeeded: failures with this name no longer count; those of others at the address still do."""
    keys = [_key("name", username), _key("both", username, address)]
    session.execute(delete(SignInAttempt).where(or_(SignInAttempt.key.in_(keys), SignInAttempt.id.in_(own))))


def forget_old_tries(session: Session) -> None:
    """Housekeeping: tries that no longer count are not kept."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now() - WINDOW))


def _limits(username: str, address: str) -> dict[str, int]:
    return {
        _key("both", username, address): TRIES_PER_NAME_AND_ADDRESS,
        _key("name", username): TRIES_PER_NAME,
        _key("address", address): TRIES_PER_ADDRESS,
    }


def _key(*parts: str) -> str:
    """Names are hashed because people type passwords into the wrong box; addresses because they are personal."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - now()).total_seconds()) + 1)
