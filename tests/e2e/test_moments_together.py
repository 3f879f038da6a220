"""What people do together: the planning meeting (A5), the detention placement plan (B3), the first review (B5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import tasks
from tests.crash import pathways
from tests.e2e.conftest import SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

CASE_MANAGER = "casey@wandsworth.example"
VIRTUAL_SCHOOL = "vera@wandsworth.example"
ESTABLISHMENT = "sandy@wandsworth.example"
REVIEWER = "ivy@wandsworth.example"
PLAN = "Write the detention placement plan"


def done(server: LiveServer, clock: SimulatedClock, *elements: str, **answers: object) -> None:
    """Somebody has done these steps; `answers` are theirs where the form asks so."""
    with server.app.app_context(), use_clock(clock):
        for element in elements:
            task_id = pathways.one_task(element)
            given = pathways.answers_for(task_id)
            chosen = {key: value for key, value in answers.items() if key in given}
            tasks.complete(pathways.somebody_for(task_id), task_id, given | chosen)


def address(server: LiveServer, clock: SimulatedClock, element: str) -> str:
    """The path of the page of an open task."""
    with server.app.app_context(), use_clock(clock):
        return f"/tasks/{pathways.one_task(element)}"


def test_a_remand_meeting_is_arranged_on_a_day_that_suits_and_who_was_missing_is_recorded(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock, live_server: LiveServer
) -> None:
    casey = reader(CASE_MANAGER)
    casey.go(address(live_server, server_clock, "arrange_planning_meeting"))

    with casey.moment("A5", "Arrange the remand meeting", clicks=2, fields=2):
        casey.follow("Tuesday 29 December 2026")
        casey.answer({
            "invited_on-day": "24", "invited_on-month": "12", "invited_on-year": "2026",
            "attended": "iro",
        })  # fmt: skip
        casey.press("Complete this task")

    casey.go(address(live_server, server_clock, "attend_planning_meeting"))
    expect(casey.page.locator("main")).to_contain_text("Remand planning meeting: Tuesday 29 December 2026")
    expect(casey.page.locator("[name=attended][value=iro]")).to_be_checked()
    with casey.page.expect_download() as started:
        casey.page.get_by_role("link", name="Add to a calendar").first.click()
    kept = started.value.path().read_bytes()
    assert b"DTSTART;TZID=Europe/London:20261229T100000" in kept
    assert b"Alex" not in kept
    assert b"Example" not in kept
    casey.picture("meeting")

    server_clock.move_to(datetime(2026, 12, 29, 15, 0, tzinfo=UTC))
    with casey.moment("A5", "Record who came to the remand meeting", clicks=1, fields=4):
        casey.answer({
            "held_on-day": "29", "held_on-month": "12", "held_on-year": "2026",
            "social_worker_came": False, "social_worker_absent_because": "On leave; no cover was set.",
            "plan_summary": "Visits twice a week; school work is sent.",
        })  # fmt: skip
        casey.press("Complete this task")


def test_the_placement_plan_is_written_with_what_others_know_and_signed_off_by_the_establishment(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock, live_server: LiveServer
) -> None:
    done(live_server, server_clock, "record_first_visit", child_said="I want to see my gran.")
    done(live_server, server_clock, "complete_initial_assessment")
    done(
        live_server, server_clock, "attend_planning_meeting", health="His inhaler.", parent_views="To visit."
    )
    sam, vera, sandy = reader(SOCIAL_WORKER), reader(VIRTUAL_SCHOOL, on_a_phone=True), reader(ESTABLISHMENT)
    the_plan = address(live_server, server_clock, "write_placement_plan")
    sam.go(the_plan)
    expect(sam.page.locator("[name=child_views]")).to_have_value("I want to see my gran.")
    expect(sam.page.locator("[name=health]")).to_have_value("His inhaler.")
    expect(sam.page.locator("[name=parent_views]")).to_have_value("To visit.")

    with sam.moment("B3", "Ask for a contribution to the placement plan", clicks=2, fields=2):
        sam.follow("Ask for a contribution")
        sam.answer({"who": "role:virtual_school", "question": "What does the school say about mornings?"})
        sam.press("Ask")
    sam.follow("Ask for a contribution")
    sam.answer({"who": "role:yjs_case_manager", "question": "Who may visit?", "need": "required"})
    sam.press("Ask")

    vera.go("/work")
    with vera.moment("B3", "Give a contribution on a phone", clicks=2, fields=1):
        vera.follow(f"Contribute to: {PLAN}")
        vera.answer({"contribution": "Mornings are hard for him. Maths goes well."})
        vera.press("Complete this task")

    sam.go(the_plan)
    expect(sam.page.locator("#contributions")).to_contain_text("Mornings are hard for him.")
    plan = {"plan_on-day": "24", "plan_on-month": "12", "plan_on-year": "2026",
            "education": "Maths goes on, in the afternoons."}  # fmt: skip
    sam.answer(plan)
    sam.press("Send for sign-off")
    expect(sam.page.locator(".govuk-error-summary")).to_contain_text("a contribution that has not been given")
    expect(sam.page.locator("[name=education]")).to_have_value(plan["education"])

    casey = reader(CASE_MANAGER)
    casey.go("/work")
    casey.follow(f"Contribute to: {PLAN}")
    casey.answer({"contribution": "His grandmother and his aunt."})
    casey.press("Complete this task")
    sam.go(the_plan)
    sam.picture("contributions", heights=3)
    with sam.moment("B3", "Send the placement plan for sign-off", clicks=1, fields=2):
        sam.answer(plan)
        sam.press("Send for sign-off")

    sandy.go("/work")
    sandy.follow(f"To sign off: {PLAN}")
    sandy.answer({"comment": "Say how many hours of maths."})
    sandy.press("Return with this comment")
    sam.go("/work")
    sam.follow(PLAN)
    expect(sam.page.locator("#returned")).to_contain_text("Say how many hours of maths.")
    sam.answer({"education": "Maths goes on, five hours a week."})
    sam.press("Send for sign-off")

    sandy.go("/work")
    with sandy.moment("B3", "Sign off the placement plan", clicks=2, fields=0):
        sandy.follow(f"To sign off: {PLAN}")
        expect(sandy.page.locator(".app-differences")).to_contain_text("Maths goes on, in the afternoons.")
        expect(sandy.page.locator(".app-differences")).to_contain_text("Maths goes on, five hours a week.")
        sandy.picture("sign-off", heights=2)
        sandy.press("Sign off")
    sam.go("/work")
    expect(sam.page.locator("main")).not_to_contain_text(PLAN)


def test_the_first_review_builds_on_the_remand_meeting_and_its_decisions_become_tasks(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock, live_server: LiveServer
) -> None:
    done(
        live_server,
        server_clock,
        "arrange_planning_meeting",
        "attend_planning_meeting",
        "forward_remand_forms",
        "complete_part_one",
        plan_summary="Visits twice a week; school work is sent.",
    )
    ivy, sam = reader(REVIEWER), reader(SOCIAL_WORKER)
    ivy.go(address(live_server, server_clock, "hold_first_review"))
    expect(ivy.page.locator("main")).to_contain_text("Known from: Complete Part One of the review")
    expect(ivy.page.locator("main")).to_contain_text("Visits twice a week; school work is sent.")

    ivy.answer({"consulted": "child", "child_consulted_on-day": "24/12/26"})
    ivy.press("Save and come back later")
    ivy.follow("Hold the first looked-after review")
    expect(ivy.page.locator("[name=child_consulted_on-day]")).to_have_value("24/12/26")
    ivy.picture("who-was-consulted", heights=2.5)

    with ivy.moment("B5", "Turn a decision of the review into a task", clicks=2, fields=3):
        ivy.follow("Ask for a contribution, or hand on a decision")
        ivy.answer({"who": "role:social_worker", "question": "Arrange a visit of the aunt.", "need": "after"})
        ivy.press("Ask")
    with ivy.moment("B5", "Record the review", clicks=1, fields=5):
        ivy.answer({
            "held_on-day": "24", "held_on-month": "12", "held_on-year": "2026",
            "yjs_consulted_on-day": "24", "yjs_consulted_on-month": "12", "yjs_consulted_on-year": "2026",
            "attended": "child", "decisions": "The aunt may visit. Sam arranges it.",
            "child_protection_plan": False,
        })  # fmt: skip
        ivy.press("Complete this task")

    sam.go("/work")
    expect(sam.page.locator("main")).to_contain_text(
        "Do what was decided in: Hold the first looked-after review"
    )
