"""A pathway instance: where it stands on the diagram and in words, and what a person can tell it."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain import clock
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, validate
from app.engine.names import ACTIVITIES, GATEWAYS
from app.services import (
    foresight,
    instance_view,
    instances,
    messages,
    pictures,
    reach,
    submissions,
    suspending,
)
from app.services.foresight import Foreseen
from app.services.instance_history import ElementTimes
from app.services.instance_leads import Lead
from app.services.instance_view import InstanceView
from app.web.fields import read_posted, refusal_summary
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.moments import short_day
from app.web.pathways import as_picture, bpmn_file
from app.web.questions import components

pages = Blueprint("instances", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"
LOOK = "look"
"""What the button says that shows what would happen and does nothing."""
FRAMES = frozenset({"subProcess", "transaction", "adHocSubProcess", "boundaryEvent"})
LINES_SHOWN = 100
STEPS_SHOWN, FOLDED_FROM = 10, 6
"""So many steps stand open, and so long a list is folded up: a long remand was 15,800 pixels tall on a phone."""


@pages.get("/instances/<instance_id>")
@allowed("see_instance", section=SECTION)
def show(instance_id: str) -> str:
    """Where the pathway stands."""
    view = _drawn(instance_id)
    return render_template(
        "instances/show.html",
        page_name=view.instance.name,
        view=view,
        facts=identity_facts(view.child),
        active=_active(view),
        late=_late(view),
        labels=_labels(view),
        leads={lead.element_id: [_lead_address(view, lead), lead.words] for lead in view.drawn.leads},
        started_at_step={
            lead.instance_id: name for lead in view.drawn.leads if (name := _name(view, lead.element_id))
        },
        gateways=GATEWAYS,
        lines_shown=LINES_SHOWN,
        steps_shown=STEPS_SHOWN,
        folded_from=FOLDED_FROM,
        standing=suspending.of_instance(g.viewer, instance_id),
        openable=reach.openable(g.viewer, view.child.id, view.tasks),
    )


@pages.get("/instances/<instance_id>/diagram.bpmn")
@allowed("see_instance")
def diagram(instance_id: str) -> Response:
    """The drawing of the version that the instance runs on."""
    view = _drawn(instance_id)
    return bpmn_file(view.xml, view.drawn.process)


@pages.get("/instances/<instance_id>/diagram.svg")
@allowed("see_instance")
def picture(instance_id: str) -> Response:
    """The same as a picture, with signs at what is done, open and late, and when that was or is due."""
    view = _drawn(instance_id)
    marks = pictures.standing(view.done, _active(view), _late(view))
    return as_picture(pictures.svg(view.xml, g.viewer.profile, marks, _labels(view)))


@pages.get("/instances/<instance_id>/messages/<name>")
@allowed("send_message", section=SECTION)
def ask_message(instance_id: str, name: str) -> str:
    """The form by which a person tells the pathway something."""
    view = instance_view.show(g.viewer, instance_id)
    return _message_page(view, name, _form(view, name))


@pages.post("/instances/<instance_id>/messages/<name>")
@allowed("send_message", section=SECTION)
@keeps_what_is_typed
def send_message(instance_id: str, name: str) -> Answer:
    """Tell the pathway."""
    view = instance_view.show(g.viewer, instance_id)
    answers: dict[str, Any] = {}
    try:
        form = _form(view, name)
    except NotFound:
        taken = submissions.result_of(g.viewer, request.form.get("submission"))
        if taken is None:
            raise
        flash("That is recorded.", "success")  # pressed twice: the pathway has moved on by the first
        return redirect(url_for("what_changed.receipt", instance_id=instance_id, message_id=taken), 303)
    try:
        answers = read_posted(form, request.form)
        if is_again():
            return _message_page(view, name, form, answers)
        payload = validate(form, answers)
        if request.form.get("action") == LOOK:
            seen = foresight.of(
                g.viewer, view.child.id, lambda: messages.send(g.viewer, instance_id, name, payload)
            )
            return _message_page(view, name, form, answers, seen=seen)
        message_id = messages.send(
            g.viewer, instance_id, name, payload, submission=request.form.get("submission")
        )
    except BadInput as error:
        return _message_page(view, name, form, answers, error), 422
    flash(f"Your answers to “{form.title}” are recorded.", "success")
    return redirect(url_for("what_changed.receipt", instance_id=instance_id, message_id=message_id), 303)


@pages.get("/instances/<instance_id>/cancel")
@allowed("cancel_instance", section=SECTION)
def ask_cancel(instance_id: str) -> str:
    """Why the pathway is to end."""
    return _cancel_page(_cancellable(instance_id))


@pages.post("/instances/<instance_id>/cancel")
@allowed("cancel_instance", section=SECTION)
@keeps_what_is_typed
def cancel(instance_id: str) -> Answer:
    """End the pathway and withdraw its work."""
    view = _cancellable(instance_id)
    if is_again():
        return _cancel_page(view)
    reason = request.form.get("reason", "")
    try:
        if request.form.get("action") == LOOK:
            seen = foresight.of(
                g.viewer, view.child.id, lambda: instances.cancel(g.viewer, instance_id, reason)
            )
            return _cancel_page(view, seen=seen)
        instances.cancel(g.viewer, instance_id, reason)
    except BadInput as error:
        return _cancel_page(view, error), 422
    flash(f"{view.instance.name} was cancelled. Its open tasks are withdrawn.", "success")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def _drawn(instance_id: str) -> InstanceView:
    """With the drawing that the address asks for: the pathway's own, or of what it calls."""
    return instance_view.show(g.viewer, instance_id, request.args.get("process"))


def _labels(view: InstanceView) -> dict[str, str]:
    """A few words at each step: when it was last left and how often, or until when it has."""
    found = {one.element_id: _last_time(one) for one in view.elements if one.type in ACTIVITIES}
    found |= {timer.element_id: f"At {_day(timer.due_at)}" for timer in view.timers}
    return found | {task.element_id: f"Due {_day(task.due_at)}" for task in view.tasks if task.due_at}


def _last_time(one: ElementTimes) -> str:
    if one.is_open:
        return f"Since {_day(one.last_entered_at)}"
    if not one.completed:
        return f"Not needed {_day(one.left_at)}"
    return f"{one.completed} times, {_day(one.left_at)}" if one.completed > 1 else _day(one.left_at)


def _day(at: datetime | None) -> str:
    """“31 Dec”, with the year where it is not this one."""
    return short_day(at).removesuffix(f" {clock.today().year}")


def _lead_address(view: InstanceView, lead: Lead) -> str:
    if lead.instance_id:
        return url_for("instances.show", instance_id=lead.instance_id)
    return url_for("instances.show", instance_id=view.instance.id, process=lead.process)


def _name(view: InstanceView, element_id: str) -> str:
    return next((one.name for one in view.elements if one.element_id == element_id), "")


def _active(view: InstanceView) -> list[str]:
    """The elements at which something is to be done or awaited: not the frames that they stand in."""
    frames = {one.element_id for one in view.elements if one.type in FRAMES}
    return [element for element in view.active if element not in frames]


def _late(view: InstanceView) -> list[str]:
    """The elements that are past their due time."""
    overdue = {task.element_id for task in view.tasks if task.is_overdue}
    return sorted(overdue | {element for element, at in view.due.items() if at < clock.now()})


def _form(view: InstanceView, name: str) -> Form:
    for message, form in view.accepts:
        if message == name:
            return form
    raise NotFound("This pathway does not wait for that now, or it is not yours to say.")


def _message_page(
    view: InstanceView,
    name: str,
    form: Form,
    answers: dict[str, Any] | None = None,
    error: BadInput | None = None,
    seen: Foreseen | None = None,
) -> str:
    sentences = error.errors if error else {}
    return render_template(
        "instances/message.html",
        message=name,
        page_name=form.title,
        view=view,
        facts=identity_facts(view.child),
        components=components(form, answers or {}, sentences),
        errors=refusal_summary(form, error, answers or {}),
        submission=request.form.get("submission") or token_hex(16),
        seen=seen,
    )


def _cancellable(instance_id: str) -> InstanceView:
    view = instance_view.show(g.viewer, instance_id)
    if "cancel_instance" not in view.can:
        raise NotFound()
    return view


def _cancel_page(view: InstanceView, error: BadInput | None = None, *, seen: Foreseen | None = None) -> str:
    errors = [
        {"text": words, "href": "#reason"} for words in (error.errors.get("reason", []) if error else [])
    ]
    return render_template(
        "instances/cancel.html",
        page_name=f"Cancel {view.instance.name}",
        view=view,
        facts=identity_facts(view.child),
        errors=errors,
        reason=request.form.get("reason", ""),
        seen=seen,
    )
