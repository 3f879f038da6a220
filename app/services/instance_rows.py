"""The row of a pathway for somebody who wants to do something to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.errors import NotFound
from app.services.advance import INSTANCE_COLUMNS, InstanceRow
from app.store.instances import ProcessInstance
from app.store.ties import child_thing


def row_for(session: Session, viewer: Viewer, instance_id: str, action: str) -> InstanceRow:
    """The row as it is now, not locked. Raises NotFound, NotAllowed."""
    found: Any = session.execute(
        select(*INSTANCE_COLUMNS).where(
            ProcessInstance.authority_id == viewer.authority_id, ProcessInstance.id == instance_id
        )
    ).first()
    if found is None:
        raise NotFound()
    thing = child_thing(session, viewer.authority_id, found.child_id)
    require(viewer, action, thing, seen_by="see_instance")
    row: InstanceRow = found
    return row


def open_ones(
    session: Session, authority_id: str, child_id: str, *, is_locked: bool
) -> Sequence[InstanceRow]:
    """All that runs for a child, or stands still; locked until the transaction ends where that is asked for.

    Always in one order, or two changes could wait for each other.
    """
    query = (
        select(*INSTANCE_COLUMNS)
        .where(
            ProcessInstance.authority_id == authority_id,
            ProcessInstance.child_id == child_id,
            ProcessInstance.status.in_(("running", "suspended")),
        )
        .order_by(ProcessInstance.id)
    )
    found: Any = session.execute(query.with_for_update() if is_locked else query).all()
    rows: Sequence[InstanceRow] = found
    return rows
