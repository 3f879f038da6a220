"""The child's page at two moments of the day: newly allocated, and a month before release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, facts
from app.store.db import transaction
from tests.e2e.conftest import SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer


@pytest.mark.usefixtures("remand")
def test_b1_newly_allocated_one_reads_half_a_page_and_knows_what_is_due_first_and_why(
    reader: Callable[..., Reader],
) -> None:
    sam = reader(SOCIAL_WORKER)
    sam.go("/work")

    with sam.moment("B1", "Read what happened to a child, what is due first and why", clicks=1, fields=0):
        sam.follow("Alex Example")

    story = sam.page.locator("section", has=sam.page.locator("#story"))
    expect(story).to_contain_text(
        "Alex was remanded to youth detention accommodation on Thursday 24 December 2026"
    )
    expect(sam.page.locator("section", has=sam.page.locator("#first"))).to_contain_text("24 December 2026")
    sam.picture("child", heights=2.2)


@pytest.mark.usefixtures("remand")
def test_a9_a_month_before_release_red_and_amber_say_what_is_missing_and_whose_it_is(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    with live_server.app.app_context(), use_clock(server_clock):
        casey = accounts.viewer_named("casey@wandsworth.example")
        (alex,) = children.search(casey, "alex example")
        known = {"release_on": "2027-01-25", "release_address": "1 Invented Lane"}
        with transaction() as session:
            facts.record(session, "wandsworth", alex.id, known, person_id=casey.person_id, task_id=None)
    worker = reader("casey@wandsworth.example")
    worker.go("/work")

    with worker.moment("A9", "See what is missing a month before release", clicks=2, fields=0):
        worker.follow("Alex Example")
        worker.follow("Release")

    expect(worker.page.locator("main")).to_contain_text(
        "The earliest day of release is Monday 25 January 2027"
    )
    expect(worker.page.locator("main")).to_contain_text("1 Invented Lane")
    expect(worker.page.locator(".govuk-tag", has_text="To be found out").first).to_be_visible()
    server_clock.move_to(datetime(2027, 1, 16, 9, 0, tzinfo=UTC))
    worker.sign_in("casey@wandsworth.example")
    worker.go(f"/children/{alex.id}/release")
    expect(worker.page.locator(".govuk-tag", has_text="Missing").first).to_be_visible()
    worker.picture("release")


@pytest.mark.usefixtures("remand")
def test_the_timeline_is_narrowed_and_the_tabs_lead_round(reader: Callable[..., Reader]) -> None:
    sam = reader(SOCIAL_WORKER, on_a_phone=True)
    sam.go("/work")
    sam.follow("Alex Example")
    for tab in ("Tasks", "Timeline", "People", "Plans"):
        sam.follow(tab)
    sam.follow("Timeline")

    sam.answer({"group": "told", "from": "24/12/26"})
    sam.press("Apply")

    expect(sam.page.locator("main")).to_contain_text("Told:")
    expect(sam.page.locator("main")).not_to_contain_text("Pathway started")
