"""The task “Tell the child the ten things”, done by giving the plan: nothing is typed twice."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from app.domain.forms import Form, prefill
from app.services import facts, tasks
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
        known = facts.known(session, viewer.authority_id, found.child_id) if found else {}
    if found is None:
        return None

    def answers(form: Form) -> dict[str, object]:
        return {**prefill(form, known), "sharing_told": ["told"], "told_on": told_on.isoformat()}

    try:
        return tasks.complete(viewer, found.id, answers)
    except (BadInput, Conflict, NotAllowed, NotFound):
        return None
