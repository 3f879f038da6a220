"""What the small script of each page saves people: lost typing, needless questions, a session that ends unsaid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader


def test_a_question_is_asked_only_while_an_answer_before_asks_for_it(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER)
    dora.go("/start/remand_yda/child")
    dora.page.locator("input[name=q]").fill("Alex")
    dora.press("Find")
    dora.follow("Alex Example")
    concern = dora.page.locator("[name=safety_concern_words]")
    expect(concern).to_be_hidden()

    dora.page.locator("input[name=safety_concern][value=true]").check()
    expect(concern).to_be_visible()
    dora.look()

    dora.page.locator("input[name=safety_concern][value=false]").check()
    expect(concern).to_be_hidden()


@pytest.mark.usefixtures("remand")
def test_what_is_typed_is_saved_by_itself_and_stands_there_after_a_reload(
    reader: Callable[..., Reader],
) -> None:
    sam = reader(SOCIAL_WORKER)
    sam.go("/work")
    sam.follow("Visit the child in custody")

    sam.page.locator("[name=child_said]").press_sequentially("I want to ring my gran.")

    expect(sam.page.locator("[data-draft-status]")).to_have_text("Your answers are saved as a draft.")
    sam.page.reload()
    expect(sam.page.locator("[name=child_said]")).to_have_value("I want to ring my gran.")
    expect(sam.page.locator("main")).to_contain_text("This is a draft that Sam Socialworker saved")


def test_a_person_is_warned_five_minutes_before_the_session_ends_and_can_stay(
    reader: Callable[..., Reader],
) -> None:
    dora = reader(DUTY_MANAGER)
    dora.page.clock.install()
    dora.go("/work")
    warning = dora.page.get_by_role("dialog")
    dora.page.clock.fast_forward("23:30")
    expect(warning).to_be_hidden()

    dora.page.clock.run_for(95_000)
    expect(warning).to_contain_text("You will be signed out in 5 minutes")
    dora.look()
    dora.page.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_be_hidden()
    dora.page.clock.fast_forward("29:00")
    dora.page.clock.run_for(62_000)
    dora.page.wait_for_url("**/session-ended")


def test_a_day_that_is_typed_whole_goes_into_its_three_boxes(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER)
    dora.go("/start/remand_yda/child")
    dora.page.locator("input[name=q]").fill("Alex")
    dora.press("Find")
    dora.follow("Alex Example")
    boxes = [dora.page.locator(f"[name=remanded_at-{part}]") for part in ("day", "month", "year")]

    for box, filled_in in zip(boxes, ("24", "11", "2026"), strict=True):
        box.fill(filled_in)
    boxes[0].fill("3rd December 2026")
    boxes[1].focus()

    for box, value in zip(boxes, ("3", "12", "2026"), strict=True):
        expect(box).to_have_value(value)
