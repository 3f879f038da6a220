"""What is due of each team in the coming week, against the people who are there to do it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import today
from app.domain.moments import start_of_day
from app.services.lists import TeamRow
from app.services.oversight.scope import Scope
from app.services.week import holidays_in
from app.store.absences import Absence
from app.store.people import Person, PersonTeam
from app.store.tasks import UserTask

DAYS = 7
SATURDAY = 5
MANY = 4.0
"""So many tasks for one working day of one person are more than can be done."""


@dataclass(frozen=True)
class TeamWeek:
    """The next seven days of a team: open tasks due by their end (what is overdue too), people and their days.

    `person_days` are working days of people who are there; `away_days` those of people who are not; `holidays` the
    bank holidays on which there would have been work.
    """

    team: TeamRow
    due: int
    people: int
    person_days: int
    away_days: int
    holidays: tuple[date, ...]

    @property
    def per_day(self) -> float | None:
        """Tasks due for each working day of a person; None where nobody is there."""
        return self.due / self.person_days if self.person_days else None

    @property
    def is_too_much(self) -> bool:
        """Whether more is due than the people who are there can do."""
        return self.due > 0 and (self.per_day is None or self.per_day > MANY)


def weeks(session: Session, viewer: Viewer, scope: Scope) -> tuple[TeamWeek, ...]:
    """The coming week of each team of the scope that has people or work."""
    first = today()
    days = [first + timedelta(days=number) for number in range(DAYS)]
    holidays = holidays_in(session, viewer, days)
    lost = tuple(day for day in days if day in holidays and day.weekday() < SATURDAY)
    working = [day for day in days if day not in holidays and day.weekday() < SATURDAY]
    due = _due(session, viewer, scope, days[-1])
    people = _people(session, viewer, scope)
    away = _away(session, viewer, days)
    found = []
    for team in scope.teams:
        those = people.get(team.id, [])
        missing = sum(1 for person in those for day in working if (person, day) in away)
        if those or due[team.id]:
            there = len(those) * len(working) - missing
            found.append(TeamWeek(team, due[team.id], len(those), there, missing, lost))
    return tuple(found)


def _due(session: Session, viewer: Viewer, scope: Scope, last: date) -> Counter[str]:
    rows = session.execute(
        select(UserTask.team_id, func.count().label("number"))
        .where(*scope.tasks(viewer), UserTask.due_at < start_of_day(last + timedelta(days=1)))
        .group_by(UserTask.team_id)
    )
    return Counter({row.team_id: row.number for row in rows})


def _people(session: Session, viewer: Viewer, scope: Scope) -> dict[str, list[str]]:
    rows = session.execute(
        select(PersonTeam.team_id, PersonTeam.person_id)
        .join(Person, (Person.authority_id == PersonTeam.authority_id) & (Person.id == PersonTeam.person_id))
        .where(
            PersonTeam.authority_id == viewer.authority_id,
            PersonTeam.team_id.in_([team.id for team in scope.teams]),
            Person.disabled_at.is_(None),
        )
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append(row.person_id)
    return found


def _away(session: Session, viewer: Viewer, days: list[date]) -> set[tuple[str, date]]:
    rows = session.execute(
        select(Absence.person_id, Absence.from_on, Absence.until_on).where(
            Absence.authority_id == viewer.authority_id,
            Absence.from_on <= days[-1],
            Absence.until_on >= days[0],
            Absence.ended_at.is_(None),
        )
    ).all()
    return {(row.person_id, day) for row in rows for day in days if row.from_on <= day <= row.until_on}
