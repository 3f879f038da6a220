"""Letters: sent at least once under one name, to a real mail server; who cannot be written to is rung."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.clock import SimulatedClock
from app.services import messages, notifications, senders
from app.services.notifications import DeliveryFailed
from app.store.audit import AuditEntry
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.outbox import Notification
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.services.postbox import Postbox, mail_server_for

FROM = "app@throughcare.example"


@pytest.fixture
def postbox() -> Postbox:
    """An empty postbox."""
    return Postbox()


@pytest.fixture
def mail_server(postbox: Postbox) -> Iterator[senders.SmtpSender]:
    """A real SMTP server on a free port of this machine, and the sender that knows it."""
    with mail_server_for(postbox) as sender:
        yield sender


def send(sender: notifications.Sender) -> int:
    """The postman comes."""
    handled = notifications.send_pending(sender, base_url="https://throughcare.example", mail_from=FROM)
    messages.deliver_pending()
    return handled


def letters() -> list[Any]:
    """The rows of all letters, in the order in which they were written."""
    with reading() as session:
        return list(session.execute(select(*Notification.__table__.columns).order_by(Notification.id)))


def test_a_remand_alert_reaches_each_recipient_once_and_names_no_child(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender
) -> None:
    child = pathways.child("Zebedee")
    root = pathways.remand(child)
    wanted = sorted(row.email for row in letters())

    handled = send(mail_server)

    assert handled == len(wanted) == 6
    assert sorted(str(letter["To"]) for letter in postbox.taken) == wanted
    with reading() as session:
        reference = session.scalar(select(Child.reference).where(Child.id == child))
    for letter in postbox.taken:
        body = letter.get_payload(decode=True).decode()
        assert reference in f"{letter['Subject']}{body}"
        assert f"https://throughcare.example/instances/{root}" in body
        assert "Zebedee" not in letter.as_string()
        assert "Testing" not in letter.as_string()
    assert {row.state for row in letters()} == {"sent"}
    assert send(mail_server) == 0
    assert_all()


def test_a_refused_recipient_becomes_a_task_and_is_told_by_phone(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender, clock: SimulatedClock
) -> None:
    pathways.remand(pathways.child())
    nobody = letters()[0].email
    postbox.refused[nobody] = "550 No such person"

    send(mail_server)

    assert len(postbox.taken) == 5
    assert [row.state for row in letters()].count("failed") == 1
    clock.move_to(clock.now() + timedelta(hours=2))
    assert send(mail_server) == 0
    pathways.complete(pathways.one_task("ring_recipient"))
    (told,) = [row for row in letters() if row.email == nobody]
    assert (told.state, told.sent_at) == ("told_by_phone", clock.now())
    assert_all()


def test_a_contact_without_an_address_is_rung_at_once(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender
) -> None:
    pathways.remand(pathways.child())
    with transaction() as session:
        session.execute(
            Notification.__table__.update().where(Notification.id == letters_id()).values(email="")
        )

    send(mail_server)

    assert len(pathways.open_tasks(element_id="ring_recipient")) == 1
    assert len(postbox.taken) == 5


def letters_id() -> str:
    """The first letter's id."""
    return str(letters()[0].id)


def test_a_letter_that_is_put_off_is_tried_three_times_under_one_name_and_then_rung(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender, clock: SimulatedClock
) -> None:
    pathways.remand(pathways.child())
    slow = letters()[0].email
    postbox.refused[slow] = "451 Come back later"
    send(mail_server)
    assert [row.state for row in letters()].count("queued") == 1
    assert send(mail_server) == 0
    assert pathways.open_tasks(element_id="ring_recipient") == []

    clock.move_to(clock.now() + timedelta(minutes=2))
    assert send(mail_server) == 1
    clock.move_to(clock.now() + timedelta(minutes=6))
    assert send(mail_server) == 1

    assert [row.state for row in letters()].count("failed") == 1
    assert len(pathways.open_tasks(element_id="ring_recipient")) == 1
    clock.move_to(clock.now() + timedelta(days=1))
    assert send(mail_server) == 0
    assert_all()


def test_a_mail_server_that_is_away_delays_letters_and_loses_none(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender, clock: SimulatedClock
) -> None:
    pathways.remand(pathways.child())

    send(senders.SmtpSender("smtp://127.0.0.1:1"))
    assert {row.state for row in letters()} == {"queued"}
    clock.move_to(clock.now() + timedelta(minutes=2))
    send(mail_server)

    assert {row.state for row in letters()} == {"sent"}
    assert len(postbox.taken) == 6


class DiesAfterSending:
    """A postman who hands the letter over and drops dead before he can say so."""

    def __init__(self, sender: notifications.Sender) -> None:
        self.sender = sender

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        self.sender.send(letter, again=again)
        raise KeyboardInterrupt

    def outcome(self, provider_id: str) -> None:
        """Not followed."""


def test_a_letter_whose_sender_died_is_sent_again_under_the_same_name(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender, clock: SimulatedClock
) -> None:
    pathways.remand(pathways.child())
    with pytest.raises(KeyboardInterrupt):
        send(DiesAfterSending(mail_server))
    assert send(mail_server) == 5

    clock.move_to(clock.now() + notifications.LEASE + timedelta(seconds=1))
    assert send(mail_server) == 1

    names = [str(letter["Message-ID"]) for letter in postbox.taken]
    assert (len(names), len(set(names))) == (7, 6)
    assert {row.state for row in letters()} == {"sent"}


class Trips:
    """A sender with a fault of its own on the first letter."""

    def __init__(self, sender: notifications.Sender) -> None:
        self.sender, self.letters = sender, 0

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        self.letters += 1
        if self.letters == 1:
            raise DeliveryFailed("The letter could not be written.", permanent=True)
        self.sender.send(letter, again=again)

    def outcome(self, provider_id: str) -> None:
        """Not followed."""


def test_one_letter_that_cannot_be_sent_does_not_stop_the_others(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender
) -> None:
    pathways.remand(pathways.child())

    send(Trips(mail_server))

    assert len(postbox.taken) == 5
    with reading() as session:
        begun = session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "instance_started")
        )
    assert begun >= 2
    assert_all()


def test_a_letter_of_an_unknown_kind_fails_alone(
    house: Flask, postbox: Postbox, mail_server: senders.SmtpSender
) -> None:
    pathways.remand(pathways.child())
    with transaction() as session:
        session.execute(
            Notification.__table__.update()
            .where(Notification.id == letters_id())
            .values(template="no_such_letter")
        )

    send(mail_server)

    assert [row.state for row in letters()].count("failed") == 1
    assert len(postbox.taken) == 5


def test_without_a_mail_server_letters_become_files(house: Flask, tmp_path: Path) -> None:
    pathways.remand(pathways.child())

    send(senders.FileSender(tmp_path / "mail"))

    assert len(list((tmp_path / "mail").glob("*.eml"))) == 6
