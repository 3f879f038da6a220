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

    `version` is the one that the person started from; raises Conflict when somebody saved another since.
    """
    with transaction() as session:
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task, viewer)
        require(viewer, "see_task", its_thing)
        refuse_while_signing(session, task)
        require(viewer, "save_draft", its_thing, seen_by="see_task")
        refuse_unless_open(session, task)
        before = session.execute(
            select(Draft.version, Draft.saved_by, Draft.answers)
            .where(Draft.authority_id == task.authority_id, Draft.task_id == task.id)
            .with_for_update()
        ).first()
        is_stale = before is not None and version is not None and before.version != version
        if before is not None and is_stale and before.saved_by != viewer.person_id:
            who = name_of(session, before.saved_by, task.authority_id)
            raise Conflict(
                f"{who} has saved other answers since you opened this.",
                answers=before.answers,
                version=before.version,
            )
        return keep(session, task, answers, viewer.person_id, (before.version if before else 0) + 1)


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
