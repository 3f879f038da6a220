"""Tasks with a due date, counted in groups that are the same in every way by which compliance can be shown.

One statement does it, and the ways in which a group is keyed are those by which the list behind a number is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.limits import add_months
from app.domain.moments import start_of_day
from app.services import reference
from app.services.oversight.compliance_rules import DUTY_TEXT, LIMITS, Asked, conditions, month_of, outcome
from app.services.task_rows import duties_in
from app.store.tasks import UserTask

NONE = "none"
WHICH = ("met", "missed", "waiting")
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
    """Every group of tasks with a due date, by one statement."""
    first, *later = looked_at.period.months
    ends = [start_of_day(add_months(month, 1)) for month in (first, *later)]
    month = case(*((UserTask.due_at < end, number) for number, end in enumerate(ends)))
    flags = {
        f"{limit}_{which}": case((outcome(limit, which), 1), else_=0) for limit in LIMITS for which in WHICH
    } | {which: case((outcome("due", which), 1), else_=0) for which in ("not_needed", "cancelled")}
    same = (
        UserTask.definition_key,
        UserTask.element_id,
        UserTask.role,
        UserTask.team_id,
        DUTY_TEXT.label("duties"),
        month.label("month"),
    )
    tasks = (
        select(*same, UserTask.name, *(flag.label(name) for name, flag in flags.items()))
        .where(*conditions(viewer, looked_at))
        .subquery()
    )
    of_group = [
        tasks.c[name] for name in ("definition_key", "element_id", "role", "team_id", "duties", "month")
    ]
    query = select(
        *of_group,
        func.min(tasks.c.name).label("name"),
        *(func.sum(tasks.c[name]).label(name) for name in flags),
    )
    area = reference.profile(viewer.profile).area
    return tuple(
        Group(
            definition_key=row.definition_key,
            element_id=row.element_id,
            name=row.name,
            role=row.role,
            team_id=row.team_id,
            duties=tuple(duties_in(area, json.loads(row.duties))),
            month=looked_at.period.months[row.month],
            shares={limit: _share(row, limit) for limit in LIMITS},
            not_needed=row.not_needed,
            cancelled=row.cancelled,
        )
        for row in session.execute(query.group_by(*of_group))
    )


def _share(row: Any, limit: str) -> Share:
    return Share(*(int(getattr(row, f"{limit}_{which}")) for which in WHICH))


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
