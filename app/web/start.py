"""Starting a pathway: which one, for which child, the questions, who will be told and which clocks begin, the receipt.

Nothing is kept until the last button: the check page carries the answers in its own form, and they are checked again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, validate
from app.domain.ids import new_id
from app.domain.json_text import read_json
from app.services import child_view, instance_view, instances, partnership, pathway_view, reach
from app.services.instances import Preview
from app.web import fields, finding, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("start", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
MOST_CARRIED = 100_000


@pages.get("/start")
@allowed("start_pathway", section=SECTION)
def begin() -> Answer:
    """Choose the pathway; what is chosen already (pathway, child) is not asked again."""
    require(g.viewer, "start_pathway", AuthorityThing(g.viewer.authority_id))
    pathway, child_id = request.args.get("pathway", ""), request.args.get("child_id", "")
    groups = pathway_view.startable(g.viewer, for_child=bool(child_id))
    chosen = next((row for _, rows in groups for row in rows if row.key == pathway), None)
    if chosen:
        if chosen.is_for_partnership:
            return redirect(url_for("partnership.form", pathway=pathway))
        if child_id:
            return redirect(url_for(".form", pathway=pathway, child_id=child_id))
        return redirect(url_for(".child", pathway=pathway))
    asked = "send" in request.args
    errors = [{"text": "Select the pathway to start", "href": "#pathway"}] if asked else []
    return render_template(
        "start/pathway.html",
        page_name="Which pathway do you want to start?",
        groups=groups,
        child_id=child_id,
        errors=errors,
    )


@pages.get("/start/<pathway>/child")
@allowed("start_pathway", section=SECTION)
def child(pathway: str) -> Answer:
    """Find the child, or go on to a new record."""
    return finding.start_page(pathway, name_of(pathway), finding.asked_for())


@pages.get("/start/<pathway>/<child_id>")
@allowed("start_pathway", section=SECTION)
def form(pathway: str, child_id: str) -> Answer:
    """The questions that start the pathway, with what is known of the child."""
    name_of(pathway)
    is_known = reach.require_record(g.viewer, child_id)
    known = instances.prefilled(g.viewer, pathway, child_id) if is_known else {}
    return form_page(pathway, child_id, known)


@pages.post("/start/<pathway>/<child_id>")
@allowed("start_pathway", section=SECTION)
@keeps_what_is_typed
def check(pathway: str, child_id: str) -> Answer:
    """The answers as they will be recorded, who will be told and which clocks begin; or back to change them."""
    name_of(pathway)
    reach.require_record(g.viewer, child_id)
    return check_answers(pathway, child_id)


def check_answers(pathway: str, child_id: str | None) -> Answer:
    """The page that shows what was answered, or the form again; `child_id` is None for the partnership."""
    asked = instances.start_form(g.viewer, pathway)
    typed: dict[str, Any] = {}
    try:
        if "answers" in request.form:
            return form_page(pathway, child_id, carried())
        typed = fields.read_posted(asked, request.form) if asked else {}
        if is_again():
            return form_page(pathway, child_id, typed)
        preview = instances.preview(g.viewer, pathway, child_id, typed)
        known = validate(asked, typed) if asked else {}
    except BadInput as error:
        return form_page(pathway, child_id, typed, error.errors), 422
    return check_page(
        asked,
        known,
        preview,
        to_check=_address("check", pathway, child_id),
        to_go=_address("go", pathway, child_id),
        who=_who(child_id),
    )


@pages.post("/start/<pathway>/<child_id>/go")
@allowed("start_pathway", section=SECTION)
@keeps_what_is_typed
def go(pathway: str, child_id: str) -> Answer:
    """Start it, once however often the button is pressed."""
    reach.require_record(g.viewer, child_id)
    return start_now(pathway, child_id)


def start_now(pathway: str, child_id: str | None) -> Answer:
    """Start with the answers that the check page carried; `child_id` is None for the partnership."""
    answers: dict[str, Any] = {}
    try:
        answers = carried()
        if is_again():
            return form_page(pathway, child_id, answers)
        instance_id = instances.start(
            g.viewer, pathway, child_id, answers, submission=request.form.get("submission")
        )
    except BadInput as error:
        return form_page(pathway, child_id, answers, error.errors), 422
    return redirect(url_for("start.receipt", instance_id=instance_id), 303)


@pages.get("/started/<instance_id>")
@allowed("see_instance", section=SECTION)
def receipt(instance_id: str) -> Answer:
    """What has begun: who is being told, what is due first."""
    view = instance_view.show(g.viewer, instance_id)
    return render_template(
        "start/receipt.html",
        page_name=f"{view.instance.name} has started",
        view=view,
        facts=identity_facts(view.child),
    )


def form_page(
    pathway: str,
    child_id: str | None,
    answers: Mapping[str, Any],
    errors: Mapping[str, list[str]] | None = None,
) -> str:
    """The questions that start a pathway for a child, or (without a child) for the partnership."""
    asked = instances.start_form(g.viewer, pathway)
    return render_template(
        "start/form.html",
        page_name=asked.title if asked else pathway_view.show(g.viewer, pathway).row.name,
        to_check=_address("check", pathway, child_id),
        who=_who(child_id),
        is_filled_in=any(isinstance(answer, str | bool) for answer in answers.values()),
        components=questions.components(asked, answers, errors) if asked else [],
        errors=fields.error_summary(asked, errors, answers) if asked and errors else [],
    )


def check_page(
    asked: Form | None,
    known: Mapping[str, Any],
    preview: Preview,
    *,
    to_check: str,
    to_go: str,
    who: Mapping[str, Any],
) -> str:
    """What was answered, who will be told and which clocks begin; `to_check` and `to_go` are where its buttons lead."""
    return render_template(
        "start/check.html",
        page_name="Check before you start",
        name=preview.name,
        to_check=to_check,
        to_go=to_go,
        who=who,
        told=preview.told,
        tasks=sorted(preview.tasks, key=lambda task: (task.due_at is None, task.due_at or now())),
        button=start_button(len({told.email for told in preview.told})),
        rows=fields.summary_rows(asked, known) if asked else [],
        carried=as_carried(known),
        submission=new_id(),
    )


def start_button(told: int) -> str:
    """The words of the button that starts: they say how many people are told."""
    if not told:
        return "Start pathway"
    return f"Start pathway and notify {told} {'people' if told > 1 else 'person'}"


def as_carried(answers: Mapping[str, Any]) -> str:
    """Answers as a page carries them in its own form."""
    return json.dumps(dict(answers))


def carried() -> dict[str, Any]:
    """The answers that the check page holds. Raises BadInput when they were tampered with."""
    text = request.form.get("answers", "")
    try:
        answers = read_json(text) if len(text) <= MOST_CARRIED else None
    except ValueError:
        answers = None
    if not isinstance(answers, dict):
        lost = "The answers have been lost on the way. Fill the form in again."
        raise BadInput(lost, {"_form": [lost]})
    return answers


def name_of(pathway: str, *, for_partnership: bool = False) -> str:
    """The name of a pathway that the viewer may start for a child, or for the partnership. Raises NotFound."""
    view = pathway_view.show(g.viewer, pathway)
    if not view.can_start or view.row.is_for_partnership != for_partnership:
        raise NotFound()
    return view.row.name


def _address(step: str, pathway: str, child_id: str | None) -> str:
    """Where a step of the start of a pathway is: `check` or `go`."""
    if child_id is None:
        return url_for(f"partnership.{step}", pathway=pathway)
    return url_for(f"start.{step}", pathway=pathway, child_id=child_id)


def _who(child_id: str | None) -> dict[str, Any]:
    """The child's identity bar; a record of the other agency that is only being linked shows nothing."""
    if child_id is None:
        return {"name": partnership.name_of(g.viewer), "facts": [], "badges": (), "is_partnership": True}
    try:
        view = child_view.head(g.viewer, child_id)
    except NotFound:
        return {"name": "A record that another team holds", "facts": [], "badges": ()}
    return {
        "name": view.child.name,
        "facts": identity_facts(view.child, view.identifiers, view.facts),
        "badges": view.badges,
    }
