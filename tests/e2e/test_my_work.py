"""Moment A10, Monday morning: the week at a glance; and the whole of My work on a phone, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import absences, accounts, children, instances
from app.services.absences import Plan
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

MONDAY_MORNING = datetime(2026, 12, 7, 8, 30, tzinfo=UTC)
ASSISTANT = "ash@wandsworth.example"
MANAGER = "mo@wandsworth.example"
WORDS_OF_WHAT_HAS_FOCUS = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent"


@pytest.fixture
def server_clock() -> SimulatedClock:
    """It is 8:30 on Monday 7 December 2026."""
    return SimulatedClock(MONDAY_MORNING)


@pytest.fixture
def alex(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """Alex was remanded on Saturday, is in court again on Thursday at ten, and there is a joint meeting tomorrow."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        child = children.search(dora, "Alex")[0]
        remand = {
            "remanded_at": "2026-12-05T11:00:00+00:00",
            "looked_after_before": False,
            "has_social_worker": True,
            "safety_concern": False,
            "next_hearing_on": "2026-12-10",
            "next_hearing_time": "10:00",
        }
        instances.start(dora, "remand_yda", child.id, remand)
        meeting = {
            "called_at": "2026-12-04T09:00:00+00:00",
            "called_by": "yjs",
            "meeting_type": "professionals",
            "lead_agency": "yjs",
            "meeting_at": "2026-12-08T14:30:00+00:00",
            "purpose": "To agree who does what.",
            "attendees": "Both services.",
            "family_inclusion": "They are asked to come.",
        }
        instances.start(dora, "joint_meeting", child.id, meeting)
        return child.id


@pytest.fixture
def cover(live_server: LiveServer, server_clock: SimulatedClock, alex: str) -> None:
    """Sam is away until Wednesday, and Ash covers."""
    with live_server.app.app_context(), use_clock(server_clock):
        sam, ash = accounts.viewer_named(SOCIAL_WORKER), accounts.viewer_named(ASSISTANT)
        today = MONDAY_MORNING.date()
        absences.record(sam, Plan(sam.person_id, ash.person_id, today, today.replace(day=9)))


@pytest.mark.parametrize("on_a_phone", [False, True])
def test_a10_monday_morning_shows_the_week_with_hearings_and_meetings(
    reader: Callable[..., Reader], alex: str, on_a_phone: bool
) -> None:
    sam = reader(SOCIAL_WORKER, on_a_phone=on_a_phone)

    with sam.moment("A10", "Monday morning: my week", clicks=1, fields=0):
        sam.follow("My week")

    days = sam.page.locator(".app-week__day")
    expect(days).to_have_count(7)
    expect(days.nth(0)).to_contain_text("Today")
    expect(days.nth(1)).to_contain_text("14:30")
    expect(days.nth(1)).to_contain_text("Joint meeting")
    expect(days.nth(3)).to_contain_text("10:00")
    expect(days.nth(3)).to_contain_text("Hearing")
    if not on_a_phone:
        sam.picture("my-week", heights=2)
    sam.follow("Next week")
    expect(sam.page.locator("main")).not_to_contain_text("Joint meeting")
    sam.follow("This week")
    expect(days.nth(1)).to_contain_text("Joint meeting")


def test_work_that_is_covered_is_on_the_list_and_says_for_whom(
    reader: Callable[..., Reader], cover: None
) -> None:
    ash = reader(ASSISTANT)

    expect(ash.page.locator("main")).to_contain_text("Visit the child in custody")
    expect(ash.page.locator(".app-queue .govuk-tag--purple").first).to_have_text("For Sam Socialworker")
    ash.follow("My week")
    expect(ash.page.locator("main")).to_contain_text("You cover for Sam Socialworker")
    expect(ash.page.locator("main")).to_contain_text("Hearing")


def test_a_task_is_put_off_and_brought_forward_on_a_phone(reader: Callable[..., Reader], alex: str) -> None:
    sam = reader(SOCIAL_WORKER, on_a_phone=True)
    begun = sam.clicks, sam.fields

    sam.follow("Put off")
    task = sam.page.locator(".govuk-caption-l").first.inner_text()
    sam.page.get_by_label("Tomorrow").check()
    sam.page.get_by_label("Why?").fill("Waiting for the school")
    sam.press("Put it off")

    assert (sam.clicks - begun[0], sam.fields - begun[1]) == (2, 0)
    expect(sam.page.get_by_role("alert").or_(sam.page.locator(".govuk-notification-banner"))).to_contain_text(
        "is put off until Tuesday 8 December 2026"
    )
    expect(sam.page.get_by_role("link", name=task, exact=True)).to_have_count(0)
    sam.follow("1 Put off")
    expect(sam.page.locator(".app-put-off")).to_have_text(
        "Put off until Tuesday 8 December 2026: Waiting for the school"
    )
    sam.follow("Change")
    sam.press("Bring it forward now")
    sam.go("/work")
    expect(sam.page.get_by_role("link", name=task, exact=True)).to_have_count(1)


def test_a_list_is_filtered_and_many_are_given_out_on_a_phone(
    reader: Callable[..., Reader], alex: str
) -> None:
    mo = reader(MANAGER, on_a_phone=True)
    mo.open("Filter")
    mo.answer({"who": "team"})
    mo.press("Apply")
    expect(mo.page.locator(".app-filter__chosen")).to_contain_text("All tasks of my teams")
    boxes = mo.page.locator("input[name=task_id]")
    number = min(3, boxes.count())
    assert number > 1
    for position in range(number):
        boxes.nth(position).check()
    ash = mo.page.locator("#person_id option", has_text="Ash").first
    mo.page.locator("#person_id").select_option(ash.get_attribute("value"))
    mo.page.locator("[name=reason]").fill("Sam is ill")
    mo.page.get_by_role("button", name="Give the selected tasks").scroll_into_view_if_needed()
    mo.press("Give the selected tasks")

    expect(mo.page.locator(".govuk-notification-banner").first).to_contain_text(
        f"{number} tasks given to Ash"
    )
    mo.follow("Remove the filter")
    assert mo.page.url.rpartition("/")[2].partition("?")[0] == "work"


def test_putting_off_goes_by_the_keyboard_alone(reader: Callable[..., Reader], alex: str) -> None:
    sam = reader(SOCIAL_WORKER)
    page = sam.page

    def tab_to(words: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if words in page.evaluate(WORDS_OF_WHAT_HAS_FOCUS):
                return
        raise AssertionError(f"the keyboard does not reach {words}")

    tab_to("Put off")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Put this task off")
    tab_to("Tomorrow")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "reason":
            break
    page.keyboard.type("Waiting for the school")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("My work")
    expect(page.locator(".govuk-notification-banner")).to_contain_text("is put off until Tuesday")
