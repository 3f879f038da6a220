"""Two people (or two windows) at one task: both versions side by side, and a choice question by question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import Viewer
from app.domain.errors import Conflict
from app.domain.forms import Form
from app.services import drafts, task_view
from app.services.task_view import TaskView
from app.web import fields
from app.web.differences import differences
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("task_conflicts", __name__)
CHOICE = "version_of_"  # with a question's key: mine, or theirs
THEIRS = "theirs"


def draft_version() -> int | None:
    """The draft that the page started from: 0 for none; None where the form does not say."""
    version = request.form.get("draft_version")
    if version is None:
        return None
    return int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0


def save(viewer: Viewer, task_id: str, form: Form) -> int:
    """Keep what was typed as the task's draft; its version. Raises BadInput, Conflict."""
    return _save(viewer, task_id, _typed(form))


def _save(viewer: Viewer, task_id: str, typed: Mapping[str, Any]) -> int:
    return drafts.save(viewer, task_id, typed, draft_version(), page=request.form.get("submission"))


def _typed(form: Form) -> dict[str, Any]:
    """What was typed, as it may be kept."""
    return fields.as_draft(form, fields.read_posted(form, request.form))


def page(view: TaskView, error: Conflict) -> str:
    """What was typed beside what somebody else has saved or recorded; nothing is lost, and a draft can be chosen."""
    form = view.form
    typed = _typed(form) if form else {}
    is_kept = form is not None and error.facts.get("state") == "suspended"
    if form is not None and is_kept:
        save(g.viewer, view.task.id, form)
    theirs: Mapping[str, Any] = error.facts.get("answers") or (
        view.answers if view.task.state == "completed" else {}
    )
    return render_template(
        "tasks/conflict.html",
        page_name="This task has changed",
        view=view,
        facts=identity_facts(view.child),
        sentence=error.sentence,
        rows=differences(form, typed, theirs, view.people) if form else [],
        choice=CHOICE,
        is_draft="answers" in error.facts,
        version=error.facts.get("version"),
        is_kept=is_kept,
        sent=[
            (name, value) for name, value in request.form.items(multi=True) if name not in fields.NOT_ANSWERS
        ],
        completed=view.task.state == "completed",
    )


@pages.post("/tasks/<task_id>/versions")
@allowed("save_draft", section="work.mine")
@keeps_what_is_typed
def choose(task_id: str) -> str | Response | tuple[str, int]:
    """Keep my answers, except those to questions for which the other version was chosen."""
    view = task_view.show(g.viewer, task_id)
    if view.form is not None:
        mine = _typed(view.form)
        chosen = {key for key in view.answers if request.form.get(f"{CHOICE}{key}") == THEIRS}
        chosen |= {
            field.key for field in view.form.fields if request.form.get(f"{CHOICE}{field.key}") == THEIRS
        }
        kept = {key: value for key, value in mine.items() if key not in chosen}
        kept |= {key: view.answers[key] for key in chosen if key in view.answers}
        try:
            _save(g.viewer, task_id, kept)
        except Conflict as error:
            return page(task_view.show(g.viewer, task_id), error), 409
    flash("The answers that you chose are kept as the draft. Nothing has been sent.", "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)
