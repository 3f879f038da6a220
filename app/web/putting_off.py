"""Putting a task off until a day, and bringing it forward again: from the list, and from the task's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.moments import day_in_words
from app.services import putting_off, task_view
from app.services.putting_off import LONGEST_REASON, PuttingOff
from app.services.task_view import TaskView
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.session import safe_next

pages = Blueprint("putting_off", __name__)
Answer = str | Response | tuple[str, int]
ANOTHER = "another"


@pages.get("/tasks/<task_id>/put-off")
@allowed("see_task", section="work.mine")
def ask(task_id: str) -> str:
    """Until when and why; or, of what is not the viewer's, that it is not."""
    return _page(task_id, {})


@pages.post("/tasks/<task_id>/put-off")
@allowed("put_off", section="work.mine")
@keeps_what_is_typed
def put_off(task_id: str) -> Answer:
    """Put it off, and go back to where the person came from."""
    view = task_view.show(g.viewer, task_id)
    form = form_for(putting_off.of_task(g.viewer, view.task))
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _page(task_id, typed)
    try:
        known = validate(form, typed)
        until_on = _day(known)
        name = putting_off.put_off(g.viewer, task_id, until_on, known["reason"] or "")
    except BadInput as error:
        return _page(task_id, typed, error), 422
    flash(f"{name} is put off until {day_in_words(until_on) if until_on else ''}.", "success")
    return redirect(safe_next(request.args.get("back")), 303)


@pages.post("/tasks/<task_id>/bring-forward")
@allowed("put_off", section="work.mine")
def bring_forward(task_id: str) -> Response:
    """Back on the list now."""
    name = putting_off.bring_forward(g.viewer, task_id)
    flash(f"{name} is back in your work.", "success")
    return redirect(safe_next(request.args.get("back")), 303)


def form_for(state: PuttingOff) -> Form:
    """Until when and why, with the days that may be chosen for this task."""
    days = [{"label": words, "value": day.isoformat()} for day, words in state.days]
    return read_form(
        "tasks/put_off",
        {
            "type": "default",
            "title": "Put this task off",
            "components": [
                {"type": "radio", "key": "day", "label": "When do you want to see it again?",
                 "values": [*days, {"label": "Another day", "value": ANOTHER}],
                 "validate": {"required": True}, "properties": {"called": "when you want to see it again"}},
                {"type": "datetime", "subtype": "date", "key": "until_on", "label": "Which day?",
                 "conditional": {"hide": '=day != "another"'},
                 "properties": {"when": "future", "called": "the day on which you want to see it again"}},
                {"type": "textfield", "key": "reason", "label": "Why?",
                 "validate": {"required": True, "maxLength": LONGEST_REASON},
                 "description": "For example, waiting for the report from the school.",
                 "properties": {"called": "the reason for putting this off"}},
            ],
        },
    )  # fmt: skip


def _day(known: Mapping[str, Any]) -> date | None:
    chosen = known["until_on"] if known["day"] == ANOTHER else known["day"]
    return date.fromisoformat(chosen) if chosen else None


def _page(task_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    view: TaskView = task_view.show(g.viewer, task_id)
    state = putting_off.of_task(g.viewer, view.task)
    form = form_for(state)
    sentences = _where_it_was_asked(error, typed) if error else {}
    answers = {"reason": state.reason, **typed} if state.reason else typed
    return render_template(
        "tasks/put_off.html",
        page_name="Put this task off",
        view=view,
        facts=identity_facts(view.child),
        state=state,
        back=safe_next(request.args.get("back") or url_for("tasks.show", task_id=task_id)),
        components=questions.components(form, answers, sentences),
        errors=fields.error_summary(form, sentences, answers),
    )


def _where_it_was_asked(error: BadInput, typed: Mapping[str, Any]) -> dict[str, list[str]]:
    """A day that was chosen and not typed is wrong where it was chosen."""
    sentences = dict(error.errors)
    if typed.get("day") != ANOTHER and "until_on" in sentences:
        sentences["day"] = sentences.pop("until_on")
    return sentences
