"""What happened, as a simulation tells it: the events of the audit, with ids that are numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.domain.clock import LONDON
from app.services import reference
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.outbox import OutboxMessage

KINDS = (
    "instance_started",
    "instance_ended",
    "task_created",
    "task_completed",
    "task_cancelled",
    "timer_fired",
    "message_sent",
    "notification_queued",
    "duty_overdue",
    "escalated",
    "incident",
)
MOST_EVENTS = 50_000


def events() -> list[dict[str, Any]]:
    """Every event of KINDS in the order in which they happened, as the contract's section 3 has them."""
    with reading() as session:
        rows = session.execute(
            select(
                AuditEntry.at,
                AuditEntry.kind,
                AuditEntry.instance_id,
                AuditEntry.task_id,
                AuditEntry.facts,
                OutboxMessage.name,
            )
            .outerjoin(
                OutboxMessage,
                (OutboxMessage.authority_id == AuditEntry.authority_id)
                & (OutboxMessage.id == AuditEntry.message_id),
            )
            .where(AuditEntry.kind.in_(KINDS))
            .order_by(AuditEntry.id)
            .limit(MOST_EVENTS)
        ).all()
    numbers: dict[str, int] = {}
    roles = reference.roles()
    told = []
    begun: dict[str, dict[str, Any]] = {}
    for row in rows:
        facts = _with_what_it_began_with(row, begun)
        number = numbers.setdefault(row.instance_id, len(numbers) + 1)
        lane = facts.get("lane")
        duty = facts.get("duty") or []
        told.append(
            {
                "at": row.at.astimezone(LONDON).isoformat(),
                "kind": row.kind,
                "instance": number,
                "definition": facts.get("definition"),
                "element": facts.get("element"),
                "name": facts.get("name"),
                "lane": roles.name_of(lane) if lane else None,
                "duty": [duty] if isinstance(duty, str) else list(duty),
                "due_at": _in_london(facts.get("due_at")),
                "due_explanation": facts.get("due_explanation"),
                "detail": _detail(row),
            }
        )
    return told


def _with_what_it_began_with(row: Row[Any], begun: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What became of a task is told with its lane, duties and due time, as they were when it was given."""
    facts: dict[str, Any] = row.facts
    if row.kind == "task_created":
        begun[row.task_id] = facts
    if row.kind not in ("task_completed", "task_cancelled") or row.task_id not in begun:
        return facts
    first = begun[row.task_id]
    kept = {name: first[name] for name in _OF_A_TASK if name in first}
    if facts.get("due_at") not in (None, first.get("due_at")):
        kept.pop("due_explanation", None)  # it has moved since, and another reason holds
    return {**kept, **{name: value for name, value in facts.items() if value is not None}}


_OF_A_TASK = ("definition", "element", "name", "lane", "duty", "due_at", "due_explanation")


def _in_london(moment: str | None) -> str | None:
    return datetime.fromisoformat(moment).astimezone(LONDON).isoformat() if moment else None


def _detail(row: Row[Any]) -> str | None:
    facts = row.facts
    if row.kind == "message_sent":
        return str(row.name)
    if row.kind == "instance_ended":
        return ", ".join(facts.get("end_events") or [])
    detail: str | None = facts.get("detail")
    return detail
