"""What counts as met on time: the conditions by which numbers are counted and the lists behind them are read.

A task belongs to the month of its due date. It is met when it was completed by its limit, missed when it was
completed after it or is open and the limit has passed, and waits while the limit is still to come. What was found not
to be needed, or went away with its pathway, is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, or_, select

from app.domain.access import Viewer
from app.domain.clock import now, today
from app.domain.errors import BadInput
from app.domain.limits import add_months
from app.domain.moments import start_of_day
from app.services.oversight.scope import Scope
from app.store.instances import ProcessInstance
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask

PARTNERSHIP = "partnership"
"""The scope that is no team's: every agency of the authority, as numbers alone."""
LIMITS = MappingProxyType({"due": "Due date", "local": "Local limit", "statutory": "Statutory limit"})
"""What a task is held against: the date that people were given, and where either side of its deadline ends."""
OUTCOMES = MappingProxyType(
    {
        "counted": "Met or missed",
        "met": "Met",
        "missed": "Missed",
        "waiting": "Not yet due",
        "not_needed": "Not needed",
        "cancelled": "Went away with its pathway",
    }
)
MOST_MONTHS = 36
USUAL_MONTHS = 3
DUTY_TEXT = cast(UserTask.duty, Text)
ENDS: dict[str, Any] = {
    "due": UserTask.due_at,
    "local": UserTask.local_due_at,
    "statutory": UserTask.statutory_due_at,
}


@dataclass(frozen=True)
class Period:
    """Whole months in London, first and last day of each counted; both are the first of their month."""

    first: date
    last: date

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of every month of it."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return tuple(add_months(self.first, number) for number in range(count))


def period(first: str = "", last: str = "") -> Period:
    """The months from "2026-09" to "2026-11"; without them the last three, of which this is one.

    Raises BadInput for what is no month, an end before the start or more than 36 months.
    """
    this = today().replace(day=1)
    end = _month(last, "to") if last else this
    start = _month(first, "from") if first else add_months(min(end, this), 1 - USUAL_MONTHS)
    if start > end:
        raise BadInput(
            "The period ends before it begins.", {"to": ["Select a month that is not before the first"]}
        )
    if start < add_months(end, 1 - MOST_MONTHS):
        raise BadInput(
            "The period is too long.", {"from": [f"Select a period of {MOST_MONTHS} months or fewer"]}
        )
    return Period(start, end)


def _month(text: str, name: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadInput("That is no month.", {name: ["Select a month"]}) from None


@dataclass(frozen=True)
class Asked:
    """What is looked at: whose work, in which months, and perhaps only pathways on one version."""

    scope: Scope
    period: Period
    version_id: str | None = None

    @property
    def is_partnership(self) -> bool:
        """Whether it is the work of all agencies."""
        return self.scope.chosen == PARTNERSHIP

    def names_children(self, viewer: Viewer) -> bool:
        """Whether the viewer may see the children behind every number of it."""
        return viewer.is_admin or not self.is_partnership


def conditions(viewer: Viewer, asked: Asked, at: Any = UserTask.due_at) -> list[ColumnElement[bool]]:
    """The tasks that are looked at; `at` is the moment by which a task belongs to the period."""
    found = [
        UserTask.authority_id == viewer.authority_id,
        at >= start_of_day(asked.period.first),
        at < start_of_day(add_months(asked.period.last, 1)),
    ]
    of_team = UserTask.team_id.in_([team.id for team in asked.scope.teams])
    found.append(or_(of_team, UserTask.team_id.is_(None)) if asked.is_partnership else of_team)
    if asked.names_children(viewer):
        found.append(is_open_to(viewer, UserTask.child_id, "tasks"))
    if asked.scope.role:
        found.append(UserTask.role == asked.scope.role)
    if asked.scope.pathway:
        found.append(UserTask.definition_key == asked.scope.pathway)
    if asked.version_id:
        found.append(
            UserTask.instance_id.in_(
                select(ProcessInstance.id).where(
                    ProcessInstance.authority_id == viewer.authority_id,
                    ProcessInstance.version_id == asked.version_id,
                )
            )
        )
    return found


def outcome(limit: str, which: str) -> ColumnElement[bool]:
    """Whether a task has one of OUTCOMES against one of LIMITS, at this moment."""
    ends_at = ENDS[limit]
    is_done, is_open = UserTask.state == "completed", UserTask.state == "open"
    met = and_(is_done, UserTask.completed_at <= ends_at)
    missed = or_(and_(is_done, UserTask.completed_at > ends_at), and_(is_open, ends_at < now()))
    found: dict[str, ColumnElement[bool]] = {
        "met": met,
        "missed": missed,
        "counted": or_(met, missed),
        "waiting": and_(is_open, ends_at >= now()),
        "not_needed": and_(UserTask.state == "cancelled", UserTask.not_needed_reason.is_not(None)),
        "cancelled": and_(UserTask.state == "cancelled", UserTask.not_needed_reason.is_(None)),
    }
    return found[which]


def month_of(at: date) -> str:
    """ "2026-11" """
    return at.isoformat()[:7]
