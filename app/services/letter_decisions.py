"""What becomes of a letter when its moment has come: sent now, later, in the digest, to the cover, or not at all.

All of it is decided by how things stand then, not when the letter was written: a task that is done by that time
needs no letter, and whoever has gone on leave since has a cover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.letter_times import DIGEST, PASSWORD, UNASKED, time_to_send, waits_for_digest
from app.domain.moments import london_day
from app.services import letter_choices
from app.store.absences import Absence
from app.store.db import table_of
from app.store.letters import BadAddress
from app.store.people import Person, address_of
from app.store.ties import record_of_child

COVERS_DEEP = 4
ABOUT_OPEN_TASKS = frozenset({"assigned", "queued", "due_soon", "overdue", "escalated"})


@dataclass(frozen=True)
class Decision:
    """The letter's new state (`queued` with a later moment, too), and to whom it goes where it goes now."""

    state: str
    at: datetime | None = None
    sent_to: str | None = None
    email: str | None = None
    error: str | None = None

    @property
    def is_to_be_sent(self) -> bool:
        """Whether the letter goes now."""
        return self.state == "queued" and self.email is not None


def decide(session: Session, letter: Row[Any]) -> Decision:
    """What becomes of a letter to a person whose moment has come; `letter` is its row with its task's."""
    overtaken = _overtaken(letter)
    if overtaken:
        return Decision("not_sent", error=overtaken)
    covers = COVERS_DEEP if letter.kind != PASSWORD else 0
    person = whoever_is_there(session, letter.authority_id, letter.person_id, london_day(now()), covers)
    if person is None:
        return Decision("not_sent", error="The account is closed.")
    if person.id == letter.caused_by:
        return Decision("not_sent", sent_to=person.id, error="They did it themselves.")
    if _is_barred(session, letter, person.id):
        return Decision("not_sent", sent_to=person.id, error="The record is closed to them.")
    choice = letter_choices.of(session, letter.authority_id, [person.id])[person.id]
    if letter.kind not in {DIGEST, *UNASKED} and letter.kind not in choice.kinds:
        return Decision("not_sent", sent_to=person.id, error="They do not want letters of this kind.")
    at = time_to_send(letter.kind, now(), choice, letter_choices.working_days(session, letter.authority_id))
    if waits_for_digest(letter.kind, choice):
        return Decision("held", at=at, sent_to=person.id)
    if at > now():
        return Decision("queued", at=at)
    if "@" not in person.email:
        return Decision("not_sent", sent_to=person.id, error="There is no e-mail address for them.")
    reason = _known_to_be_bad(session, letter.authority_id, person)
    if reason is not None:
        return Decision("failed", sent_to=person.id, email=person.email, error=reason)
    return Decision("queued", sent_to=person.id, email=person.email)


def _is_barred(session: Session, letter: Row[Any], person_id: str) -> bool:
    """A restricted record's letters go out, for a duty must not be missed: they hold a reference and a link."""
    if letter.child_id is None:
        return False
    return person_id in record_of_child(session, letter.authority_id, letter.child_id).barred


def _overtaken(letter: Row[Any]) -> str | None:
    if letter.kind not in ABOUT_OPEN_TASKS or letter.task_id is None:
        return None
    if letter.task_state != "open":
        return "The task was no longer open."
    if letter.kind == "queued" and letter.assignee_id is not None:
        return "Somebody had taken the task."
    if letter.kind in {"assigned", "due_soon"} and letter.assignee_id != letter.person_id:
        return "The task was no longer theirs."
    if letter.kind == "due_soon" and letter.due_at is not None and letter.due_at <= now():
        return "The task was overdue by then."
    return None


def whoever_is_there(
    session: Session, authority_id: str, person_id: str, day: date, covers: int = COVERS_DEEP
) -> Row[Any] | None:
    """The person, or whoever covers for them on a day (and for that one in turn); None for a closed account."""
    asked = {person_id}
    for _ in range(covers):
        cover_id = session.scalar(
            select(Absence.cover_id)
            .where(
                Absence.authority_id == authority_id,
                Absence.person_id == person_id,
                Absence.from_on <= day,
                Absence.until_on >= day,
                Absence.ended_at.is_(None),
            )
            .order_by(Absence.created_at.desc())
            .limit(1)
        )
        if cover_id is None or cover_id in asked:
            break
        asked.add(cover_id)
        person_id = cover_id
    found: Row[Any] | None = session.execute(
        select(table_of(Person).c["id"], address_of().label("email")).where(
            Person.authority_id == authority_id, Person.id == person_id, Person.disabled_at.is_(None)
        )
    ).first()
    return found


def _known_to_be_bad(session: Session, authority_id: str, person: Row[Any]) -> str | None:
    return session.scalar(
        select(BadAddress.reason).where(
            BadAddress.authority_id == authority_id,
            BadAddress.person_id == person.id,
            BadAddress.email == person.email,
        )
    )


def counts_in_words(counts: Mapping[str, int]) -> list[str]:
    """The lines of a digest: how many of each kind, and no name."""
    words = {
        "assigned": ("task or case is newly yours", "tasks or cases are newly yours"),
        "queued": ("task is new in your team’s queue", "tasks are new in your team’s queue"),
        "due_soon": ("task is due soon", "tasks are due soon"),
        "overdue": ("task is overdue", "tasks are overdue"),
        "moved": ("due date was moved", "due dates were moved"),
        "escalated": ("task was escalated to you", "tasks were escalated to you"),
        "asked": ("contribution is asked of you", "contributions are asked of you"),
        "answered": ("question of yours is answered", "questions of yours are answered"),
        "returned": ("task came back to you", "tasks came back to you"),
        "corrected": ("task that you signed off was corrected", "tasks that you signed off were corrected"),
        "mentioned": ("comment mentions you", "comments mention you"),
    }
    return [f"{number} {words[kind][number != 1]}" for kind, number in counts.items() if number]
