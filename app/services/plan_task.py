"""The task “Tell the child the ten things”, done by giving the plan: nothing is typed twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from app.domain.forms import Form, prefill
from app.services import children, need_to_know, plan_record, tasks
from app.services.need_to_know import TEN_THINGS
from app.store.db import reading
from app.store.plans import ChildPlan
from app.store.tasks import UserTask


def finish(viewer: Viewer, plan_id: str, told_on: date) -> str | None:
    """Complete the open task with what the record knows, for a plan that has been given; the task's name.

    None when there is no such task, when something is not known yet, or when it is somebody else's to complete:
    the task stays open then.
    """
    with reading() as session:
        found = session.execute(
            select(UserTask.id, UserTask.child_id)
            .join(
                ChildPlan,
                (ChildPlan.authority_id == UserTask.authority_id) & (ChildPlan.child_id == UserTask.child_id),
            )
            .where(
                ChildPlan.authority_id == viewer.authority_id,
                ChildPlan.id == plan_id,
                UserTask.state == "open",
                UserTask.form == TEN_THINGS,
            )
            .order_by(UserTask.due_at)
        ).first()
        known = _known(session, viewer, found.child_id) if found else {}
    if found is None:
        return None

    def answers(form: Form) -> dict[str, object]:
        return {**prefill(form, known), "sharing_told": ["told"], "told_on": told_on.isoformat()}

    try:
        return tasks.complete(viewer, found.id, answers)
    except (BadInput, Conflict, NotAllowed, NotFound):
        return None


def _known(session: Session, viewer: Viewer, child_id: str) -> dict[str, Any]:
    """The facts, and what the plan takes from the record itself: the number for the night, who does what."""
    record = plan_record.read(session, viewer, children.get(session, viewer.authority_id, child_id))
    workers = "\n".join(need_to_know.who(record.words, worker) for worker in record.workers)
    return {"night_help": record.night, "who_does_what": workers, **record.facts}
