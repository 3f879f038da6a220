"""Inviting to a meeting: days that suit, and the meeting as a file for a calendar, by reference and kind alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import LONDON, today
from app.domain.errors import NotFound
from app.domain.forms import Form
from app.services import appointments, reference, surroundings
from app.services.calendars import CalendarEntry, calendar_file, summary_of, uid_of
from app.store.children import Child
from app.store.db import reading
from app.store.ties import child_thing
from app.store.work import RecordedAppointment

PROPOSED = 5
USUAL_TIME = time(10)


@dataclass(frozen=True)
class Meeting:
    """A meeting of a pathway that is still to come."""

    id: str
    name: str
    on: date
    at: datetime | None


@dataclass(frozen=True)
class Proposal:
    """A day on which one could meet, as the answer to the form's `question`; `taken` is what the viewer has then."""

    question: str
    on: date
    at: datetime
    taken: str


def of_instance(session: Session, authority_id: str, instance_id: str) -> tuple[Meeting, ...]:
    """The meetings that a pathway has recorded and that are still to come, earliest first."""
    found = session.execute(
        select(
            RecordedAppointment.id,
            RecordedAppointment.name,
            RecordedAppointment.on_day,
            RecordedAppointment.at,
        )
        .where(
            RecordedAppointment.authority_id == authority_id,
            RecordedAppointment.instance_id == instance_id,
            RecordedAppointment.on_day >= today(),
        )
        .order_by(RecordedAppointment.on_day, RecordedAppointment.at, RecordedAppointment.id)
    )
    return tuple(Meeting(row.id, row.name, row.on_day, row.at) for row in found)


def file(viewer: Viewer, appointment_id: str, *, base_url: str) -> bytes:
    """A meeting as a calendar file; the same file again replaces the meeting where it was put. Raises NotFound."""
    with reading() as session:
        meeting = session.get(RecordedAppointment, (viewer.authority_id, appointment_id))
        if meeting is None:
            raise NotFound()
        require(viewer, "see_child", child_thing(session, viewer.authority_id, meeting.child_id))
        reference_ = session.scalar(
            select(Child.reference).where(
                Child.authority_id == viewer.authority_id, Child.id == meeting.child_id
            )
        )
        link = f"{base_url}/instances/{meeting.instance_id}"
        entry = CalendarEntry(
            uid=uid_of(meeting.id, link),
            summary=summary_of(reference_ or "", meeting.kind),
            link=link,
            changed_at=meeting.recorded_at,
            sequence=meeting.moves,
            on=None if meeting.at else meeting.on_day,
            starts_at=meeting.at,
        )
        return calendar_file([entry])


def proposed(session: Session, viewer: Viewer, task: Row[Any], form: Form | None) -> tuple[Proposal, ...]:
    """The next working days for the meeting that a form arranges, with what the viewer has on them; else none."""
    meant = reference.appointment_words().of_form(form.key) if form else {}
    asked = next((field.key for field in form.fields if field.key in meant), None) if form else None
    if form is None or asked is None or form.field(asked).kind != "datetime":
        return ()
    calendar = surroundings.context_for(session, task.authority_id, task.child_id).calendar
    days: list[date] = []
    while len(days) < PROPOSED:
        days.append(calendar.next_working_day((days[-1] if days else today()) + timedelta(days=1)))
    taken = {one.on: one.name for one in appointments.appointments(viewer, days[0], days[-1])}
    return tuple(
        Proposal(asked, day, datetime.combine(day, USUAL_TIME, LONDON), taken.get(day, "")) for day in days
    )
