"""Writing down that something could not be done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.errors import EngineFailure
from app.domain.ids import new_id
from app.store.incidents import Incident


def note_incident(
    session: Session,
    failure: EngineFailure,
    command: dict[str, Any],
    *,
    authority_id: str,
    child_id: str | None,
    instance_id: str | None,
    definition_key: str,
) -> str:
    """Write an incident's row; its id."""
    incident_id = new_id()
    session.execute(
        insert(Incident).values(
            authority_id=authority_id,
            id=incident_id,
            child_id=child_id,
            instance_id=instance_id,
            definition_key=definition_key,
            element_id=failure.element_id,
            sentence=failure.sentence,
            command=command,
            created_at=now(),
        )
    )
    return incident_id
