"""Suspending a pathway and letting it go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.services import instance_view, suspending
from app.services.instance_view import InstanceView
from app.services.suspending import LONGEST_REASON, Standing
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("suspending", __name__)
SECTION = "pathways.index"
REASON: dict[str, Any] = {
    "type": "textarea", "key": "reason", "label": "Why?",
    "validate": {"required": True, "maxLength": LONGEST_REASON}, "properties": {"called": "the reason"},
}  # fmt: skip
SUSPEND: Form = read_form(
    "instances/suspend",
    {
        "type": "default",
        "title": "Suspend this pathway",
        "components": [
            REASON,
            {"type": "datetime", "subtype": "date", "key": "until_on", "label": "On which day does it go on?",
             "description": "It goes on by itself that morning. Leave this empty if somebody is to decide.",
             "properties": {"called": "the day on which it goes on"}},
        ],
    },
)  # fmt: skip
RESUME: Form = read_form(
    "instances/resume", {"type": "default", "title": "Let this pathway go on", "components": [REASON]}
)


@pages.get("/instances/<instance_id>/suspend")
@allowed("suspend_instance", section=SECTION)
def ask_suspend(instance_id: str) -> str:
    """Why, until when, and what goes on all the same."""
    return _suspend_page(instance_id, {})


@pages.post("/instances/<instance_id>/suspend")
@allowed("suspend_instance", section=SECTION)
@keeps_what_is_typed
def suspend(instance_id: str) -> Answer:
    """Let it stand still."""

    def go(known: dict[str, Any]) -> Answer:
        until_on = date.fromisoformat(known["until_on"]) if known["until_on"] else None
        suspending.suspend(
            g.viewer, instance_id, known["reason"], until_on, submission=request.form.get("submission")
        )
        flash("The pathway is suspended. Its tasks keep their due dates.", "success")
        return redirect(url_for("instances.show", instance_id=instance_id), 303)

    return filled_in(SUSPEND, lambda typed, error: _suspend_page(instance_id, typed, error), go)


@pages.get("/instances/<instance_id>/resume")
@allowed("resume_instance", section=SECTION)
def ask_resume(instance_id: str) -> str:
    """Why, and what came due meanwhile."""
    return _resume_page(instance_id, {})


@pages.post("/instances/<instance_id>/resume")
@allowed("resume_instance", section=SECTION)
@keeps_what_is_typed
def resume(instance_id: str) -> Answer:
    """Let it go on."""

    def go(known: dict[str, Any]) -> Answer:
        suspending.resume(g.viewer, instance_id, known["reason"], submission=request.form.get("submission"))
        flash("The pathway goes on.", "success")
        return redirect(url_for("instances.show", instance_id=instance_id), 303)

    return filled_in(RESUME, lambda typed, error: _resume_page(instance_id, typed, error), go)


def _suspend_page(instance_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    view = _view(instance_id, "suspend_instance")
    return _page("oversight/suspend.html", view, SUSPEND, typed, error)


def _resume_page(instance_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    view = _view(instance_id, "resume_instance")
    standing = suspending.of_instance(g.viewer, instance_id)
    return _page("oversight/resume.html", view, RESUME, typed, error, standing)


def _view(instance_id: str, action: str) -> InstanceView:
    view = instance_view.show(g.viewer, instance_id)
    if action not in view.can:
        raise NotFound("It is not yours to do.")
    return view


def _page(
    template: str,
    view: InstanceView,
    form: Form,
    typed: Mapping[str, Any],
    error: BadInput | None,
    standing: Standing | None = None,
) -> str:
    sentences = error.errors if error else {}
    return render_template(
        template,
        page_name=form.title,
        view=view,
        facts=identity_facts(view.child),
        standing=standing,
        components=questions.components(form, typed, sentences),
        errors=fields.error_summary(form, sentences, typed),
        submission=request.form.get("submission") or new_id(),
    )
