"""The things that tests of the engine are about: roles, a profile, a moment, a walk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from app.domain.deadlines import DeadlineRule, Rule
from app.domain.profiles import Profile
from app.domain.roles import RoleTable
from app.domain.workdays import WorkingCalendar
from app.engine.contracts import EngineContext
from tests.engine.walking import SavedWalk, StraightWalk, compiled, parsed_anew

CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 40, tzinfo=UTC)


@pytest.fixture(scope="session")
def roles() -> RoleTable:
    """Three roles."""
    return RoleTable.build(
        {
            "social_worker": {"name": "Social worker", "agency": "csc"},
            "court_officer": {"name": "Court officer", "agency": "yjs"},
            "team_manager": {"name": "Team manager", "agency": "csc"},
        }
    )


@pytest.fixture(scope="session")
def profile() -> Profile:
    """An area with two rules, two switches and a ladder without steps."""
    rules = {
        "visit.first": DeadlineRule(
            "visit.first",
            "First visit",
            "placement",
            Rule(5, "working_days", "after", "Protocol 5"),
            Rule(1, "weeks", "after", "regulation 28"),
        ),
        "allocate": DeadlineRule(
            "allocate", "Allocation", "notification", Rule(24, "hours", "after", "Protocol 4"), None
        ),
    }
    return Profile(
        key="test",
        name="Test",
        extends=None,
        area=None,
        aliases=(),
        division="england",
        words={"front_door": "Front door"},
        deadlines=rules,
        switches={"care_panel": True, "working_hours_clock": False},
        settings={"ages": (16, 17)},
        contacts={},
        recipients={"remand_alert": ("social_worker", "team_manager")},
        money={"allowance": 40},
        ladder=(),
    )


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    """Christmas 2026 in England."""
    return WorkingCalendar(
        {
            date(2026, 12, 25): "Christmas Day",
            date(2026, 12, 28): "Boxing Day (substitute day)",
            date(2027, 1, 1): "New Year's Day",
        }
    )


@pytest.fixture
def context(profile: Profile, calendar: WorkingCalendar) -> EngineContext:
    """Christmas Eve 2026 at 17:40; the child is 15."""
    return EngineContext(CHRISTMAS_EVE, profile, calendar, {"age": 15})


@pytest.fixture(params=["saved and restored", "straight"])
def walk(request: pytest.FixtureRequest, roles: RoleTable, context: EngineContext) -> Callable[..., Any]:
    """Begins a walk through a diagram: `walk(xml, *called, variables={}, payload=None)`."""

    def begin(
        xml: str, *called: str, variables: Any = None, payload: Any = None, key: str = "journey"
    ) -> SavedWalk | StraightWalk:
        version = compiled(xml, roles, *called, key=key)
        if request.param == "straight":
            return StraightWalk(version, context, variables or {}, payload)
        anew = partial(parsed_anew, xml, roles, *called, key=key)
        return SavedWalk(version, context, variables or {}, payload, anew)

    return begin
