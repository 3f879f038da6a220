"""Saying why a task is late: with its completion, in one line of its form, or afterwards on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain import late_reasons as reasons
from app.domain.clock import now
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.services import late_reasons, task_view
from app.services.late_reasons import Lateness
from app.services.task_view import TaskView
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.session import safe_next

pages = Blueprint("late_reasons", __name__)
Answer = str | Response | tuple[str, int]
FIELDS = ("late_reason", "late_words")


@pages.get("/tasks/<task_id>/why-late")
@allowed("see_task", section="work.mine")
def ask(task_id: str) -> str:
    """Why it is late; or that it is not."""
    return _page(task_id)


@pages.post("/tasks/<task_id>/why-late")
@allowed("say_why_late", section="work.mine")
@keeps_what_is_typed
def say(task_id: str) -> Answer:
    """Record it, and go back to where the person came from."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    if is_again():
        return _page(task_id, typed)
    try:
        late_reasons.say(g.viewer, task_id, typed["late_reason"], typed["late_words"])
    except BadInput as error:
        return _page(task_id, typed, error.errors), 422
    flash("Why it was late is recorded.", "success")
    return redirect(_back(task_id), 303)


def said_with_the_form() -> tuple[str, str] | None:
    """What the line on a task's own form says; None where it was left alone. Raises BadInput when it cannot be kept."""
    reason, words = (request.form.get(name, "") for name in FIELDS)
    if not reason and not words.strip():
        return None
    return reasons.checked(reason or reasons.OTHER, words)


def keep(task_id: str) -> None:
    """Record what the form said, if the task is late. What cannot be recorded is said, and holds nothing up."""
    try:
        said = said_with_the_form()
        if said is not None and late_reasons.of_task(g.viewer, task_id).is_late:
            late_reasons.say(g.viewer, task_id, *said)
    except (BadInput, NotAllowed, NotFound, StaleTask) as error:
        flash(f"Why it is late could not be recorded. {error.sentence}", "problem")


def of_form(view: TaskView, errors: Mapping[str, list[str]]) -> dict[str, object]:
    """What the line on the form draws: what was typed just now, or has been said before."""
    task = view.task
    may_be_late = task.due_at is not None and (task.completed_at or now()) > task.due_at
    lateness = late_reasons.of_task(g.viewer, task.id) if may_be_late else Lateness(False, False)
    return {
        "lateness": lateness,
        "late_reasons": reasons.REASONS,
        "late_typed": _typed(lateness),
        "late_errors": errors,
    }


def _typed(lateness: Lateness, typed: Mapping[str, str] | None = None) -> dict[str, str]:
    found = typed if typed is not None else request.form
    if "late_reason" in found or "late_words" in found:
        return {name: found.get(name, "") for name in FIELDS}
    return {"late_reason": lateness.reason, "late_words": lateness.words}


def _page(
    task_id: str, typed: Mapping[str, str] | None = None, errors: Mapping[str, list[str]] | None = None
) -> str:
    view: TaskView = task_view.show(g.viewer, task_id)
    lateness = late_reasons.of_task(g.viewer, task_id)
    sentences = errors or {}
    return render_template(
        "tasks/why_late.html",
        page_name="Why is it late?" if view.task.state == "open" else "Why was it late?",
        view=view,
        facts=identity_facts(view.child),
        lateness=lateness,
        late_reasons=reasons.REASONS,
        late_typed=_typed(lateness, typed),
        late_errors=sentences,
        back=_back(task_id),
        errors=[{"text": text, "href": f"#{name}"} for name, texts in sentences.items() for text in texts],
    )


def _back(task_id: str) -> str:
    return safe_next(request.args.get("back") or url_for("tasks.show", task_id=task_id))
