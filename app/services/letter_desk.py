"""The page on which an authority's letters are followed: what is on its way, what arrived, what failed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all, update

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import NotFound
from app.domain.letter_times import DIGEST, KINDS, OPENED, PASSWORD
from app.services.listing import page_within
from app.services.notifications import BY_PHONE
from app.store import audit
from app.store.audit import Entry
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.letters import Letter
from app.store.outbox import Notification
from app.store.people import Person, PersonTeam, Team
from app.store.tasks import UserTask
from app.store.ties import sees_child

PAGE_SIZE = 50
MOST_COUNTED = 1000
"""Letters grow with the years, and nobody reads further: of a state that has more, one more than these is counted."""
STATES = {
    "queued": "On its way",
    "held": "Waits for the digest",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Failed",
    "told_by_phone": "Told by phone",
    "not_sent": "Not needed",
}
"""Those of the stored states that are a letter's fate, in words; the rest are bookkeeping."""
ABOUT = {
    **KINDS,
    DIGEST: "The day’s digest",
    OPENED: "A record was opened in an emergency",
    PASSWORD: "Their password was changed",
}


@dataclass(frozen=True)
class DeskLetter:
    """A letter as the page shows it. `task_id` is the open task to ring the recipient, for those that failed."""

    id: str
    recipient: str
    about: str
    reference: str | None
    instance_id: str | None
    state: str
    created_at: datetime
    changed_at: datetime | None
    next_attempt_at: datetime | None
    error: str | None
    task_id: str | None = None
    may_send_again: bool = False


@dataclass(frozen=True)
class DeskPage:
    """One page of letters, newest first; `counts` has how many are in each state, whatever is filtered.

    A state has MOST_COUNTED + 1 where there are more than that; the pages end with the newest MOST_COUNTED.
    """

    letters: tuple[DeskLetter, ...]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int


def of_pathways(viewer: Viewer, state: str | None = None, page: int = 1) -> DeskPage:
    """The letters that pathways sent, about children whom the viewer sees. Raises NotFound."""
    require(viewer, "see_letters", AuthorityThing(viewer.authority_id))
    mine = sees_child(viewer, Notification.authority_id, Notification.child_id)
    with reading() as session:
        counts = _counts(session, viewer, Notification, mine)
        total, page, pages = _length(counts, state, page)
        query = (
            select(Notification, Child.reference, ProcessInstance.name)
            .join(Child, _same(Child, Notification, Notification.child_id))
            .join(ProcessInstance, _same(ProcessInstance, Notification, Notification.instance_id))
            .where(mine)
        )
        rows = session.execute(_page_of(query, Notification, state, page)).all()
        to_ring = _to_ring(session, viewer, [row[0].id for row in rows if row[0].state == "failed"])
        letters = tuple(_of_pathway(row, to_ring) for row in rows)
    return DeskPage(letters, counts, total, page, pages)


def to_people(viewer: Viewer, state: str | None = None, page: int = 1) -> DeskPage:
    """The letters to people of the viewer's agencies; for an administrator, to everybody. Raises NotFound."""
    require(viewer, "see_letters", AuthorityThing(viewer.authority_id))
    with reading() as session:
        mine = _people_of(session, viewer)
        counts = _counts(session, viewer, Letter, mine)
        total, page, pages = _length(counts, state, page)
        query = (
            select(Letter, Child.reference, Person.name)
            .join(Person, _same(Person, Letter, func.coalesce(Letter.sent_to, Letter.person_id)))
            .outerjoin(Child, _same(Child, Letter, Letter.child_id))
            .where(mine)
        )
        rows = session.execute(_page_of(query, Letter, state, page)).all()
        letters = tuple(_to_person(row, viewer) for row in rows)
    return DeskPage(letters, counts, total, page, pages)


def send_again(viewer: Viewer, letter_id: str) -> None:
    """Put a letter to a person that failed into the queue once more. Raises NotFound."""
    require(viewer, "mend_letters", AuthorityThing(viewer.authority_id))
    own = (Letter.authority_id == viewer.authority_id, Letter.id == letter_id, Letter.state == "failed")
    with transaction() as session:
        person_id = session.scalar(select(Letter.sent_to).where(*own).with_for_update())
        if person_id is None:
            raise NotFound()
        session.execute(
            update(Letter)
            .where(*own)
            .values(state="queued", attempts=0, next_attempt_at=now(), error=None, provider_id=None)
            .execution_options(synchronize_session=False)
        )
        entry = Entry(kind="letter_sent_again", person_id=viewer.person_id, facts={"letter": letter_id})
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{person_id}")


def _same(table: Any, letters: Any, own_id: Any) -> ColumnElement[bool]:
    joined: ColumnElement[bool] = (table.authority_id == letters.authority_id) & (table.id == own_id)
    return joined


def _people_of(session: Any, viewer: Viewer) -> ColumnElement[bool]:
    own = (Letter.authority_id == viewer.authority_id) & Letter.person_id.is_not(None)
    if viewer.is_admin:
        return own
    of_agencies = (
        select(PersonTeam.person_id)
        .join(Team, (Team.authority_id == PersonTeam.authority_id) & (Team.id == PersonTeam.team_id))
        .where(PersonTeam.authority_id == viewer.authority_id, Team.agency.in_(sorted(viewer.agencies)))
    )
    # read first: PostgreSQL would join every letter that there is to them before it looks for the newest
    people = sorted(set(session.scalars(of_agencies)))
    seen = or_(Letter.child_id.is_(None), sees_child(viewer, Letter.authority_id, Letter.child_id))
    return own & Letter.person_id.in_(people) & seen


def _counts(session: Any, viewer: Viewer, model: Any, mine: ColumnElement[bool]) -> dict[str, int]:
    """How many are in each state that has any, up to one more than MOST_COUNTED, by one statement."""
    states = union_all(*(select(literal(state).label("state")) for state in STATES)).subquery()
    of_state = (model.authority_id == viewer.authority_id, model.state == states.c.state, mine)
    some = select(model.id).where(*of_state).correlate(states)
    some = some.order_by(
        model.state, model.created_at.desc()
    )  # so that neither database passes over the index
    counted = select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())
    number = counted.scalar_subquery()
    found = {row.state: row.number for row in session.execute(select(states.c.state, number.label("number")))}
    return {state: found[state] for state in STATES if found[state]}


def _length(counts: Mapping[str, int], state: str | None, page: int) -> tuple[int, int, int]:
    """How many letters are listed, the page of them that is shown for the one asked for, and how many there are."""
    total = min(counts.get(state, 0) if state else sum(counts.values()), MOST_COUNTED)
    return (total, *page_within(page, total, PAGE_SIZE))


def _page_of(query: Any, model: Any, state: str | None, page: int) -> Any:
    # Nearly every letter is in one of the states: without one asked for, the newest are found by their moment, and
    # a state that no index knows (concatenated with nothing) keeps a database from sorting all of them.
    wanted = model.state == state if state else model.state.concat("").in_(list(STATES))
    return (
        query.where(wanted)
        .order_by(model.created_at.desc(), model.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )


def _to_ring(session: Any, viewer: Viewer, letter_ids: Sequence[str]) -> dict[str, str]:
    """The open task to ring, by the letter that failed."""
    if not letter_ids:
        return {}
    rows = session.execute(
        select(ProcessInstance.correlation_key, UserTask.id)
        .join(UserTask, (UserTask.authority_id == ProcessInstance.authority_id)
              & (UserTask.instance_id == ProcessInstance.id))
        .where(
            ProcessInstance.authority_id == viewer.authority_id,
            ProcessInstance.definition_key == BY_PHONE,
            ProcessInstance.correlation_key.in_(list(letter_ids)),
            UserTask.state == "open",
        )
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _of_pathway(row: Any, to_ring: Mapping[str, str]) -> DeskLetter:
    letter, reference, name = row
    return DeskLetter(
        id=letter.id,
        recipient=letter.recipient,
        about=name,
        reference=reference,
        instance_id=letter.instance_id,
        state=letter.state,
        created_at=letter.created_at,
        changed_at=letter.delivered_at or letter.sent_at,
        next_attempt_at=letter.next_attempt_at if letter.state == "queued" and letter.attempts else None,
        error=letter.error,
        task_id=to_ring.get(letter.id),
    )


def _to_person(row: Any, viewer: Viewer) -> DeskLetter:
    letter, reference, name = row
    return DeskLetter(
        id=letter.id,
        recipient=name,
        about=ABOUT.get(letter.kind, letter.kind),
        reference=reference,
        instance_id=None,
        state=letter.state,
        created_at=letter.created_at,
        changed_at=letter.delivered_at or letter.sent_at,
        next_attempt_at=letter.next_attempt_at if letter.state in {"queued", "held"} else None,
        error=letter.error,
        may_send_again=viewer.is_admin and letter.state == "failed",
    )
