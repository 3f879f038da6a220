"""The task page: what is asked, why it is due then, who has it, what happens next; and what people do with a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, Conflict
from app.domain.forms import Form
from app.domain.ids import new_id
from app.services import cover_view, drafts, sign_offs, task_view, tasks
from app.services.task_view import TaskView
from app.web import beside, fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.local_words import local

pages = Blueprint("tasks", __name__)
OTHER_FORMS = frozenset({"person_id", "contributions", "comment", "new_comment", "mentioned_id"})
"""Errors that stand in the small forms beside the task's own, by the id of what they are about."""
Answer = str | Response | tuple[str, int] | tuple[Response, int]


@pages.get("/tasks/<task_id>")
@allowed("see_task", section="work.mine")
def show(task_id: str) -> Answer:
    """The task as it stands, with what is known or was typed before."""
    view = task_view.show(g.viewer, task_id)
    return _page(view, view.answers)


@pages.post("/tasks/<task_id>")
@allowed("complete", section="work.mine")
def complete(task_id: str) -> Answer:
    """Complete the task; or, with the other button, keep what was typed and come back later."""
    typed: dict[str, Any] = {}

    def read(form: Form) -> dict[str, Any]:
        typed.update(fields.read_posted(form, request.form))
        return typed

    try:
        if request.form.get("action") == "save":
            view = task_view.show(g.viewer, task_id)
            return _save_and_leave(view, read(view.form) if view.form else {})
        name = tasks.complete(g.viewer, task_id, read, submission=request.form.get("submission"))
    except BadInput as error:
        return _page(task_view.show(g.viewer, task_id), typed, error.errors), 422
    except Conflict as error:
        view = task_view.show(g.viewer, task_id)
        return _too_late(view, read(view.form) if view.form else {}, error), 409
    manager = sign_offs.waits_for(g.viewer, task_id)
    flash(f"“{name}” is {f'sent to the {local(manager)} for sign-off' if manager else 'done'}.", "success")
    return redirect(url_for("work.mine"), 303)


@pages.post("/tasks/<task_id>/draft")
@allowed("save_draft")
def draft(task_id: str) -> Answer:
    """Keep what was typed so far, for the page's own script."""
    view = task_view.show(g.viewer, task_id)
    if view.form is None:
        return jsonify(sentence="There is nothing to keep."), 200
    try:
        version = drafts.save(g.viewer, task_id, *_draft(view))
    except (BadInput, Conflict) as error:
        return jsonify(sentence=error.sentence), 409 if isinstance(error, Conflict) else 422
    return jsonify(sentence="Your answers are saved as a draft.", version=version)


@pages.post("/tasks/<task_id>/claim")
@allowed("claim")
def claim(task_id: str) -> Answer:
    """Take the task."""
    tasks.claim(g.viewer, task_id)
    flash("This task is yours now.", "success")
    return redirect(url_for(".show", task_id=task_id), 303)


@pages.post("/tasks/<task_id>/release")
@allowed("release")
def release(task_id: str) -> Answer:
    """Put the task back into the team's queue."""
    tasks.release(g.viewer, task_id)
    flash("The task is in its team's queue again.", "success")
    return redirect(url_for(".show", task_id=task_id), 303)


@pages.post("/tasks/<task_id>/assign")
@allowed("assign")
def assign(task_id: str) -> Answer:
    """Give the task to somebody of the team."""
    view = task_view.show(g.viewer, task_id)
    person_id = request.form.get("person_id", "")
    try:
        if not person_id:
            raise BadInput("Choose somebody.", {"person_id": ["Select who the task is for"]})
        tasks.assign(g.viewer, task_id, person_id)
    except BadInput as error:
        return _page(view, view.answers, error.errors), 422
    name = dict(view.colleagues).get(person_id, "somebody else")
    flash(f"The task is {name}'s now.", "success")
    return redirect(url_for(".show", task_id=task_id), 303)


def page(view: TaskView, errors: Mapping[str, list[str]], typed: Mapping[str, str]) -> str:
    """The task's page again, with what was wrong in one of the small forms beside its own."""
    return _page(view, view.answers, errors, **typed)


def _page(
    view: TaskView,
    answers: Mapping[str, Any],
    errors: Mapping[str, list[str]] | None = None,
    **typed: str,
) -> str:
    form = view.form
    is_asked = form is not None and "complete" in view.can
    return render_template(
        "tasks/show.html",
        page_name=view.task.name,
        view=view,
        facts=identity_facts(view.child),
        errors=_summary(view, errors or {}, answers),
        field_errors=errors or {},
        components=questions.components(form, answers, errors, view.people) if form and is_asked else [],
        rows=fields.summary_rows(form, answers, view.people)
        if form and view.task.state == "completed"
        else [],
        submission=new_id(),
        **beside.parts(view),
        **typed,
        hand_overs=cover_view.notes_for(g.viewer, [view.task.assignee_id]),
    )


def _summary(
    view: TaskView, errors: Mapping[str, list[str]], answers: Mapping[str, Any]
) -> list[dict[str, str]]:
    if view.form is not None and OTHER_FORMS.isdisjoint(errors):
        return fields.error_summary(view.form, errors, answers)
    return [
        {"text": sentence, "href": f"#{key}"} for key, sentences in errors.items() for sentence in sentences
    ]


def _draft(view: TaskView) -> tuple[dict[str, Any], int | None]:
    """What to keep, and the version that it started from."""
    assert view.form is not None
    version = request.form.get("draft_version", "")
    typed = fields.as_draft(view.form, fields.read_posted(view.form, request.form))
    return typed, int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None


def _save_and_leave(view: TaskView, typed: Mapping[str, Any]) -> Answer:
    if view.form is not None:
        drafts.save(g.viewer, view.task.id, *_draft(view))
    flash(f"What you typed for “{view.task.name}” is kept. Nothing has been sent.", "success")
    return redirect(url_for("work.mine"), 303)


def _too_late(view: TaskView, typed: Mapping[str, Any], error: Conflict) -> str:
    """What was typed is shown, so that nothing is lost: the task was done, withdrawn or saved by somebody else."""
    rows = fields.typed_rows(view.form, typed, view.people) if view.form else []
    return render_template(
        "tasks/conflict.html",
        page_name="This task has changed",
        view=view,
        sentence=error.sentence,
        rows=rows,
    )
