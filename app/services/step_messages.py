"""The messages that a step sends to other pathways, and the escalations that it raises by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, literal_column, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import messages_out
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.db import execute, table_of
from app.store.tasks import UserTask

_TASKS = table_of(UserTask)
_ESCALATED = (
    update(_TASKS)
    .where(
        _TASKS.c.authority_id == bindparam("of_authority"),
        _TASKS.c.instance_id == bindparam("of_instance"),
        _TASKS.c.element_id == bindparam("of_element"),
        _TASKS.c.state == literal_column("'open'"),
    )
    .values(escalated_at=bindparam("escalated_when"))
)


def send_messages(
    session: Session, instance: Row[Any], version: CompiledVersion, step: Step, context: EngineContext
) -> list[Entry]:
    """Queue the step's messages in their order."""
    entries: list[Entry] = []
    for sent in step.messages:
        declared = version.messages.get(sent.name)
        message_id = messages_out.queue(
            session,
            instance,
            name=sent.name,
            payload=sent.payload,
            correlate=declared.correlate if declared else "root",
        )
        element = version.element(sent.element_id)
        facts_ = {
            "definition": instance.definition_key,
            "element": sent.element_id,
            "name": element.name if element else sent.name,
            "lane": element.role if element else None,
            "duty": duties_in(context.profile.area, element.duty) if element else [],
            "message": sent.name,
        }
        entries.append(
            Entry(kind="message_sent", child_id=instance.child_id, message_id=message_id, facts=facts_)
        )
        if sent.name == messages_out.ESCALATE:
            entries.append(note_escalation(session, instance, sent.payload, context))
    return entries


def note_escalation(
    session: Session, instance: Row[Any], payload: Mapping[str, Any], context: EngineContext
) -> Entry:
    """Mark the late task as escalated, so that its completion ends the escalation.

    A task that the same step opens is marked where it is created.
    """
    late = payload.get("correlation_key")
    keys = {"of_authority": instance.authority_id, "of_instance": instance.id, "of_element": late}
    execute(session, _ESCALATED, {**keys, "escalated_when": now()})
    return Entry(
        kind="escalated",
        child_id=instance.child_id,
        facts={
            "definition": instance.definition_key,
            "element": late,
            "name": payload.get("name"),
            "lane": payload.get("lane"),
            "duty": duties_in(context.profile.area, _ids(payload.get("duty"))),
            "due_at": payload.get("due_at"),
        },
    )


def _ids(duty: Any) -> list[str]:
    """Duty ids as a diagram or the platform names them: a list, or text with commas."""
    if isinstance(duty, str):
        return [part.strip() for part in duty.split(",") if part.strip()]
    return list(duty or [])
