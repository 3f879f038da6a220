"""What happened reaches an address at least once, in the order of each child's events, and it can prove who sent it."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from app.domain.clock import SimulatedClock, now
from app.services import accounts, incidents, webhook_post
from app.services.webhook_way import NotReached, is_open, poster
from tests.api.conftest import OtherSystem
from tests.api.test_a_case import made, started

Connect = Callable[..., OtherSystem]
SEND = poster(networks=None)


class Receiver:
    """Another system's server. It answers 500 to every other request, after it has read it; `taken` are the others."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.taken: list[dict[str, Any]] = []
        self.is_down = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked.append((dict(self.headers), body))
                fails = receiver.is_down or len(receiver.asked) % 2 == 0
                if not fails:
                    receiver.taken.append(json.loads(body))
                self.send_response(500 if fails else 204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quietly."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that fails half the time."""
    running = Receiver()
    yield running
    running.server.shutdown()
    running.server.server_close()


def sent_until_nothing_waits(clock: SimulatedClock, admin: OtherSystem, webhook: Any) -> None:
    """Time goes on, and the scheduler looks, until everything has arrived."""
    for _ in range(200):
        webhook_post.drain(SEND)
        if not admin.ask("GET", f"/webhooks/{webhook['id']}/deliveries?state=queued")["items"]:
            return
        clock.move_to(now() + timedelta(minutes=3))
    raise AssertionError("something waits for ever")


def test_a_receiver_that_fails_half_the_time_gets_every_event_in_order_by_child(
    connect: Connect, clock: SimulatedClock, receiver: Receiver
) -> None:
    # given: an address that is told, and two children to whom something happens
    admin, yjs = connect("ada"), connect("dora")
    webhook = admin.ask("POST", "/webhooks", status=201, json={"url": receiver.url})
    before = admin.ask("GET", "/events?page_size=200")["next_after"]
    for name in ("Kit", "Sol"):
        child = made(yjs, given_name=name, identifiers={})
        if name == "Kit":
            started(yjs, child["id"])
    clock.move_to(now() + timedelta(seconds=5))

    # when
    sent_until_nothing_waits(clock, admin, webhook)

    # then: what arrived is what the feed has, each child's events in order
    feed = admin.ask("GET", f"/events?after={before}&page_size=200")["items"]
    told = [event for event in feed if event["child_id"]]
    arrived = list({event["id"]: event for event in receiver.taken if event["child_id"]}.values())
    assert sorted(arrived, key=lambda event: event["id"]) == told
    for child_id in {event["child_id"] for event in told}:
        ids = [event["id"] for event in receiver.taken if event["child_id"] == child_id]
        assert ids == sorted(ids)
    assert len(receiver.asked) > len(receiver.taken)

    # and: who sent it can be proved, and nothing that a child answered is in it
    for headers, body in receiver.asked:
        signed = f"{headers['Throughcare-Timestamp']}.".encode() + body
        proof = hmac.new(webhook["secret"].encode(), signed, sha256).hexdigest()
        assert headers["Throughcare-Signature"] == f"v1={proof}"
        assert json.loads(body)["id"] == headers["Throughcare-Event"]
        assert b"Invented" not in body


def test_what_is_given_up_is_shown_and_sent_again_when_somebody_asks(
    connect: Connect, clock: SimulatedClock, receiver: Receiver
) -> None:
    # given: a receiver that is down for days
    admin, yjs = connect("ada"), connect("dora")
    webhook = admin.ask(
        "POST", "/webhooks", status=201, json={"url": receiver.url, "kinds": ["child_created"]}
    )
    receiver.is_down = True
    made(yjs)
    clock.move_to(now() + timedelta(seconds=5))
    for _ in range(webhook_post.LAST):
        webhook_post.drain(SEND)
        clock.move_to(now() + timedelta(days=1))

    # then
    [dead] = admin.ask("GET", f"/webhooks/{webhook['id']}/deliveries?state=dead")["items"]
    assert (dead["attempts"], dead["problem"]) == (webhook_post.LAST, "It answered 500.")
    assert admin.ask("GET", "/webhooks")["items"][0]["dead"] == 1

    # and: it stands among the incidents, from where all of it is sent again
    ada = accounts.viewer_named("ada@wandsworth.example")
    [incident] = incidents.unresolved(ada)
    assert receiver.url in incident.sentence
    receiver.is_down = False
    receiver.asked.clear()
    incidents.retry(ada, incident.id, "The receiver is back.")
    webhook_post.drain(SEND)
    assert [event["id"] for event in receiver.taken] == [dead["event_id"]]
    assert incidents.unresolved(ada) == []

    # and: replayed, it arrives once more
    receiver.asked.clear()
    receiver.taken.clear()
    replay = f"/webhooks/{webhook['id']}/deliveries/{dead['event_id']}/replay"
    admin.ask("POST", replay, status=202)
    webhook_post.drain(SEND)
    assert [event["id"] for event in receiver.taken] == [dead["event_id"]]
    connect("mo").ask("POST", replay, status=404)

    # and: removed, it is told nothing more
    admin.ask("DELETE", f"/webhooks/{webhook['id']}", status=204)
    made(yjs, given_name="Sol", identifiers={})
    assert webhook_post.drain(SEND) == 0


def test_an_address_that_is_none_is_refused(connect: Connect) -> None:
    for url in ("ftp://receiver.example", "https://", "https://a:b@receiver.example", "not an address"):
        told = connect("ada").ask("POST", "/webhooks", status=422, json={"url": url})
        assert told["errors"]["url"]


def test_a_webhook_does_not_lead_into_a_network_that_nobody_opened(receiver: Receiver) -> None:
    for address in (
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "224.0.0.1",
    ):
        assert not is_open(address, ())
    assert is_open("1.1.1.1", ())

    with pytest.raises(NotReached, match="closed to webhooks"):
        poster(networks=())(receiver.url, b"{}", {})
    assert receiver.asked == []

    poster(networks=(ip_network("127.0.0.0/8"),))(receiver.url, b"{}", {})
    assert len(receiver.asked) == 1


def test_a_webhook_whose_account_is_closed_is_one_incident(connect: Connect, receiver: Receiver) -> None:
    connect("ada").ask("POST", "/webhooks", status=201, json={"url": receiver.url})
    mo = accounts.viewer_named("mo@wandsworth.example")
    accounts.disable_person("ada@wandsworth.example", by=mo.person_id)

    webhook_post.drain(SEND)
    webhook_post.drain(SEND)

    [incident] = incidents.unresolved(mo)
    assert "the account that it acts for is closed" in incident.sentence
