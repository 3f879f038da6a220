"""What stands beside a task's form: the question that it answers, contributions, the manager's word."""

from __future__ import annotations

from typing import Any

from flask import g

from app.services import beside_task, comments, putting_off
from app.services.beside_task import BesideTask
from app.services.task_view import TaskView
from app.web import fields
from app.web.differences import Difference, differences


def parts(view: TaskView) -> dict[str, Any]:
    """What the templates tasks/_asked, _sign_off, _put_off and _comments draw, as arguments of its page."""
    found = beside_task.show(g.viewer, view.task.id)
    return {
        "beside": found,
        "putting_off": putting_off.of_task(g.viewer, view.task),
        **_for_manager(view, found),
        **_colleagues(view.task.id, found),
    }


def _for_manager(view: TaskView, found: BesideTask) -> dict[str, Any]:
    """The answers that wait, and how they differ from what was returned before."""
    sent = found.sign_off.waiting if found.sign_off else None
    if sent is None or view.form is None:
        return {"sent_rows": [], "changes": []}
    before = found.sign_off.before if found.sign_off else None
    changes: list[Difference] = []
    if before is not None:
        changes = differences(view.form, before.answers, sent.answers, view.people)
    return {"sent_rows": fields.summary_rows(view.form, sent.answers, view.people), "changes": changes}


def _colleagues(task_id: str, found: BesideTask) -> dict[str, Any]:
    if "comment" not in found.can:
        return {"mentionable": []}
    people = comments.mentionable(g.viewer, task_id)
    return {"mentionable": [(person.person_id, person.name) for person in people]}
