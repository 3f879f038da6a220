"""Tasks: list, look at, take, give, draft, complete."""

from __future__ import annotations

from typing import Any

from flask import g

from app.api import forms, looking
from app.api.door import operation, submission
from app.api.schemas.tasks import Answers, Assignment, Draft, DraftFields, TaskDetail, TaskPage, TaskQuery
from app.domain.errors import BadInput
from app.services import drafts, task_lists, task_view, tasks
from app.services.listing import Paged
from app.services.lists import TaskRow
from app.services.task_lists import TaskFilter

TAG = "Tasks"
NARROWS = ("assignee", "role", "team", "child_id", "instance_id", "state", "overdue", "due_before")


@operation(
    "GET", "/tasks", tag=TAG, scope="tasks:read", action="see_own_work", query=TaskQuery, answers=TaskPage
)
def list_tasks(query: dict[str, Any]) -> Any:
    """The tasks that the token's person may see: open ones first, then by due time."""
    narrowed = TaskFilter(**{name: query.get(name) for name in NARROWS})
    page = task_lists.find(g.viewer, narrowed, query.get("sort"), Paged(query["page"], query["page_size"]))
    if narrowed.child_id and page.items:
        looking.shown(narrowed.child_id)
    return {**vars(page), "items": [_shown(row) for row in page.items]}


@operation("GET", "/tasks/<task_id>", tag=TAG, scope="tasks:read", action="see_task", answers=TaskDetail)
def get_task(task_id: str) -> Any:
    """One task: its form with what is known already, when it is due and why, and the duty that it meets."""
    return _detail(task_id)


@operation(
    "POST", "/tasks/<task_id>/claim", tag=TAG, scope="tasks:write", action="claim", answers=TaskDetail, conflicts=True
)  # fmt: skip
def claim_task(task_id: str) -> Any:
    """Take a task. 409 when somebody else has it, or it is finished."""
    tasks.claim(g.viewer, task_id)
    return _detail(task_id)


@operation(
    "POST", "/tasks/<task_id>/release", tag=TAG, scope="tasks:write", action="release", answers=TaskDetail,
    conflicts=True,
)  # fmt: skip
def release_task(task_id: str) -> Any:
    """Put a task back into its team's queue."""
    tasks.release(g.viewer, task_id)
    return _detail(task_id)


@operation(
    "POST", "/tasks/<task_id>/assign", tag=TAG, scope="tasks:write", action="assign", body=Assignment,
    answers=TaskDetail, conflicts=True,
)  # fmt: skip
def assign_task(given: dict[str, Any], task_id: str) -> Any:
    """Give a task to somebody who can do it."""
    try:
        tasks.assign(g.viewer, task_id, given["user_id"], given["reason"])
    except BadInput as error:
        field = "reason" if "reason" in error.errors else "user_id"
        raise BadInput(error.sentence, {field: next(iter(error.errors.values()))}) from error
    return _detail(task_id)


@operation(
    "PUT", "/tasks/<task_id>/draft", tag=TAG, scope="tasks:write", action="save_draft", body=DraftFields, answers=Draft,
    conflicts=True,
)  # fmt: skip
def save_draft(given: dict[str, Any], task_id: str) -> Any:
    """Keep what was typed so far, unchecked; the next person or page begins with it."""
    version = drafts.save(g.viewer, task_id, given["answers"], given["version"])
    return {
        "answers": given["answers"],
        "version": version,
        "saved_at": task_view.show(g.viewer, task_id).draft_saved_at,
    }


@operation(
    "POST", "/tasks/<task_id>/complete", tag=TAG, scope="tasks:write", action="complete", body=Answers,
    answers=TaskDetail, conflicts=True,
)  # fmt: skip
def complete_task(given: dict[str, Any], task_id: str) -> Any:
    """Complete a task with its answers; the pathway goes on. 409 when it has been completed or withdrawn."""
    try:
        tasks.complete(g.viewer, task_id, given["answers"], submission=submission())
    except BadInput as error:
        raise BadInput(
            error.sentence, {f"answers.{field}": words for field, words in error.errors.items()}
        ) from error
    return _detail(task_id)


def _detail(task_id: str) -> dict[str, Any]:
    view = task_view.show(g.viewer, task_id)
    looking.shown(view.task.child.id)
    return {
        **_shown(view.task),
        "form": forms.shown(view.form, view.form_source, view.people),
        "answers": dict(view.answers),
        "draft": _draft(view),
        "due": view.due.to_json() if view.due else None,
        "duty": [duty.id for duty in view.duties],
        "duties": [{"id": duty.id, "clause": duty.clause, "does": duty.does} for duty in view.duties],
        "next": list(view.next),
        "can": sorted(view.can),
        "completed_by": view.completed_by,
    }


def _draft(view: task_view.TaskView) -> dict[str, Any] | None:
    if view.draft_version is None:
        return None
    return {"answers": dict(view.draft), "version": view.draft_version, "saved_at": view.draft_saved_at}


def _shown(row: TaskRow) -> dict[str, Any]:
    return {
        **vars(row),
        "pathway": row.definition_key,
        "child_id": row.child.id,
        "child": {"id": row.child.id, "reference": row.child.reference, "name": row.child.name},
        "team": {"id": row.team_id, "name": row.team} if row.team_id else None,
        "assignee": {"id": row.assignee_id, "name": row.assignee} if row.assignee_id else None,
        "status": row.status,
        "due_explanation": row.explanation or None,
        "is_overdue": row.is_overdue,
    }
