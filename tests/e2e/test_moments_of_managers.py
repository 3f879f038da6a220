"""C3, C5, C7 to C10: a manager’s word, a disagreement, an inspection, a meeting, a new limit, a closed record."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, tasks
from app.services.access import looks
from tests.crash import pathways
from tests.e2e.conftest import SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

MO, TESS, DESI = "mo@wandsworth.example", "tess@wandsworth.example", "desi@wandsworth.example"
ASSESSMENT = "Complete the single assessment"
MORNING = datetime(2026, 12, 29, 9, 0, tzinfo=UTC)
OUTCOME = "He stays a looked-after child."


@pytest.mark.usefixtures("remand")
def test_a_manager_returns_and_signs_off_and_settles_what_the_services_do_not_agree_on(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    server_clock.move_to(MORNING)
    with live_server.app.app_context(), use_clock(server_clock):
        sams = accounts.viewer_named(SOCIAL_WORKER)
        pathways.complete(pathways.one_task("keep_social_worker"))
        task_id = pathways.one_task("complete_single_assessment")
        alex = children.search(sams, "Alex")[0].id
        tasks.complete(sams, task_id, {"completed_on": "2026-12-28", "outcome": OUTCOME})
    mo, sam = reader(MO), reader(SOCIAL_WORKER)
    main = mo.page.locator("main")

    with mo.moment("C3", "Return answers with a comment", clicks=2, fields=1):
        mo.follow(f"To sign off: {ASSESSMENT}")
        mo.look_on_a_phone()
        mo.answer({"comment": "Say where he would live."})
        mo.press("Return with this comment")
    sam.go("/work")
    with sam.moment("C3", "Send again what came back, with what was asked for", clicks=2, fields=1):
        sam.follow(ASSESSMENT)
        expect(sam.page.locator("#returned")).to_contain_text("Say where he would live.")
        sam.answer({"outcome": f"{OUTCOME} His aunt is asked."})
        sam.press("Send for sign-off")
    mo.go("/work")
    with mo.moment("C3", "See side by side what has changed, and sign off", clicks=2, fields=0):
        mo.follow(f"To sign off: {ASSESSMENT}")
        expect(mo.page.locator(".app-differences")).to_contain_text("His aunt is asked.")
        mo.look_on_a_phone()
        mo.press("Sign off")
    expect(main).to_contain_text("is signed off and done")

    tess = reader(TESS)
    tess.go(f"/children/{alex}")
    with tess.moment("C5", "Take a disagreement to the managers", clicks=3, fields=4):
        tess.follow("Raise a dispute")
        tess.answer({
            "raised_at-day": "29", "raised_at-time": "8.30am", "kind": "disagreement",
            "issue": "Who visits him in Feltham?", "parties": "social_care",
        })  # fmt: skip
        tess.press("Continue")
        tess.press("Start")
    mo.follow("Board")
    with mo.moment("C5", "Settle it, with the time to answer in sight", clicks=3, fields=2):
        mo.follow("Escalations")
        expect(main).to_contain_text("Time to answer runs out")
        expect(main).to_contain_text("unless it is answered by")
        mo.follow("answer it")
        mo.answer({"response": "Sam visits every week.", "settled": True})
        mo.press("Complete this task")
    mo.go("/escalations/disputes?team=all&show=over")
    expect(main).to_contain_text("Sam visits every week.")
    mo.look_on_a_phone()


def test_a_manager_shows_what_was_done_and_closes_a_record(
    reader: Callable[..., Reader], remand: str, live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    server_clock.move_to(MORNING)
    with live_server.app.app_context(), use_clock(server_clock):
        sams = accounts.viewer_named(SOCIAL_WORKER)
        alex = children.search(sams, "Alex")[0].id
        looks.remember(sams, alex)
        visit = pathways.one_task("record_first_visit")
    mo = reader(MO)
    main = mo.page.locator("main")
    mo.go(f"/children/{alex}")

    with mo.moment("C7", "Take the case record for an inspection", clicks=3, fields=2):
        mo.follow("Case record")
        mo.answer({"for_whom": "Ofsted", "reason": "The inspection of this week."})
        mo.press("Take the record")
        with mo.page.expect_download() as started:
            mo.press("Download the record")
    with zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes())) as bundle:
        record = json.loads(bundle.read("record.json"))["record"]
        assert bundle.read("record.pdf").startswith(b"%PDF")
    assert next(task["due"]["explanation"] for task in record["tasks"] if task["id"] == visit)

    with mo.moment("C8", "Have the figures for a partnership meeting", clicks=2, fields=0):
        mo.follow("Partnership")
        mo.follow("The figures for a meeting")
    expect(main).to_contain_text("Hidden")
    expect(main).not_to_contain_text("Alex")
    mo.look_on_a_phone()

    mo.go(f"/children/{alex}")
    with mo.moment(
        "C10", "See who has looked at a child, and at whom else they have looked", clicks=2, fields=0
    ):
        mo.follow("Who has access")
        mo.follow("Sam Socialworker")
    expect(main).to_contain_text("Alex Example")
    mo.look_on_a_phone()
    mo.go(f"/children/{alex}")
    with mo.moment("C10", "Restrict a record now", clicks=3, fields=1):
        mo.follow("Who has access")
        mo.press("Restrict this record")
        mo.answer({"reason": "A colleague’s nephew."})
        mo.press("Restrict the record")
    expect(main).to_contain_text("This record is restricted.")
    mo.look_on_a_phone()
    with live_server.app.app_context(), use_clock(server_clock):
        assert not children.search(accounts.viewer_named(SOCIAL_WORKER), "Alex")


@pytest.mark.usefixtures("remand")
def test_a_limit_is_changed_after_it_was_seen_whom_it_moves(reader: Callable[..., Reader]) -> None:
    desi = reader(DESI)
    main = desi.page.locator("main")

    with desi.moment(
        "C9", "Change a limit of the protocol, seeing how many open cases it moves", clicks=6, fields=3
    ):
        desi.follow("Workbench")
        desi.follow("Deadlines, contacts and switches of this authority")
        desi.answer({"words": "First visit"})
        desi.press("Apply")
        desi.follow("Change First visit")
        desi.answer({"amount": "2", "source": "The protocol of January, clause 8"})
        desi.press("See what would move")
        expect(main).to_contain_text("1 open pathway")
        desi.look_on_a_phone()
        desi.press("Save the change")
    expect(main).to_contain_text("The protocol of January, clause 8")
