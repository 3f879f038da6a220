"""B8 and B9: fourteen days before release the child is told the ten things; on the day somebody says they are safe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, instances, plans, timers
from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

KNOWN = {
    "collector": "Sam comes for you at 9 in the morning.",
    "release_address": "Birch House\n4 Fictional Lane\nWandsworth",
    "reporting": "Casey sees you on Friday at 10, at the youth centre.",
    "support_sources": "Your aunt Ruth\nSam, your social worker",
    "education_options": "You start at the college on Monday. You learn to cook.",
    "health_care": "Dr Invented has your medicine. Your first visit is on Friday at 2.",
    "money_arrangements": "Pip gives you money on Friday.",
    "adviser_visit_on": "2026-12-30",
}


@pytest.fixture
def server_clock() -> SimulatedClock:
    """It is Monday 7 December 2026."""
    return SimulatedClock(datetime(2026, 12, 7, 9, 30, tzinfo=UTC))


@pytest.fixture
def release(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """Alex leaves on Monday 21 December; most of the ten things are known. The child's id."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (alex,) = children.search(dora, "Alex")
        opened = {"opened_at": "2026-12-07T09:00:00+00:00", "release_on": "2026-12-21", "establishment": None}
        instances.start(dora, "release_preparation", alex.id, opened)
        plans.record_facts(dora, alex.id, KNOWN)
        return str(alex.id)


def test_fourteen_days_before_the_plan_is_made_printed_and_given(
    reader: Callable[..., Reader], release: str
) -> None:
    casey = reader("casey@wandsworth.example", on_a_phone=True)
    casey.follow("Tell the child the ten things")

    with casey.moment("B8", "Make “What I need to know” and record that it was given", clicks=3, fields=2):
        casey.follow("Prepare “What I need to know”")
        casey.picture("need-to-know", heights=2.5)
        casey.press("Make the plan")
        casey.picture("plan-for-the-child", heights=2.5)
        casey.answer({"how": "read_aloud", "said": "I want to see my aunt."})
        casey.press("Record")

    main = casey.page.locator("main")
    expect(main).to_contain_text("“Tell the child the ten things” is done.")
    expect(main).to_contain_text("Monday 7 December 2026")
    expect(main).to_contain_text("“I want to see my aunt.”")
    address = casey.page.get_by_role("link", name="PDF to print").get_attribute("href")
    answer = casey.page.request.get(f"{casey.page.url.split('/plans')[0]}{address}")
    assert answer.headers["content-type"] == "application/pdf"


def test_on_the_day_one_tick_says_that_the_child_is_safe(
    reader: Callable[..., Reader], release: str, live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    until(live_server, server_clock, datetime(2026, 12, 21, 12, 0, tzinfo=UTC))
    sam = reader("sam@wandsworth.example", on_a_phone=True)

    with sam.moment("B9", "Say that the child has arrived safely", clicks=2, fields=1):
        sam.follow("Say that the child has arrived safely")
        expect(sam.page.get_by_label("Who collects the child?")).to_have_value(KNOWN["collector"])
        sam.answer({"arrived": True})
        sam.press("Complete this task")

    expect(sam.page.locator("main")).to_contain_text("Say that the child has arrived safely")


def test_without_a_tick_by_the_evening_the_emergency_duty_team_has_a_task(
    reader: Callable[..., Reader], release: str, live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    until(live_server, server_clock, datetime(2026, 12, 21, 20, 5, tzinfo=UTC))
    fran = reader("fran@wandsworth.example")

    with fran.moment("B9", "Find out in the evening whether the child is safe", clicks=3, fields=2):
        fran.follow("Team queue")
        fran.follow("Find out whether the child is safe")
        fran.answer({"outcome": "at_address", "action_taken": "Rang Birch House: Alex is there. Told Sam."})
        fran.press("Complete this task")

    expect(fran.page.locator("main")).to_contain_text("Find out whether the child is safe")


def until(server: LiveServer, clock: SimulatedClock, moment: datetime) -> None:
    """Let the time pass, with its timers."""
    clock.move_to(moment)
    with server.app.app_context(), use_clock(clock):
        timers.drain()
