"""Moving a task's due time to an agreed day: what would count then, moving it, and taking the day back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.deadlines import Deadline
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.ids import new_id
from app.services import agreed_dates, task_view
from app.services.agreed_dates import Move
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.moments import due as due_words

pages = Blueprint("moved_deadlines", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "work.mine"
MOVE_IT = "move"
KEEP, FOLLOW = "keep", "follow"
FORM: Form = read_form(
    "tasks/deadline",
    {
        "type": "default",
        "title": "Move the due date",
        "components": [
            {"type": "datetime", "subtype": "date", "key": "on", "label": "Until which day is it agreed?",
             "description": "It is due by the end of this day.", "validate": {"required": True},
             "properties": {"called": "the agreed day"}},
            {"type": "textarea", "key": "reason", "label": "Why?",
             "validate": {"required": True, "maxLength": agreed_dates.LONGEST_REASON},
             "description": "Whoever has the task reads this, and it stays in the record.",
             "properties": {"called": "the reason"}},
            {"type": "radio", "key": "then", "label": "If the date that is worked out moves later on",
             "validate": {"required": True}, "properties": {"called": "what happens then"},
             "values": [{"label": "Keep the agreed day", "value": KEEP},
                        {"label": "Let the agreed day fall away, and follow the new date", "value": FOLLOW}]},
        ],
    },
)  # fmt: skip


@pages.get("/tasks/<open_id>/deadline")
@allowed("move_deadline", section=SECTION)
def ask(open_id: str) -> str:
    """Both dates, and the form that moves the one that can be moved."""
    return _page(open_id, {"then": KEEP})


@pages.post("/tasks/<open_id>/deadline")
@allowed("move_deadline", section=SECTION)
@keeps_what_is_typed
def move(open_id: str) -> Answer:
    """Show what would count; with the second button, move it."""
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(FORM, request.form)
        if is_again():
            return _page(open_id, typed)
        known = validate(FORM, typed)
        asked = Move(date.fromisoformat(known["on"]), known["reason"], known["then"] == KEEP)
        if request.form.get("action") != MOVE_IT:
            return _page(open_id, typed, after=agreed_dates.look(g.viewer, open_id, asked))
        after = agreed_dates.move(g.viewer, open_id, asked, submission=request.form.get("submission"))
    except BadInput as error:
        return _page(open_id, typed, error), 422
    flash(f"It is due {due_words(after.due_at)} now. Whoever has the task is told.", "success")
    return redirect(url_for("tasks.show", task_id=open_id), 303)


@pages.post("/tasks/<open_id>/deadline/take-back")
@allowed("move_deadline", section=SECTION)
@keeps_what_is_typed
def take_back(open_id: str) -> Answer:
    """Let the worked-out date count again."""
    if is_again():
        return _page(open_id, {"then": KEEP})
    try:
        after = agreed_dates.take_back(
            g.viewer, open_id, request.form.get("why_back", ""), submission=request.form.get("submission")
        )
    except BadInput as error:
        return _page(open_id, {"then": KEEP}, error), 422
    flash(f"The agreed day is taken back: it is due {due_words(after.due_at)}.", "success")
    return redirect(url_for("tasks.show", task_id=open_id), 303)


def _page(
    open_id: str, typed: Mapping[str, Any], error: BadInput | None = None, after: Deadline | None = None
) -> str:
    due = agreed_dates.show(g.viewer, open_id)
    view = task_view.show(g.viewer, open_id)
    sentences = dict(error.errors) if error else {}
    why_back = sentences.pop("why_back", [])
    return render_template(
        "oversight/deadline.html",
        page_name="Move the due date",
        view=view,
        facts=identity_facts(view.child),
        due=due,
        after=after,
        components=questions.components(FORM, typed, sentences),
        errors=[{"text": words, "href": "#why_back"} for words in why_back]
        + fields.error_summary(FORM, sentences, typed),
        why_back=why_back,
        typed_why_back=request.form.get("why_back", ""),
        submission=request.form.get("submission") or new_id(),
    )
