"""A1 to A3: a call from court at 17:40 becomes a remand on a phone; who is told, who was not, and ringing counts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.controller import Controller
from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import messages, notifications
from app.services.senders import SmtpSender
from tests.e2e.conftest import DUTY_MANAGER
from tests.e2e.reader import Reader
from tests.web_server import LiveServer


class AllButTheNurse:
    """Takes every letter but the nurse's."""

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """The server's answer to a recipient."""
        if "nurse" in address:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - as aiosmtpd calls it
        """The server's answer to a letter."""
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[str]:
    """A real SMTP server on this machine; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(AllButTheNurse(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


ANSWERS: dict[str, str | bool] = {
    "remanded_at-time": "5.40pm",
    "next_hearing_on-day": "15/1/27",
    "establishment": "Oakhollow Secure Training Centre",
    "looked_after_before": False,
    "safety_concern": False,
}


def find(somebody: Reader, words: str) -> None:
    """From my work: the box, Find."""
    somebody.follow("Find a child")
    somebody.answer({"q": words})
    somebody.press("Find")


def test_a_call_from_court_about_a_child_who_is_known(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER, on_a_phone=True)

    with dora.moment("A1", "Take a call from court: a child who is known", clicks=4, fields=6, seconds=52):
        find(dora, "aleks exampel")
        dora.picture("find-a-child")
        dora.follow("Start a remand")
        dora.answer(ANSWERS)
        dora.press("Continue")

    expect(dora.page.locator("main")).to_contain_text("Thursday 24 December 2026 at 17:40")
    assert "lex" not in dora.page.url


def test_a_call_from_court_about_a_child_without_a_record(reader: Callable[..., Reader]) -> None:
    dora = reader(DUTY_MANAGER, on_a_phone=True)

    with dora.moment(
        "A1", "Take a call from court: a child without a record", clicks=4, fields=8, seconds=60
    ):
        find(dora, "Kim Nobody 3 may 2010")
        dora.follow("Start a remand for a child without a record")
        dora.picture("start-without-a-record", heights=3)
        dora.answer({**ANSWERS, "has_social_worker": False, "known_to_csc": False})
        dora.press("Continue")
    with dora.moment("A2", "Check and start", clicks=1, fields=0, seconds=3):
        dora.press("Start pathway and notify")

    expect(dora.page.locator("main")).to_contain_text("being told")
    expect(dora.page.locator(".app-identity")).to_contain_text("Kim Nobody")
    expect(dora.page.locator(".app-identity")).to_contain_text("3 May 2010 (age 16)")


def test_a_letter_comes_back_and_ringing_counts(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock, remand: str
) -> None:
    # given: the mail server takes everybody's letters but the nurse's
    with mail_server() as address, live_server.app.app_context(), use_clock(server_clock):
        sender = SmtpSender(address)
        notifications.send_pending(sender, base_url=live_server.url, mail_from="throughcare@example.org")
        messages.deliver_pending()
    dora = reader(DUTY_MANAGER, on_a_phone=True)
    dora.go(remand.replace("/instances/", "/started/"))
    expect(dora.page.locator("main")).to_contain_text("1 failed: ring")
    server_clock.move_to(datetime(2026, 12, 24, 18, 20, tzinfo=UTC))

    # when: Dora rings and says so
    dora.go("/work")
    with dora.moment("A3", "A contact bounces: told by phone", clicks=2, fields=2):
        dora.follow("Tell them by phone")
        dora.answer({"spoken_to": "The nurse on call", "told_at-day": "today", "told_at-time": "18:05"})
        dora.press("Complete this task")

    # then: it counts
    dora.go(remand.replace("/instances/", "/started/"))
    expect(dora.page.locator("main")).to_contain_text("told by phone")
    expect(dora.page.locator("main")).not_to_contain_text("failed")
