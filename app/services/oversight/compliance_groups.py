"""Tasks with a due date, counted in groups that are the same in every way by which compliance can be shown.

One statement does it, and the ways in which a group is keyed are those by which the list behind a number is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.moments import start_of_day
from app.services import reference
from app.services.oversight.compliance_rules import DUTY_TEXT, LIMITS, Asked, conditions, month_of, outcome
from app.services.task_rows import duties_in
from app.store.tasks import UserTask

NONE = "none"
WHICH = ("met", "missed", "waiting")
APART = ("not_needed", "cancelled")
WAYS = MappingProxyType(
    {
        "duty": "Duty",
        "clause": "Clause",
        "step": "Step",
        "pathway": "Pathway",
        "team": "Team",
        "agency": "Agency",
        "month": "Month",
    }
)
"""By what the figures can be shown."""


@dataclass(frozen=True)
class Share:
    """How many tasks met a limit, missed it, or may still meet it."""

    met: int = 0
    missed: int = 0
    waiting: int = 0

    @property
    def counted(self) -> int:
        """Those of which it is known."""
        return self.met + self.missed

    @property
    def percent(self) -> int | None:
        """Of 100, rounded down, so that only all is 100; None of nothing."""
        return 100 * self.met // self.counted if self.counted else None

    def __add__(self, other: Share) -> Share:
        return Share(self.met + other.met, self.missed + other.missed, self.waiting + other.waiting)


@dataclass(frozen=True)
class Group:
    """Tasks that are the same in every way by which the figures can be shown."""

    definition_key: str
    element_id: str
    name: str
    role: str
    team_id: str | None
    duties: tuple[str, ...]
    month: date
    shares: Mapping[str, Share]
    not_needed: int
    cancelled: int


def counted(session: Session, viewer: Viewer, looked_at: Asked) -> tuple[Group, ...]:
    """Every group of tasks with a due date, by one statement: the database counts, what it counted is put together."""
    same = (
        UserTask.definition_key,
        UserTask.element_id,
        UserTask.role,
        UserTask.team_id,
        DUTY_TEXT.label("duties"),
        _place(looked_at.period.months).label("month"),
    )
    became = [
        *(_one_of(limit, WHICH).label(limit) for limit in LIMITS),
        _one_of("due", APART).label("apart"),
    ]
    tasks = select(*same, UserTask.name, *became).where(*conditions(viewer, looked_at)).subquery()
    alike = [column for column in tasks.c if column.key != "name"]
    rows = session.execute(
        select(*alike, func.min(tasks.c.name).label("name"), func.count().label("number")).group_by(*alike)
    )
    found: dict[tuple[Any, ...], _Tally] = {}
    for row in rows:
        found.setdefault(tuple(row[: len(same)]), _Tally(row.name)).add(row)
    area = reference.profile(viewer.profile).area
    duties = {text: tuple(duties_in(area, json.loads(text))) for text in {key[4] for key in found}}
    return tuple(
        Group(
            definition_key=definition_key,
            element_id=element_id,
            name=tally.name,
            role=role,
            team_id=team_id,
            duties=duties[text],
            month=looked_at.period.months[month],
            shares={limit: Share(*tally.of_limit[limit]) for limit in LIMITS},
            not_needed=tally.apart[0],
            cancelled=tally.apart[1],
        )
        for (definition_key, element_id, role, team_id, text, month), tally in found.items()
    )


class _Tally:
    """What a group comes to: for each limit how many of WHICH, and how many of APART."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.of_limit = {limit: [0] * len(WHICH) for limit in LIMITS}
        self.apart = [0] * len(APART)

    def add(self, row: Any) -> None:
        """So many tasks that are alike, each in one place of what they are counted by, or in none."""
        self.name = min(self.name, row.name)
        for limit, numbers in self.of_limit.items():
            place = getattr(row, limit)
            if place is not None:
                numbers[place] += row.number
        if row.apart is not None:
            self.apart[row.apart] += row.number


def _one_of(limit: str, which: Sequence[str]) -> ColumnElement[int | None]:
    """The place of the outcome that a task has, since it cannot have two; nothing when it has none of them."""
    return case(*((outcome(limit, one), place) for place, one in enumerate(which)))


def _place(months: Sequence[date], first: int = 0) -> ColumnElement[int]:
    """The place of the month in which a task is due, found by halves: three years are six comparisons and not 36."""
    if len(months) == 1:
        return literal_column(str(first), Integer)
    half = len(months) // 2
    return case(
        (UserTask.due_at < start_of_day(months[half]), _place(months[:half], first)),
        else_=_place(months[half:], first + half),
    )


def duty_keys(duties: Iterable[str], by: str) -> tuple[str, ...]:
    """The duties, or the clauses, under which a task with these duties is counted: under each of them."""
    if by == "duty":
        return tuple(duties) or (NONE,)
    known = reference.register().by_id
    clauses = dict.fromkeys(f"{known[duty].area}:{known[duty].clause}" for duty in duties if duty in known)
    return tuple(clauses) or (NONE,)


def agency_of(role: str) -> str:
    """The agency that answers for a role."""
    known = reference.roles().by_key.get(role)
    return known.agency if known else "other"


def keys_by(by: str) -> Callable[[Group], tuple[str, ...]]:
    """The keys of the lines under which a group is counted, by one of WAYS."""
    ways: dict[str, Callable[[Group], tuple[str, ...]]] = {
        "duty": lambda group: duty_keys(group.duties, "duty"),
        "clause": lambda group: duty_keys(group.duties, "clause"),
        "step": lambda group: (f"{group.definition_key}:{group.element_id}",),
        "pathway": lambda group: (group.definition_key,),
        "team": lambda group: (group.team_id or NONE,),
        "agency": lambda group: (agency_of(group.role),),
        "month": lambda group: (month_of(group.month),),
    }
    return ways[by]
