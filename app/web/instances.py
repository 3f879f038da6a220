"""A pathway instance: where it stands on the diagram and in words, and what a person can tell it."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain import clock
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, validate
from app.services import instance_view, instances, messages, pictures, reach, submissions, suspending
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
FRAMES = frozenset({"subProcess", "transaction", "adHocSubProcess", "boundaryEvent"})
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")


@pages.get("/instances/<instance_id>")
@allowed("see_instance", section=SECTION)
def show(instance_id: str) -> str:
    """Where the pathway stands."""
    view = instance_view.show(g.viewer, instance_id)
    return render_template(
        "instances/show.html",
        page_name=view.instance.name,
        view=view,
        facts=identity_facts(view.child),
        active=_active(view),
        late=_late(view),
        due={task.element_id: f"Due {short_day(task.due_at)}" for task in view.tasks if task.due_at},
        gateways=GATEWAYS,
        standing=suspending.of_instance(g.viewer, instance_id),
        openable=reach.openable(g.viewer, view.child.id, view.tasks),
    )


@pages.get("/instances/<instance_id>/diagram.bpmn")
@allowed("see_instance")
def diagram(instance_id: str) -> Response:
    """The drawing of the version that the instance runs on."""
    view = instance_view.show(g.viewer, instance_id)
    return bpmn_file(view.xml, view.instance.definition_key)


@pages.get("/instances/<instance_id>/diagram.svg")
@allowed("see_instance")
def picture(instance_id: str) -> Response:
    """The same as a picture, with signs at what is done, open and late."""
    view = instance_view.show(g.viewer, instance_id)
    marks = pictures.standing(view.done, _active(view), _late(view))
    return as_picture(pictures.svg(view.xml, g.viewer.profile, marks))


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
        message_id = messages.send(
            g.viewer, instance_id, name, payload, submission=request.form.get("submission")
        )
    except BadInput as error:
        return _message_page(view, name, form, answers, error), 422
    flash(f"Recorded: {form.title}.", "success")
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
    try:
        instances.cancel(g.viewer, instance_id, request.form.get("reason", ""))
    except BadInput as error:
        return _cancel_page(view, error), 422
    flash(f"{view.instance.name} was cancelled. Its open tasks are withdrawn.", "success")
    return redirect(url_for("instances.show", instance_id=instance_id), 303)


def _active(view: InstanceView) -> list[str]:
    """The elements at which something is to be done or awaited: not the frames that they stand in."""
    frames = {line.element_id for line in view.history if line.type in FRAMES}
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
    )


def _cancellable(instance_id: str) -> InstanceView:
    view = instance_view.show(g.viewer, instance_id)
    if "cancel_instance" not in view.can:
        raise NotFound()
    return view


def _cancel_page(view: InstanceView, error: BadInput | None = None) -> str:
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
    )
