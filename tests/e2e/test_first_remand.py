"""A remand at 17:40 on Christmas Eve, as the people who work with it see it in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader

STRANGER = "sam@stockport.example"


def at_the_check_page(dora: Reader) -> None:
    """Dora has chosen the pathway and the child, and answered the questions."""
    dora.go("/start?pathway=remand_yda")
    dora.page.locator("input[name=q]").fill("Alex")
    dora.press("Find")
    dora.follow("Alex Example")
    dora.picture("start")
    dora.answer({
        "remanded_at-day": "24", "remanded_at-month": "12", "remanded_at-year": "2026", "remanded_at-time": "5.40pm",
        "court_name": "Westbridge Youth Court", "establishment": "Oakhollow Secure Training Centre",
        "looked_after_before": False, "has_social_worker": True, "safety_concern": False,
    })  # fmt: skip
    dora.press("Continue")


def test_a_duty_manager_starts_a_remand_and_the_social_worker_makes_the_first_visit(
    reader: Callable[..., Reader], server_clock: SimulatedClock
) -> None:
    dora = reader(DUTY_MANAGER)
    at_the_check_page(dora)
    dora.picture("check-answers", heights=2.6)
    expect(dora.page.get_by_role("button", name="Start pathway and notify 6 people")).to_be_visible()

    dora.press("Start pathway and notify 6 people")

    expect(dora.page.locator("h1")).to_contain_text("has started")
    dora.picture("started")

    sam = reader(SOCIAL_WORKER)
    sam.go("/work")
    sam.picture("my-work")
    expect(sam.page.locator("main")).to_contain_text(
        "Due Thursday 31 December 2026: one week after Thursday 24 December 2026 (regulation 28)"
    )

    sam.follow("Visit the child in custody")
    sam.picture("task")
    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))
    sam.answer({
        "seen_on-day": "29", "seen_on-month": "12", "seen_on-year": "2026", "seen_alone": True,
        "child_said": "Wants to know when family may visit.",
    })  # fmt: skip
    sam.press("Complete this task")
    sam.go("/work")

    expect(sam.page.locator("main")).not_to_contain_text("Visit the child in custody")


def test_everybody_sees_where_the_pathway_stands_as_a_drawing_and_as_a_list(
    reader: Callable[..., Reader], remand: str
) -> None:
    dora = reader(DUTY_MANAGER)

    dora.go(remand)

    expect(dora.page.locator("svg [data-element-id=record_first_visit]").first).to_be_visible()
    dora.picture("pathway")
    expect(dora.page.locator("main")).to_contain_text("Visit the child in custody")


@pytest.mark.usefixtures("remand")
def test_the_child_s_page_and_the_team_s_queue(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER)

    dora.go("/work")
    dora.follow("Alex Example")
    dora.picture("child")
    dora.go("/team")

    dora.picture("team-queue")
    expect(dora.page.locator("main")).to_contain_text("Alex Example")


def test_somebody_from_another_authority_sees_nothing_of_it(
    reader: Callable[..., Reader], remand: str
) -> None:
    stranger = reader(STRANGER)

    stranger.go(remand)

    expect(stranger.page.locator("h1")).to_contain_text("not found", ignore_case=True)


def test_a_remand_can_be_started_and_a_visit_recorded_without_javascript(
    reader: Callable[..., Reader], server_clock: SimulatedClock
) -> None:
    dora = reader(DUTY_MANAGER, javascript=False)
    at_the_check_page(dora)
    dora.press("Start pathway")
    sam = reader(SOCIAL_WORKER, javascript=False)
    sam.go("/work")
    sam.follow("Visit the child in custody")
    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))

    sam.answer({
        "seen_on-day": "29", "seen_on-month": "12", "seen_on-year": "2026", "seen_alone": True,
        "child_said": "Wants to know when family may visit.",
    })  # fmt: skip
    sam.press("Complete this task")
    sam.go("/work")

    expect(sam.page.locator("main")).not_to_contain_text("Visit the child in custody")


@pytest.mark.usefixtures("remand")
def test_a_mistake_is_pointed_out_where_it_is(reader: Callable[..., Reader]) -> None:
    sam = reader(SOCIAL_WORKER)
    sam.go("/work")
    sam.follow("Visit the child in custody")

    sam.answer({"seen_on-day": "31", "seen_on-month": "2", "seen_on-year": "2026"})
    sam.press("Complete this task")

    expect(sam.page).to_have_title(re.compile("^Error:"))
    sam.picture("mistake")
    sam.page.locator(".govuk-error-summary a").first.click()
    expect(sam.page.locator("[name=seen_on-day]")).to_have_value("31")
