"""Who has how much: open and late tasks, and children, of each person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.clock import now, today
from app.services import loose_ends, reference
from app.services.absences import away_between, in_days, thing_of
from app.store import people
from app.store.children import ChildWorker
from app.store.db import reading
from app.store.tasks import UserTask

Offered = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Caseload:
    """How many open tasks somebody has, how many of them are overdue, and how many children are theirs."""

    open: int = 0
    overdue: int = 0
    children: int = 0

    def __add__(self, other: Caseload) -> Caseload:
        return Caseload(self.open + other.open, self.overdue + other.overdue, self.children + other.children)

    @property
    def words(self) -> str:
        """Such as “7 open tasks, 2 of them overdue, and 3 children”."""
        tasks = f"{self.open} open {'task' if self.open == 1 else 'tasks'}"
        late = f", {self.overdue} of them overdue," if self.overdue else ""
        return f"{tasks}{late} and {self.children} {'child' if self.children == 1 else 'children'}"


@dataclass(frozen=True)
class PersonRow:
    """A colleague in the list of people and their work; `away` is on which days, where they are."""

    id: str
    name: str
    roles: tuple[str, ...]
    agencies: frozenset[str]
    load: Caseload
    away: str = ""
    is_closed: bool = False
    has_loose_ends: bool = False

    @property
    def has_work(self) -> bool:
        """Whether anything of theirs is left: work, or a question or mention beside it."""
        return self.load != Caseload() or self.has_loose_ends


def of(session: Session, authority_id: str, person_ids: Iterable[str]) -> dict[str, Caseload]:
    """The caseload of each of these people; nothing is left out."""
    wanted = sorted(set(person_ids))
    loads = dict.fromkeys(wanted, Caseload())
    late = func.sum(case((UserTask.due_at < now(), 1), else_=0))
    tasks = select(UserTask.assignee_id, func.count().label("open"), late.label("overdue")).where(
        UserTask.authority_id == authority_id,
        UserTask.state == literal_column("'open'"),
        UserTask.assignee_id.in_(wanted),
    )
    for row in session.execute(tasks.group_by(UserTask.assignee_id)):
        loads[row.assignee_id] = Caseload(row.open, int(row.overdue or 0))
    children = select(
        ChildWorker.person_id, func.count(ChildWorker.child_id.distinct()).label("number")
    ).where(
        ChildWorker.authority_id == authority_id,
        ChildWorker.person_id.in_(wanted),
        ChildWorker.until_at.is_(None),
    )
    for row in session.execute(children.group_by(ChildWorker.person_id)):
        loads[row.person_id] = replace(loads[row.person_id], children=row.number)
    return loads


def beside_names(viewer: Viewer, offered: Offered) -> Offered:
    """The people of each role whom a task may name, each with what they have already."""
    if not offered:
        return offered
    with reading() as session:
        loads = of(session, viewer.authority_id, [key for those in offered.values() for key, _ in those])
    return {
        role: tuple((key, f"{name}: {loads[key].words}") for key, name in those)
        for role, those in offered.items()
    }


def listed(viewer: Viewer) -> list[PersonRow]:
    """The people whose work the viewer may hand over, by name; of those who have left, whoever still has work.

    Raises NotFound where there can be none.
    """
    require(viewer, "see_people", AuthorityThing(viewer.authority_id))
    with reading() as session:
        everybody = people.viewers(session, viewer.authority_id, with_closed=True)
        those = [person for person in everybody if may(viewer, "hand_over_work", thing_of(person))]
        rows = rows_of(session, those)
    return [row for row in rows if not row.is_closed or row.has_work]


def rows_of(session: Session, those: list[Viewer]) -> list[PersonRow]:
    """People as rows of the list, in the same order."""
    if not those:
        return []
    loads = of(session, those[0].authority_id, (person.person_id for person in those))
    away = away_between(session, those[0].authority_id, today(), today())
    open_accounts = {one.person_id for one in people.viewers(session, those[0].authority_id, list(loads))}
    with_ends = loose_ends.holders(session, those[0].authority_id)
    table = reference.roles()
    return [
        PersonRow(
            person.person_id,
            person.name,
            tuple(table.name_of(role) for role in sorted(person.roles) if role in table),
            person.agencies,
            loads[person.person_id],
            in_days(away[person.person_id].from_on, away[person.person_id].until_on)
            if person.person_id in away
            else "",
            person.person_id not in open_accounts,
            person.person_id in with_ends,
        )
        for person in those
    ]
