"""Taking the record of a child out of the service: who may, for whom and why; the audit notes it as a disclosure.

Noting and making are two acts. First the audit says that the record is taken, for the moment that it stands for; then
whoever took it can have the file made, for a day, as often as they need it. The same record gives the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.moments import end_of_day, london_day
from app.services import children, submissions
from app.services.records import bundling, collecting
from app.services.records.contents import SCHEMA, CaseRecord, Taken
from app.store import audit
from app.store.audit import AuditEntry, Entry
from app.store.children import CHILD, Child
from app.store.db import reading, transaction
from app.store.people import Person
from app.store.ties import child_thing

LONGEST = 500
LONGEST_NAME = 200
AVAILABLE = timedelta(days=1)
CANNOT = "The record cannot be taken like this."


@dataclass(frozen=True)
class Asked:
    """As of which day the record is wanted, why, and for whom it is."""

    as_on: date | None
    reason: str
    for_whom: str


@dataclass(frozen=True)
class Taking:
    """A record that was taken. `is_available` while whoever took it can have its file made."""

    id: str
    at: datetime
    by: str
    as_on: date
    as_at: datetime
    reason: str
    for_whom: str
    is_available: bool


def of_child(viewer: Viewer, child_id: str) -> tuple[Taking, ...]:
    """Every record that was taken of a child, the newest first. Raises NotFound, NotAllowed."""
    with reading() as session:
        _require(session, viewer, child_id)
        found = session.execute(_noted(viewer.authority_id, child_id))
        return tuple(_taking(viewer.person_id, row) for row in found)


def take(viewer: Viewer, child_id: str, asked: Asked, *, submission: str | None = None) -> str:
    """Note that the record is taken; the id by which `bundle` makes it. Raises NotFound, NotAllowed, BadInput."""
    with transaction() as session:
        child = _require(session, viewer, child_id)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        refuse(asked, london_day(child.created_at))
        taken_id = note(session, viewer.authority_id, child_id, viewer.person_id, asked).id
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, taken_id)
        return taken_id


def show(viewer: Viewer, child_id: str, taking_id: str) -> Taking:
    """One of the viewer's own takings. Raises NotFound, NotAllowed."""
    with reading() as session:
        _require(session, viewer, child_id)
        return _taking(viewer.person_id, _own(session, viewer, child_id, taking_id))


def bundle(viewer: Viewer, child_id: str, taking_id: str) -> tuple[str, bytes]:
    """The file of a record that the viewer has taken, and its name. Raises NotFound once it is no longer available."""
    with reading() as session:
        _require(session, viewer, child_id)
        taking = _taking(viewer.person_id, _own(session, viewer, child_id, taking_id))
        if not taking.is_available:
            raise NotFound()
        record = made(session, viewer, viewer.authority_id, child_id, taking)
        content = bundling.zipped(bundling.files(session, viewer.authority_id, record), taking.at)
    return f"case-record-{record.record.about.reference}-{taking.as_on.isoformat()}.zip", content


def made(
    session: Session, viewer: Viewer | None, authority_id: str, child_id: str, taking: Taking
) -> CaseRecord:
    """The record that was taken, as far as the viewer may see it; whole without one."""
    record, read = collecting.collect(session, viewer, authority_id, child_id, taking.as_at)
    since = read.stood.kept_since
    taken = Taken(
        taken_at=taking.at,
        taken_by=taking.by,
        for_whom=taking.for_whom,
        reason=taking.reason,
        as_on=taking.as_on,
        as_at=taking.as_at,
        authority=read.authority,
        protocol=read.profile_at(read.at),
        protocol_called=read.profile_called(read.at),
        not_kept_before=since if since is not None and since > record.about.recorded_at else None,
        left_out=collecting.left_out(record, read),
    )
    return CaseRecord(schema=SCHEMA, taken=taken, record=record)


def _require(session: Session, viewer: Viewer, child_id: str) -> Child:
    child = children.get(session, viewer.authority_id, child_id)
    if child.kind != CHILD:
        raise NotFound()
    require(viewer, "take_record", child_thing(session, viewer.authority_id, child_id), seen_by="see_child")
    return child


def refuse(asked: Asked, since: date) -> None:
    """Raises BadInput with a sentence at each question that is wrong."""
    errors: dict[str, list[str]] = {}
    if asked.as_on is None:
        errors["as_on"] = ["Enter the day as of which the record is wanted"]
    elif asked.as_on > today():
        errors["as_on"] = ["The day must be today or in the past"]
    elif asked.as_on < since:
        errors["as_on"] = ["There was no record of this child then"]
    if problem := reasons.problem(asked.reason, most=LONGEST, missing="Enter why the record is taken"):
        errors["reason"] = [problem]
    if problem := reasons.problem(asked.for_whom, most=LONGEST_NAME, missing="Enter who the record is for"):
        errors["for_whom"] = [problem]
    if errors:
        raise BadInput(CANNOT, errors)


def moment_of(as_on: date) -> datetime:
    """The moment that a record of a day stands for: its end, or now where it is today."""
    return min(now(), end_of_day(as_on))


def note(session: Session, authority_id: str, child_id: str, person_id: str | None, asked: Asked) -> Taking:
    """Say in the audit that a record is taken; what was said of it. Its day has been checked."""
    assert asked.as_on is not None
    as_at = moment_of(asked.as_on)
    facts = {
        "as_on": asked.as_on.isoformat(),
        "as_at": as_at.isoformat(),
        "reason": asked.reason.strip(),
        "for_whom": asked.for_whom.strip(),
    }
    entry = Entry(kind="record_taken", child_id=child_id, person_id=person_id, facts=facts)
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{child_id}")
    row = session.execute(_noted(authority_id, child_id).limit(1)).one()
    return _taking(person_id, row)


def _noted(authority_id: str, child_id: str) -> Select[Any]:
    """The entries of the audit that say that a child's record was taken, the newest first."""
    return (
        select(AuditEntry.id, AuditEntry.at, AuditEntry.facts, AuditEntry.person_id, Person.name)
        .outerjoin(
            Person, (Person.authority_id == AuditEntry.authority_id) & (Person.id == AuditEntry.person_id)
        )
        .where(
            AuditEntry.authority_id == authority_id,
            AuditEntry.child_id == child_id,
            AuditEntry.kind == "record_taken",
        )
        .order_by(AuditEntry.id.desc())
    )


def _own(session: Session, viewer: Viewer, child_id: str, taking_id: str) -> Row[Any]:
    row = session.execute(
        _noted(viewer.authority_id, child_id).where(
            AuditEntry.id == taking_id, AuditEntry.person_id == viewer.person_id
        )
    ).first()
    if row is None:
        raise NotFound()
    return row


def _taking(person_id: str | None, row: Row[Any]) -> Taking:
    is_own = row.person_id is not None and row.person_id == person_id
    return Taking(
        id=row.id,
        at=row.at,
        by=row.name or "The command line",
        as_on=date.fromisoformat(row.facts["as_on"]),
        as_at=datetime.fromisoformat(row.facts["as_at"]),
        reason=row.facts["reason"],
        for_whom=row.facts["for_whom"],
        is_available=is_own and now() < row.at + AVAILABLE,
    )
