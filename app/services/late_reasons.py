"""Why a task is, or was, late: said with the completion or afterwards; the last word counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain import late_reasons
from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now
from app.domain.errors import StaleTask
from app.domain.late_reasons import REASONS
from app.services import advance
from app.services.task_lookup import row, thing
from app.services.work_rows import TaskRow
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.people import name_of
from app.store.tasks import LateReason


@dataclass(frozen=True)
class Lateness:
    """Whether a task is late, whether the viewer may say why, and what has been said: key, words, by whom and when."""

    is_late: bool
    can_say: bool
    reason: str = ""
    words: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def in_words(self) -> str:
        """The reason as people read it; empty where nothing has been said."""
        return REASONS.get(self.reason, self.reason)


def of_task(viewer: Viewer, task_id: str) -> Lateness:
    """What is said of a task's lateness. Raises NotFound."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        task_thing = thing(session, task)
        require(viewer, "see_task", task_thing)
        can_say = may(viewer, "say_why_late", task_thing)
        said = session.get(LateReason, (viewer.authority_id, task_id))
        if said is None:
            return Lateness(is_late(task), can_say)
        by = name_of(session, viewer.authority_id, said.said_by) or "somebody"
        return Lateness(is_late(task), can_say, said.reason, said.words, by, said.said_at)


def say(viewer: Viewer, task_id: str, reason: str, words: str = "") -> None:
    """Say why a task is or was late; what was said before is replaced, and stays in the audit.

    Raises NotFound, NotAllowed, BadInput (see app.domain.late_reasons), StaleTask when the task is not late.
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        task_thing = thing(session, task)
        require(viewer, "say_why_late", task_thing, seen_by="see_task")
        if not is_late(task):
            raise StaleTask("This task is not late, so there is nothing to explain.")
        reason, words = late_reasons.checked(reason, words)
        if not _keep(session, viewer, task_id, reason, words):
            return
        entry = Entry(
            kind="late_reason_given",
            child_id=task.child_id,
            person_id=viewer.person_id,
            for_id=acts_for(viewer, task_thing),
            task_id=task.id,
            facts={
                "definition": task.definition_key,
                "element": task.element_id,
                "name": task.name,
                "late_reason": reason,
                "detail": REASONS[reason],
                "reason": words,
            },
        )
        advance.record(session, instance, [entry])


def is_late(task: Row[Any] | TaskRow) -> bool:
    """Whether a task was completed after its due time, or is open and it has passed."""
    if task.due_at is None or task.state not in ("open", "completed"):
        return False
    return bool((task.completed_at or now()) > task.due_at)


def _keep(session: Session, viewer: Viewer, task_id: str, reason: str, words: str) -> bool:
    """Write it down; False when it says what stands there already."""
    said = session.execute(
        select(LateReason).where(
            LateReason.authority_id == viewer.authority_id, LateReason.task_id == task_id
        )
    ).scalar_one_or_none()
    if said is None:
        said = LateReason(authority_id=viewer.authority_id, task_id=task_id)
        session.add(said)
    elif (said.reason, said.words) == (reason, words):
        return False
    said.reason, said.words = reason, words
    said.said_at, said.said_by = now(), viewer.person_id
    session.flush()
    return True
