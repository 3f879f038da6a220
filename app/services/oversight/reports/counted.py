"""What reports count: tasks, and what was answered. What is kept as JSON is read only where a report asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from app.domain.moments import london_day

STATES = {
    "on_time": "Done in time",
    "late": "Done late",
    "overdue": "Overdue",
    "open": "Open",
    "not_needed": "Not needed",
    "not_done": "Not done",
}
"""What has become of a task, in words."""


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
    team_id: str | None
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    escalated_at: datetime | None
    state: str
    duty_text: str
    due_text: str | None
    answers_text: str | None

    @cached_property
    def duty(self) -> tuple[str, ...]:
        """The duties that it is done for."""
        return tuple(json.loads(self.duty_text))

    @cached_property
    def due(self) -> Mapping[str, Any]:
        """Its deadline with the explanation; empty without one."""
        return json.loads(self.due_text or "null") or {}

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """What was answered; empty while it is open."""
        return json.loads(self.answers_text or "null") or {}

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


@dataclass(frozen=True)
class Said:
    """What was answered in a form: of which child and pathway, when."""

    id: str
    child_id: str
    instance_id: str
    form: str
    at: datetime
    text: str

    @cached_property
    def answers(self) -> dict[str, Any]:
        """The answers by their question."""
        return dict(json.loads(self.text))


def state_of(
    kind: str, *, due_at: datetime | None, completed_at: datetime | None, was_not_needed: bool, at: datetime
) -> str:
    """One of STATES, of a task that is open, completed or cancelled, at a moment."""
    is_late = due_at is not None and (completed_at or at) > due_at
    if kind == "open":
        return "overdue" if is_late else "open"
    if kind == "cancelled" or was_not_needed:
        return "not_done" if is_late else "not_needed"
    return "late" if is_late else "on_time"
