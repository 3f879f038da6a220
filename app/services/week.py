"""My week: hearings, meetings and visits, what is due, what comes back, who is away; day by day, in London."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import literal_column, or_, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import today
from app.domain.moments import london_day, start_of_day
from app.services import reference
from app.services.appointments import Appointment, appointments
from app.services.work_queries import task_rows
from app.services.work_rows import TaskRow, as_task_row
from app.store.absences import Absence
from app.store.calendar import BankHoliday
from app.store.db import known_as, reading
from app.store.people import Person
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask
from app.store.work import Snooze

DAYS = 7
MOST_TASKS = 150


@dataclass(frozen=True)
class Away:
    """An absence on a day: the viewer's own, or of somebody for whom the viewer covers."""

    absence_id: str
    is_own: bool
    name: str


@dataclass(frozen=True)
class Day:
    """A day of the week and what it holds: appointments by the hour, tasks due, tasks that come back to the list."""

    on: date
    is_today: bool
    holiday: str | None
    away: tuple[Away, ...]
    appointments: tuple[Appointment, ...]
    due: tuple[TaskRow, ...]
    back: tuple[TaskRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do on the day."""
        return not (self.away or self.appointments or self.due or self.back)


@dataclass(frozen=True)
class Week:
    """Monday to Sunday. `overdue` counts what was due before this week and is open still; `more` what is not shown."""

    monday: date
    days: tuple[Day, ...]
    overdue: int
    more: int

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=DAYS - 1)

    @property
    def is_now(self) -> bool:
        """Whether today is one of its days."""
        return any(day.is_today for day in self.days)


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def week(viewer: Viewer, day: date) -> Week:
    """The week of a day, of the viewer and those for whom they cover today. Tasks are those that these have."""
    monday = monday_of(day)
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    meetings = appointments(viewer, days[0], days[-1])
    with reading() as session:
        due = _due(session, viewer, monday)
        back = _back(session, viewer, days)
        away = _away(session, viewer, days)
        holidays = holidays_in(session, viewer, days)
        overdue = _overdue(session, viewer, monday)
    shown = due[:MOST_TASKS]
    return Week(
        monday=monday,
        days=tuple(
            Day(
                on=on,
                is_today=on == today(),
                holiday=holidays.get(on),
                away=tuple(one for first, last, one in away if first <= on <= last),
                appointments=tuple(one for one in meetings if one.on == on),
                due=tuple(task for task in shown if task.due_at and london_day(task.due_at) == on),
                back=tuple(task for task in back if task.put_off_until == on),
            )
            for on in days
        ),
        overdue=overdue,
        more=len(due) - len(shown),
    )


def _open_of(viewer: Viewer) -> tuple[Any, ...]:
    return (
        UserTask.authority_id == viewer.authority_id,
        UserTask.state == literal_column("'open'"),
        UserTask.assignee_id.in_(sorted(viewer.stands_for)),
        is_open_to(viewer, UserTask.child_id, "tasks"),
    )


def _due(session: Session, viewer: Viewer, monday: date) -> list[TaskRow]:
    rows = session.execute(
        task_rows()
        .where(
            *_open_of(viewer),
            UserTask.due_at >= start_of_day(monday),
            UserTask.due_at < start_of_day(monday + timedelta(days=DAYS)),
        )
        .order_by(UserTask.due_at, UserTask.id)
        .limit(10 * MOST_TASKS)
    )
    return [as_task_row(row) for row in rows]


def _back(session: Session, viewer: Viewer, days: list[date]) -> list[TaskRow]:
    """What was put off and comes back in the week; what is due on that very day stands there already."""
    rows = session.execute(
        task_rows()
        .where(*_open_of(viewer), Snooze.until_on >= days[0], Snooze.until_on <= days[-1])
        .order_by(Snooze.until_on, UserTask.id)
        .limit(MOST_TASKS)
    )
    tasks = (as_task_row(row) for row in rows)
    return [
        task
        for task in tasks
        if task.put_off_until and (task.due_at is None or london_day(task.due_at) != task.put_off_until)
    ]


def _overdue(session: Session, viewer: Viewer, monday: date) -> int:
    query = select(UserTask.id).where(*_open_of(viewer), UserTask.due_at < start_of_day(monday))
    return len(session.execute(query.limit(1000)).all())


def _away(session: Session, viewer: Viewer, days: list[date]) -> list[tuple[date, date, Away]]:
    other = known_as(Person, "other")
    rows = session.execute(
        select(Absence.id, Absence.person_id, Absence.from_on, Absence.until_on, other.name)
        .join(
            other,
            (other.authority_id == Absence.authority_id)
            & (
                ((Absence.person_id == viewer.person_id) & (other.id == Absence.cover_id))
                | ((Absence.cover_id == viewer.person_id) & (other.id == Absence.person_id))
            ),
        )
        .where(
            Absence.authority_id == viewer.authority_id,
            or_(Absence.person_id == viewer.person_id, Absence.cover_id == viewer.person_id),
            Absence.ended_at.is_(None),
            Absence.from_on <= days[-1],
            Absence.until_on >= days[0],
        )
        .order_by(Absence.from_on, Absence.id)
    )
    return [
        (row.from_on, row.until_on, Away(row.id, row.person_id == viewer.person_id, row.name)) for row in rows
    ]


def holidays_in(session: Session, viewer: Viewer, days: Iterable[date]) -> dict[date, str]:
    """The bank holidays among some days in a row, where the viewer works: day -> name."""
    division = reference.profile(viewer.profile).division
    known = reference.library_holidays(division)
    wanted = list(days)
    rows = session.execute(
        select(BankHoliday.on, BankHoliday.name).where(
            BankHoliday.division == division, BankHoliday.on >= wanted[0], BankHoliday.on <= wanted[-1]
        )
    )
    return {on: known[on] for on in wanted if on in known} | {row.on: row.name for row in rows}
