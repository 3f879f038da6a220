"""Changing the course of a pathway: back to an earlier task, or on without waiting; what would happen first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, PathwayCannotMove
from app.domain.forms import Form, read_form, validate
from app.domain.ids import new_id
from app.services import course_changes, instance_view, reach
from app.services.course_changes import LONGEST_REASON, Asked, Looked, Ways
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.local_words import local
from app.web.moments import moment

pages = Blueprint("course_changes", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
DO_IT = "change"


@pages.get("/instances/<instance_id>/course")
@allowed("change_course", section=SECTION)
def ask(instance_id: str) -> str:
    """Every way that there is, and the reasons against those that are none."""
    return _page(instance_id, course_changes.show(g.viewer, instance_id), {})


@pages.post("/instances/<instance_id>/course")
@allowed("change_course", section=SECTION)
@keeps_what_is_typed
def change(instance_id: str) -> Answer:
    """Show what would happen; with the second button, do it."""
    ways = course_changes.show(g.viewer, instance_id)
    typed: dict[str, Any] = {}
    try:
        form = _form(ways)
        typed = fields.read_posted(form, request.form)
        if is_again():
            return _page(instance_id, ways, typed)
        known = validate(form, typed)
        asked = Asked(known["way"], known["reason"])
        if request.form.get("action") != DO_IT:
            return _page(instance_id, ways, typed, looked=course_changes.look(g.viewer, instance_id, asked))
        words = course_changes.change(g.viewer, instance_id, asked, submission=request.form.get("submission"))
    except PathwayCannotMove as refused:
        return _page(instance_id, ways, typed, BadInput(refused.sentence, {"way": [refused.sentence]})), 422
    except BadInput as error:
        return _page(instance_id, ways, typed, error), 422
    flash(f"{local(words)}.", "success")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def _form(ways: Ways) -> Form:
    """The ways that one may choose, and the reason."""
    options = [
        {"label": f"Go back to “{local(one.name)}”", "value": one.key} for one in ways.back if not one.refusal
    ]
    options += [
        {"label": f"Do not wait any longer for “{local(one.name)}”" + _until(one.at), "value": one.key}
        for one in ways.on
        if not one.refusal
    ]
    return read_form(
        "instances/course",
        {
            "type": "default",
            "title": "Go back, or go on without waiting",
            "components": [
                {"type": "radio", "key": "way", "label": "What is to happen?", "values": options,
                 "validate": {"required": True}, "properties": {"called": "what is to happen"}},
                {"type": "textarea", "key": "reason", "label": "Why?",
                 "validate": {"required": True, "maxLength": LONGEST_REASON}, "properties": {"called": "the reason"}},
            ],
        },
    )  # fmt: skip


def _until(at: Any) -> str:
    return f", which comes on {moment(at)}" if at else ""


def _page(
    instance_id: str,
    ways: Ways,
    typed: Mapping[str, Any],
    error: BadInput | None = None,
    looked: Looked | None = None,
) -> str:
    view = instance_view.show(g.viewer, instance_id)
    can_go = any(not one.refusal for one in (*ways.back, *ways.on))
    form = _form(ways) if can_go else None
    sentences = error.errors if error else {}
    return render_template(
        "oversight/course.html",
        page_name="Go back, or go on without waiting",
        view=view,
        facts=identity_facts(view.child),
        ways=ways,
        looked=looked,
        openable=reach.openable(g.viewer, view.child.id, view.tasks),
        components=questions.components(form, typed, sentences) if form else None,
        errors=fields.error_summary(form, sentences, typed) if form else [],
        submission=request.form.get("submission") or new_id(),
    )
