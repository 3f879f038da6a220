"""C1, C2 and C6: a manager sees at a quarter to nine what will be missed, while it can be saved, and acts on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, instances
from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader
from tests.e2e.test_moment_cover import choose
from tests.web_server import LiveServer

MO = "mo@wandsworth.example"
VISIT = "Visit the child in custody"
REASON = "Oakhollow is shut over the holidays."


@pytest.fixture
def robin(live_server: LiveServer, server_clock: SimulatedClock) -> None:
    """Robin, whom no social worker knows yet, has been remanded too."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (found,) = children.search(dora, "Robin")
        answers = {
            "remanded_at": "2026-12-24T17:40:00+00:00", "looked_after_before": False, "has_social_worker": False,
            "known_to_csc": True, "safety_concern": False,
        }  # fmt: skip
        instances.start(dora, "remand_yda", found.id, answers)


@pytest.mark.usefixtures("robin")
def test_a_manager_sees_what_will_be_missed_and_acts_on_it(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock
) -> None:
    server_clock.move_to(datetime(2026, 12, 30, 8, 45, tzinfo=UTC))
    mo = reader(MO)
    main = mo.page.locator("main")

    with mo.moment(
        "C2", "Give a child who waits a social worker, seeing who has how much", clicks=4, fields=2
    ):
        mo.follow("Board")
        mo.follow("waiting for a worker")
        mo.follow("Allocate a social worker")
        expect(main).to_contain_text("Sam Socialworker: ")
        mo.answer({
            "worker": choose(mo, "worker", "Sam Socialworker"), "allocated_at-day": "today",
            "allocated_at-time": "8am",
        })  # fmt: skip
        mo.press("Complete this task")

    with mo.moment("C1", "See at a quarter to nine what will be missed", clicks=2, fields=0):
        mo.follow("Board")
        mo.picture("board")
        mo.follow("due within 48 hours")
    expect(main).to_contain_text(VISIT)

    with mo.moment("C1", "Move a date that cannot be kept, and see that the law’s stays", clicks=4, fields=2):
        mo.follow(VISIT)
        mo.follow("Move the due date")
        mo.answer({"on-day": "8", "on-month": "1", "on-year": "2027", "reason": REASON})
        mo.press("See what would move")
        mo.look_on_a_phone()
        mo.press("Move the due date")
    expect(main).to_contain_text("2027")

    with mo.moment("C6", "Give a task that somebody has to somebody else", clicks=2, fields=2):
        mo.open("Give it to somebody")
        mo.answer({"person_id": choose(mo, "person_id", "Ash Administrator"), "reason": "Sam is ill."})
        mo.press("Give the task")
    expect(main).to_contain_text("Ash Administrator")


def test_a_manager_changes_what_a_pathway_does_and_sees_it_before(
    reader: Callable[..., Reader], remand: str, server_clock: SimulatedClock
) -> None:
    server_clock.move_to(datetime(2026, 12, 29, 8, 45, tzinfo=UTC))
    mo = reader(MO)
    main = mo.page.locator("main")
    mo.go(remand)

    with mo.moment("C1", "Put a wrong start right", clicks=3, fields=2):
        mo.follow("Correct the start")
        mo.answer(
            {"started_at-day": "23/12/2026", "started_at-time": "5.40pm", "reason": "A slip of the pen."}
        )
        mo.press("See what would move")
        mo.look_on_a_phone()
        mo.press("Correct the start")
    expect(main).to_contain_text("Counted from Wednesday 23 December 2026 at 17:40")

    with mo.moment("C1", "Suspend a pathway until a day", clicks=2, fields=2):
        mo.follow("Suspend this pathway")
        mo.answer({"until_on-day": "4", "until_on-month": "1", "until_on-year": "2027", "reason": REASON})
        mo.look_on_a_phone()
        mo.press("Suspend the pathway")
    with mo.moment("C1", "Let a pathway go on", clicks=2, fields=1):
        mo.follow("Let it go on")
        mo.answer({"reason": "It is open after all."})
        mo.press("Let it go on")

    mo.follow("Alex Example")
    with mo.moment("C1", "End a remand that the court ended, seeing what falls away", clicks=3, fields=2):
        mo.follow("Record that the remand ended")
        mo.answer({"reason": "bail", "ended_at-day": "28/12/2026", "ended_at-time": "3.30pm"})
        mo.press("See what would happen")
        expect(main).to_contain_text("their dates fall away")
        mo.picture("what-would-happen")
        mo.press("Record")
    expect(main).to_contain_text("What is no longer to be done")
