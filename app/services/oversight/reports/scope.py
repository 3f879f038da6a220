"""What of a report a viewer may see, and how the facts of a report are read: every query of a report is made here.

Rows are of children whom the viewer may see (`sees_child`). The default is the work of the viewer's own teams: a child
belongs to a team once the team has had a task for that child.

A report of a few months must not cost more with every year: what is read is narrowed, by an index, to the period or to
the children that the report is about, and whether a child may be seen is asked once for each child, not for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now, today
from app.domain.moments import end_of_day, start_of_day
from app.domain.profiles import Profile
from app.services import reference
from app.services.oversight.reports.counted import Said, Task, state_of
from app.services.oversight.reports.shape import Row
from app.services.work_queries import IS_OPEN
from app.store.children import PARTNERSHIP, BedNights, Child, ChildFact
from app.store.db import known_as
from app.store.instances import ProcessInstance
from app.store.tasks import Answer, UserTask
from app.store.ties import sees_child

EVERY_TEAM, OWN_TEAMS = "all", "own"
MOST_AT_ONCE = 10_000
_TASK: tuple[Any, ...] = (
    UserTask.id, UserTask.child_id, UserTask.definition_key, UserTask.element_id, UserTask.name, UserTask.role,
    UserTask.form, UserTask.team_id, UserTask.created_at, UserTask.due_at, UserTask.completed_at,
    UserTask.escalated_at, UserTask.state, UserTask.not_needed_reason, cast(UserTask.duty, Text).label("duty"),
    cast(UserTask.due, Text).label("due"), cast(Answer.answers, Text).label("answers"),
)  # fmt: skip
_SAID = (Answer.id, Answer.child_id, Answer.instance_id, Answer.form, Answer.at)
_TEXT = cast(Answer.answers, Text)
_CHILD = (Child.id, Child.reference, Child.given_name, Child.family_name, Child.date_of_birth, Child.kind)


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: both days counted; a team's id, OWN_TEAMS or EVERY_TEAM; an agency or none."""

    from_on: date
    to_on: date
    team: str = OWN_TEAMS
    agency: str | None = None


class Scope:
    """The children, tasks, answers and stays that one report of one viewer counts."""

    def __init__(self, session: Session, viewer: Viewer, asked: Asked, teams: Collection[str] | None) -> None:
        """`teams` are those whose work is counted; None counts every team's."""
        self.session, self.viewer, self.asked, self.teams = session, viewer, asked, teams
        self.at, self.today = now(), today()
        self.profile: Profile = reference.profile(viewer.profile)
        self._known: dict[str, Any] = {}
        self._seen: dict[tuple[bool, bool], dict[str, bool]] = {}

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

    def tasks(
        self,
        *,
        forms: Iterable[str] = (),
        definitions: Iterable[str] = (),
        only_open: bool = False,
        with_money: bool = False,
    ) -> list[Task]:
        """The tasks of the period and the teams with one of these forms, or of these pathways; all without.

        By the day on which they count, then by id.
        """
        query: Any = (
            select(*_TASK)
            .outerjoin(Answer, (Answer.authority_id == UserTask.authority_id) & (Answer.id == UserTask.id))
            .where(UserTask.authority_id == self.viewer.authority_id)
        )
        if forms:
            query = query.where(UserTask.form.in_(sorted(forms)))
        if definitions:
            query = query.where(UserTask.definition_key.in_(sorted(definitions)))
        if self.teams is not None:
            query = query.where(UserTask.team_id.in_(sorted(self.teams)))
        if only_open:
            query = query.where(IS_OPEN)
        between = start_of_day(self.first), end_of_day(self.last)
        rows: list[Any] = []
        for counts in (  # two ranges of one index: neither database reads it by coalesce(due_at, created_at)
            UserTask.due_at.between(*between),
            UserTask.due_at.is_(None) & UserTask.created_at.between(*between),
        ):
            rows += self._of_seen(query.where(counts), with_money=with_money, is_of_teams=False)
        found = [self._task(row) for row in rows if self._of_agency(row.role)]
        return sorted(found, key=lambda task: (task.due_at or task.created_at, task.id))

    def answers(
        self,
        *forms: str,
        until: datetime | None = None,
        with_money: bool = False,
        of: Collection[str] | None = None,
    ) -> list[Said]:
        """What was answered in these forms, whenever (or until a moment), the oldest first; `of` these children."""

        def those(of_children: tuple[ColumnElement[bool], ...]) -> Any:
            its = (Answer.authority_id == self.viewer.authority_id, Answer.form.in_(forms))
            query: Any = select(*_SAID, _TEXT.label("text")).where(*its, *of_children)
            return query if until is None else query.where(Answer.at <= until)

        rows = self._of_children(those, Answer.child_id, of, with_money=with_money)
        return sorted((Said(*row) for row in rows), key=lambda one: (one.at, one.id))

    def last_answer(
        self, *forms: str, question: str, until: datetime, with_money: bool = False
    ) -> Said | None:
        """The last that was answered to a question in one of these forms, until a moment.

        Read backwards from there, form by form, so that what was answered before it costs nothing.
        """
        latest: list[Said] = []
        for form in forms:
            query: Any = (
                select(*_SAID, _TEXT.label("text"))
                .where(
                    Answer.authority_id == self.viewer.authority_id,
                    Answer.form == form,
                    Answer.at <= until,
                    Answer.answers[question].as_string().is_not(None),
                    self._sees(Answer.child_id, with_money=with_money),
                )
                .order_by(Answer.at.desc(), Answer.id.desc())
                .limit(1)
            )
            latest += [Said(*row) for row in self.session.execute(query)]
        return max(latest, key=lambda one: (one.at, one.id), default=None)

    def instances(self, *definitions: str, until: date, since: date, with_money: bool = False) -> list[Any]:
        """The pathways of these kinds that ran between two days, the oldest first, with the answers that began each.

        Rows of id, child_id, parent_id, definition_key, status, started_at, ended_at and begun_with (JSON or None).
        """
        columns = ProcessInstance
        query: Any = (
            select(
                columns.id, columns.child_id, columns.parent_id, columns.definition_key, columns.status,
                columns.started_at, columns.ended_at, cast(Answer.answers, Text).label("begun_with"),
            )
            .outerjoin(Answer, (Answer.authority_id == columns.authority_id) & (Answer.id == columns.id))
            .where(
                columns.authority_id == self.viewer.authority_id, columns.definition_key.in_(definitions)
            )
        )  # fmt: skip
        rows: list[Any] = []
        for ended in (columns.ended_at.is_(None), columns.ended_at >= start_of_day(since)):
            rows += self._of_seen(query.where(ended), with_money=with_money)  # two ranges of one index
        last = end_of_day(until)  # nearly all began before it: the database would take another index
        rows = [row for row in rows if row.started_at <= last]
        return sorted(rows, key=lambda row: (row.started_at, row.id))

    def stays(
        self, *, since: date | None = None, of: Collection[str] | None = None, with_money: bool = True
    ) -> list[BedNights]:
        """The stays in youth detention accommodation that had not ended before `since`, the oldest first.

        Of children whose money the viewer may see; `of` these children.
        """

        def those(of_children: tuple[ColumnElement[bool], ...]) -> Any:
            table = BedNights
            query: Any = select(
                table.id, table.child_id, table.instance_id, table.from_at, table.until_at
            ).where(table.authority_id == self.viewer.authority_id, *of_children)
            if since is None:
                return query
            return query.where(or_(table.until_at.is_(None), table.until_at >= start_of_day(since)))

        rows = self._of_children(those, BedNights.child_id, of, with_money=with_money)
        return sorted(rows, key=lambda row: (row.from_at, row.id))

    def facts(
        self, name: str, of: Collection[str] | None = None, *, is_within: bool = False
    ) -> dict[str, Any]:
        """What is known under this name of each child; `of` these children; only days within the period, if asked."""
        value = ChildFact.value["value"].as_string()
        within = func.substr(value, 1, 10).between(self.first.isoformat(), self.last.isoformat())
        of_period = [within] if is_within else []

        def those(of_children: tuple[ColumnElement[bool], ...]) -> Any:
            return select(ChildFact.child_id, ChildFact.value).where(
                ChildFact.authority_id == self.viewer.authority_id,
                ChildFact.name == name,
                *of_period,
                *of_children,
            )

        rows = self._of_children(those, ChildFact.child_id, of)
        return {row.child_id: row.value["value"] for row in rows}

    def children(self, ids: Iterable[str]) -> dict[str, Any]:
        """The children with these ids: their id, names, reference, date of birth and kind."""
        wanted, known = set(ids), self._known
        for some in _parts(wanted - known.keys()):
            query: Any = select(*_CHILD).where(
                Child.authority_id == self.viewer.authority_id, Child.id.in_(some)
            )
            known.update({row.id: row for row in self.session.execute(query)})
        return {child_id: known[child_id] for child_id in wanted & known.keys()}

    def named(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """The rows with the name and the reference of their child beside its id; the partnership has neither."""
        kept = list(rows)
        names = {
            child.id: (f"{child.given_name} {child.family_name}", child.reference)
            for child in self.children(row["child"] for row in kept if row.get("child")).values()
            if child.kind != PARTNERSHIP
        }
        for row in kept:
            row["child_name"], row["reference"] = names.get(row.get("child") or "", ("Partnership", ""))
        return tuple(kept)

    @cached_property
    def role_names(self) -> Mapping[str, str]:
        """The plain name of each role."""
        return {key: role.name for key, role in reference.roles().by_key.items()}

    def _of_agency(self, role: str) -> bool:
        known = reference.roles().by_key.get(role)
        return self.asked.agency is None or (known is not None and known.agency == self.asked.agency)

    def _of_children(
        self,
        those: Callable[[tuple[ColumnElement[bool], ...]], Any],
        child_id: Any,
        of: Collection[str] | None,
        *,
        with_money: bool = False,
    ) -> list[Any]:
        """What `those` finds of children whom the viewer sees: of all, or of these."""
        if of is None:
            return self._of_seen(those(()), with_money=with_money)
        found: list[Any] = []
        for some in _parts(of):
            found += self._of_seen(those((child_id.in_(some),)), with_money=with_money)
        return found

    def _of_seen(self, query: Any, *, with_money: bool = False, is_of_teams: bool = True) -> list[Any]:
        """The rows of a query (each with its `child_id`) of children whom the viewer sees, and who are the teams'."""
        rows = self.session.execute(query).all()
        seen = self._seen_of({row.child_id for row in rows}, with_money, is_of_teams)
        return [row for row in rows if row.child_id in seen]

    def _seen_of(self, ids: set[str], with_money: bool, is_of_teams: bool) -> set[str]:
        asked = self._seen.setdefault((with_money, is_of_teams), {})
        for some in _parts(ids - asked.keys()):
            query = select(*_CHILD).where(
                Child.authority_id == self.viewer.authority_id,
                Child.id.in_(some),
                self._sees(Child.id, with_money=with_money, is_of_teams=is_of_teams),
            )
            found = {row.id: row for row in self.session.execute(query)}
            self._known.update(found)
            asked.update({child_id: child_id in found for child_id in some})
        return {child_id for child_id in ids if asked[child_id]}

    def _sees(
        self, child_id: Any, *, with_money: bool = False, is_of_teams: bool = True
    ) -> ColumnElement[bool]:
        """The condition on a column of children's ids: seen by the viewer, and of the teams that were asked for.

        Money is seen by those who work with the child: an administrator does not by that right alone.
        """
        viewer = replace(self.viewer, is_admin=False) if with_money else self.viewer
        seen = sees_child(viewer, self.viewer.authority_id, child_id)
        if self.teams is None or not is_of_teams:
            return seen
        task = known_as(UserTask, "task")
        theirs = exists().where(
            task.authority_id == self.viewer.authority_id,
            task.child_id == child_id,
            task.team_id.in_(sorted(self.teams)),
        )
        return and_(seen, theirs)

    def _task(self, row: Any) -> Task:
        state = state_of(
            row.state,
            due_at=row.due_at,
            completed_at=row.completed_at,
            was_not_needed=bool(row.not_needed_reason),
            at=self.at,
        )
        found: tuple[Any, ...] = (*row[:12], state, row.duty, row.due, row.answers)
        return Task(*found)


def _parts(ids: Iterable[str]) -> Iterable[list[str]]:
    found = sorted(ids)
    return (found[at : at + MOST_AT_ONCE] for at in range(0, len(found), MOST_AT_ONCE))
