"""A simulation under way: what happened by day, where it stands, what is open, and the buttons that lead on."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.domain.clock import LONDON
from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.forms import Form, read_form
from app.domain.moments import end_of_day
from app.domain.typed_times import Mistyped, read_day, read_moment_typed
from app.engine.words import kind_in_words
from app.services import pictures, simulated_view
from app.services.simulated_view import OpenTask
from app.services.workbench import simulations
from app.services.workbench.simulations import Shown
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.pathways import as_picture, bpmn_file

pages = Blueprint("simulations", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
MOST_EVENTS = 150
AROUND = kind_in_words("subProcess")
"""It stands in this as long as it stands at something within; marked, it would cover what is drawn in it."""
WORDS = {
    "instance_started": "Pathway starts",
    "instance_ended": "Pathway ends",
    "task_created": "To do",
    "task_completed": "Done",
    "task_cancelled": "Not needed",
    "timer_fired": "Time comes",
    "message_sent": "Passed on",
    "notification_queued": "Told",
    "duty_overdue": "Overdue",
    "escalated": "Escalated",
    "incident": "Stands still",
}
WHEN: Form = read_form(
    "workbench/when",
    {
        "type": "default",
        "components": [
            {"type": "radio", "key": "simulated_at", "label": "Complete it when?",
             "values": [{"value": "due", "label": "When it is due"}, {"value": "now", "label": "Now"},
                        {"value": "other", "label": "At another moment"}],
             "validate": {"required": True}, "properties": {"called": "when it is completed"}},
            {"type": "datetime", "subtype": "datetime", "key": "simulated_other", "label": "Which other moment?",
             "conditional": {"hide": '=simulated_at != "other"'}, "validate": {"required": True},
             "properties": {"called": "the other moment"}},
        ],
    },
)  # fmt: skip


@pages.get("/simulations/<simulation_id>")
@allowed("simulate", section=SECTION)
def show(simulation_id: str) -> str:
    """Where the simulation stands."""
    return _page(simulations.show(g.viewer, simulation_id))


@pages.post("/simulations/<simulation_id>")
@allowed("simulate", section=SECTION)
def lead(simulation_id: str) -> Answer:
    """One of the buttons: a step, on to a decision, to a day or to the end, back, or again from the start."""
    do, taken = request.form.get("do", ""), request.form.get("taken", 0, type=int)
    try:
        if do == "back":
            simulations.back(g.viewer, simulation_id, taken=taken)
        elif do == "again":
            simulations.again(g.viewer, simulation_id)
        elif do in ("step", "decision", "until", "end"):
            simulations.act(g.viewer, simulation_id, _what(do), taken=taken)
        else:
            raise NotFound()
    except Conflict as moved:
        flash(moved.sentence)
    except BadInput as error:
        return _page(simulations.show(g.viewer, simulation_id), error), 422
    return redirect(url_for(".show", simulation_id=simulation_id), 303)


@pages.get("/simulations/<simulation_id>/task")
@allowed("simulate", section=SECTION)
def task(simulation_id: str) -> str:
    """The real form of an open task, with what a simulated person would answer."""
    shown = simulations.show(g.viewer, simulation_id)
    found = _task(shown)
    return _task_page(shown, found, {**found.answers, "simulated_at": "due" if found.due_at else "now"})


@pages.post("/simulations/<simulation_id>/task")
@allowed("simulate", section=SECTION)
@keeps_what_is_typed
def complete(simulation_id: str) -> Answer:
    """Complete it, at the moment chosen."""
    shown = simulations.show(g.viewer, simulation_id)
    found = _task(shown)
    typed, when = (_read(form) for form in (found.form, WHEN))
    if is_again():
        return _task_page(shown, found, {**typed, **when})
    try:
        what = {"do": "complete", "element": found.element, "nth": found.nth, "answers": typed}
        what["at"] = _other_moment(when) if when.get("simulated_at") == "other" else when.get("simulated_at")
        if what["at"] not in ("due", "now") and when.get("simulated_at") != "other":
            raise BadInput("Choose when.", {"simulated_at": ["Select when it is completed"]})
        simulations.act(g.viewer, simulation_id, what, taken=len(shown.walked.inputs.acts))
    except BadInput as error:
        return _task_page(shown, found, {**typed, **when}, error), 422
    return redirect(url_for(".show", simulation_id=simulation_id), 303)


@pages.get("/simulations/<simulation_id>/message")
@allowed("simulate", section=SECTION)
def message(simulation_id: str) -> str:
    """The form by which the pathway is told something from outside."""
    shown = simulations.show(g.viewer, simulation_id)
    name, form = _message(shown)
    return _message_page(shown, name, form, {})


@pages.post("/simulations/<simulation_id>/message")
@allowed("simulate", section=SECTION)
@keeps_what_is_typed
def send(simulation_id: str) -> Answer:
    """Tell it, at the moment where the simulation stands."""
    shown = simulations.show(g.viewer, simulation_id)
    name, form = _message(shown)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _message_page(shown, name, form, typed)
    try:
        what = {"do": "message", "name": name, "at": shown.walked.stand.now.isoformat(), "payload": typed}
        simulations.act(g.viewer, simulation_id, what, taken=len(shown.walked.inputs.acts))
    except BadInput as error:
        return _message_page(shown, name, form, typed, error), 422
    return redirect(url_for(".show", simulation_id=simulation_id), 303)


@pages.get("/simulations/<simulation_id>/diagram.bpmn")
@allowed("simulate")
def diagram(simulation_id: str) -> Response:
    """The drawing that is simulated, as a file."""
    shown = simulations.show(g.viewer, simulation_id)
    return bpmn_file(shown.bundle.main, shown.key)


@pages.get("/simulations/<simulation_id>/diagram.svg")
@allowed("simulate")
def picture(simulation_id: str) -> Response:
    """The drawing with its marks, for pages without a script."""
    shown = simulations.show(g.viewer, simulation_id)
    marks = pictures.standing(shown.walked.stand.done, shown.walked.stand.active, _late(shown))
    return as_picture(pictures.svg(shown.bundle.main, g.viewer.profile, marks))


def _what(do: str) -> dict[str, Any]:
    if do not in ("until", "end"):
        return {"do": do}
    typed = {part: request.form.get(f"day-{part}", "") for part in ("day", "month", "year")}
    what: dict[str, Any] = {"do": do}
    if do == "end":
        what["way"] = request.form.get("way", "")
    if do == "until" or any(typed.values()):
        try:
            what["at"] = end_of_day(read_day(typed)).isoformat()
        except Mistyped as mistake:
            sentence = f"The day must {mistake.rest}"
            raise BadInput(sentence, {"day-day": [sentence]}) from None
    return what


def _read(form: Form | None) -> dict[str, Any]:
    """What was typed into one of the two forms that stand in one."""
    answers = fields.read_posted(form, request.form) if form else {}
    return {question.key: answers[question.key] for question in form.fields} if form else {}


def _other_moment(when: dict[str, Any]) -> str:
    try:
        return read_moment_typed(when.get("simulated_other")).isoformat()
    except Mistyped as mistake:
        sentence = f"The other moment must {mistake.rest}"
        raise BadInput(sentence, {"simulated_other": [sentence]}) from None


def _task(shown: Shown) -> OpenTask:
    element, nth = request.args.get("element", ""), request.args.get("nth", 1, type=int)
    tasks = shown.walked.stand.tasks
    found = [task for task in tasks if not element or (task.element, task.nth) == (element, nth)]
    if not found:
        raise NotFound("This task is not open in the simulation now.")
    return found[0]


def _message(shown: Shown) -> tuple[str, Form]:
    name = request.args.get("name", "")
    found = [one for one in shown.walked.stand.accepts if not name or one[0] == name]
    if not found:
        raise NotFound("The simulation does not wait for that now.")
    return found[0]


def _late(shown: Shown) -> list[str]:
    stand = shown.walked.stand
    return [task.element for task in stand.tasks if task.due_at and task.due_at < stand.now]


def _days(events: tuple[dict[str, Any], ...]) -> list[tuple[datetime, list[dict[str, Any]]]]:
    """The latest events by day, the latest day first."""
    told = [{**event, "moment": datetime.fromisoformat(event["at"])} for event in events[-MOST_EVENTS:]]
    for event in told:
        event["due"] = datetime.fromisoformat(event["due_at"]) if event["due_at"] else None
    days = groupby(told, key=lambda event: event["moment"].astimezone(LONDON).date())
    return [(listed[0]["moment"], listed) for _, found in days if (listed := list(found))][::-1]


def _page(shown: Shown, error: BadInput | None = None) -> str:
    stand = shown.walked.stand
    parts = simulated_view.every_part(shown.bundle)
    return render_template(
        "workbench/simulation.html",
        page_name=f"Simulation of {shown.name}",
        shown=shown,
        stand=stand,
        days=_days(shown.walked.events),
        earlier=max(0, len(shown.walked.events) - MOST_EVENTS),
        words=WORDS,
        late=_late(shown),
        parts=parts,
        standing=[one for one in stand.active if one in parts and parts[one].kind != AROUND],
        taken=len(shown.walked.inputs.acts),
        may_design=may(g.viewer, "design", AuthorityThing(g.viewer.authority_id)),
        errors=[{"text": error.sentence, "href": "#lead-on"}] if error else [],
    )


def _task_page(shown: Shown, found: OpenTask, answers: dict[str, Any], error: BadInput | None = None) -> str:
    errors = error.errors if error else {}
    asked = found.form.fields if found.form else ()
    people = {one.values_key.removeprefix("people:"): [("simulated", "Somebody")] for one in asked}
    own = questions.components(found.form, answers, errors, people) if found.form else []
    whole = found.form if found.form and not {"simulated_at", "simulated_other"} & set(errors) else WHEN
    return render_template(
        "workbench/simulated_task.html",
        page_name=found.name,
        shown=shown,
        task=found,
        components=[*own, *questions.components(WHEN, answers, errors)],
        errors=fields.refusal_summary(whole, error, answers),
    )


def _message_page(
    shown: Shown, name: str, form: Form, typed: dict[str, Any], error: BadInput | None = None
) -> str:
    return render_template(
        "workbench/simulated_message.html",
        page_name=form.title or name,
        shown=shown,
        name=name,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )
