"""The task page: what is asked, why it is due then, who has it, what happens next; and what people do with a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, Conflict
from app.domain.forms import Form
from app.domain.ids import new_id
from app.services import caseloads, cover_view, task_view, tasks
from app.services.task_view import TaskView
from app.web import beside, fields, late_reasons, questions, receipt, task_conflicts, worked_out
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("tasks", __name__)
OTHER_FORMS = frozenset({"person_id", "contributions", "comment", "new_comment", "mentioned_id"})
"""Errors that stand in the small forms beside the task's own, by the id of what they are about."""
Answer = str | Response | tuple[str, int] | tuple[Response, int]


@pages.get("/tasks/<task_id>")
@allowed("see_task", section="work.mine")
def show(task_id: str) -> Answer:
    """The task as it stands, with what is known or was typed before."""
    view = task_view.show(g.viewer, task_id)
    return _page(view, {**view.answers, **beside.chosen_day(view, request.args.get("day", ""))})


@pages.post("/tasks/<task_id>")
@allowed("complete", section="work.mine")
@keeps_what_is_typed
def complete(task_id: str) -> Answer:
    """Complete the task; or, with the other button, keep what was typed and come back later."""
    typed: dict[str, Any] = {}

    def read(form: Form) -> dict[str, Any]:
        typed.update(fields.read_posted(form, request.form))
        late_reasons.said_with_the_form()
        return typed

    try:
        if is_again() or request.form.get("action") == "save":
            return _keep(task_view.show(g.viewer, task_id))
        if request.form.get("action") == worked_out.WORK_OUT:
            view = task_view.show(g.viewer, task_id)
            return worked_out.work_out(view, view.form) if view.form else _page(view, view.answers)
        tasks.complete(
            g.viewer,
            task_id,
            read,
            submission=request.form.get("submission"),
            draft_version=task_conflicts.draft_version(),
        )
    except BadInput as error:
        return _page(task_view.show(g.viewer, task_id), typed, error.errors), 422
    except Conflict as error:
        return task_conflicts.page(task_view.show(g.viewer, task_id), error), 409
    late_reasons.keep(task_id)
    return redirect(receipt.address(task_id), 303)


@pages.post("/tasks/<task_id>/draft")
@allowed("save_draft")
def draft(task_id: str) -> Answer:
    """Keep what was typed so far, for the page's own script."""
    view = task_view.show(g.viewer, task_id)
    if view.form is None:
        return jsonify(sentence="There is nothing to keep."), 200
    try:
        version = task_conflicts.save(g.viewer, view.task.id, view.form)
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
@keeps_what_is_typed
def assign(task_id: str) -> Answer:
    """Give the task to somebody of the team."""
    view = task_view.show(g.viewer, task_id)
    person_id, reason = request.form.get("person_id", ""), request.form.get("reason", "")
    if is_again():
        return page(view, {}, {"given_to": person_id, "why_given": reason})
    try:
        tasks.assign(g.viewer, task_id, person_id, reason)
    except BadInput as error:
        return page(view, error.errors, {"given_to": person_id, "why_given": reason}), 422
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
        components=questions.components(
            worked_out.explained(form, answers),
            answers,
            errors,
            caseloads.beside_names(g.viewer, view.people),
        )
        if form and is_asked
        else [],
        is_worked_out=worked_out.is_offered(form),
        rows=fields.summary_rows(form, answers, view.people)
        if form and view.task.state == "completed"
        else [],
        submission=_token(),
        **beside.parts(view),
        **late_reasons.of_form(view, errors or {}),
        **typed,
        draft_version=_started_from(view),
        hand_overs=cover_view.notes_for(g.viewer, [view.task.assignee_id]),
    )


def _token() -> str:
    """The token of the task's own form: after a mistake still the one of the page that it came from."""
    is_own = request.method == "POST" and task_conflicts.draft_version() is not None
    return (is_own and request.form.get("submission")) or new_id()


def _started_from(view: TaskView) -> int:
    """The draft that the page stands for: after a mistake still the one that the person began with."""
    posted = task_conflicts.draft_version() if request.method == "POST" else None
    return posted if posted is not None else view.draft_version or 0


def _summary(
    view: TaskView, errors: Mapping[str, list[str]], answers: Mapping[str, Any]
) -> list[dict[str, str]]:
    if view.form is not None and OTHER_FORMS.isdisjoint(errors):
        return fields.error_summary(view.form, errors, answers)
    return [
        {"text": sentence, "href": f"#{key}"} for key, sentences in errors.items() for sentence in sentences
    ]


def _keep(view: TaskView) -> Answer:
    """What was typed becomes the draft: to come back to later, or because the session had ended meanwhile."""
    if view.form is not None:
        task_conflicts.save(g.viewer, view.task.id, view.form)
    late_reasons.keep(view.task.id)
    if is_again():
        flash("What you had typed is here. Nothing has been sent.", "success")
        return redirect(url_for(".show", task_id=view.task.id), 303)
    flash(f"What you typed for “{view.task.name}” is kept. Nothing has been sent.", "success")
    return redirect(url_for("work.mine"), 303)
