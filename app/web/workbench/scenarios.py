"""Scenarios: how they go on a version or a draft, what they reach, keeping a simulation as one, withdrawing one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.moments import read_moment
from app.services import pictures, simulated_view
from app.services.workbench import scenario_runs, scenarios, simulations, subjects
from app.services.workbench.scenario_runs import Covered
from app.services.workbench.simulations import Shown
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.moments import due
from app.web.pathways import as_picture, bpmn_file
from app.web.workbench.tabs import SECTION

pages = Blueprint("scenarios", __name__)
Answer = str | Response | tuple[str, int]
MOST_NAMES = 4
GROUPS = {
    "duty_overdue": "What becomes overdue",
    "escalated": "What is escalated",
    "instance_started": "Pathways that start",
    "instance_ended": "Pathways that end",
}
"""How events are called together, by their kind; tasks stand by the month in which they are due."""


@pages.get("/pathways/<key>/scenarios")
@allowed("simulate", section="pathways.index")
def index(key: str) -> str:
    """How the scenarios go on a version or the draft, and what of its drawing they reach."""
    return _index(key, {})


@pages.get("/pathways/<key>/scenarios/<of>.bpmn")
@allowed("simulate")
def diagram(key: str, of: str) -> Response:
    """The drawing on which they are run, as a file."""
    return bpmn_file(subjects.find(g.viewer, key, of).bundle.main, key)


@pages.get("/pathways/<key>/scenarios/<of>.svg")
@allowed("simulate")
def picture(key: str, of: str) -> Response:
    """The drawing with what the scenarios reach, for pages without a script."""
    covered = scenario_runs.of_pathway(g.viewer, key, of)
    marks = pictures.covered(covered.reached, _unreached(covered))
    return as_picture(pictures.svg(covered.subject.bundle.main, g.viewer.profile, marks))


@pages.post("/pathways/<key>/scenarios")
@allowed("design", section="pathways.index")
@keeps_what_is_typed
def withdraw(key: str) -> Answer:
    """One of them no longer counts."""
    form = _why(one.name for one in scenarios.of_pathway(key))
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _index(key, typed)
    try:
        known = validate(form, typed)
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
    return _keep_page(shown, _groups(shown), {})


@pages.post("/simulations/<simulation_id>/scenario")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def keep(simulation_id: str) -> Answer:
    """Keep it."""
    shown = simulations.show(g.viewer, simulation_id)
    groups = _groups(shown)
    form = _form(groups)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _keep_page(shown, groups, typed)
    try:
        known = validate(form, typed)
        chosen = [code for group in groups for code in known.get(group.key) or ()]
        scenario_runs.keep(g.viewer, simulation_id, known["name"], chosen)
    except BadInput as error:
        return _keep_page(shown, groups, typed, error), 422
    flash("The scenario is kept. It is run before the pathway is published.", "success")
    return redirect(url_for(".index", key=shown.key), 303)


@dataclass(frozen=True)
class Group:
    """What can be expected together: events of one kind, tasks of one month; its `options` are (code, words)."""

    key: str
    label: str
    options: list[dict[str, str]] = field(default_factory=list)


def _groups(shown: Shown) -> list[Group]:
    """All that happened in the simulation: the tasks by the month in which they are due, then everything else."""
    names = {event["element"]: event["name"] for event in shown.walked.events if event["name"]}
    names |= {key: part.name for key, part in simulated_view.every_part(shown.bundle).items()}
    groups: dict[str, Group] = {}
    for at, code, wanted in sorted(_dated(shown), key=_by_day):
        label = GROUPS.get(wanted["kind"]) or (f"Tasks due in {at:%B %Y}" if at else "Tasks without a date")
        group = groups.setdefault(label, Group(f"expect_{len(groups)}", label))
        nth = f" ({wanted['nth']})" if wanted["nth"] > 1 else ""
        words = f"{names.get(wanted['element'], wanted['element'])}{nth}{f', {due(at)}' if at else ''}"
        group.options.append({"value": code, "label": words})
    return list(groups.values())


def _dated(shown: Shown) -> Iterator[tuple[datetime | None, str, Mapping[str, Any]]]:
    for code, wanted in scenario_runs.offered(shown).items():
        moment = wanted.get("due_at") or wanted.get("at")
        yield read_moment(moment) if moment else None, code, wanted


def _by_day(one: tuple[datetime | None, str, Mapping[str, Any]]) -> tuple[Any, ...]:
    at, _, wanted = one
    return wanted["kind"] in GROUPS, at is None, at or datetime.max.replace(tzinfo=UTC)


def _form(groups: list[Group]) -> Form:
    return read_form(
        "workbench/scenario",
        {
            "type": "default",
            "components": [
                {"type": "textfield", "key": "name", "label": "What is the scenario called?",
                 "description": "A scenario of the same name is replaced.",
                 "validate": {"required": True, "maxLength": 100}, "properties": {"called": "the scenario"}},
                *({"type": "checklist", "key": group.key, "label": group.label, "values": group.options}
                  for group in groups),
            ],
        },
    )  # fmt: skip


def _keep_page(
    shown: Shown, groups: list[Group], typed: dict[str, Any], error: BadInput | None = None
) -> str:
    form = _form(groups)
    drawn = questions.components(form, typed, error.errors if error else {})
    for group, component in zip(groups, drawn[1:], strict=True):
        component.params["fieldset"]["legend"] = {"text": group.label, "classes": "govuk-visually-hidden"}
    return render_template(
        "workbench/keep_scenario.html",
        page_name="Keep as a scenario",
        shown=shown,
        name=drawn[:1],
        groups=[
            (group, component, len(typed.get(group.key) or ()))
            for group, component in zip(groups, drawn[1:], strict=True)
        ],
        errors=fields.refusal_summary(form, error, typed),
    )


def _why(names: Iterable[str]) -> Form:
    """Which scenario no longer counts, and why."""
    options = [{"value": name, "label": name.replace("-", " ").capitalize()} for name in names]
    return read_form(
        "workbench/withdraw_scenario",
        {
            "type": "default",
            "components": [
                {"type": "select", "key": "scenario", "label": "Which scenario?", "values": options,
                 "validate": {"required": True}, "properties": {"called": "the scenario"}},
                {"type": "textfield", "key": "reason", "label": "Why does it no longer count?",
                 "validate": {"required": True, "maxLength": 200}, "properties": {"called": "why"}},
            ],
        },
    )  # fmt: skip


def _index(key: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    of = request.args.get("of") or subjects.first(g.viewer, key)
    covered = scenario_runs.of_pathway(g.viewer, key, of)
    form = _why(scenario.name for scenario, _ in covered.found)
    return render_template(
        "workbench/scenarios.html",
        page_name="Scenarios",
        key=key,
        of=of,
        offered=subjects.offered(g.viewer, key),
        covered=covered,
        **_coverage(covered),
        address=url_for(".diagram", key=key, of=of),
        picture=url_for(".picture", key=key, of=of),
        may_design=may(g.viewer, "design", AuthorityThing(g.viewer.authority_id)),
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _unreached(covered: Covered) -> list[str]:
    return [key for key in covered.parts if key not in covered.reached]


def _coverage(covered: Covered) -> dict[str, Any]:
    """What is reached and what is not: ids for the drawing, and the same for the lists."""
    reached, parts = covered.reached, covered.parts
    steps = [key for key, part in parts.items() if not part.is_line]
    lines = [key for key, part in parts.items() if part.is_line]
    return {
        "steps": steps,
        "lines": lines,
        "reached": {
            "ids": sorted(reached),
            "steps": [(parts[key], _scenarios(covered.by(key))) for key in steps if key in reached],
            "lines": sum(key in reached for key in lines),
        },
        "unreached": _unreached(covered),
        "missed": [parts[key] for key in steps if key not in reached],
        "missed_lines": [parts[key] for key in lines if key not in reached],
    }


def _scenarios(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(name.replace("-", " ") for name in names[:MOST_NAMES]) + more
