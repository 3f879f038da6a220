"""The plan for the child: “What I need to know” prepared, made, given; and the list of a child's papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from app.domain.clock import today
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, facts_from, prefill, read_form, validate
from app.domain.ids import new_id
from app.services import plan_answers, plan_lists, plan_task, plans
from app.services.plans import HOW, Giving, PlanView
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.papers import as_pdf

pages = Blueprint("plans", __name__)
SECTION = "children.index"

GIVEN: Form = read_form(
    "plans/given",
    {
        "type": "default",
        "title": "Record that it was given",
        "components": [
            {"type": "datetime", "subtype": "date", "key": "given_on", "label": "On which day was it given?",
             "validate": {"required": True},
             "properties": {"when": "past", "called": "the day on which it was given"}},
            {"type": "textfield", "key": "given_to", "label": "Who was it given to?",
             "validate": {"required": True, "maxLength": 120}, "properties": {"called": "who it was given to"}},
            {"type": "radio", "key": "how", "label": "How was it given?", "validate": {"required": True},
             "values": [{"label": label, "value": how} for how, label in HOW.items()],
             "properties": {"called": "how it was given"}},
            {"type": "textarea", "key": "said", "label": "What did the child say?", "validate": {"maxLength": 2000},
             "description": "In the child’s own words. Leave empty if nothing was said.",
             "properties": {"called": "what the child said"}},
        ],
    },
)  # fmt: skip


@pages.get("/children/<child_id>/plans")
@allowed("see_plans", section=SECTION)
def index(child_id: str) -> str:
    """Every plan and every record of a meeting or review, with its date."""
    view = plan_lists.papers(g.viewer, child_id)
    return render_template(
        "plans/index.html", page_name="Plans", view=view, facts=identity_facts(view.child), how=HOW
    )


@pages.get("/children/<child_id>/need-to-know")
@allowed("see_plans", section=SECTION)
def prepare(child_id: str) -> str:
    """The ten items, who answers for each, whether it is known, and what the child would read."""
    view = plans.preparation(g.viewer, child_id)
    return render_template(
        "plans/prepare.html",
        page_name="What I need to know",
        view=view,
        facts=identity_facts(view.child),
        how=HOW,
    )


@pages.get("/children/<child_id>/need-to-know/answers")
@allowed("make_plan", section=SECTION)
def ask_answers(child_id: str) -> str:
    """What is known, to be filled in or written more simply."""
    form, known = plan_answers.asked(g.viewer, child_id)
    return _answers(child_id, form, prefill(form, known))


@pages.post("/children/<child_id>/need-to-know/answers")
@allowed("make_plan", section=SECTION)
@keeps_what_is_typed
def record_answers(child_id: str) -> Answer:
    """Write it into the record."""
    form, _ = plan_answers.asked(g.viewer, child_id)

    def go(known: dict[str, Any]) -> Answer:
        plans.record_facts(g.viewer, child_id, facts_from(form, known))
        flash("The plan is up to date.", "success")
        return redirect(url_for(".prepare", child_id=child_id), 303)

    return filled_in(form, lambda typed, error: _answers(child_id, form, typed, error), go)


@pages.post("/children/<child_id>/need-to-know")
@allowed("make_plan", section=SECTION)
def make(child_id: str) -> Answered:
    """Keep this version, to print and to give."""
    return redirect(url_for(".show", plan_id=plans.make(g.viewer, child_id)), 303)


@pages.get("/plans/<plan_id>")
@allowed("see_plans", section=SECTION)
def show(plan_id: str) -> str:
    """One version as the child reads it, its papers, and when it was given."""
    view = plans.show(g.viewer, plan_id)
    return _plan(view, {"given_on": today().isoformat(), "given_to": view.child.name})


@pages.get("/plans/<plan_id>/read")
@allowed("see_plans", section=SECTION)
def read(plan_id: str) -> str:
    """The plan alone, to show to the child on a phone or a tablet."""
    view = plans.show(g.viewer, plan_id)
    return render_template(
        "plans/read.html", page_name=view.document.title, view=view, document=view.document
    )


@pages.get("/plans/<plan_id>/<any(normal,large,larger):size>.pdf")
@allowed("see_plans", section=SECTION)
def pdf(plan_id: str, size: Any) -> Response:
    """The paper, in the size of print that the child reads best."""
    name, content = plans.pdf(g.viewer, plan_id, size)
    return as_pdf(content, name)


@pages.post("/plans/<plan_id>/given")
@allowed("make_plan", section=SECTION)
@keeps_what_is_typed
def give(plan_id: str) -> Answer:
    """Record that it was given; what the record knows completes the task to tell the child."""
    plans.require_give(g.viewer, plan_id)
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(GIVEN, request.form)
        if is_again():
            return _plan(plans.show(g.viewer, plan_id), typed)
        said = validate(GIVEN, typed)
        giving = Giving(
            date.fromisoformat(said["given_on"]), said["given_to"], said["how"], said["said"] or ""
        )
        plans.give(g.viewer, plan_id, giving, submission=request.form.get("submission"))
    except BadInput as error:
        return _plan(plans.show(g.viewer, plan_id), typed, error), 422
    done = plan_task.finish(g.viewer, plan_id, giving.given_on)
    flash("It is recorded that the plan was given." + (f" “{done}” is done." if done else ""), "success")
    return redirect(url_for(".show", plan_id=plan_id), 303)


def _plan(view: PlanView, answers: Mapping[str, Any], error: BadInput | None = None) -> str:
    sentences = error.errors if error else {}
    return render_template(
        "plans/show.html",
        page_name=view.document.title,
        view=view,
        facts=identity_facts(view.child),
        document=view.document,
        how=HOW,
        components=questions.components(GIVEN, dict(answers), sentences) if view.may_give else [],
        errors=fields.refusal_summary(GIVEN, error, answers),
        submission=new_id(),
    )


def _answers(child_id: str, form: Form, answers: Mapping[str, Any], error: BadInput | None = None) -> str:
    view = plans.preparation(g.viewer, child_id)
    if not view.may_make:
        raise NotFound()
    return render_template(
        "plans/answers.html",
        page_name="What is known",
        view=view,
        facts=identity_facts(view.child),
        components=questions.components(form, dict(answers), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, answers),
    )
