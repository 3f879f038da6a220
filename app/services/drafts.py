"""What was typed and not yet sent: kept unchecked, so that a lost connection or a timeout loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.errors import Conflict
from app.services import advance, submissions
from app.services.task_lookup import name_of, refuse_unless_open, refuse_while_signing, row, thing
from app.store.db import transaction
from app.store.tasks import Draft


def save(
    viewer: Viewer, task_id: str, answers: Mapping[str, Any], version: int | None, *, page: str | None = None
) -> int:
    """Keep what was typed, unchecked; the draft's new version.

    `version` is the one that the person started from, 0 where there was none, None to write over whatever is there;
    raises Conflict when another was saved since, with its `answers` and its `version`. What the same `page` (the
    token of its form) has saved is no other draft: the answer to a save may be lost on its way.
    """
    with transaction() as session:
        advance.lock_of_task(
            session, viewer.authority_id, task_id
        )  # two first drafts, or a draft and the form
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task, viewer)
        require(viewer, "see_task", its_thing)
        refuse_while_signing(session, task)
        require(viewer, "save_draft", its_thing, seen_by="see_task")
        refuse_unless_open(session, task)
        before = refuse_newer(session, task, viewer.person_id, version, page)
        saved = keep(session, task, answers, viewer.person_id, (before.version if before else 0) + 1)
        submissions.note_draft(session, viewer.authority_id, page, viewer.person_id, saved)
        return saved


def refuse_newer(
    session: Session, task: Row[Any], person_id: str, version: int | None, page: str | None = None
) -> Row[tuple[int, str | None, dict[str, Any]]] | None:
    """The draft as it is. Raises Conflict, with its answers and version, unless it is that of `version` or of `page`.

    The instance is locked by then.
    """
    before = session.execute(
        select(Draft.version, Draft.saved_by, Draft.answers).where(
            Draft.authority_id == task.authority_id, Draft.task_id == task.id
        )
    ).first()
    if before is None or version is None or before.version == version:
        return before
    is_own = before.saved_by == person_id
    if is_own and submissions.draft_of(session, task.authority_id, page) == before.version:
        return before
    who = (
        "You have saved other answers since you opened this page, in another window or on another device."
        if is_own
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
