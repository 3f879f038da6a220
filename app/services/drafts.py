"""What was typed and not yet sent: kept unchecked, so that a lost connection or a timeout loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.errors import Conflict
from app.services.task_lookup import name_of, refuse_unless_open, refuse_while_signing, row, thing
from app.store.db import transaction
from app.store.tasks import Draft


def save(viewer: Viewer, task_id: str, answers: Mapping[str, Any], version: int | None) -> int:
    """Keep what was typed, unchecked; the draft's new version.

    `version` is the one that the person started from, 0 where there was none, None to write over whatever is there;
    raises Conflict when another was saved since, with its `answers` and its `version`.
    """
    with transaction() as session:
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task, viewer)
        require(viewer, "see_task", its_thing)
        refuse_while_signing(session, task)
        require(viewer, "save_draft", its_thing, seen_by="see_task")
        refuse_unless_open(session, task)
        before = refuse_newer(session, task, viewer.person_id, version)
        return keep(session, task, answers, viewer.person_id, (before.version if before else 0) + 1)


def refuse_newer(
    session: Session, task: Row[Any], person_id: str, version: int | None
) -> Row[tuple[int, str | None, dict[str, Any]]] | None:
    """The draft as it is, locked. Raises Conflict, with its answers and version, unless it is that of `version`."""
    before = session.execute(
        select(Draft.version, Draft.saved_by, Draft.answers)
        .where(Draft.authority_id == task.authority_id, Draft.task_id == task.id)
        .with_for_update()
    ).first()
    if before is None or version is None or before.version == version:
        return before
    who = (
        "You have saved other answers since you opened this page, in another window or on another device."
        if before.saved_by == person_id
        else f"{name_of(session, before.saved_by, task.authority_id)} has saved other answers since you opened this."
    )
    raise Conflict(who, answers=before.answers, version=before.version)


def keep(
    session: Session, task: Row[Any], answers: Mapping[str, Any], person_id: str | None, version: int = 1
) -> int:
    """Write a task's draft in place of any other; its version."""
    session.execute(delete(Draft).where(Draft.authority_id == task.authority_id, Draft.task_id == task.id))
    session.execute(
        insert(Draft).values(
            authority_id=task.authority_id,
            task_id=task.id,
            answers=dict(answers),
            version=version,
            saved_at=now(),
            saved_by=person_id,
        )
    )
    return version
