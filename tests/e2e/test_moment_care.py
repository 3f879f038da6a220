"""The care panel with the search for a placement, and a child who comes to be entitled to a personal adviser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, legal_statuses, lists, tasks
from tests.e2e.conftest import SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

MANAGER = "mo@wandsworth.example"
CONSULTATION = {"held_on": "2026-12-29", "preferred_plan": "home", "plan_b": "Foster care nearby."}


@pytest.mark.usefixtures("remand")
def test_b6_the_care_panel_is_asked_for_and_what_it_decides_is_a_log_on_the_child_s_page(
    reader: Callable[..., Reader], server_clock: SimulatedClock, live_server: LiveServer
) -> None:
    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))
    sam = reader(SOCIAL_WORKER)
    sam.go("/work")
    with sam.moment("B6", "Ask for the care panel", clicks=2, fields=2):
        sam.follow("Request the care panel")
        sam.answer({
            "requested_on-day": "29", "requested_on-month": "12", "requested_on-year": "2026",
            "purpose": "Where Alex could live if bail is granted.",
        })  # fmt: skip
        sam.press("Complete this task")
    expect(sam.page.locator("main")).to_contain_text("Next: Send the placement request form")
    with sam.moment("B6", "Send the placement request", clicks=2, fields=2):
        sam.follow("Send the placement request form")
        sam.answer({
            "submitted_on-day": "29", "submitted_on-month": "12", "submitted_on-year": "2026",
            "placement_needs": "Near the family, with other boys of the same age.",
        })  # fmt: skip
        sam.press("Complete this task")

    with live_server.app.app_context(), use_clock(server_clock):
        mo = accounts.viewer_named(MANAGER)
        consultation = next(
            task
            for task in lists.my_work(mo, lists.Filters(who="team")).tasks
            if task.element_id == "hold_placement_consultation"
        )
        tasks.complete(mo, consultation.id, CONSULTATION)
    sam.go("/work")

    with sam.moment("B6", "Record what the care panel decided", clicks=2, fields=3):
        sam.follow("Present the case to the care panel")
        sam.answer({
            "panel_on-day": "29", "panel_on-month": "12", "panel_on-year": "2026",
            "outcome": "further_options", "decision": "Two homes said no. Look at foster carers too.",
        })  # fmt: skip
        sam.press("Complete this task")

    expect(sam.page.locator("main")).to_contain_text(
        "panel"
    )  # it comes round by itself until a placement is found
    sam.follow("Alex Example")
    sam.follow("Release")
    expect(sam.page.locator("main")).to_contain_text("What panels decided about a placement")
    expect(sam.page.locator("main")).to_contain_text("Two homes said no.")


@pytest.mark.usefixtures("remand")
def test_b7_what_the_time_in_care_amounts_to_is_counted_confirmed_and_a_plan_begun(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    # given: Alex is sixteen and has been in care for some months before
    with live_server.app.app_context(), use_clock(server_clock):
        mo = accounts.viewer_named(MANAGER)
        (alex,) = children.search(mo, "alex example")
        legal_statuses.record_period(
            mo, alex.id, "section_20", date(2026, 7, 1), date(2026, 12, 1), "An earlier time in care."
        )
    manager = reader(MANAGER)
    manager.go(f"/children/{alex.id}")

    with manager.moment("B7", "Confirm that a child is entitled to an adviser", clicks=3, fields=1):
        manager.follow("See what it rests on")
        expect(manager.page.locator("main")).to_contain_text("days on remand counted (13 weeks are needed)")
        manager.press("Confirm the status")
        manager.answer({"reason": "As counted."})
        manager.press("Record")

    expect(manager.page.locator("main")).to_contain_text("Eligible child, since")
    expect(manager.page.locator(".app-identity")).to_contain_text("ELIGIBLE CHILD", ignore_case=True)
