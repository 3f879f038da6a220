"""How long each record is kept: its class with its reason, its review date, what stands in the way of disposing of it.

What is due for review is a list; nothing is disposed of by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import today
from app.domain.errors import NotFound
from app.domain.legal_status import CONFIRMED, IN_CARE
from app.domain.moments import birthday, london_day
from app.domain.retention import YOUTH_JUSTICE_AGE, Life, Retention, retention_of
from app.store.children import CHILD, BedNights, Child, LegalStatus
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.people import Person
from app.store.record_keeping import DisposalCertificate, RecordKeeping
from app.store.ties import child_thing, sees_child

EVER_LOOKED_AFTER = (IN_CARE | set(CONFIRMED)) - {"never_looked_after"}
SOON = timedelta(days=90)
AT_MOST = 200


@dataclass(frozen=True)
class Said:
    """A word of somebody about keeping the record: who, when, why."""

    by: str | None
    at: datetime
    reason: str


@dataclass(frozen=True)
class Keeping:
    """One record: how long it is kept, and what people have said about that. `is_open`: there is still work on it.

    `proposed_by_id` is who proposes to dispose of it: somebody else has to decide.
    """

    child_id: str
    reference: str
    name: str
    retention: Retention
    is_open: bool
    died_on: date | None
    transferred_on: date | None
    transferred_as: str | None
    hold: Said | None
    proposal: Said | None
    proposed_by_id: str | None

    @property
    def is_due(self) -> bool:
        """Whether the day of its review has come, and no work is going on."""
        return self.retention.review_on <= today() and not self.is_open

    @property
    def state(self) -> str:
        """What stands in the way, or what is to be done, in words."""
        if self.hold:
            return "Legal hold"
        if self.proposal:
            return "Waits for a second person"
        if self.is_open:
            return "Work is going on"
        return "Due for review" if self.is_due else "Kept"


def due(viewer: Viewer) -> tuple[Keeping, ...]:
    """The records that are due for review within three months, or proposed, or held; the earliest first.

    At most 200 of those that the viewer may see. Raises NotFound.
    """
    require(viewer, "see_retention", AuthorityThing(viewer.authority_id))
    with reading() as session:
        may_be_due = or_(
            Child.date_of_birth <= birthday(today() + SOON, -YOUTH_JUSTICE_AGE),
            Child.date_of_birth.is_(None),
            RecordKeeping.transferred_on.is_not(None),
            RecordKeeping.died_on.is_not(None),
            RecordKeeping.held_at.is_not(None),
            RecordKeeping.proposed_at.is_not(None),
        )
        query = _children(viewer.authority_id).where(
            may_be_due, sees_child(viewer, Child.authority_id, Child.id)
        )
        found = _read(session, viewer.authority_id, session.execute(query).all())
    soon = today() + SOON
    counted = [
        one
        for one in found
        if one.hold or one.proposal or (one.retention.review_on <= soon and not one.is_open)
    ]
    return tuple(sorted(counted, key=lambda one: (one.retention.review_on, one.child_id))[:AT_MOST])


def of_child(viewer: Viewer, child_id: str) -> Keeping:
    """How long one record is kept. Raises NotFound, NotAllowed."""
    with reading() as session:
        require(
            viewer, "keep_record", child_thing(session, viewer.authority_id, child_id), seen_by="see_child"
        )
        return read(session, viewer.authority_id, child_id)


def read(session: Session, authority_id: str, child_id: str) -> Keeping:
    """The same within a transaction, asking nobody. Raises NotFound."""
    rows = session.execute(_children(authority_id).where(Child.id == child_id)).all()
    if not rows:
        raise NotFound()
    return _read(session, authority_id, rows)[0]


def certificates(viewer: Viewer) -> tuple[DisposalCertificate, ...]:
    """Every certificate of disposal of the authority, the newest first. Raises NotFound."""
    require(viewer, "see_retention", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return tuple(
            session.scalars(
                select(DisposalCertificate)
                .where(DisposalCertificate.authority_id == viewer.authority_id)
                .order_by(DisposalCertificate.decided_at.desc(), DisposalCertificate.id)
            )
        )


def _children(authority_id: str) -> Select[Any]:
    query: Any = (
        select(
            Child.id,
            Child.reference,
            Child.given_name,
            Child.family_name,
            Child.date_of_birth,
            Child.created_at,
            RecordKeeping,
        )
        .outerjoin(
            RecordKeeping,
            (RecordKeeping.authority_id == Child.authority_id) & (RecordKeeping.child_id == Child.id),
        )
        .where(Child.authority_id == authority_id, Child.kind == CHILD)
    )
    return cast("Select[Any]", query)


def _read(session: Session, authority_id: str, rows: Iterable[Row[Any]]) -> list[Keeping]:
    rows = list(rows)
    ids = [row.id for row in rows]
    looked_after = _looked_after(session, authority_id, ids)
    work: dict[str, Any] = {
        row.child_id: row
        for row in session.execute(
            select(
                ProcessInstance.child_id,
                func.max(ProcessInstance.ended_at).label("ended_at"),
                func.count().filter(ProcessInstance.status.in_(("running", "suspended"))).label("open"),
            )
            .where(ProcessInstance.authority_id == authority_id, ProcessInstance.child_id.in_(ids))
            .group_by(ProcessInstance.child_id)
        )
    }
    people = _names(session, authority_id, [row.RecordKeeping for row in rows if row.RecordKeeping])
    return [_keeping(row, row.id in looked_after, work.get(row.id), people) for row in rows]


def _looked_after(session: Session, authority_id: str, ids: list[str]) -> set[str]:
    by_status = select(LegalStatus.child_id).where(
        LegalStatus.authority_id == authority_id,
        LegalStatus.child_id.in_(ids),
        LegalStatus.status.in_(EVER_LOOKED_AFTER),
    )
    by_remand = select(BedNights.child_id).where(
        BedNights.authority_id == authority_id, BedNights.child_id.in_(ids)
    )
    return set(session.scalars(by_status)) | set(session.scalars(by_remand))


def _names(session: Session, authority_id: str, kept: Iterable[RecordKeeping]) -> dict[str, str]:
    ids = {person for row in kept for person in (row.held_by, row.proposed_by) if person}
    found = session.execute(
        select(Person.id, Person.name).where(Person.authority_id == authority_id, Person.id.in_(ids))
    )
    return {row.id: row.name for row in found}


def _keeping(row: Row[Any], is_looked_after: bool, work: Row[Any] | None, people: dict[str, str]) -> Keeping:
    kept: RecordKeeping | None = row.RecordKeeping
    closed_at = work.ended_at if work is not None and work.ended_at is not None else row.created_at
    life = Life(
        born_on=row.date_of_birth,
        died_on=kept.died_on if kept else None,
        is_looked_after=is_looked_after,
        closed_on=london_day(closed_at),
        transferred_on=kept.transferred_on if kept else None,
    )
    return Keeping(
        child_id=row.id,
        reference=row.reference,
        name=f"{row.given_name} {row.family_name}",
        retention=retention_of(life),
        is_open=bool(work is not None and work.open),
        died_on=life.died_on,
        transferred_on=life.transferred_on,
        transferred_as=kept.transferred_as if kept else None,
        hold=_said(people, kept.held_by, kept.held_at, kept.held_reason) if kept else None,
        proposal=_said(people, kept.proposed_by, kept.proposed_at, kept.proposed_reason) if kept else None,
        proposed_by_id=kept.proposed_by if kept else None,
    )


def _said(people: dict[str, str], by: str | None, at: datetime | None, reason: str | None) -> Said | None:
    return Said(people.get(by or ""), at, reason or "") if at is not None else None
