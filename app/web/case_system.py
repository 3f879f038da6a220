"""What to paste into the council's case system, and the tick that it is recorded there."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.services import case_system
from app.services.task_view import TaskView
from app.web import fields
from app.web.addresses import page_address, page_number
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.local_words import local
from app.web.moments import moment

pages = Blueprint("case_system", __name__)
TYPED = "reference"  # the place in the cookie of a reference that came back, with its task


@pages.get("/to-record")
@allowed("see_own_work", section="work.mine")
def to_record() -> str:
    """What the viewer has completed and not yet recorded in the case system."""
    return render_template(
        "case_system/to_record.html",
        page_name=local("Still to be recorded in the case system"),
        view=case_system.to_record(g.viewer, page_number()),
        page_address=page_address,
    )


@pages.post("/tasks/<task_id>/recorded")
@allowed("record_elsewhere", section="work.mine")
@keeps_what_is_typed
def record(task_id: str) -> Response:
    """Tick that it is recorded there; what comes back after an ended session stands in the box again."""
    if is_again():
        session[TYPED] = [task_id, request.form.get("reference", "")[:200]]
        return redirect(url_for("tasks.show", task_id=task_id, _anchor="case-system"), 303)
    try:
        case_system.record(g.viewer, task_id, request.form.get("reference", ""))
        flash(local("Ticked as recorded in the case system."), "success")
    except BadInput as error:
        flash(error.sentence, "problem")
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="case-system"), 303)


def typed_reference(task_id: str) -> str:
    """The reference that came back after an ended session, once: in the cookie, because it may stand in no address."""
    kept = session.get(TYPED)
    if not kept or kept[0] != task_id:
        return ""
    del session[TYPED]
    return str(kept[1])


def text_of(view: TaskView) -> str:
    """A completed task as plain text, to be pasted into the child's record there; the child is not named in it."""
    lines = [local(view.task.name), f"Pathway: {local(view.pathway)}"]
    if view.task.completed_at:
        lines.append(f"Completed: {moment(view.task.completed_at)} by {view.completed_by or 'the service'}")
    if view.due:
        lines.append(f"Due: {view.due.explanation}")
    lines.append("")
    if view.form is not None:
        for question in view.form.fields:
            words = fields.in_words(question, view.answers.get(question.key), view.people)
            if words and not question.is_hidden(view.answers):
                lines += [f"{local(question.label)}", words, ""]
    duties = ", ".join(duty.id for duty in view.duties)
    lines.append(f"From Throughcare{f', duty {duties}' if duties else ''}, task {view.task.id[-8:]}")
    return "\n".join(lines)
