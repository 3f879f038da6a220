"""A webhook that reaches nobody: one incident each, until somebody has it tried again."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import EngineFailure
from app.services.incident_rows import note_incident
from app.store.incidents import Incident
from app.store.webhooks import Delivery

DO = "webhook"
"""What the command of such an incident says; no pathway stands still by it."""


def note(session: Session, authority_id: str, webhook_id: str, sentence: str) -> None:
    """Say so, unless it is said already and not yet put right."""
    if not _open(session, authority_id, webhook_id):
        note_incident(
            session,
            EngineFailure(None, sentence),
            {"do": DO, "webhook": webhook_id},
            authority_id=authority_id,
            child_id=None,
            instance_id=None,
            definition_key="",
        )


def send_again(session: Session, authority_id: str, webhook_id: str) -> None:
    """Everything that was given up is sent once more."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.authority_id == authority_id, Delivery.webhook_id == webhook_id, Delivery.state == "dead"
        )
        .values(state="queued", attempts=0, next_at=now())
        .execution_options(synchronize_session=False)
    )


def settle(session: Session, authority_id: str, webhook_id: str, person_id: str) -> None:
    """The webhook is removed: nobody has to try anything again."""
    session.execute(
        update(Incident)
        .where(
            Incident.authority_id == authority_id, Incident.id.in_(_open(session, authority_id, webhook_id))
        )
        .values(resolved_at=now(), resolved_by=person_id)
        .execution_options(synchronize_session=False)
    )


def _open(session: Session, authority_id: str, webhook_id: str) -> list[str]:
    found = session.execute(
        select(Incident.id, Incident.command).where(
            Incident.authority_id == authority_id,
            Incident.resolved_at.is_(None),
            Incident.instance_id.is_(None),
            Incident.definition_key == "",
        )
    )
    return [row.id for row in found if row.command.get("webhook") == webhook_id]
