"""What of a report a viewer may see, and how the facts of a report are read: every query of a report is made here.

Rows are of children whom the viewer may see (`sees_child`). The default is the work of the viewer's own teams: a child
belongs to a team once the team has had a task for that child.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.access import Viewer
from app.domain.clock import now, today
from app.domain.moments import end_of_day, london_day, start_of_day
from app.domain.profiles import Profile
from app.services import reference
from app.services.oversight.reports.shape import Row
from app.store.children import PARTNERSHIP, BedNights, Child, ChildFact
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, UserTask
from app.store.ties import sees_child

EVERY_TEAM = "all"
OWN_TEAMS = "own"


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: both days counted; a team's id, OWN_TEAMS or EVERY_TEAM; an agency or none."""

    from_on: date
    to_on: date
    team: str = OWN_TEAMS
    agency: str | None = None


@dataclass(frozen=True)
class Task:
    """A task as reports read it. `day` is the day in London on which it counts: due, or created where nothing is due.

    `state` is one of STATES: done in time, done late, still open and late, open, not needed (withdrawn before it
    was due), not done (withdrawn after it was due).
    """

    id: str
    child_id: str
    definition: str
    element: str
    name: str
    role: str
    form: str | None
    duty: tuple[str, ...]
    team_id: str | None
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    state: str
    due: Mapping[str, Any]
    answers: Mapping[str, Any]
    escalated_at: datetime | None = None

    @property
    def day(self) -> date:
        """The day on which it counts."""
        return london_day(self.due_at or self.created_at)

    @property
    def is_done(self) -> bool:
        """Whether somebody did it, in time or late."""
        return self.state in ("on_time", "late")

    def hours_late(self, at: datetime) -> float | None:
        """Hours from when it was due until it was done, or until `at` while it is open; None when it is not late."""
        if self.due_at is None or self.state not in ("late", "overdue"):
            return None
        return round(((self.completed_at or at) - self.due_at).total_seconds() / 3600, 1)


STATES = {
    "on_time": "Done in time",
    "late": "Done late",
    "overdue": "Overdue",
    "open": "Open",
    "not_needed": "Not needed",
    "not_done": "Not done",
}
"""What has become of a task, in words."""


class Scope:
    """The children, tasks, answers and stays that one report of one viewer counts."""

    def __init__(self, session: Session, viewer: Viewer, asked: Asked, teams: Collection[str] | None) -> None:
        """`teams` are those whose work is counted; None counts every team's."""
        self.session, self.viewer, self.asked, self.teams = session, viewer, asked, teams
        self.at, self.today = now(), today()
        self.profile: Profile = reference.profile(viewer.profile)

    @property
    def first(self) -> date:
        """The first day of the period."""
        return self.asked.from_on

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.asked.to_on

    def covers(self, day: date | None) -> bool:
        """Whether a day is within the period."""
        return day is not None and self.first <= day <= self.last

    def of_children(
        self, child_id: Any, *, with_money: bool = False, is_of_teams: bool = True
    ) -> ColumnElement[bool]:
        """The condition on a column of children's ids: seen by the viewer, and of the teams that were asked for.

        Money is seen by those who work with the child: an administrator does not by that right alone.
        """
        viewer = replace(self.viewer, is_admin=False) if with_money else self.viewer
        seen = sees_child(viewer, self.viewer.authority_id, child_id)
        if self.teams is None or not is_of_teams:
            return seen
        task = aliased(UserTask)
        theirs = exists().where(
            task.authority_id == self.viewer.authority_id,
            task.child_id == child_id,
            task.team_id.in_(sorted(self.teams)),
        )
        return and_(seen, theirs)

    def tasks(
        self,
        *,
        forms: Iterable[str] = (),
        definitions: Iterable[str] = (),
        only_open: bool = False,
        with_money: bool = False,
    ) -> list[Task]:
        """The tasks of the period and the teams with one of these forms, or of one of these pathways; all without.

        By the day on which they count, then by id.
        """
        table = UserTask
        wanted = [table.form.in_(sorted(forms))] if forms else []
        wanted += [table.definition_key.in_(sorted(definitions))] if definitions else []
        counted_at = func.coalesce(table.due_at, table.created_at)
        query = (
            select(table, Answer.answers)
            .outerjoin(Answer, (Answer.authority_id == table.authority_id) & (Answer.id == table.id))
            .where(
                table.authority_id == self.viewer.authority_id,
                or_(*wanted) if wanted else true(),
                counted_at.between(start_of_day(self.first), end_of_day(self.last)),
                self.of_children(table.child_id, with_money=with_money, is_of_teams=False),
            )
            .order_by(counted_at, table.id)
        )
        if self.teams is not None:
            query = query.where(table.team_id.in_(sorted(self.teams)))
        if only_open:
            query = query.where(table.state == "open")
        found = (self._task(row, answers) for row, answers in self.session.execute(query))
        return [task for task in found if self._of_agency(task.role)]

    def answers(self, *forms: str, until: datetime | None = None, with_money: bool = False) -> list[Answer]:
        """What was answered in these forms, whenever (or until a moment), the oldest first."""
        query = (
            select(Answer)
            .where(
                Answer.authority_id == self.viewer.authority_id,
                Answer.form.in_(forms),
                self.of_children(Answer.child_id, with_money=with_money),
            )
            .order_by(Answer.at, Answer.id)
        )
        if until is not None:
            query = query.where(Answer.at <= until)
        return list(self.session.scalars(query))

    def instances(self, *definitions: str, with_money: bool = False) -> list[ProcessInstance]:
        """The pathways of these kinds, whenever begun, the oldest first; without their engine's state."""
        columns = ProcessInstance
        query = (
            select(
                columns.id, columns.child_id, columns.root_id, columns.parent_id, columns.definition_key,
                columns.name, columns.correlation_key, columns.status, columns.started_at, columns.ended_at,
                columns.end_event,
            )
            .where(
                columns.authority_id == self.viewer.authority_id,
                columns.definition_key.in_(definitions),
                self.of_children(columns.child_id, with_money=with_money),
            )
            .order_by(columns.started_at, columns.id)
        )  # fmt: skip
        return list(self.session.execute(query))  # type: ignore[arg-type]  # rows with the same names

    def stays(self, *, with_money: bool = True) -> list[BedNights]:
        """The stays in youth detention accommodation of children whose money the viewer may see, the oldest first."""
        query = (
            select(BedNights)
            .where(
                BedNights.authority_id == self.viewer.authority_id,
                self.of_children(BedNights.child_id, with_money=with_money),
            )
            .order_by(BedNights.from_at, BedNights.id)
        )
        return list(self.session.scalars(query))

    def facts(self, name: str) -> dict[str, Any]:
        """What is known under this name of each child."""
        found = self.session.execute(
            select(ChildFact.child_id, ChildFact.value).where(
                ChildFact.authority_id == self.viewer.authority_id,
                ChildFact.name == name,
                self.of_children(ChildFact.child_id),
            )
        )
        return {row.child_id: row.value["value"] for row in found}

    def children(self, ids: Iterable[str]) -> dict[str, Child]:
        """The children with these ids."""
        wanted = sorted(set(ids))
        found = self.session.scalars(
            select(Child).where(Child.authority_id == self.viewer.authority_id, Child.id.in_(wanted))
        )
        return {child.id: child for child in found}

    def named(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """The rows with the name and the reference of their child beside its id; the partnership has neither."""
        kept = list(rows)
        known = self.children(row["child"] for row in kept if row.get("child"))
        for row in kept:
            child = known.get(row.get("child") or "")
            is_somebody = child is not None and child.kind != PARTNERSHIP
            row["child_name"] = (
                f"{child.given_name} {child.family_name}" if child and is_somebody else "Partnership"
            )
            row["reference"] = child.reference if child and is_somebody else ""
        return tuple(kept)

    @cached_property
    def role_names(self) -> Mapping[str, str]:
        """The plain name of each role."""
        return {key: role.name for key, role in reference.roles().by_key.items()}

    def _of_agency(self, role: str) -> bool:
        known = reference.roles().by_key.get(role)
        return self.asked.agency is None or (known is not None and known.agency == self.asked.agency)

    def _task(self, row: UserTask, answers: Mapping[str, Any] | None) -> Task:
        return Task(
            id=row.id,
            child_id=row.child_id,
            definition=row.definition_key,
            element=row.element_id,
            name=row.name,
            role=row.role,
            form=row.form,
            duty=tuple(row.duty or ()),
            team_id=row.team_id,
            created_at=row.created_at,
            due_at=row.due_at,
            completed_at=row.completed_at,
            state=self._state(row),
            due=row.due or {},
            answers=answers or {},
            escalated_at=row.escalated_at,
        )

    def _state(self, row: UserTask) -> str:
        ended_at = row.completed_at or self.at
        is_late = row.due_at is not None and ended_at > row.due_at
        if row.state == "open":
            return "overdue" if is_late else "open"
        if row.state == "cancelled" or row.not_needed_reason:
            return "not_done" if is_late else "not_needed"
        return "late" if is_late else "on_time"
