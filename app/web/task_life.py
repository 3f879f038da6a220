"""Reopening a completed task to put its answers right, and setting an open one aside because it is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form
from app.domain.ids import new_id
from app.services import foresight, task_life, task_view
from app.services.foresight import Foreseen
from app.services.task_view import TaskView
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("task_life", __name__)
SECTION = "work.mine"
REASON = "reason_for_correcting"  # no question of a form is called so
Answer = str | Response | tuple[str, int]


@pages.get("/tasks/<completed_id>/reopen")
@allowed("reopen", section=SECTION)
def ask_reopen(completed_id: str) -> Answer:
    """The form with its answers, to be put right, and why."""
    view = _reopenable(completed_id)
    return _reopen_page(view, view.answers)


@pages.post("/tasks/<completed_id>/reopen")
@allowed("reopen", section=SECTION)
@keeps_what_is_typed
def reopen(completed_id: str) -> Answer:
    """Record the answers as they are right, and keep what they were."""
    typed: dict[str, Any] = {}

    def read(form: Form) -> dict[str, Any]:
        typed.update(fields.read_posted(form, request.form))
        typed.pop(REASON, None)
        return typed

    try:
        if is_again():
            view = _reopenable(completed_id)
            return _reopen_page(view, read(view.form) if view.form else {})
        task_life.correct(
            g.viewer,
            completed_id,
            read,
            request.form.get(REASON, ""),
            submission=request.form.get("submission"),
        )
    except BadInput as error:
        return _reopen_page(_reopenable(completed_id), typed, error.errors), 422
    flash("The answers are corrected. What they said before is kept below.", "success")
    return redirect(url_for("tasks.show", task_id=completed_id), 303)


@pages.get("/tasks/<open_id>/not-needed")
@allowed("set_aside", section=SECTION)
def ask_not_needed(open_id: str) -> Answer:
    """Why the task need not be done."""
    return _not_needed_page(_set_aside(open_id))


@pages.post("/tasks/<open_id>/not-needed")
@allowed("set_aside", section=SECTION)
@keeps_what_is_typed
def not_needed(open_id: str) -> Answer:
    """Set it aside; the pathway goes on."""
    try:
        if is_again():
            return _not_needed_page(_set_aside(open_id))
        reason = request.form.get("reason", "")
        if request.form.get("action") == "look":
            view = _set_aside(open_id)
            seen = foresight.of(
                g.viewer, view.child.id, lambda: task_life.not_needed(g.viewer, open_id, reason)
            )
            return _not_needed_page(view, seen=seen)
        task_life.not_needed(
            g.viewer,
            open_id,
            reason,
            submission=request.form.get("submission"),
        )
    except BadInput as error:
        return _not_needed_page(_set_aside(open_id), error), 422
    flash("The task is set aside as not needed, with your reason.", "success")
    return redirect(url_for("tasks.show", task_id=open_id), 303)


def _reopenable(task_id: str) -> TaskView:
    return _allowed(task_id, "reopen")


def _set_aside(task_id: str) -> TaskView:
    return _allowed(task_id, "set_aside")


def _allowed(task_id: str, action: str) -> TaskView:
    view = task_view.show(g.viewer, task_id)
    if action not in task_life.of_task(g.viewer, task_id).can:
        raise NotFound("This cannot be done with the task as it is now, or it is not yours to do.")
    return view


def _reopen_page(
    view: TaskView, answers: Mapping[str, Any], errors: Mapping[str, list[str]] | None = None
) -> str:
    assert view.form is not None
    found = dict(errors or {})
    why = found.pop("reason", [])
    summary = fields.error_summary(view.form, found, answers)
    return render_template(
        "tasks/reopen.html",
        page_name="Correct the answers",
        view=view,
        facts=identity_facts(view.child),
        life=task_life.of_task(g.viewer, view.task.id),
        errors=[{"text": words, "href": f"#{REASON}"} for words in why] + summary,
        why=why,
        reason_name=REASON,
        reason=request.form.get(REASON, ""),
        components=questions.components(view.form, answers, found, view.people),
        submission=request.form.get("submission") or new_id(),
    )


def _not_needed_page(view: TaskView, error: BadInput | None = None, *, seen: Foreseen | None = None) -> str:
    why = error.errors.get("reason", []) if error else []
    return render_template(
        "tasks/not_needed.html",
        page_name="Set this task aside",
        view=view,
        facts=identity_facts(view.child),
        errors=[{"text": words, "href": "#reason"} for words in why],
        why=why,
        seen=seen,
        reason=request.form.get("reason", ""),
        submission=request.form.get("submission") or new_id(),
    )
