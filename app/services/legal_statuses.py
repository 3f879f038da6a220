"""A child's legal status: every time in care, what the law makes of it, and what a person has confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.legal_status import CONFIRMED, RECORDED, ROUTES, Period, Suggestion, name_of, suggest
from app.domain.moments import london_day, start_of_day
from app.services import children, facts, lists
from app.services.children import ChildRow
from app.services.task_view import badges
from app.store import audit
from app.store.audit import AuditEntry, Entry
from app.store.children import BedNights, LegalStatus
from app.store.db import reading, transaction
from app.store.people import Person
from app.store.ties import child_thing

TOLD = ("status_recorded", "status_confirmed", "status_ended")


@dataclass(frozen=True)
class StatusRow:
    """A status in force from a day to a day (open while `until_on` is None)."""

    id: str
    status: str
    name: str
    from_on: date
    until_on: date | None

    @property
    def is_confirmation(self) -> bool:
        """Whether a person settled it, where the others are times in care."""
        return self.status in CONFIRMED


@dataclass(frozen=True)
class Said:
    """Who recorded, confirmed or ended which status, when and why."""

    at: datetime
    kind: str
    name: str
    person: str | None
    reason: str


@dataclass(frozen=True)
class StatusView:
    """The legal status of a child as its page shows it."""

    child: ChildRow
    badges: tuple[str, ...]
    suggestion: Suggestion
    confirmed: StatusRow | None
    rows: tuple[StatusRow, ...]
    said: tuple[Said, ...]
    may_settle: bool

    @property
    def is_settled(self) -> bool:
        """Whether what was confirmed is what the record suggests."""
        return self.confirmed is not None and self.confirmed.status == self.suggestion.status


def show(viewer: Viewer, child_id: str) -> StatusView:
    """The suggestion with its reasons, what is confirmed, and the history. Raises NotFound."""
    with reading() as session:
        children.get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "see_child", thing)
        child = lists.child_rows(session, viewer.authority_id, [child_id])[child_id]
        rows = _rows(session, viewer.authority_id, child_id)
        return StatusView(
            child=child,
            badges=badges(session, viewer.authority_id, child_id),
            suggestion=suggest(
                child.date_of_birth, _periods(session, viewer.authority_id, child_id, rows), today()
            ),
            confirmed=next((row for row in rows if row.status in CONFIRMED and row.until_on is None), None),
            rows=rows,
            said=_said(session, viewer.authority_id, child_id),
            may_settle=may(viewer, "settle_status", thing),
        )


def require_settling(viewer: Viewer, child_id: str) -> StatusView:
    """The same for somebody who may settle the status. Raises NotFound, NotAllowed."""
    with reading() as session:
        _require_settling(session, viewer, child_id)
    return show(viewer, child_id)


def confirm(viewer: Viewer, child_id: str, status: str, reason: str) -> None:
    """Settle what the child is from today; a status that differs from the suggestion needs a reason.

    The custodial pathway takes its route from it. Raises NotFound, NotAllowed, BadInput.
    """
    view = show(viewer, child_id)
    if status not in CONFIRMED:
        raise BadInput("Choose one of the statuses.", {"status": ["Select the status"]})
    if status != view.suggestion.status and not reason.strip():
        sentence = "Say why it is not the status that the record suggests"
        raise BadInput(sentence, {"reason": [sentence]})
    if view.confirmed is not None and view.confirmed.status == status:
        return
    with transaction() as session:
        _require_settling(session, viewer, child_id)
        _end(session, viewer, child_id, [row.id for row in view.rows if row.status in CONFIRMED], today())
        _add(session, viewer, child_id, status, today(), None)
        route = {"status_route": ROUTES.get(status)}
        facts.record(session, viewer.authority_id, child_id, route, person_id=viewer.person_id, task_id=None)
        told = {
            "detail": name_of(status),
            "suggested": view.suggestion.status,
            "reason": " ".join([reason.strip(), *view.suggestion.reasons]).strip(),
        }
        _note(session, viewer, child_id, "status_confirmed", told)


def record_period(
    viewer: Viewer, child_id: str, basis: str, from_on: date, until_on: date | None, reason: str
) -> None:
    """Add a time in care that no pathway of ours recorded. Raises NotFound, NotAllowed, BadInput."""
    if basis not in RECORDED:
        raise BadInput("Choose one of the bases.", {"basis": ["Select what the child was looked after by"]})
    problems: dict[str, list[str]] = {}
    if from_on > today():
        problems["from_on"] = ["The first day must be today or in the past"]
    if until_on is not None and until_on < from_on:
        problems["until_on"] = ["The last day must be on or after the first day"]
    if problems:
        raise BadInput("This time cannot be recorded like this.", problems)
    with transaction() as session:
        _require_settling(session, viewer, child_id)
        known = [row for row in _rows(session, viewer.authority_id, child_id) if row.status == basis]
        last = until_on or date.max
        if any(row.from_on <= last and from_on <= (row.until_on or date.max) for row in known):
            sentence = f"{name_of(basis)} is recorded for some of these days already"
            raise BadInput(sentence, {"from_on": [sentence]})
        _add(session, viewer, child_id, basis, from_on, until_on)
        told = {"detail": name_of(basis), "reason": reason.strip(), "from": from_on.isoformat()}
        _note(session, viewer, child_id, "status_recorded", told)


def end_period(viewer: Viewer, child_id: str, status_id: str, until_on: date) -> None:
    """Say on which day an open time in care ended. Raises NotFound, NotAllowed, BadInput."""
    with transaction() as session:
        _require_settling(session, viewer, child_id)
        rows = {row.id: row for row in _rows(session, viewer.authority_id, child_id)}
        found = rows.get(status_id)
        if found is None or found.until_on is not None or found.status in CONFIRMED:
            raise NotFound()
        if not found.from_on <= until_on <= today():
            sentence = "The last day must be between the first day and today"
            raise BadInput(sentence, {"until_on": [sentence]})
        _end(session, viewer, child_id, [status_id], until_on)
        _note(session, viewer, child_id, "status_ended", {"detail": found.name, "reason": ""})


def _require_settling(session: Session, viewer: Viewer, child_id: str) -> None:
    children.get(session, viewer.authority_id, child_id)
    require(
        viewer,
        "settle_status",
        child_thing(session, viewer.authority_id, child_id),
        seen_by="see_child",
    )


def _rows(session: Session, authority_id: str, child_id: str) -> tuple[StatusRow, ...]:
    found = session.scalars(
        select(LegalStatus)
        .where(LegalStatus.authority_id == authority_id, LegalStatus.child_id == child_id)
        .order_by(LegalStatus.from_at, LegalStatus.id)
    )
    return tuple(
        StatusRow(row.id, row.status, name_of(row.status), london_day(row.from_at), _last_day(row))
        for row in found
    )


def _periods(session: Session, authority_id: str, child_id: str, rows: tuple[StatusRow, ...]) -> list[Period]:
    care = [Period(row.status, row.from_on, row.until_on) for row in rows if row.status not in CONFIRMED]
    nights = session.scalars(
        select(BedNights).where(BedNights.authority_id == authority_id, BedNights.child_id == child_id)
    )
    return care + [Period("youth_detention", london_day(stay.from_at), _last_day(stay)) for stay in nights]


def _said(session: Session, authority_id: str, child_id: str) -> tuple[Said, ...]:
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.kind, AuditEntry.facts, Person.name)
        .outerjoin(
            Person, (Person.authority_id == AuditEntry.authority_id) & (Person.id == AuditEntry.person_id)
        )
        .where(
            AuditEntry.authority_id == authority_id,
            AuditEntry.child_id == child_id,
            AuditEntry.kind.in_(TOLD),
        )
        .order_by(AuditEntry.id.desc())
    )
    return tuple(
        Said(row.at, row.kind, name_of(str(row.facts.get("detail"))), row.name, row.facts.get("reason") or "")
        for row in rows
    )


def _add(
    session: Session, viewer: Viewer, child_id: str, status: str, from_on: date, until_on: date | None
) -> None:
    session.execute(
        insert(LegalStatus).values(
            authority_id=viewer.authority_id,
            id=new_id(),
            child_id=child_id,
            status=status,
            from_at=start_of_day(from_on),
            until_at=start_of_day(until_on) if until_on else None,
            recorded_at=now(),
        )
    )


def _end(session: Session, viewer: Viewer, child_id: str, ids: list[str], on: date) -> None:
    session.execute(
        update(LegalStatus)
        .where(
            LegalStatus.authority_id == viewer.authority_id,
            LegalStatus.child_id == child_id,
            LegalStatus.id.in_(ids),
            LegalStatus.until_at.is_(None),
        )
        .values(until_at=start_of_day(on))
        .execution_options(synchronize_session=False)
    )


def _note(session: Session, viewer: Viewer, child_id: str, kind: str, told: dict[str, Any]) -> None:
    entry = Entry(kind=kind, child_id=child_id, person_id=viewer.person_id, facts=told)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")


def _last_day(row: LegalStatus | BedNights) -> date | None:
    # A pathway may end a status at the very moment at which it began: the record keeps what was said.
    return max(london_day(row.until_at), london_day(row.from_at)) if row.until_at else None
