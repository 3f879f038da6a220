"""Walking a pathway on a simulated clock: run a story once, and ask it questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from app.domain.clock import LONDON
from app.domain.durations import after
from app.services import simulation

CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 40, tzinfo=LONDON)
Event = Mapping[str, Any]


class Story:
    """What happened in a simulation."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.events: list[Event] = list(told["events"])

    def of(self, kind: str, **wanted: Any) -> list[Event]:
        """The events of a kind whose values are those wanted."""
        return [
            event
            for event in self.events
            if event["kind"] == kind and all(event[name] == value for name, value in wanted.items())
        ]

    def one(self, kind: str, **wanted: Any) -> Event:
        """The only such event."""
        (event,) = self.of(kind, **wanted)
        return event

    def due(self, element: str) -> str:
        """When the first task of an element was due, as 2026-12-31T23:59."""
        return str(self.of("task_created", element=element)[0]["due_at"])[:16]

    def ends(self, definition: str) -> list[str]:
        """How the instances of a definition ended."""
        return [str(event["detail"]) for event in self.of("instance_ended", definition=definition)]


def walk(
    pathway: str = "remand_yda",
    profile: str = "wandsworth",
    *,
    start: datetime = CHRISTMAS_EVE,
    complete: str = "on-time",
    until: str = "P90D",
    variables: Mapping[str, Any] | None = None,
    tasks: Mapping[str, Mapping[str, Any]] | None = None,
    messages: tuple[Mapping[str, Any], ...] = (),
    afterwards: Callable[[Session, str], None] | None = None,
) -> Story:
    """The story of one child; the pathway must not break down on the way."""
    scenario = simulation.Scenario(variables or {}, tasks or {}, messages)
    told = simulation.run(
        pathway,
        profile=profile,
        start=start,
        complete=complete,
        until=after(start, until),
        scenario=scenario,
        afterwards=afterwards,
    )
    story = Story(told)
    assert not story.of("incident")
    return story


def told_once(run: Callable[[], Story]) -> Callable[[], Story]:
    """The same story for every test that asks it something."""
    return lru_cache(maxsize=1)(run)
