"""A person's calendar at a secret address: what is due, and when one meets, for a calendar program to fetch.

Whoever has the address reads the calendar without signing in, so it says nothing that must stay in the app, the
database keeps only a hash of the secret, and a new address, or none, makes the old one lead nowhere at once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now, today
from app.domain.errors import NotFound, TooManyTries
from app.domain.ids import new_id
from app.domain.moments import london_day
from app.services import accounts, reference
from app.services.appointments import Appointment, appointments
from app.services.calendars import CalendarEntry, calendar_file, summary_of, uid_of
from app.store.audit import AuditEntry, Entry, note
from app.store.children import Child, ChildFact
from app.store.db import reading, table_of, transaction
from app.store.letters import CalendarAddress
from app.store.record_rules import is_open_to
from app.store.sign_ins import SignInAttempt, recent_attempts
from app.store.tasks import UserTask
from app.store.upsert import put
from app.store.work import RecordedAppointment

BACK, AHEAD = timedelta(days=31), timedelta(days=400)
MOST_TASKS = 500
WINDOW = timedelta(minutes=15)
WRONG_TRIES, LOOKS = 30, 60
"""In a quarter of an hour: addresses that lead nowhere from one host, and looks at one calendar."""
SEEN_EVERY = timedelta(minutes=5)
THE_FIRST_MINUTE = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Subscription:
    """That a person has a calendar address, since when, and when a program last looked; never the address."""

    created_at: datetime
    last_used_at: datetime | None


def subscription(viewer: Viewer) -> Subscription | None:
    """The viewer's calendar address, if there is one."""
    with reading() as session:
        found = session.execute(
            select(CalendarAddress.created_at, CalendarAddress.last_used_at).where(*_own(viewer))
        ).first()
    return Subscription(found.created_at, found.last_used_at) if found else None


def new_address(viewer: Viewer) -> str:
    """A new secret for the viewer's calendar, told this once; the address before it leads nowhere from now on."""
    token = f"{viewer.authority_id}.{secrets.token_urlsafe(32)}"
    row = {
        "authority_id": viewer.authority_id,
        "person_id": viewer.person_id,
        "token_hash": _hash(token),
        "created_at": now(),
        "last_used_at": None,
    }
    with transaction() as session:
        put(session, table_of(CalendarAddress), [row], replace=["token_hash", "created_at", "last_used_at"])
        _note(session, viewer, "calendar_address_made")
    return token


def revoke(viewer: Viewer) -> None:
    """The viewer's calendar address leads nowhere from now on; without one nothing changes."""
    with transaction() as session:
        if session.scalar(select(CalendarAddress.person_id).where(*_own(viewer))) is not None:
            session.execute(
                delete(CalendarAddress).where(*_own(viewer)).execution_options(synchronize_session=False)
            )
            _note(session, viewer, "calendar_address_revoked")


def feed(token: str, *, base_url: str, address: str) -> bytes:
    """The calendar behind a secret; `address` is the host that asks.

    Raises NotFound when there is none or the account is closed, TooManyTries when a host guesses or a program asks
    too often.
    """
    authority_id, _, _ = token.partition(".")
    with transaction() as session:
        person_id = _whose(session, authority_id, token)
        key = _hash(f"calendar\0{token if person_id else address}")
        _count(session, key, LOOKS if person_id else WRONG_TRIES)
    if person_id is None:
        raise NotFound()
    viewer = accounts.viewer_of(authority_id, person_id)
    return calendar_file([*_due(viewer, base_url), *_meetings(viewer, base_url)], name="Throughcare")


def _own(viewer: Viewer) -> tuple[Any, ...]:
    return (
        CalendarAddress.authority_id == viewer.authority_id,
        CalendarAddress.person_id == viewer.person_id,
    )


def _whose(session: Session, authority_id: str, token: str) -> str | None:
    found = session.execute(
        select(CalendarAddress.person_id, CalendarAddress.last_used_at).where(
            CalendarAddress.authority_id == authority_id, CalendarAddress.token_hash == _hash(token)
        )
    ).first()
    if found is None:
        return None
    if found.last_used_at is None or now() - found.last_used_at >= SEEN_EVERY:
        session.execute(
            update(CalendarAddress)
            .where(CalendarAddress.authority_id == authority_id, CalendarAddress.person_id == found.person_id)
            .values(last_used_at=now())
            .execution_options(synchronize_session=False)
        )
    return str(found.person_id)


def _count(session: Session, key: str, most: int) -> None:
    number, first = recent_attempts(session, [key], now() - WINDOW).get(key, (0, now()))
    if number >= most:
        left = int((first + WINDOW - now()).total_seconds()) + 1
        raise TooManyTries("This has been asked for too often. Wait 15 minutes, then try again.", left)
    session.execute(insert(SignInAttempt).values(id=new_id(), key=key, at=now()))


def _due(viewer: Viewer, base_url: str) -> Iterable[CalendarEntry]:
    """The open tasks of the viewer, and of those for whom they cover, on their due days."""
    with reading() as session:
        rows = session.execute(
            select(UserTask.id, UserTask.due_at, UserTask.created_at, UserTask.child_id, Child.reference)
            .join(Child, (Child.authority_id == UserTask.authority_id) & (Child.id == UserTask.child_id))
            .where(
                UserTask.authority_id == viewer.authority_id,
                UserTask.assignee_id.in_(sorted(viewer.stands_for)),
                UserTask.state == literal_column("'open'"),
                UserTask.due_at.is_not(None),
                is_open_to(viewer, UserTask.child_id, "tasks"),
            )
            .order_by(UserTask.due_at, UserTask.id)
            .limit(MOST_TASKS)
        ).all()
        moved = _moved(session, viewer.authority_id, {row.child_id for row in rows})
    for row in rows:
        times, at = moved.get(row.id, (0, row.created_at))
        link = f"{base_url}/tasks/{row.id}"
        assert row.due_at is not None
        yield CalendarEntry(
            uid=uid_of(row.id, link),
            summary=f"Case {row.reference}: a task is due",
            link=link,
            changed_at=at,
            sequence=times,
            on=london_day(row.due_at),
        )


def _moved(
    session: Session, authority_id: str, child_ids: set[str]
) -> Mapping[str | None, tuple[int, datetime]]:
    """How often the due time of each task has moved, and when last: the record says so."""
    rows = session.execute(
        select(AuditEntry.task_id, func.count(), func.max(AuditEntry.at))
        .where(
            AuditEntry.authority_id == authority_id,
            AuditEntry.child_id.in_(sorted(child_ids)),
            AuditEntry.kind == "deadline_moved",
        )
        .group_by(AuditEntry.task_id)
    ).all()
    return {row[0]: (row[1], row[2]) for row in rows}


def _meetings(viewer: Viewer, base_url: str) -> Iterable[CalendarEntry]:
    found = appointments(viewer, today() - BACK, today() + AHEAD)
    with reading() as session:
        noted = _recorded(session, viewer.authority_id, [one.id for one in found])
        facts = _facts_said(session, viewer.authority_id, {one.child_id for one in found})
    for one in found:
        said_at = noted.get(one.id) or facts.get(one.child_id) or THE_FIRST_MINUTE
        link = f"{base_url}{_page_of(one)}"
        yield CalendarEntry(
            uid=uid_of(one.id, link),
            summary=summary_of(one.child_reference, one.kind),
            link=link,
            changed_at=said_at,
            # of a fact nobody counts how often it has changed: the minute in which it was said rises as well
            sequence=one.moves
            if one.id in noted
            else int((said_at - THE_FIRST_MINUTE).total_seconds() // 60),
            on=None if one.at else one.on,
            starts_at=one.at,
        )


def _page_of(one: Appointment) -> str:
    return f"/instances/{one.instance_id}" if one.instance_id else f"/children/{one.child_id}"


def _recorded(session: Session, authority_id: str, ids: list[str]) -> dict[str, datetime]:
    recorded = RecordedAppointment
    rows = session.execute(
        select(recorded.id, recorded.recorded_at).where(
            recorded.authority_id == authority_id, recorded.id.in_(ids)
        )
    )
    return {row.id: row.recorded_at for row in rows}


def _facts_said(session: Session, authority_id: str, child_ids: set[str]) -> dict[str, datetime]:
    """When each child's hearings and meetings that are facts were last said, the day or the hour."""
    meant = reference.appointment_words().facts
    rows = session.execute(
        select(ChildFact.child_id, func.max(ChildFact.recorded_at))
        .where(
            ChildFact.authority_id == authority_id,
            ChildFact.child_id.in_(sorted(child_ids)),
            ChildFact.name.in_(sorted({*meant, *(one.time for one in meant.values() if one.time)})),
        )
        .group_by(ChildFact.child_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _note(session: Session, viewer: Viewer, kind: str) -> None:
    entry = Entry(kind=kind, person_id=viewer.person_id, facts={"person": viewer.person_id})
    note(session, entry, authority_id=viewer.authority_id, stream=f"person:{viewer.person_id}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
