"""GOV.UK Notify: letters over real HTTP to a server that speaks Notify's endpoints, and what becomes of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.services import delivery, letter_post, letter_problems, messages, notifications, tasks
from app.services.notifications import LEASE, DeliveryFailed
from app.services.notify import NotifySender
from app.store.db import reading, table_of
from app.store.letters import Letter
from app.store.outbox import Notification
from tests.crash import pathways
from tests.crash.invariants import assert_all

SERVICE, SECRET = str(uuid4()), str(uuid4())
TEMPLATE = str(uuid4())
FROM, BASE = "app@throughcare.example", "https://throughcare.example"


class Notify(ThreadingHTTPServer):
    """Notify's way of taking e-mails and of telling their status, on a free port of this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.taken: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, str] = {}  # by address; "sending" for others
        self.refused: set[str] = set()
        self.answer: tuple[int, str] | None = None  # what it says to everybody, when it is not well
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def status_of(self, letter: dict[str, Any]) -> str:
        return self.statuses.get(letter["email_address"], "sending")

    def letters_to(self, address: str) -> list[dict[str, Any]]:
        return [letter for letter in self.taken.values() if letter["email_address"] == address]


class Answers(BaseHTTPRequestHandler):
    """One request. The token must be signed with the service's secret, as Notify demands."""

    server: Notify
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_let_in():
            return
        if sent["template_id"] != TEMPLATE or set(sent["personalisation"]) != {"subject", "body"}:
            self._refuse(400, "BadRequestError", "Template not found")
        elif "@" not in sent["email_address"] or sent["email_address"] in self.server.refused:
            self._refuse(400, "ValidationError", "email_address Not a valid email address")
        else:
            own = str(uuid4())
            self.server.taken[own] = sent
            self._say(201, {"id": own, "reference": sent["reference"], "content": sent["personalisation"]})

    def do_GET(self) -> None:
        if not self._is_let_in():
            return
        self.server.asked += 1
        url = urlsplit(self.path)
        wanted = url.path.removeprefix("/v2/notifications").strip("/")
        if wanted:
            letter = self.server.taken[wanted]
            self._say(200, {"id": wanted, "status": self.server.status_of(letter)})
            return
        (reference,) = parse_qs(url.query)["reference"]
        found = [own for own, letter in self.server.taken.items() if letter["reference"] == reference]
        self._say(200, {"notifications": [{"id": own} for own in found], "links": {}})

    def _is_let_in(self) -> bool:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidTokenError:
            self._refuse(403, "AuthError", "Invalid token: signature, api token not found")
            return False
        if claims["iss"] != SERVICE:
            self._refuse(403, "AuthError", "Invalid token: service not found")
            return False
        if self.server.answer is not None:
            self._refuse(*self.server.answer[:1], "Exception", self.server.answer[1])
            return False
        return True

    def _refuse(self, status: int, error: str, message: str) -> None:
        self._say(status, {"status_code": status, "errors": [{"error": error, "message": message}]})

    def _say(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Not on the screen."""


@pytest.fixture
def notify() -> Iterator[Notify]:
    """A server that is up for one test."""
    server = Notify()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sender(notify: Notify) -> NotifySender:
    """The sender that knows the server, with the right key."""
    return NotifySender(f"main-{SERVICE}-{SECRET}", TEMPLATE, address=notify.url)


def send(sender: NotifySender) -> None:
    """The postman comes, with the letters of pathways and those to people."""
    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)
    messages.deliver_pending()
    letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)


def ask(sender: NotifySender, clock: SimulatedClock, **time: int) -> int:
    """Time passes, and the postman asks what has become of the letters."""
    clock.move_to(clock.now() + timedelta(**time))
    settled = delivery.ask_after(sender)
    messages.deliver_pending()
    return settled


def states(model: type[Notification | Letter]) -> list[str]:
    with reading() as session:
        table = table_of(model)
        return list(session.scalars(select(table.c.state).order_by(table.c.id)))


def test_letters_of_a_pathway_are_taken_and_arrive(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    pathways.remand(pathways.child("Zebedee"))

    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)

    assert states(Notification) == ["sent"] * 6
    assert len(notify.taken) == 6
    for letter in notify.taken.values():
        assert "Zebedee" not in json.dumps(letter)
        assert f"{BASE}/instances/" in letter["personalisation"]["body"]
    notify.statuses = {letter["email_address"]: "delivered" for letter in notify.taken.values()}
    assert ask(sender, clock, minutes=1) == 6
    assert states(Notification) == ["delivered"] * 6
    asked = notify.asked
    ask(sender, clock, hours=5)
    assert notify.asked == asked, "what has arrived is not asked after"
    assert_all()


def test_a_letter_that_comes_back_becomes_a_task_to_ring(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    pathways.remand(pathways.child())
    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)
    lost = next(iter(notify.taken.values()))["email_address"]
    notify.statuses[lost] = "permanent-failure"

    assert ask(sender, clock, minutes=1) == 1

    assert states(Notification).count("failed") == 1
    pathways.complete(pathways.one_task("ring_recipient"))
    assert states(Notification).count("told_by_phone") == 1
    assert_all()


def test_an_address_that_notify_refuses_is_rung_at_once(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    pathways.remand(pathways.child())
    with reading() as session:
        notify.refused.add(str(session.scalar(select(Notification.email).order_by(Notification.id))))

    send(sender)

    assert states(Notification).count("failed") == 1
    assert len(pathways.open_tasks(element_id="ring_recipient")) == 1


def test_a_person_whose_letters_come_back_is_one_problem(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    notify.statuses["sam@wandsworth.example"] = "permanent-failure"
    for _ in range(2):
        give_sam_a_task()
        clock.move_to(clock.now() + timedelta(minutes=1))
        letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)
    assert len(notify.letters_to("sam@wandsworth.example")) == 2

    ask(sender, clock, minutes=1)

    (problem,) = letter_problems.unresolved(pathways.viewer("ada"))
    assert (problem.email, problem.letters) == ("sam@wandsworth.example", 2)
    assert problem.reason == "The address does not exist."
    give_sam_a_task()
    clock.move_to(clock.now() + timedelta(minutes=1))
    letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)
    assert len(notify.letters_to("sam@wandsworth.example")) == 2, "nothing more is sent there"
    assert letter_problems.unresolved(pathways.viewer("ada"))[0].letters == 3


def test_a_full_mailbox_is_no_bad_address(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    notify.statuses["sam@wandsworth.example"] = "temporary-failure"
    give_sam_a_task()
    clock.move_to(clock.now() + timedelta(minutes=1))
    letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)

    ask(sender, clock, minutes=1)

    assert "failed" in states(Letter)
    assert letter_problems.unresolved(pathways.viewer("ada")) == []


def give_sam_a_task() -> None:
    instance_id = pathways.begin(pathways.RACE, pathways.child())
    task_id = pathways.one_task("answer", instance_id)
    tasks.release(pathways.viewer("sam"), task_id)
    tasks.assign(pathways.viewer("mo"), task_id, pathways.viewer("sam").person_id)


class DiesAfterSending(NotifySender):
    """A postman who hands the letter over and drops dead before he can say so."""

    def send(self, letter: Any, *, again: bool = False) -> str:
        super().send(letter, again=again)
        raise KeyboardInterrupt


def test_a_letter_whose_sender_died_is_not_sent_twice(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    pathways.remand(pathways.child())
    with pytest.raises(KeyboardInterrupt):
        send(DiesAfterSending(f"main-{SERVICE}-{SECRET}", TEMPLATE, address=notify.url))

    clock.move_to(clock.now() + LEASE + timedelta(seconds=1))
    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)

    assert states(Notification) == ["sent"] * 6
    assert len({letter["reference"] for letter in notify.taken.values()}) == len(notify.taken) == 6


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, "Internal server error"), "busy"),
        ((503, "Service unavailable"), "busy"),
        ((429, "Exceeded rate limit"), "busy"),
        ((400, "Template not found"), "Check the template"),
    ],
)
def test_a_notify_that_is_not_well_delays_letters_and_blames_nobody(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender, answer: Any, words: str
) -> None:
    pathways.remand(pathways.child())
    notify.answer = answer

    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)

    assert states(Notification) == ["queued"] * 6
    with reading() as session:
        assert words in str(session.scalar(select(Notification.error)))
    notify.answer = None
    clock.move_to(clock.now() + timedelta(minutes=2))
    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)
    assert states(Notification) == ["sent"] * 6
    notify.answer = (500, "Internal server error")
    assert ask(sender, clock, minutes=1) == 0
    assert states(Notification) == ["sent"] * 6


def test_a_wrong_key_is_said_and_no_address_is_to_blame(notify: Notify) -> None:
    from app.services.notifications import envelope

    wrong = NotifySender(f"main-{SERVICE}-{uuid4()}", TEMPLATE, address=notify.url)
    letter = envelope("1" * 32, to="sam@wandsworth.example", subject="A", body="B", mail_from=FROM)

    with pytest.raises(DeliveryFailed, match="key") as failed:
        wrong.send(letter)

    assert not failed.value.permanent
    nobody = NotifySender(f"main-{SERVICE}-{SECRET}", TEMPLATE, address="http://127.0.0.1:1")
    with pytest.raises(DeliveryFailed, match="could not be reached"):
        nobody.send(letter)


def test_what_notify_never_settles_is_asked_after_ever_less_and_then_no_more(
    house: Flask, clock: SimulatedClock, notify: Notify, sender: NotifySender
) -> None:
    pathways.remand(pathways.child())
    notifications.send_pending(sender, base_url=BASE, mail_from=FROM)
    for _ in range(5 * 6):
        ask(sender, clock, hours=4)

    asked = notify.asked
    assert asked <= 6 * 28
    ask(sender, clock, hours=2)

    assert notify.asked == asked
    assert states(Notification) == ["sent"] * 6
