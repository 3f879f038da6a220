"""A6 to A8 and B4: a date moves, bail, a sentence, a number: said once, and the receipt says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, documents, instances
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

CASE_MANAGER = "casey@wandsworth.example"


def at_the_child(somebody: Reader, remand: str) -> None:
    """On Alex's page."""
    somebody.go(remand)
    somebody.follow("Alex Example")


def test_bail_is_granted(reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock) -> None:
    server_clock.move_to(datetime(2026, 12, 30, 16, 0, tzinfo=UTC))
    dora = reader(DUTY_MANAGER)
    at_the_child(dora, remand)

    with dora.moment("A7", "Bail is granted", clicks=3, fields=2):
        dora.press("Something has changed")
        dora.follow("Record that the remand ended")
        dora.answer({"reason": "bail", "ended_at-day": "today", "ended_at-time": "3.30pm"})
        dora.press("Record")

    main = dora.page.locator("main")
    expect(main).to_contain_text("What is no longer to be done")
    expect(main).to_contain_text("What is to be done")
    dora.picture("what-came-of-it", heights=2)
    dora.follow("Go to the child’s page")
    dora.look_on_a_phone()


def test_the_child_is_sentenced(
    reader: Callable[..., Reader], live_server: LiveServer, remand: str, server_clock: SimulatedClock
) -> None:
    with live_server.app.app_context(), use_clock(server_clock):
        given = documents.Given(b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF", "Court papers of the remand")
        (alex,) = children.search(viewer := accounts.viewer_named(DUTY_MANAGER), "Alex")
        documents.add(viewer, alex.id, given, scan_command=None)
    server_clock.move_to(datetime(2026, 12, 30, 16, 0, tzinfo=UTC))
    dora = reader(DUTY_MANAGER)
    at_the_child(dora, remand)

    with dora.moment("A8", "The child is sentenced to custody", clicks=3, fields=2):
        dora.press("Something has changed")
        dora.follow("Record that the remand ended")
        dora.answer({"reason": "custody", "ended_at-day": "today", "ended_at-time": "3.30pm"})
        dora.press("Record")

    expect(dora.page.locator("main")).to_contain_text("What has begun")
    expect(dora.page.locator("main")).to_contain_text("Custodial sentence")
    dora.follow("Go to the child’s page")
    expect(dora.page.locator("main")).to_contain_text("Sam Socialworker")
    dora.follow("Documents")
    expect(dora.page.locator("main")).to_contain_text("Court papers of the remand")
    dora.follow("People")
    expect(dora.page.locator("main")).to_contain_text("Sam Socialworker")
    the_dates_are_worked_out(reader(CASE_MANAGER))


def the_dates_are_worked_out(dora: Reader) -> None:
    """The remand's six days are counted, the dates come from the sentence, and the establishment's can be put in."""
    dora.go("/work")
    dora.follow("Record the sentence and its dates")
    expect(dora.page.locator("#remand_days")).to_have_value("6")
    expect(dora.page.locator("#sentenced_on-day")).to_have_value("30")
    with dora.moment("A8", "Work out the release dates", clicks=1, fields=2):
        dora.answer({"sentence_type": "dto", "sentence_months": "12"})
        dora.press("Work out the dates")
    expect(dora.page.locator("#release_on-month")).to_have_value("5")
    expect(dora.page.locator("#release_mid_on-month")).to_have_value("6")
    expect(dora.page.locator("#release_late_on-month")).to_have_value("7")
    expect(dora.page.locator("main")).to_contain_text("less 6 days on remand")
    dora.look_on_a_phone()
    dora.picture("release-dates", heights=3)
    dora.answer({"release_mid_on-day": "20", "dates_from": "establishment"})
    dora.press("Work out the dates")
    expect(dora.page.locator("#release_mid_on-day")).to_have_value("20")


def a_date_for_the_hearing(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """Robin has been remanded, and the next hearing is on 12 February; the path of the pathway."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (robin,) = children.search(dora, "Robin")
        answers = {
            "remanded_at": "2026-12-24T17:40:00+00:00", "looked_after_before": False, "has_social_worker": True,
            "safety_concern": False, "next_hearing_on": "2027-02-12",
        }  # fmt: skip
        return f"/instances/{instances.start(dora, 'remand_yda', robin.id, answers)}"


def test_the_court_date_moves(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    remand = a_date_for_the_hearing(live_server, server_clock)
    dora = reader(DUTY_MANAGER)
    dora.go(remand)
    dora.follow("Robin Placeholder")

    with dora.moment("A6", "The court date moves", clicks=3, fields=2):
        dora.press("Something has changed")
        dora.follow("Set a new hearing or release date")
        dora.answer({"kind": "hearing", "held_on-day": "26/2/27"})
        dora.press("Record")

    expect(dora.page.locator("main")).to_contain_text("What has moved")
    expect(dora.page.locator("main")).to_contain_text("is now Tuesday 26 January 2027")


@pytest.mark.usefixtures("remand")
def test_a_prison_number_is_entered_once(reader: Callable[..., Reader], server_clock: SimulatedClock) -> None:
    sam = reader(SOCIAL_WORKER)
    sam.go("/work")

    with sam.moment("B4", "Record the prison number and address", clicks=2, fields=4):
        sam.follow("Record the prison number and address")
        sam.answer({
            "prison_number": "A1234BC", "establishment": "Oakhollow", "establishment_address": "1 Oak Road",
            "recorded_on-day": "today",
        })  # fmt: skip
        sam.press("Complete this task")

    dora = reader(DUTY_MANAGER)
    dora.go("/children")
    dora.answer({"q": "a1234bc"})
    dora.press("Find")
    dora.follow("Alex Example")
    for link in ("Change details", "Brothers and sisters"):
        expect(dora.page.locator(".app-identity")).to_contain_text("A1234BC")
        dora.follow(link)
        expect(dora.page.locator(".app-identity")).to_contain_text("A1234BC")
        dora.page.go_back()
