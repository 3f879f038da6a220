"""Facts of a child: answers that several tasks share, kept once under one name. Never ask twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may
from app.domain.clock import now
from app.domain.finding import NUMBERS
from app.services import child_keys, messages_out
from app.store.children import ChildFact
from app.store.db import execute, reading, table_of
from app.store.ties import child_thing
from app.store.upsert import put

DAYS = ("_on", "_at", "date_of_birth")  # what a due time can be counted from
_FACTS = table_of(ChildFact)
_KNOWN = select(_FACTS.c.name, _FACTS.c.value).where(
    _FACTS.c.authority_id == bindparam("of_authority"), _FACTS.c.child_id == bindparam("of_child")
)


def known(session: Session, authority_id: str, child_id: str) -> dict[str, Any]:
    """Every fact of the child by its name."""
    found = execute(session, _KNOWN, {"of_authority": authority_id, "of_child": child_id})
    return {row.name: row.value["value"] for row in found}


def shown_to(viewer: Viewer, child_id: str) -> dict[str, Any]:
    """Every fact of the child for the viewer; none when the viewer may not see the child."""
    with reading() as session:
        if not may(viewer, "see_child", child_thing(session, viewer.authority_id, child_id)):
            return {}
        return known(session, viewer.authority_id, child_id)


def record(
    session: Session,
    authority_id: str,
    child_id: str,
    values: Mapping[str, Any],
    *,
    person_id: str | None,
    task_id: str | None,
) -> list[str]:
    """Write the facts that are new or different; their names."""
    if not values:
        return []
    before = known(session, authority_id, child_id)
    changed = [name for name, value in values.items() if name not in before or before[name] != value]
    rows = [
        {
            "authority_id": authority_id,
            "child_id": child_id,
            "name": name,
            "value": {"value": values[name]},
            "recorded_at": now(),
            "recorded_by": person_id,
            "task_id": task_id,
        }
        for name in sorted(changed)  # always in one order, or two writers could wait for each other
    ]
    if rows:
        put(session, _FACTS, rows, replace=("value", "recorded_at", "recorded_by", "task_id"))
    if not NUMBERS.keys().isdisjoint(changed):
        child_keys.write(session, authority_id, child_id)  # a number is something that the child is found by
    announce(
        session,
        authority_id,
        child_id,
        {name: [before.get(name), values[name]] for name in changed},
        person_id=person_id,
    )
    return changed


def announce(
    session: Session,
    authority_id: str,
    child_id: str,
    changes: Mapping[str, list[Any]],
    *,
    person_id: str | None,
) -> None:
    """Let every pathway of the child know which days have changed (`{name: [was, is]}`), once this is committed."""
    days = {name: change for name, change in changes.items() if name.endswith(DAYS)}
    if days:
        messages_out.queue_for_child(
            session,
            authority_id=authority_id,
            child_id=child_id,
            name=messages_out.FACTS_CHANGED,
            payload={"facts": days},
            correlate="child",
            person_id=person_id,
        )
