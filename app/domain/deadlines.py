"""Deadlines: due is the earlier of the local rule (the protocol) and the statutory one, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.explanations import Side, explain
from app.domain.limits import Direction, Limit, Rule, Unit, limit
from app.domain.moments import london_day
from app.domain.workdays import Skipped, WorkingCalendar

__all__ = ["Deadline", "DeadlineRule", "Direction", "Limit", "Rule", "Side", "Unit", "compute"]


@dataclass(frozen=True)
class DeadlineRule:
    """A rule key of a profile: what is counted from which event, locally and by statute.

    `only_with` names the switch without which the rule is not used in an area; `acknowledged` is the reason
    for keeping a local rule that may end later than the statutory one.
    """

    key: str
    title: str
    counted_from: str
    local: Rule | None
    statutory: Rule | None
    acknowledged: str = ""
    only_with: str = ""
    note: str = ""


@dataclass(frozen=True)
class Deadline:
    """A due date with its reasons; it survives `from_json(to_json())` unchanged.

    `skipped` has the days that either side passed over, in order. When both sides end together `won_by` is
    "local" and the explanation says that they agree.
    """

    key: str
    from_at: datetime
    due_at: datetime
    due_on: date
    local: Limit | None
    statutory: Limit | None
    won_by: Side
    skipped: tuple[Skipped, ...]
    explanation: str

    @classmethod
    def plain(cls, due_at: datetime, explanation: str) -> Deadline:
        """A due time that comes from no rule of a profile (`key` is empty)."""
        if due_at.tzinfo is None:
            raise BadInput(f"The time {due_at.isoformat()} has no time zone. Add one, such as +00:00.")
        due_at = due_at.astimezone(UTC)
        return cls("", due_at, due_at, london_day(due_at), None, None, "local", (), explanation)

    def to_json(self) -> dict[str, Any]:
        """JSON values only; times are ISO 8601 with London's offset."""
        return {
            "key": self.key,
            "from_at": self.from_at.astimezone(LONDON).isoformat(),
            "due_at": self.due_at.astimezone(LONDON).isoformat(),
            "due_on": self.due_on.isoformat(),
            "local": self.local.to_json() if self.local else None,
            "statutory": self.statutory.to_json() if self.statutory else None,
            "won_by": self.won_by,
            "skipped": [day.to_json() for day in self.skipped],
            "explanation": self.explanation,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Deadline:
        """The same value again from `to_json`."""
        return cls(
            stored["key"],
            datetime.fromisoformat(stored["from_at"]).astimezone(UTC),
            datetime.fromisoformat(stored["due_at"]).astimezone(UTC),
            date.fromisoformat(stored["due_on"]),
            Limit.from_json(stored["local"]) if stored["local"] else None,
            Limit.from_json(stored["statutory"]) if stored["statutory"] else None,
            stored["won_by"],
            tuple(Skipped.from_json(day) for day in stored["skipped"]),
            stored["explanation"],
        )


def compute(rule: DeadlineRule, from_at: datetime, calendar: WorkingCalendar) -> Deadline:
    """When `rule` falls due for an event at `from_at` (aware), with its explanation.

    Raises BadInput for a time without a zone, a rule with neither side, or a day beyond the calendar.
    """
    if from_at.tzinfo is None:
        raise BadInput(f"The time {from_at.isoformat()} has no time zone. Add one, such as +00:00.")
    from_at = from_at.astimezone(UTC)
    local = limit(rule.local, from_at, calendar) if rule.local else None
    statutory = limit(rule.statutory, from_at, calendar) if rule.statutory else None
    won_by, winner = _earlier(rule.key, local, statutory)
    skipped = {day.on: day for side in (local, statutory) if side for day in side.skipped}
    return Deadline(
        key=rule.key,
        from_at=from_at,
        due_at=winner.due_at,
        due_on=winner.due_on,
        local=local,
        statutory=statutory,
        won_by=won_by,
        skipped=tuple(skipped[on] for on in sorted(skipped)),
        explanation=explain(from_at, local, statutory, won_by, calendar),
    )


def _earlier(key: str, local: Limit | None, statutory: Limit | None) -> tuple[Side, Limit]:
    if local is not None and (statutory is None or local.due_at <= statutory.due_at):
        return "local", local
    if statutory is not None:
        return "statutory", statutory
    raise BadInput(f"The rule {key} has neither a local nor a statutory time limit.")
