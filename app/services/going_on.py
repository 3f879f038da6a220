"""A pathway that stood still: why it does, and going on with what waited for it meanwhile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.domain.moments import day_in_words
from app.services import messages_out
from app.store.instances import Suspension
from app.store.outbox import OutboxMessage
from app.store.people import name_of


def why_it_stands(session: Session, instance: Row[Any]) -> str:
    """A sentence for whoever wants to do something in a suspended pathway."""
    found = session.get(Suspension, (instance.authority_id, instance.id))
    if found is None:
        return "This pathway is suspended until somebody has put an incident right."
    who = name_of(session, instance.authority_id, found.by_id) or "A manager"
    until = f" until {day_in_words(found.until_on)}" if found.until_on else ""
    return f"{who} has suspended this pathway{until}: {found.reason.rstrip('.')}."


def let_waiting_go_on(
    session: Session, instance: Row[Any], person_id: str | None, reason: str | None = None
) -> None:
    """What was held for an instance that runs again is delivered after the commit, and its dates counted again."""
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.authority_id == instance.authority_id,
            OutboxMessage.target_id == instance.id,
            OutboxMessage.state == "held",
        )
        .values(state="queued")
        .execution_options(synchronize_session=False)
    )
    messages_out.queue_for_child(
        session,
        authority_id=instance.authority_id,
        child_id=instance.child_id,
        target_id=instance.id,
        name=messages_out.FACTS_CHANGED,
        payload={"facts": {}, **({"reason": reason} if reason else {})},
        person_id=person_id,
    )
