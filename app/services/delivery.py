"""What becomes of letters that were sent: asked of the sender until they have arrived or are given up.

A letter that comes back is treated like one that was never taken: somebody is asked to ring, or an administrator
sees that the address does not work.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.services import letter_post, notifications
from app.services.crashpoints import crash_point
from app.services.notifications import DeliveryFailed, Sender
from app.store.db import reading, table_of, transaction
from app.store.letters import Letter
from app.store.outbox import Notification

MOST_AT_ONCE = 50
TABLES = (Notification, Letter)
PATIENCE = timedelta(days=4)
"""Notify tries for three days. What it has not settled by then stays "sent": nobody knows more."""


def ask_after(sender: Sender, limit: int = MOST_AT_ONCE) -> int:
    """Ask after the letters whose turn it is; how many have arrived or are given up."""
    settled = 0
    for model in TABLES:
        for _ in range(limit):
            letter = _claim(model)
            if letter is None:
                break
            settled += _ask(model, letter, sender)
    return settled


def _waiting(model: Any) -> tuple[Any, ...]:
    return (
        model.state == literal_column("'sent'"),
        model.provider_id.is_not(None),
        model.next_attempt_at <= now(),
    )


def _claim(model: Any) -> Row[Any] | None:
    """The letter that has waited longest to be asked after, put off until its next turn."""
    with reading() as session:
        if session.scalar(select(model.id).where(*_waiting(model)).limit(1)) is None:
            return None
    with transaction() as session:
        found = session.execute(
            select(*table_of(model).columns)
            .where(*_waiting(model))
            .order_by(model.next_attempt_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if found is not None:
            _change(session, model, found, next_attempt_at=now() + _pause(now() - found.sent_at))
        return found


def _pause(age: timedelta) -> timedelta:
    """Most letters arrive within a minute, and the rest after hours."""
    if age < timedelta(minutes=5):
        return timedelta(seconds=30)
    return timedelta(minutes=5) if age < timedelta(hours=1) else timedelta(hours=1)


def _ask(model: Any, letter: Row[Any], sender: Sender) -> bool:
    try:
        outcome = sender.outcome(letter.provider_id)
    except DeliveryFailed as failure:
        if failure.permanent:
            _came_back(model, letter, failure)
        return failure.permanent
    if outcome is None:
        if now() - letter.sent_at > PATIENCE:
            with transaction() as session:
                _change(session, model, letter, provider_id=None)
        return False
    with transaction() as session:
        _change(session, model, letter, state=outcome, delivered_at=now())
        crash_point("before_commit")
    return True


def _came_back(model: Any, letter: Row[Any], failure: DeliveryFailed) -> None:
    if model is Notification:
        notifications.failed(letter, failure)
    else:
        letter_post.failed(letter, failure)


def _change(session: Session, model: Any, letter: Row[Any], **values: Any) -> None:
    session.execute(
        update(model)
        .where(model.authority_id == letter.authority_id, model.id == letter.id, model.state == "sent")
        .values(**values)
        .execution_options(synchronize_session=False)
    )
