"""B1, allocated: one letter that leads to the task; letters as one wants them; a calendar that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts, children, instances, letter_post, senders
from tests.e2e.conftest import DUTY_MANAGER, SOCIAL_WORKER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

MANAGER = "mo@wandsworth.example"


@pytest.fixture
def remand_of_robin(live_server: LiveServer, server_clock: SimulatedClock) -> str:
    """Robin, who has no social worker yet, has been remanded; the reference."""
    with live_server.app.app_context(), use_clock(server_clock):
        dora = accounts.viewer_named(DUTY_MANAGER)
        (robin,) = children.search(dora, "Robin")
        answers = {
            "remanded_at": "2026-12-24T17:40:00+00:00",
            "looked_after_before": False,
            "has_social_worker": False,
            "known_to_csc": True,
            "safety_concern": False,
        }
        instances.start(dora, "remand_yda", robin.id, answers)
        return robin.reference


@pytest.fixture
def postman(
    live_server: LiveServer, server_clock: SimulatedClock, tmp_path: Path
) -> Callable[[str], list[EmailMessage]]:
    """Comes a minute later and says which letters he has brought to somebody so far."""

    def come(to: str) -> list[EmailMessage]:
        server_clock.move_to(server_clock.now() + timedelta(minutes=1))
        folder = tmp_path / "mail"
        with live_server.app.app_context(), use_clock(server_clock):
            letter_post.send_pending(
                senders.FileSender(folder), base_url=live_server.url, mail_from="app@throughcare.example"
            )
        written = [
            message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")
        ]
        return [letter for letter in written if letter["To"] == to]

    return come


def links_of(letter: EmailMessage) -> list[str]:
    """The paths of the links in a letter, in their order."""
    lines = letter.get_content().split()
    return [urlsplit(line).path for line in lines if line.startswith("http")]


def test_being_given_a_task_brings_one_letter_and_its_link_leads_to_the_task(
    reader: Callable[..., Reader],
    remand_of_robin: str,
    postman: Callable[[str], list[EmailMessage]],
) -> None:
    mo = reader(MANAGER)
    mo.go("/team/looked_after?who=nobody")
    mo.page.get_by_label("Select Visit the child in custody").check()
    sam_of_them = mo.page.locator("select[name=person_id] option", has_text="Sam Socialworker").first
    mo.page.locator("select[name=person_id]").select_option(sam_of_them.get_attribute("value"))
    mo.press("Give the selected tasks")
    expect(mo.page.locator("main")).to_contain_text("given")

    (letter,) = postman(SOCIAL_WORKER)

    assert letter["Subject"] == f"Case {remand_of_robin}: a task is yours"
    assert "Robin" not in letter.as_string()
    assert "Due Thursday 31 December 2026" in letter.get_content()
    to_the_task, to_the_case, _ = links_of(letter)
    sam = reader(on_a_phone=True)
    sam.sign_in(SOCIAL_WORKER, at=to_the_task)
    expect(sam.page.locator("h1")).to_contain_text("Visit the child in custody")
    sam.go(to_the_case)
    expect(sam.page.locator("main")).to_contain_text("Visit the child in custody")
    assert len(postman(SOCIAL_WORKER)) == 1, "once"


def test_a_digest_and_quiet_hours_are_chosen_on_a_phone(reader: Callable[..., Reader]) -> None:
    sam = reader(SOCIAL_WORKER, on_a_phone=True)

    sam.follow("Sam Socialworker")
    sam.follow("Change when your letters come")
    sam.answer({"digest": "8", "quiet_from": "18", "quiet_until": "8"})
    sam.picture("letters-to-you")
    sam.press("Save")

    expect(sam.page.locator("main")).to_contain_text("In one digest at 8am on working days")
    expect(sam.page.locator("main")).to_contain_text("6pm to 8am")
    assert (sam.clicks, sam.fields) == (3, 3)


@pytest.mark.usefixtures("remand")
@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_the_calendar_is_subscribed_to_and_taken_back(
    reader: Callable[..., Reader], live_server: LiveServer, javascript: bool
) -> None:
    sam = reader(SOCIAL_WORKER, javascript=javascript)
    sam.go("/account/calendar")
    sam.press("Make my calendar address")
    if javascript:
        sam.picture("calendar-address")
    address = urlsplit(sam.page.get_by_label("Calendar address").input_value()).path
    program = sam.page.context.request

    answer = program.get(f"{live_server.url}{address}")

    assert answer.headers["content-type"].startswith("text/calendar")
    due = [str(event["summary"]) for event in Calendar.from_ical(answer.body()).walk("VEVENT")]
    assert any(words.endswith("a task is due") for words in due)
    assert b"Alex" not in answer.body()
    sam.go("/account/calendar")
    sam.press("Stop the calendar")
    expect(sam.page.locator("main")).to_contain_text("leads nowhere from now on")
    assert program.get(f"{live_server.url}{address}").status == 404


@pytest.mark.usefixtures("remand")
def test_a_manager_sees_what_became_of_the_letters(reader: Callable[..., Reader]) -> None:
    mo = reader(MANAGER)

    mo.follow("Letters")

    expect(mo.page.locator("main")).to_contain_text("On its way: 6")
    mo.picture("letters")
