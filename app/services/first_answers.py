"""Requests with a key: the same one sent again (a timeout, a retry) gets the first answer, and is done once.

The answer is written after what was asked for has been committed. A process may die between the two; the key is then
found without an answer, and after a minute the request may be taken in again. Services that write are given the key as
their `submission` too, which they remember in their own transaction: what was done is not done twice even then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.clock import now
from app.domain.errors import BadInput, Busy
from app.services.tokens import Bearer
from app.store.api import FirstAnswer
from app.store.db import reading, transaction

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=1)
LONGEST_KEY = 200


@dataclass(frozen=True)
class Stored:
    """An answer as it was first given."""

    status: int
    content_type: str
    location: str | None
    body: str


def submission_of(bearer: Bearer, key: str) -> str:
    """The name under which services remember what the request did."""
    return f"api/{bearer.token_id}/{key}"


def begin(bearer: Bearer, key: str, request: bytes) -> Stored | None:
    """The first answer to this key; None when the request is new and is to be worked on now.

    Raises BadInput when the key was used for another request or cannot be one, Busy while the first is worked on.
    """
    if not key.isprintable() or not key.strip() or len(key) > LONGEST_KEY:
        sentence = f"A key is 1 to {LONGEST_KEY} printable characters."
        raise BadInput(sentence, {"Idempotency-Key": [sentence]})
    digest = hashlib.sha256(request).hexdigest()
    row = {
        "authority_id": bearer.viewer.authority_id,
        "token_id": bearer.token_id,
        "key": key,
        "request_hash": digest,
        "at": now(),
    }
    found = _found(bearer, key)
    if found is None:
        try:
            with transaction() as session:
                session.execute(insert(FirstAnswer).values(**row))
        except IntegrityError:
            found = _found(bearer, key)
        else:
            return None
    if found is None:
        raise Busy("This request is being worked on already. Send it again in a moment.")
    return _answer_of(bearer, found, digest)


def _answer_of(bearer: Bearer, found: FirstAnswer, digest: str) -> Stored | None:
    if found.request_hash != digest:
        sentence = "This key was used for another request. Send a new key with a new request."
        raise BadInput(sentence, {"Idempotency-Key": [sentence]})
    if found.status is not None:
        return Stored(found.status, found.content_type or "", found.location, found.body or "")
    if now() - found.at < GIVEN_UP:
        raise Busy("This request is being worked on already. Send it again in a moment.")
    with transaction() as session:
        taken = session.execute(
            update(FirstAnswer)
            .where(*_of(bearer, found.key), FirstAnswer.status.is_(None), FirstAnswer.at == found.at)
            .values(at=now())
            .execution_options(synchronize_session=False)
        )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Busy("This request is being worked on already. Send it again in a moment.")
    return None


def finish(bearer: Bearer, key: str, answer: Stored) -> None:
    """Keep the answer for the key."""
    with transaction() as session:
        session.execute(
            update(FirstAnswer)
            .where(*_of(bearer, key))
            .values(
                status=answer.status,
                content_type=answer.content_type,
                location=answer.location,
                body=answer.body,
            )
            .execution_options(synchronize_session=False)
        )


def give_up(bearer: Bearer, key: str) -> None:
    """Nothing was done (refused, the database was busy, the service failed): the key may be used again at once."""
    with transaction() as session:
        session.execute(delete(FirstAnswer).where(*_of(bearer, key)))


def forget_old() -> None:
    """Housekeeping: answers hold what is known of children, and are deleted after a day."""
    with transaction() as session:
        session.execute(delete(FirstAnswer).where(FirstAnswer.at < now() - KEPT))


def _found(bearer: Bearer, key: str) -> FirstAnswer | None:
    with reading() as session:
        return session.scalar(select(FirstAnswer).where(*_of(bearer, key)))


def _of(bearer: Bearer, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        FirstAnswer.authority_id == bearer.viewer.authority_id,
        FirstAnswer.token_id == bearer.token_id,
        FirstAnswer.key == key,
    )
