"""Deadlines: due is the earlier of the local rule (the protocol) and the statutory one, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.explanations import Side, explain
from app.domain.limits import Direction, Limit, Rule, Unit, limit
from app.domain.moments import day_in_words, london_day, moment_in_words
from app.domain.workdays import Skipped, WorkingCalendar

__all__ = ["Agreed", "Deadline", "DeadlineRule", "Direction", "Limit", "Rule", "Side", "Unit", "compute"]


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
class Agreed:
    """A date that a manager agreed to beside the one that was worked out, which is kept here with its explanation.

    It stays when facts change, unless `stays` says that it falls away as soon as the worked-out date moves.
    """

    due_at: datetime
    reason: str
    by: str
    at: datetime
    stays: bool
    worked_out_at: datetime
    worked_out_why: str

    def to_json(self) -> dict[str, Any]:
        """JSON values only."""
        moments = {name: getattr(self, name).astimezone(LONDON).isoformat() for name in _MOMENTS}
        return {**vars(self), **moments}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Agreed:
        """The same value again from `to_json`."""
        moments = {name: datetime.fromisoformat(stored[name]).astimezone(UTC) for name in _MOMENTS}
        return cls(**{**stored, **moments})


_MOMENTS = ("due_at", "at", "worked_out_at")


@dataclass(frozen=True)
class Deadline:
    """A due date with its reasons; it survives `from_json(to_json())` unchanged.

    `skipped` has the days that either side passed over, in order. When both sides end together `won_by` is
    "local" and the explanation says that they agree. Where a date was `agreed`, `due_at` is that one, or the
    statutory limit where that ends first.
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
    agreed: Agreed | None = None

    @property
    def worked_out(self) -> Deadline:
        """The same without what was agreed: as the rules give it."""
        if self.agreed is None:
            return self
        at = self.agreed.worked_out_at
        won_by: Side = "local" if self.local and self.local.due_at == at else "statutory"
        return replace(
            self,
            due_at=at,
            due_on=london_day(at),
            won_by=won_by if self.local or self.statutory else self.won_by,
            explanation=self.agreed.worked_out_why,
            agreed=None,
        )

    def agreeing(self, due_at: datetime, *, reason: str, by: str, at: datetime, stays: bool) -> Deadline:
        """The same with an agreed date: no later than the statutory limit, which nobody can move."""
        plain = self.worked_out
        agreed = Agreed(due_at, reason, by, at, stays, plain.due_at, plain.explanation)
        is_held = plain.statutory is not None and plain.statutory.due_at < due_at
        counts = plain.statutory.due_at if plain.statutory and is_held else due_at
        return replace(
            plain,
            due_at=counts,
            due_on=london_day(counts),
            won_by="statutory" if is_held else plain.won_by,
            explanation=f"{plain.explanation.rstrip('.')}. {_moved_in_words(agreed, is_held=is_held)}",
            agreed=agreed,
        )

    def keeping(self, earlier: Agreed | None) -> Deadline:
        """This newly worked-out date, with the date that was agreed before, if that is to stay."""
        if earlier is None or not (earlier.stays or earlier.worked_out_at == self.due_at):
            return self
        return self.agreeing(
            earlier.due_at, reason=earlier.reason, by=earlier.by, at=earlier.at, stays=earlier.stays
        )

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
            **({"agreed": self.agreed.to_json()} if self.agreed else {}),
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
            Agreed.from_json(stored["agreed"]) if stored.get("agreed") else None,
        )


def _moved_in_words(agreed: Agreed, *, is_held: bool) -> str:
    reason = agreed.reason.rstrip(".")
    until = day_in_words(london_day(agreed.due_at))
    words = f"by {agreed.by} on {moment_in_words(agreed.at)}, because: {reason}."
    if is_held:
        return f"Agreed until {until} {words} The statutory limit ends first and counts."
    return f"Moved to {until} {words}"


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
