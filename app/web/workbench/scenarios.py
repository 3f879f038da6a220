"""Scenarios: how they go on the version in force, what none reaches, keeping a simulation as one, withdrawing one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.moments import moment_in_words, read_moment
from app.services import definitions, simulated_view
from app.services.workbench import scenario_runs, simulations
from app.services.workbench.simulations import Shown
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.simulations import WORDS
from app.web.workbench.tabs import SECTION

pages = Blueprint("scenarios", __name__)
Answer = str | Response | tuple[str, int]
WHY: Form = read_form(
    "workbench/withdraw_scenario",
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "scenario", "label": "Which scenario?",
             "validate": {"required": True, "maxLength": 200}, "properties": {"called": "the scenario"}},
            {"type": "textfield", "key": "reason", "label": "Why does it no longer count?",
             "validate": {"required": True, "maxLength": 200}, "properties": {"called": "why"}},
        ],
    },
)  # fmt: skip


@pages.get("/pathways/<key>/scenarios")
@allowed("simulate", section="pathways.index")
def index(key: str) -> str:
    """The scenarios of the version in force."""
    return _index(key, {})


@pages.post("/pathways/<key>/scenarios")
@allowed("design", section="pathways.index")
@keeps_what_is_typed
def withdraw(key: str) -> Answer:
    """One of them no longer counts."""
    typed = fields.read_posted(WHY, request.form)
    if is_again():
        return _index(key, typed)
    try:
        known = validate(WHY, typed)
        scenario_runs.withdraw(g.viewer, key, known["scenario"], known["reason"])
    except BadInput as error:
        return _index(key, typed, error), 422
    flash("The scenario no longer counts.", "success")
    return redirect(url_for(".index", key=key), 303)


@pages.get("/simulations/<simulation_id>/scenario")
@allowed("design", section=SECTION)
def ask(simulation_id: str) -> str:
    """What it is called, and what of this run is expected from now on."""
    shown = simulations.show(g.viewer, simulation_id)
    return _keep_page(shown, _form(shown), {})


@pages.post("/simulations/<simulation_id>/scenario")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def keep(simulation_id: str) -> Answer:
    """Keep it."""
    shown = simulations.show(g.viewer, simulation_id)
    form = _form(shown)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _keep_page(shown, form, typed)
    try:
        known = validate(form, typed)
        scenario_runs.keep(g.viewer, simulation_id, known["name"], known["expect"])
    except BadInput as error:
        return _keep_page(shown, form, typed, error), 422
    flash("The scenario is kept. It is run before the pathway is published.", "success")
    return redirect(url_for(".index", key=shown.key), 303)


def _form(shown: Shown) -> Form:
    parts = simulated_view.every_part(shown.bundle)
    options = []
    for code, wanted in list(scenario_runs.offered(shown).items())[:100]:
        moment = wanted.get("due_at") or wanted.get("at")
        when = f", {moment_in_words(read_moment(moment))}" if moment else ""
        nth = f" ({wanted['nth']})" if wanted["nth"] > 1 else ""
        name = parts.get(wanted["element"], wanted["element"])
        options.append({"value": code, "label": f"{WORDS[wanted['kind']]}: {name}{nth}{when}"})
    return read_form(
        "workbench/scenario",
        {
            "type": "default",
            "components": [
                {"type": "textfield", "key": "name", "label": "What is the scenario called?",
                 "description": "A scenario of the same name is replaced.",
                 "validate": {"required": True, "maxLength": 100}, "properties": {"called": "the scenario"}},
                {"type": "checklist", "key": "expect", "label": "What is expected?", "values": options,
                 "validate": {"required": True}, "properties": {"called": "what is expected"}},
            ],
        },
    )  # fmt: skip


def _keep_page(shown: Shown, form: Form, typed: dict[str, Any], error: BadInput | None = None) -> str:
    return render_template(
        "workbench/keep_scenario.html",
        page_name="Keep as a scenario",
        shown=shown,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _index(key: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    bundle, found, uncovered = scenario_runs.of_pathway(g.viewer, key)
    return render_template(
        "workbench/scenarios.html",
        page_name=f"Scenarios of {definitions.remember(bundle).name}",
        key=key,
        found=found,
        uncovered=uncovered,
        parts=len(simulated_view.every_part(bundle)),
        may_design=may(g.viewer, "design", AuthorityThing(g.viewer.authority_id)),
        components=questions.components(WHY, typed, error.errors if error else {}),
        errors=fields.refusal_summary(WHY, error, typed),
    )
