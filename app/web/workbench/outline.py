"""The outline of a draft: the drawing as a tree, in which everything can be done by keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, validate
from app.engine import editing_steps, editing_words
from app.engine.contracts import Finding
from app.engine.operators import OPERATORS
from app.services import reference
from app.services.workbench import (
    checking,
    choosing,
    drafts,
    drawing_words,
    duty_choices,
    outlining,
    step_details,
)
from app.services.workbench.choosing import OTHER
from app.services.workbench.drafts import Draft
from app.services.workbench.outlining import Step
from app.services.workbench.step_details import Detail
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench import outline_forms
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_outline", __name__)
Answer = str | Response | tuple[str, int]
HERE = "/workbench/drafts/<draft_id>/outline"


@pages.get(HERE)
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """The whole tree."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/outline.html",
        page_name="Outline",
        draft=draft,
        steps=outlining.tree(draft, g.viewer.profile),
        found=_found(draft),
    )


@pages.post(f"{HERE}/tidy")
@allowed("design", section=SECTION)
def tidy(draft_id: str) -> Response:
    """Draw it anew."""
    try:
        outlining.tidy(g.viewer, draft_id, revision=_revision())
        flash("The drawing is tidied. What it says has not changed.", "success")
    except BadInput as error:
        flash(error.sentence, "important")
    return redirect(url_for(".show", draft_id=draft_id), 303)


@pages.get(f"{HERE}/<element_id>")
@allowed("design", section=SECTION)
def step(draft_id: str, element_id: str) -> str:
    """What one step says."""
    draft = drafts.show(g.viewer, draft_id)
    return _step_page(draft, element_id, _detail(draft, element_id).answers)


@pages.post(f"{HERE}/<element_id>")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def describe(draft_id: str, element_id: str) -> Answer:
    """Save what it says."""
    draft = drafts.show(g.viewer, draft_id)
    form = _step_form(draft, _detail(draft, element_id))
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _step_page(draft, element_id, typed)
    try:
        known = {name: _text(value) for name, value in validate(form, typed).items()}
        step_details.describe(g.viewer, draft_id, element_id, revision=_revision(), typed=known)
    except BadInput as error:
        return _step_page(draft, element_id, typed, error), 422
    flash(f"“{known['name'] or element_id}” is saved.", "success")
    return redirect(url_for(".show", draft_id=draft_id, _anchor=element_id), 303)


@pages.get(f"{HERE}/<element_id>/structure")
@allowed("design", section=SECTION)
def structure(draft_id: str, element_id: str) -> str:
    """What can be added to it, where it may lead and go, taking it out."""
    return _structure_page(drafts.show(g.viewer, draft_id), element_id, request.args.get("verb", ""))


@pages.post(f"{HERE}/<element_id>/structure")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def restructure(draft_id: str, element_id: str) -> Answer:
    """Add, attach, connect, move or take out."""
    draft = drafts.show(g.viewer, draft_id)
    detail = _detail(draft, element_id)
    action = request.form.get("verb", "")
    form = _structure_forms(draft, detail).get(action)
    typed = fields.read_posted(form, request.form) if form else {}
    if is_again():
        return _structure_page(draft, element_id, action, typed)
    try:
        known = {name: value or "" for name, value in validate(form, typed).items()} if form else {}
        what, how = _change(detail, action, known)
        outlining.change(g.viewer, draft_id, revision=_revision(), what=what, how=how)
    except BadInput as error:
        return _structure_page(draft, element_id, action, typed, error), 422
    flash(f"{what}.", "success")
    return redirect(url_for(".show", draft_id=draft_id), 303)


@pages.get(f"{HERE}/ways/<flow_id>")
@allowed("design", section=SECTION)
def way(draft_id: str, flow_id: str) -> str:
    """When a way is taken."""
    draft = drafts.show(g.viewer, draft_id)
    _, found = outlining.way(draft, flow_id)
    answer = choosing.answer_in(found.condition, choosing.offered(g.viewer, draft))
    answers = {"name": found.name, "answer": answer, "is_otherwise": found.is_otherwise}
    condition = found.condition if answer == OTHER else ""
    return _way_page(draft, flow_id, {**answers, "condition": condition})


@pages.post(f"{HERE}/ways/<flow_id>")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def decide(draft_id: str, flow_id: str) -> Answer:
    """Save when it is taken, or take it out."""
    draft = drafts.show(g.viewer, draft_id)
    step_, found = outlining.way(draft, flow_id)
    form = _way_form(draft, step_)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _way_page(draft, flow_id, typed)
    try:
        what = f"Changed the way from “{step_.name}” to “{found.target}”"
        known = validate(form, typed)
        answer = known.get("answer") or OTHER
        condition = (known.get("condition") or "") if answer == OTHER else answer
        outlining.refuse_unless_expression("condition", condition)
        how: Callable[[Any], Any] = partial(
            editing_words.decide,
            flow_id=flow_id,
            name=known["name"] or "",
            condition=condition,
            is_otherwise=bool(known.get("is_otherwise")),
        )
        if request.form.get("action") == "disconnect":
            what = f"Took out the way from “{step_.name}” to “{found.target}”"
            how = partial(editing_steps.disconnect, flow_id=flow_id)
        outlining.change(g.viewer, draft_id, revision=_revision(), what=what, how=how)
    except BadInput as error:
        return _way_page(draft, flow_id, typed, error), 422
    flash(f"{what}.", "success")
    return redirect(url_for(".show", draft_id=draft_id, _anchor=step_.id), 303)


def _change(detail: Detail, action: str, known: Mapping[str, str]) -> tuple[str, Callable[[Any], Any]]:
    """The sentence for the history and the change itself."""
    element_id, name = detail.step.id, detail.step.name
    if action == "add":
        new = {"kind": known["kind"], "name": known["name"]}
        what = f"Added “{known['name'] or known['kind']}” after “{name}”"
        if known["where"] == element_id:
            return what, partial(editing_steps.append, source_id=element_id, **new)
        return what, partial(editing_steps.insert, flow_id=known["where"], **new)
    if action == "attach":
        return f"Added “{known['name']}” to “{name}”", partial(
            editing_steps.attach,
            host_id=element_id,
            kind=known["kind"],
            name=known["name"],
            interrupts=known["interrupts"] == "yes",
        )
    if action == "connect":
        return f"Connected “{name}”", partial(
            editing_steps.connect, source_id=element_id, target_id=known["there"]
        )
    if action == "move":
        return f"Moved “{name}”", partial(editing_steps.move, element_id=element_id, flow_id=known["there"])
    if action == "delete":
        return f"Took out “{name}”", partial(editing_steps.delete, element_id=element_id)
    raise BadInput("Select what to do with the step.")


def _step_form(draft: Draft, detail: Detail) -> Form:
    roles = [role.name for role in reference.roles().by_key.values()]
    lanes = list(dict.fromkeys([*outlining.lanes(draft), *sorted(roles)]))
    offers: dict[str, list[str | tuple[str, str]]] = {
        "forms": [*drawing_words.form_names(draft.bundle).items()],
        "lanes": [*lanes],
        "roles": [(role.key, role.name) for role in reference.roles()],
        "duties": [*duty_choices.named(detail.duties_as_drawn)],
        "operations": [(one, one.replace("_", " ").capitalize()) for one in OPERATORS],
    }
    return outline_forms.of_step(detail, choosing.offered(g.viewer, draft), offers)


def _way_form(draft: Draft, step_: Step) -> Form:
    is_decided = step_.type in ("exclusiveGateway", "inclusiveGateway")
    return outline_forms.of_way(choosing.offered(g.viewer, draft), is_decided=is_decided)


def _detail(draft: Draft, element_id: str) -> Detail:
    return step_details.detail(draft, element_id, choosing.offered(g.viewer, draft))


def _text(value: Any) -> str:
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


def _found(draft: Draft) -> dict[str, tuple[Finding, ...]]:
    """What the checks found and nobody has accepted, by element."""
    places = checking.of_draft(g.viewer, draft).places
    return {one.element: tuple(found for found in one.findings if not found.waived) for one in places}


def _structure_forms(draft: Draft, detail: Detail) -> dict[str, Form]:
    """The forms of what can be done with a step, by verb; taking it out asks nothing."""
    step_ = detail.step
    every = outlining.everything(draft)
    here = [one for one in every if one.scope_id == step_.scope_id and one.id != step_.id]
    own = {one.flow_id for one in step_.ways}
    behind = [(one.flow_id, f"between it and {one.target}") for one in step_.ways]
    found: dict[str, Form] = {}
    if detail.can_go_on:
        behind.append((step_.id, "as what follows it" if not step_.ways else "as a further way out of it"))
        targets = [(one.id, one.name) for one in here if one.type not in ("startEvent", "boundaryEvent")]
        if targets:
            found["connect"] = outline_forms.to_choose("Where does it lead?", targets)
    if behind:
        found["add"] = outline_forms.to_add(behind)
    if detail.is_attachable:
        found["attach"] = outline_forms.TO_ATTACH
    elsewhere = [one for one in outlining.ways(draft) if one[0] not in own]
    if step_.type not in ("startEvent", "endEvent", "boundaryEvent") and elsewhere and len(step_.ways) < 2:
        found["move"] = outline_forms.to_choose("Where does it go?", elsewhere)
    return found


def _step_page(draft: Draft, element_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    detail = _detail(draft, element_id)
    form = _step_form(draft, detail)
    components = questions.components(form, dict(typed), error.errors if error else {})
    for one in components:
        if one.params.get("id") == "duty":
            one.params.update({"attributes": {"list": "register"}, "autocomplete": "off"})
    return render_template(
        "workbench/outline_step.html",
        page_name=detail.step.name,
        draft=draft,
        step=detail.step,
        found=_found(draft).get(element_id, ()),
        duties=[one for one in reference.register() if one.id in detail.step.duties],
        register=duty_choices.register(g.viewer),
        components=components,
        errors=fields.refusal_summary(form, error, typed),
    )


def _structure_page(
    draft: Draft,
    element_id: str,
    action: str = "",
    typed: Mapping[str, Any] | None = None,
    error: BadInput | None = None,
) -> str:
    detail = _detail(draft, element_id)
    forms = _structure_forms(draft, detail)
    verbs: list[str] = [verb for verb in ("add", "connect", "attach", "move") if verb in forms]
    if detail.step.type != "startEvent":
        verbs.append("delete")
    verb = action if action in verbs else next(iter(verbs), "")
    form = forms.get(verb)
    summary = [{"text": error.sentence, "href": "#main-content"}] if error else []
    if error and form:
        summary = fields.refusal_summary(form, error, typed or {})
    return render_template(
        "workbench/outline_structure.html",
        page_name=f"Around “{detail.step.name}”",
        draft=draft,
        step=detail.step,
        verbs=verbs,
        verb=verb,
        components=questions.components(form, dict(typed or {}), error.errors if error else {})
        if form
        else [],
        errors=summary,
    )


def _way_page(draft: Draft, flow_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    step_, found = outlining.way(draft, flow_id)
    form = _way_form(draft, step_)
    return render_template(
        "workbench/outline_way.html",
        page_name=f"From “{step_.name}” to “{found.target}”",
        draft=draft,
        step=step_,
        way=found,
        components=questions.components(form, dict(typed), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _revision() -> int:
    return request.form.get("draft_revision", 0, type=int)
