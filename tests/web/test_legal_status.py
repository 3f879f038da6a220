"""The legal status of a child on its page: suggested with reasons, confirmed by a person, with its history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import accounts, children, instances
from tests.web.browser import Browser

ANSWERS = {
    "looked_after_before": False,
    "has_social_worker": True,
    "known_to_csc": True,
    "safety_concern": False,
}


@pytest.fixture
def remanded(clock: SimulatedClock, demo_app: Flask) -> str:
    """The id of Alex Example, remanded an hour ago."""
    with demo_app.app_context():
        dora = accounts.viewer_named("dora@wandsworth.example")
        child_id = children.search(dora, "alex example")[0].id
        ordered_at = (clock.now() - timedelta(hours=1)).isoformat()
        instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": ordered_at})
        return child_id


def test_the_page_says_what_the_record_suggests_and_why(browser: Browser, remanded: str) -> None:
    browser.sign_in("sam")

    page = browser.get(f"/children/{remanded}/status")

    assert "The record suggests: looked after" in page.text
    assert "days on remand counted (13 weeks are needed)" in page.text
    assert "Nobody has confirmed a status yet." in page.text


def test_a_care_order_that_is_added_changes_what_is_suggested_and_stays_on_the_record(
    browser: Browser, remanded: str
) -> None:
    browser.sign_in("sam")
    browser.get(f"/children/{remanded}/status/time-in-care")

    browser.submit(
        "Record",
        {"basis": "care_order", "from_on-day": "1", "from_on-month": "3", "from_on-year": "2025",
         "reason": "Order of the family court"},
    )  # fmt: skip

    page = browser.get(f"/children/{remanded}/status")
    assert "Care order (section 31)" in page.text
    assert "Order of the family court" in page.text
    assert "by Sam" in page.text


def test_a_person_confirms_and_says_why_when_it_differs(browser: Browser, remanded: str) -> None:
    browser.sign_in("sam")
    browser.get(f"/children/{remanded}/status/confirm")

    refused = browser.submit("Record", {"status": "relevant"}, status=422)
    browser.submit("Record", {"status": "relevant", "reason": "Legal advice of today"})

    assert "Say why it is not the status that the record suggests" in refused.text
    page = browser.get(f"/children/{remanded}/status")
    assert "Relevant child, since" in page.text
    assert "which is not what the record suggests now" in page.text
    assert "Legal advice of today" in page.text


def test_the_youth_justice_service_reads_it_and_does_not_settle_it(browser: Browser, remanded: str) -> None:
    browser.sign_in("dora")

    page = browser.get(f"/children/{remanded}/status")

    assert "Confirm the status" not in page.text
    browser.get(f"/children/{remanded}/status/confirm", status=403)


def test_a_time_that_overlaps_or_lies_ahead_is_refused(browser: Browser, remanded: str) -> None:
    browser.sign_in("sam")
    browser.get(f"/children/{remanded}/status/time-in-care")

    page = browser.submit(
        "Record",
        {"basis": "looked_after", "from_on-day": "1", "from_on-month": "3", "from_on-year": "2025",
         "reason": "Case notes"},
        status=422,
    )  # fmt: skip

    assert "is recorded for some of these days already" in page.text
