"""Letters to people: sent after the commit, at least once, and when one fails somebody is asked to ring.

A letter names no child: it carries the child's reference and a link. A person who was told by phone counts as told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import yaml
from sqlalchemy import Row, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.services import messages_out
from app.services.crashpoints import crash_point
from app.services.definitions import PROCESSES
from app.store.children import Child
from app.store.db import reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.outbox import Notification

TRIES = 3
WAIT = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
LEASE = timedelta(minutes=2)
MOST_AT_ONCE = 100
LETTERS = PROCESSES / "letters.yaml"
BY_PHONE = "tell_by_phone"  # the pathway that a failed letter starts; its correlation key is the letter's id


class DeliveryFailed(Exception):
    """A letter was not taken; `permanent` when trying again is of no use, `blames_address` when another would be."""

    def __init__(self, reason: str, *, permanent: bool, blames_address: bool | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.blames_address = permanent if blames_address is None else blames_address


class Sender(Protocol):
    """Whatever takes a letter away: SMTP, a folder of files, GOV.UK Notify."""

    def send(self, letter: EmailMessage, *, again: bool = False) -> str | None:
        """Take a letter; the name by which its delivery can be asked after, where the sender follows letters.

        `again` says that somebody may have sent it before and died before they could say so. Raises DeliveryFailed.
        """

    def outcome(self, provider_id: str) -> str | None:
        """What has become of a letter: delivered, or None while it is not known. Raises DeliveryFailed for good."""


@dataclass(frozen=True)
class Letter:
    """The words of one kind of letter. What may be filled in stands at the head of processes/letters.yaml."""

    subject: str
    body: str


def letters(path: Path = LETTERS) -> dict[str, Letter]:
    """Every kind of letter by its template's name."""
    return {name: Letter(**words) for name, words in yaml.safe_load(path.read_text("utf-8")).items()}


def send_pending(sender: Sender, *, base_url: str, mail_from: str, limit: int = MOST_AT_ONCE) -> int:
    """Send what is queued and due; how many letters were taken or given up."""
    handled = 0
    while handled < limit:
        letter = _claim()
        if letter is None:
            return handled
        handled += 1
        crash_point("after_claim")
        _send_one(letter, sender, base_url, mail_from)
    return handled


def _claim() -> Row[Any] | None:
    """The oldest letter that is due, leased to us: if we die, it is sent again with the same Message-ID."""
    with transaction() as session:
        found = session.execute(
            select(*table_of(Notification).columns)
            .where(Notification.state == literal_column("'queued'"), Notification.next_attempt_at <= now())
            .order_by(Notification.next_attempt_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if found is not None:
            change(session, found, attempts=found.attempts + 1, next_attempt_at=now() + LEASE)
        return found


def _send_one(found: Row[Any], sender: Sender, base_url: str, mail_from: str) -> None:
    try:
        if not found.email:
            raise DeliveryFailed("There is no e-mail address for this recipient.", permanent=True)
        provider_id = sender.send(compose(found, base_url, mail_from), again=found.attempts > 0)
    except DeliveryFailed as failure:
        failed(found, failure)
        return
    crash_point("after_send")
    with transaction() as session:
        taken = {"state": "sent", "sent_at": now(), "provider_id": provider_id, "next_attempt_at": now()}
        change(session, found, **taken, error=None)
        crash_point("before_commit")
    crash_point("after_commit")


def compose(found: Row[Any], base_url: str, mail_from: str) -> EmailMessage:
    """The e-mail of a notification's row. Raises DeliveryFailed when its kind of letter is not known."""
    words = letters().get(found.template)
    if words is None:
        raise DeliveryFailed(f"There is no letter called {found.template}.", permanent=True)
    with reading() as session:
        reference = session.scalar(
            select(Child.reference).where(
                Child.authority_id == found.authority_id, Child.id == found.child_id
            )
        )
    values = {
        "reference": reference or "",
        "link": f"{base_url}/instances/{found.instance_id}",
        "to": found.recipient,
    }
    return envelope(
        found.id,
        to=found.email,
        subject=words.subject.format(**values),
        body=words.body.format(**values),
        mail_from=mail_from,
    )


def envelope(letter_id: str, *, to: str, subject: str, body: str, mail_from: str) -> EmailMessage:
    """An e-mail whose name is its row's id, however often it is sent. No machine is to answer it."""
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = _one_line(to)
    message["Subject"] = _one_line(subject)
    message["Message-ID"] = f"<{letter_id}@{mail_from.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def failed(found: Row[Any], failure: DeliveryFailed) -> None:
    """A letter was not taken, or came back: try again, or give it up and have somebody ring the recipient."""
    attempts = found.attempts + 1
    with transaction() as session:
        if not failure.permanent and attempts < TRIES:
            change(session, found, next_attempt_at=now() + WAIT[attempts - 1], error=str(failure))
            return
        change(session, found, state="failed", error=str(failure))
        root_id = session.scalar(
            select(ProcessInstance.root_id).where(
                ProcessInstance.authority_id == found.authority_id, ProcessInstance.id == found.instance_id
            )
        )
        messages_out.queue_for_child(
            session,
            authority_id=found.authority_id,
            child_id=found.child_id,
            sender_id=found.instance_id,
            root_id=root_id,
            name="notification_failed",
            payload={
                "correlation_key": found.id,
                "notification": found.id,
                "recipient": found.recipient,
                "phone": found.phone or "",
                "reason": str(failure),
                "queued_at": found.created_at.isoformat(),
            },
        )


def told_by_phone(session: Session, authority_id: str, notification_id: str) -> None:
    """Somebody rang: the recipient has been told."""
    session.execute(
        update(Notification)
        .where(Notification.authority_id == authority_id, Notification.id == notification_id)
        .values(state="told_by_phone", sent_at=now())
        .execution_options(synchronize_session=False)
    )


def change(session: Session, found: Row[Any], **values: Any) -> None:
    """Set columns of a letter's row."""
    session.execute(
        update(Notification)
        .where(Notification.authority_id == found.authority_id, Notification.id == found.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
