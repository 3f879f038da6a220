"""A request for what is on record, as it is read: its clock, what was decided, and the record that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import today
from app.domain.errors import Conflict, NotFound
from app.domain.subject_access import Clock, clock_of
from app.domain.workdays import WorkingCalendar
from app.services import children, letter_choices
from app.services.records import collecting
from app.services.records.contents import SCHEMA, CaseRecord, Taken
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.people import Person
from app.store.subject_access import SubjectDecision, SubjectRequest
from app.store.ties import child_thing

PASSAGE, DOCUMENT, WORDS = "passage:", "document:", "words:"
"""What a decision is about: the part's name begins with it."""


@dataclass(frozen=True)
class Request:
    """A request, with its clock."""

    id: str
    child_id: str
    reference: str
    name: str
    asked_by: str
    received_on: date
    as_at: datetime
    clock: Clock
    opened_by: str | None
    extended_reason: str | None
    released_at: datetime | None
    released_to: str | None

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.released_at is not None:
            return "Released"
        left = self.clock.days_left(today())
        if left < 0:
            return "Late by 1 day" if left == -1 else f"Late by {-left} days"
        return "Due today" if left == 0 else "1 day left" if left == 1 else f"{left} days left"


def requests(session: Session, viewer: Viewer, which: Any) -> list[Request]:
    """Requests that fit a condition, each with its clock."""
    rows = session.execute(
        select(SubjectRequest, Child.reference, Child.given_name, Child.family_name, Person.name)
        .join(
            Child,
            (Child.authority_id == SubjectRequest.authority_id) & (Child.id == SubjectRequest.child_id),
        )
        .outerjoin(
            Person,
            (Person.authority_id == SubjectRequest.authority_id) & (Person.id == SubjectRequest.opened_by),
        )
        .where(SubjectRequest.authority_id == viewer.authority_id, which)
    ).all()
    calendar = letter_choices.working_days(session, viewer.authority_id)
    return [request_of(row, calendar) for row in rows]


def request_of(found: Any, calendar: WorkingCalendar) -> Request:
    """A request from its row."""
    row: SubjectRequest = found.SubjectRequest
    return Request(
        id=row.id,
        child_id=row.child_id,
        reference=found.reference,
        name=f"{found.given_name} {found.family_name}",
        asked_by=row.asked_by,
        received_on=row.received_on,
        as_at=row.as_at,
        clock=clock_of(row.received_on, is_extended=row.extended_at is not None, calendar=calendar),
        opened_by=found.name,
        extended_reason=row.extended_reason,
        released_at=row.released_at,
        released_to=row.released_to,
    )


def read(session: Session, viewer: Viewer, request_id: str) -> tuple[SubjectRequest, Request]:
    """One request, for who may answer it. Raises NotFound, NotAllowed."""
    row = session.get(SubjectRequest, (viewer.authority_id, request_id))
    if row is None:
        raise NotFound()
    require_record(session, viewer, row.child_id)
    (request,) = requests(session, viewer, SubjectRequest.id == request_id)
    return row, request


def still_open(session: Session, viewer: Viewer, request_id: str) -> tuple[SubjectRequest, Request]:
    """The same, locked, and not released. Raises Conflict too."""
    locked = select(SubjectRequest.id).where(
        SubjectRequest.authority_id == viewer.authority_id, SubjectRequest.id == request_id
    )
    session.execute(locked.with_for_update())
    row, request = read(session, viewer, request_id)
    if request.released_at is not None:
        raise Conflict("This request has been answered: what was released does not change.")
    return row, request


def require_record(session: Session, viewer: Viewer, child_id: str) -> None:
    """Whoever takes the record of a child also answers for it. Raises NotFound, NotAllowed."""
    if children.get(session, viewer.authority_id, child_id).kind != CHILD:
        raise NotFound()
    thing = child_thing(session, viewer.authority_id, child_id)
    require(viewer, "take_record", thing, seen_by="see_child")


def record_of(session: Session, viewer: Viewer, row: SubjectRequest, request: Request) -> CaseRecord:
    """The record as it stood when the request was opened, as far as the viewer may see it."""
    record, read = collecting.collect(session, viewer, row.authority_id, row.child_id, row.as_at)
    taken = Taken(
        taken_at=request.released_at or row.opened_at,
        taken_by=read.authority,
        for_whom=request.released_to or row.asked_by,
        reason=f"A request for what is on record, received on {row.received_on.isoformat()}",
        as_on=row.as_at.date(),
        as_at=row.as_at,
        authority=read.authority,
        protocol=read.profile_at(read.at),
        protocol_called=read.profile_called(read.at),
        not_kept_before=None,
        left_out=collecting.left_out(record, read),
    )
    return CaseRecord(schema=SCHEMA, taken=taken, record=record)


def decided(session: Session, row: SubjectRequest) -> dict[str, str | None]:
    """What was decided: the part, and the code under which it is removed; none where it is given."""
    rows = session.execute(
        select(SubjectDecision.part, SubjectDecision.reason)
        .where(SubjectDecision.authority_id == row.authority_id, SubjectDecision.request_id == row.id)
        .order_by(SubjectDecision.part)
    )
    return {found.part: found.reason for found in rows}


def note(session: Session, viewer: Viewer, row: SubjectRequest, kind: str, facts: dict[str, Any]) -> None:
    """Write an entry about a request into the child's stream."""
    entry = Entry(
        kind=kind, child_id=row.child_id, person_id=viewer.person_id, facts={"request": row.id, **facts}
    )
    audit.note(session, entry, authority_id=row.authority_id, stream=f"child:{row.child_id}")
