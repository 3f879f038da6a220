"""Two stories side by side: what moves by how many days and why, what is added, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.clock import LONDON

SHOWN = ("task_created", "duty_overdue", "escalated", "instance_started", "instance_ended")
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """The same event in both stories, the nth of its element; `was` or `now` is None where it is in one only.

    The moments are the due time where there is one, else when it happens; `is_due` says which. `why_was` and `why`
    are how they were counted; `role` is who does it.
    """

    kind: str
    name: str
    nth: int
    was: datetime | None
    now: datetime | None
    why: str
    why_was: str = ""
    role: str = ""
    is_due: bool = False

    @property
    def days(self) -> int:
        """By how many days it moves; negative for earlier."""
        return days_between(self.was, self.now) if self.now and self.was else 0

    @property
    def at(self) -> datetime | None:
        """Its moment in the newer story, or in the older where it has gone."""
        return self.now or self.was

    @property
    def is_same(self) -> bool:
        """Whether nothing has moved."""
        return self.was == self.now

    @property
    def is_explained(self) -> bool:
        """Whether either story says how it was counted."""
        return bool(self.why or self.why_was)


def days_between(before: datetime, after: datetime) -> int:
    """How many days in London lie between two moments; negative when the second comes first."""
    return (after.astimezone(LONDON).date() - before.astimezone(LONDON).date()).days


def pairs(was: Iterable[Event], now: Iterable[Event]) -> list[Pair]:
    """Every dated event of either story, in the order of the newer; what has gone comes at its own date."""
    old, new = _counted(was), _counted(now)
    found = [_pair(key, old.get(key), new.get(key)) for key in {**old, **new}]
    return sorted(found, key=lambda pair: (str(pair.at and pair.at.astimezone(UTC)), pair.name, pair.nth))


def _pair(key: tuple[str, str, str, int], was: Event | None, now: Event | None) -> Pair:
    event = now or was or {}
    return Pair(
        kind=key[0],
        name=event.get("name") or event.get("definition") or "",
        nth=key[3],
        was=moment_of(was) if was else None,
        now=moment_of(now) if now else None,
        why=(now or {}).get("due_explanation") or "",
        why_was=(was or {}).get("due_explanation") or "",
        role=event.get("lane") or "",
        is_due=key[0] == "task_created" and bool(event.get("due_at")),
    )


def moment_of(event: Event) -> datetime:
    """When a task is due, else when the event happens."""
    due = event.get("due_at") if event["kind"] == "task_created" else None
    return datetime.fromisoformat(due or event["at"])


def _counted(events: Iterable[Event]) -> dict[tuple[str, str, str, int], Event]:
    counts: dict[tuple[str, str, str], int] = {}
    found = {}
    for event in events:
        if event["kind"] not in SHOWN:
            continue
        key = (event["kind"], event["definition"] or "", event["element"] or "")
        counts[key] = counts.get(key, 0) + 1
        found[*key, counts[key]] = event
    return found
