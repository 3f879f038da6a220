"""Addresses of people that do not work: one problem each, until an administrator has put it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import NotFound
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, table_of, transaction
from app.store.letters import BadAddress, Letter
from app.store.people import Person
from app.store.upsert import put


@dataclass(frozen=True)
class AddressProblem:
    """An address that was refused for good, whose it is, and how many letters have not come since."""

    person_id: str
    name: str
    email: str
    reason: str
    letters: int
    since_at: datetime


def note(session: Session, letter: Row[Any], reason: str) -> None:
    """An address was refused for good: the person's one problem, opened or counted."""
    known = session.scalar(
        select(BadAddress.letters).where(
            BadAddress.authority_id == letter.authority_id,
            BadAddress.person_id == letter.sent_to,
            BadAddress.email == letter.email,
        )
    )
    if known is not None:
        count_one(session, letter.authority_id, letter.sent_to)
        return
    row = {
        "authority_id": letter.authority_id,
        "person_id": letter.sent_to,
        "email": letter.email,
        "reason": reason,
        "letters": 1,
        "since_at": now(),
    }
    put(session, table_of(BadAddress), [row], replace=["email", "reason", "letters", "since_at"])
    entry = Entry(kind="address_failed", facts={"person": letter.sent_to, "reason": reason})
    audit.note(session, entry, authority_id=letter.authority_id, stream=f"person:{letter.sent_to}")


def count_one(session: Session, authority_id: str, person_id: str | None) -> None:
    """One more letter has not come."""
    session.execute(
        update(BadAddress)
        .where(BadAddress.authority_id == authority_id, BadAddress.person_id == person_id)
        .values(letters=BadAddress.letters + 1)
        .execution_options(synchronize_session=False)
    )


def unresolved(viewer: Viewer) -> list[AddressProblem]:
    """The addresses of the viewer's authority that do not work, oldest first. Raises NotFound."""
    require(viewer, "see_letters", AuthorityThing(viewer.authority_id))
    with reading() as session:
        rows = session.execute(
            select(
                BadAddress.person_id,
                Person.name,
                BadAddress.email,
                BadAddress.reason,
                BadAddress.letters,
                BadAddress.since_at,
            )
            .join(
                Person,
                (Person.authority_id == BadAddress.authority_id) & (Person.id == BadAddress.person_id),
            )
            .where(BadAddress.authority_id == viewer.authority_id)
            .order_by(BadAddress.since_at, BadAddress.person_id)
        ).all()
    return [AddressProblem(*row) for row in rows]


def try_again(viewer: Viewer, person_id: str) -> int:
    """The address works again, they say: what did not come is queued once more; how many letters.

    What is no longer true by now (a task that is done) is not sent. Raises NotFound.
    """
    require(viewer, "mend_letters", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        own = (BadAddress.authority_id == viewer.authority_id, BadAddress.person_id == person_id)
        if session.scalar(select(BadAddress.person_id).where(*own).with_for_update()) is None:
            raise NotFound()
        session.execute(delete(BadAddress).where(*own).execution_options(synchronize_session=False))
        waiting = (
            Letter.authority_id == viewer.authority_id,
            Letter.sent_to == person_id,
            Letter.state == "failed",
        )
        number = session.scalar(select(func.count()).select_from(Letter).where(*waiting)) or 0
        session.execute(
            update(Letter)
            .where(*waiting)
            .values(state="queued", attempts=0, next_attempt_at=now(), error=None, provider_id=None)
            .execution_options(synchronize_session=False)
        )
        entry = Entry(kind="address_tried_again", person_id=viewer.person_id, facts={"person": person_id})
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{person_id}")
    return number
