"""Sending what happened to the addresses that asked for it: at least once, in the order of each child's events.

The feed is copied into deliveries first, so that a slow receiver holds nobody up. A delivery is taken for a minute,
sent outside any transaction, and then marked; a process that dies in between leaves it to be sent again. A later event
of a child waits for the earlier ones, until they have arrived or have been given up after LAST tries (about two days).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import NotFound
from app.services import accounts, event_feed, webhook_incidents
from app.services.webhook_way import NotReached, Post
from app.store.db import known_as, reading, transaction
from app.store.webhooks import Delivery, Webhook

AT_ONCE = 200
TAKEN_FOR = timedelta(minutes=1)
WAITS = (10, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Seconds until the next try; after the last, the delivery is dead until somebody replays it."""
LAST = len(WAITS) + 1
_EARLIER = known_as(Delivery, "earlier")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves that we sent it: HMAC-SHA256 over the timestamp, a dot and the body, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def drain(send: Post) -> int:
    """Take what is new from the feed and send what is due (`webhook_way.poster`); how many arrived.

    One address that fails waits its turn. What is given up, or cannot be filled, becomes an incident.
    """
    fill()
    arrived, failing = 0, set[str]()
    for _ in range(AT_ONCE):
        taken = _take(failing)
        if taken is None:
            break
        if _send(taken, send):
            arrived += 1
        else:
            failing.add(taken.webhook_id)
    return arrived


def fill() -> None:
    """Copy the feed behind each address's cursor into deliveries, and move the cursor, in one transaction each."""
    with reading() as session:
        found = session.execute(
            select(Webhook.authority_id, Webhook.id).where(Webhook.removed_at.is_(None))
        ).all()
    for row in found:
        _fill_one(row.authority_id, row.id)


def _fill_one(authority_id: str, webhook_id: str) -> None:
    with transaction() as session:
        webhook = session.execute(
            select(Webhook.person_id, Webhook.kinds, Webhook.cursor, Webhook.url)
            .where(Webhook.authority_id == authority_id, Webhook.id == webhook_id)
            .with_for_update(skip_locked=True)
        ).first()
        if webhook is None:
            return
        try:
            viewer = accounts.viewer_in(session, authority_id, webhook.person_id)
        except NotFound:
            sentence = (
                f"Nothing more is sent to {webhook.url}, because the account that it acts for is closed."
            )
            webhook_incidents.note(session, authority_id, webhook_id, sentence)
            return
        feed = event_feed.behind(session, viewer, webhook.cursor, AT_ONCE, tuple(webhook.kinds))
        if not feed:
            return
        rows = [
            {
                "authority_id": authority_id,
                "webhook_id": webhook_id,
                "event_id": event.id,
                "child_id": event.child_id or "",
                "body": json.dumps(event.to_json(), ensure_ascii=False, sort_keys=True),
                "state": "queued",
                "attempts": 0,
                "next_at": now(),
            }
            for event in feed
        ]
        session.execute(insert(Delivery), rows)
        session.execute(
            update(Webhook)
            .where(Webhook.authority_id == authority_id, Webhook.id == webhook_id)
            .values(cursor=feed[-1].id)
            .execution_options(synchronize_session=False)
        )


def _take(failing: set[str]) -> Any:
    """The next delivery that may go now, taken for a minute."""
    waits = exists().where(
        _EARLIER.authority_id == Delivery.authority_id,
        _EARLIER.webhook_id == Delivery.webhook_id,
        _EARLIER.child_id == Delivery.child_id,
        _EARLIER.event_id < Delivery.event_id,
        _EARLIER.state == "queued",
    )
    with transaction() as session:
        found = session.execute(
            select(
                Delivery.authority_id,
                Delivery.webhook_id,
                Delivery.event_id,
                Delivery.body,
                Delivery.attempts,
                Webhook.url,
                Webhook.secret,
            )
            .join(
                Webhook,
                (Webhook.authority_id == Delivery.authority_id) & (Webhook.id == Delivery.webhook_id),
            )
            .where(
                Delivery.state == "queued",
                Delivery.next_at <= now(),
                Webhook.removed_at.is_(None),
                Delivery.webhook_id.not_in(sorted(failing)),
                ~waits,
            )
            .order_by(Delivery.next_at, Delivery.event_id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Delivery)
        ).first()
        if found is not None:
            _mark(session, found, next_at=now() + TAKEN_FOR, attempts=found.attempts + 1)
    return found


def _send(taken: Any, send: Post) -> bool:
    body, timestamp = taken.body.encode(), str(int(now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Throughcare",
        "Throughcare-Event": taken.event_id,
        "Throughcare-Timestamp": timestamp,
        "Throughcare-Signature": f"v1={signature(taken.secret, timestamp, body)}",
    }
    try:
        status = send(taken.url, body, headers)
        problem = None if 200 <= status < 300 else f"It answered {status}."
    except NotReached as error:
        problem = str(error)
    with transaction() as session:
        if problem is None:
            _mark(session, taken, state="delivered", delivered_at=now(), problem=None)
            return True
        tried = taken.attempts + 1
        if tried >= LAST:
            _mark(session, taken, state="dead", problem=problem)
            sentence = (
                f"Events have not reached {taken.url} for two days, and are no longer tried. {problem} "
                "Trying again sends all of them once more."
            )
            webhook_incidents.note(session, taken.authority_id, taken.webhook_id, sentence)
        else:
            _mark(session, taken, next_at=now() + timedelta(seconds=WAITS[tried - 1]), problem=problem)
    return False


def _mark(session: Session, taken: Any, **values: Any) -> None:
    session.execute(
        update(Delivery)
        .where(
            Delivery.authority_id == taken.authority_id,
            Delivery.webhook_id == taken.webhook_id,
            Delivery.event_id == taken.event_id,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
