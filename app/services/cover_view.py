"""What people see of an absence: the list, the hand-over with what is due, what the cover has done meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, PersonThing, Viewer, may, require
from app.domain.clock import LONDON, today
from app.domain.moments import day_in_words, end_of_day, london_day, start_of_day
from app.services import absences
from app.services.absences import in_days
from app.services.children import ChildRow
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.store.absences import Absence, DoneFor
from app.store.db import reading
from app.store.people import PersonTeam, Team, names_of, viewers
from app.store.tasks import UserTask
from app.store.ties import sees_child

MOST_SHOWN = 200
LINES_AHEAD = timedelta(days=14)
READ_WITHIN = timedelta(days=60)
DONE = {
    "task_completed": "Completed",
    "task_claimed": "Took",
    "task_released": "Put back into the queue",
    "task_assigned": "Gave to somebody",
    "task_reopened": "Reopened",
    "task_not_needed": "Marked as not needed",
    "task_put_off": "Put off",
    "task_brought_forward": "Brought forward",
    "task_submitted": "Sent to a manager for sign-off",
    "contribution_asked": "Asked somebody about",
    "contribution_given": "Answered",
    "contribution_withdrawn": "Withdrew a question about",
    "comment_added": "Commented on",
    "comment_withdrawn": "Withdrew a comment on",
}


@dataclass(frozen=True)
class AbsenceRow:
    """An absence as lists and banners show it."""

    id: str
    person_id: str
    person: str
    cover_id: str
    cover: str
    from_on: date
    until_on: date
    note: str
    ended_at: datetime | None
    read_at: datetime | None
    is_cover_gone: bool = False

    @property
    def when(self) -> str:
        """Now, ahead or over."""
        if self.ended_at is not None or self.until_on < today():
            return "over"
        return "now" if self.from_on <= today() else "ahead"

    @property
    def days(self) -> str:
        """Such as “from Monday 4 January 2027 to Friday 8 January 2027”."""
        return in_days(self.from_on, self.until_on)


@dataclass(frozen=True)
class Done:
    """Something that the cover did: in words, what, for which child, when."""

    words: str
    task: str
    task_id: str | None
    child: ChildRow | None
    by: str
    at: datetime


@dataclass(frozen=True)
class AbsenceView:
    """An absence with what is due in it, child by child, and what has been done for the absent person."""

    row: AbsenceRow
    due: tuple[tuple[ChildRow, tuple[TaskRow, ...]], ...]
    later: int
    done: tuple[Done, ...]
    can: frozenset[str]


@dataclass(frozen=True)
class OnMyWork:
    """What My work says of cover: whom the viewer covers today, whether they are away, what was done for them."""

    covering: tuple[AbsenceRow, ...] = ()
    away: AbsenceRow | None = None
    back: tuple[AbsenceRow, ...] = ()
    """Empty while the viewer is away: days that another cover had before are told on coming back."""


def listed(viewer: Viewer) -> list[AbsenceRow]:
    """Absences of today and ahead among the people of the viewer's agencies, and the viewer's own; soonest first."""
    require(viewer, "see_cover", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _rows(session, viewer, Absence.until_on >= today(), Absence.ended_at.is_(None), _near(viewer))


def openable(viewer: Viewer, rows: Iterable[AbsenceRow]) -> frozenset[str]:
    """Which of the listed absences the viewer may open: others only read that somebody is away."""
    listed = list(rows)
    with reading() as session:
        absent = viewers(session, viewer.authority_id, {row.person_id for row in listed})
    agencies = {person.person_id: person.agencies for person in absent}
    return frozenset(
        row.id
        for row in listed
        if may(
            viewer,
            "see_absence",
            PersonThing(
                viewer.authority_id, row.person_id, agencies.get(row.person_id, frozenset()), row.cover_id
            ),
        )
    )


def on_my_work(viewer: Viewer) -> OnMyWork:
    """What the viewer should read of cover before they begin."""
    own = Absence.person_id == viewer.person_id
    unread = (Absence.read_at.is_(None)) & (Absence.until_on >= today() - READ_WITHIN)
    with reading() as session:
        rows = _rows(session, viewer, or_(own, Absence.cover_id == viewer.person_id), unread)
        back = [row for row in rows if row.person_id == viewer.person_id and row.when == "over"]
        done = _something_done(session, viewer, back)
    away = next((row for row in rows if row.person_id == viewer.person_id and row.when == "now"), None)
    return OnMyWork(
        covering=tuple(row for row in rows if row.cover_id == viewer.person_id and row.when == "now"),
        away=away,
        back=() if away else tuple(row for row in back if row.id in done),
    )


def notes_for(viewer: Viewer, person_ids: Iterable[str | None]) -> list[AbsenceRow]:
    """The hand-overs that stand on a task: of those among these people for whom the viewer covers today."""
    covered = sorted(viewer.covers & {one for one in person_ids if one})
    if not covered:
        return []
    with reading() as session:
        rows = _rows(
            session, viewer, Absence.cover_id == viewer.person_id, Absence.person_id.in_(covered),
            Absence.ended_at.is_(None),
        )  # fmt: skip
    return [row for row in rows if row.when == "now"]


def show(viewer: Viewer, absence_id: str) -> AbsenceView:
    """One absence for its person, its cover or their manager. Raises NotFound."""
    with reading() as session:
        found = absences.row(session, viewer.authority_id, absence_id)
        thing = absences.person_of(session, found)
        require(viewer, "see_absence", thing)
        (row,) = _rows(session, viewer, Absence.id == absence_id)
        due, later = _due(session, viewer, row) if row.when != "over" else ((), 0)
        can = {action for action in ("record_absence",) if may(viewer, action, thing)}
        return AbsenceView(row, due, later, _done(session, viewer, row), frozenset(can))


def hand_over_lines(viewer: Viewer, person_id: str) -> str:
    """One line for each child of a person: what is due in the next two weeks, to add to; only children whom the
    viewer sees."""
    with reading() as session:
        rows = _open_tasks(session, viewer, person_id)
    edge = end_of_day(today() + LINES_AHEAD)
    lines: dict[str, list[str]] = {}
    for task in rows:
        due = lines.setdefault(f"{task.child.name} ({task.child.reference})", [])
        if task.due_at and task.due_at <= edge:
            due.append(f"{task.name}, {day_in_words(london_day(task.due_at), year=False)}")
    return "\n".join(f"{child}: {'; '.join(due) or 'nothing due'}." for child, due in lines.items())[:4000]


def _near(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_admin:
        return true()
    in_agency = (
        select(PersonTeam.person_id)
        .join(
            Team,
            (Team.authority_id == PersonTeam.authority_id) & (Team.id == PersonTeam.team_id),
        )
        .where(PersonTeam.authority_id == viewer.authority_id, Team.agency.in_(sorted(viewer.agencies)))
    )
    return or_(Absence.person_id == viewer.person_id, Absence.person_id.in_(in_agency))


def _rows(session: Session, viewer: Viewer, *which: ColumnElement[bool]) -> list[AbsenceRow]:
    found = list(
        session.execute(
            select(*Absence.__table__.c)
            .where(Absence.authority_id == viewer.authority_id, *which)
            .order_by(Absence.from_on, Absence.id)
        )
    )
    names = absences.names_in(session, found)
    covers = {one.cover_id for one in found}
    open_accounts = (
        {one.person_id for one in viewers(session, viewer.authority_id, covers)} if covers else set()
    )
    return [
        AbsenceRow(
            one.id, one.person_id, names[one.person_id], one.cover_id, names[one.cover_id], one.from_on,
            one.until_on, one.note, one.ended_at, one.read_at, one.cover_id not in open_accounts,
        )
        for one in found
    ]  # fmt: skip


def _open_tasks(session: Session, viewer: Viewer, person_id: str) -> list[TaskRow]:
    rows = session.execute(
        task_rows()
        .where(
            UserTask.authority_id == viewer.authority_id,
            UserTask.assignee_id == person_id,
            UserTask.state == "open",
            sees_child(viewer, UserTask.authority_id, UserTask.child_id),
        )
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )
    return [as_task_row(row) for row in rows]


def _due(
    session: Session, viewer: Viewer, row: AbsenceRow
) -> tuple[tuple[tuple[ChildRow, tuple[TaskRow, ...]], ...], int]:
    """What is late or due until the last day, child by child; how many tasks are due later."""
    everything = _open_tasks(session, viewer, row.person_id)
    edge = end_of_day(row.until_on)
    groups: dict[str, list[TaskRow]] = {}
    for task in everything:
        if task.due_at and task.due_at <= edge:
            groups.setdefault(task.child.id, []).append(task)
    due = tuple((tasks[0].child, tuple(tasks)) for tasks in groups.values())
    return due, len(everything) - sum(len(tasks) for _, tasks in due)


def _while_away(viewer: Viewer, row: AbsenceRow) -> tuple[ColumnElement[bool], ...]:
    return (
        DoneFor.authority_id == viewer.authority_id,
        DoneFor.person_id == row.person_id,
        DoneFor.at >= start_of_day(row.from_on),
        DoneFor.at < start_of_day(row.until_on + timedelta(days=1)),
    )


def _something_done(session: Session, viewer: Viewer, rows: list[AbsenceRow]) -> set[str]:
    return {
        row.id
        for row in rows
        if session.scalar(select(DoneFor.id).where(*_while_away(viewer, row)).limit(1)) is not None
    }


def _done(session: Session, viewer: Viewer, row: AbsenceRow) -> tuple[Done, ...]:
    found: list[Any] = list(
        session.execute(
            select(DoneFor)
            .where(*_while_away(viewer, row), sees_child(viewer, DoneFor.authority_id, DoneFor.child_id))
            .order_by(DoneFor.id.desc())
            .limit(MOST_SHOWN)
        ).scalars()
    )
    children = child_rows(session, viewer.authority_id, [one.child_id for one in found if one.child_id])
    names = names_of(session, viewer.authority_id, [one.by_id for one in found])
    return tuple(
        Done(
            words=DONE.get(one.kind, one.kind.replace("_", " ").capitalize()),
            task=one.name,
            task_id=one.task_id,
            child=children.get(one.child_id or ""),
            by=names.get(one.by_id, ""),
            at=one.at.astimezone(LONDON),
        )
        for one in found
    )
