"""The working days of England, as the house generates them, and rules to count with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.domain.clock import LONDON
from app.domain.deadlines import Deadline, DeadlineRule, Rule, compute
from app.domain.profiles import Profile
from app.domain.workdays import WorkingCalendar
from app.services import reference

Due = Callable[..., Deadline]


@pytest.fixture(scope="session")
def england() -> WorkingCalendar:
    """Bank holidays of England from 2000 to 2050."""
    return reference.calendar_for("england")


@pytest.fixture(scope="session")
def profiles() -> Mapping[str, Profile]:
    """The six profiles as they stand in the project's files."""
    return reference.profiles()


@pytest.fixture
def due(england: WorkingCalendar) -> Due:
    """`due("5 working_days", "2026-12-24")` counts a local rule, `statutory="1 weeks"` beside it."""

    def count(local: str | None, counted_from: str, statutory: str | None = None) -> Deadline:
        rule = DeadlineRule(
            "a.rule",
            "A rule",
            "an event",
            a_rule(local, "clause 8") if local else None,
            a_rule(statutory, "regulation 28") if statutory else None,
        )
        return compute(rule, london(counted_from), england)

    return count


def a_rule(words: str, source: str = "clause 1", **more: Any) -> Rule:
    """`a_rule("2 calendar_days before")`."""
    amount, unit, direction = [*words.split(), "after"][:3]
    return Rule(int(amount), unit, direction, source, **more)  # type: ignore[arg-type]


def london(text: str) -> datetime:
    """A moment in UTC from a London day or time in ISO form; a day alone is its noon."""
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return moment.replace(tzinfo=LONDON).astimezone(UTC)


def on(text: str) -> date:
    """A day from ISO text."""
    return date.fromisoformat(text)
