"""Correcting a wrong start: what would move, and the correction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.ids import new_id
from app.domain.moments import moment_in_words, read_moment
from app.services import correct_starts, instance_view
from app.services.correct_starts import Asked, Looked
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("correct_starts", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
DO_IT = "correct"
FORM: Form = read_form(
    "instances/start",
    {
        "type": "default",
        "title": "Correct the start",
        "components": [
            {"type": "datetime", "subtype": "datetime", "key": "started_at", "dateLabel": "When did it really start?",
             "label": "When did it really start?", "timeLabel": "Time", "validate": {"required": True},
             "properties": {"called": "when it really started", "when": "past"}},
            {"type": "textarea", "key": "reason", "label": "Why is the recorded start wrong?",
             "validate": {"required": True, "maxLength": correct_starts.LONGEST_REASON},
             "description": "It stays in the record beside both starts.",
             "properties": {"called": "why the start is wrong"}},
        ],
    },
)  # fmt: skip


@pages.get("/instances/<instance_id>/start")
@allowed("correct_start", section=SECTION)
def ask(instance_id: str) -> str:
    """The start that is recorded, and the form that corrects it."""
    return _page(instance_id, {})


@pages.post("/instances/<instance_id>/start")
@allowed("correct_start", section=SECTION)
@keeps_what_is_typed
def correct(instance_id: str) -> Answer:
    """Show what would move; with the second button, correct it."""
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(FORM, request.form)
        if is_again():
            return _page(instance_id, typed)
        known = validate(FORM, typed)
        asked = Asked(read_moment(known["started_at"]), known["reason"])
        if request.form.get("action") != DO_IT:
            return _page(instance_id, typed, looked=correct_starts.look(g.viewer, instance_id, asked))
        correct_starts.correct(g.viewer, instance_id, asked, submission=request.form.get("submission"))
    except BadInput as error:
        return _page(instance_id, typed, error), 422
    flash(f"It is counted from {moment_in_words(read_moment(known['started_at']))} now.", "success")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def _page(
    instance_id: str, typed: Mapping[str, Any], error: BadInput | None = None, looked: Looked | None = None
) -> str:
    was = correct_starts.show(g.viewer, instance_id)
    view = instance_view.show(g.viewer, instance_id)
    sentences = error.errors if error else {}
    return render_template(
        "oversight/start.html",
        page_name=FORM.title,
        view=view,
        facts=identity_facts(view.child),
        was=was,
        looked=looked,
        components=questions.components(FORM, typed, sentences),
        errors=fields.error_summary(FORM, sentences, typed),
        submission=request.form.get("submission") or new_id(),
    )
