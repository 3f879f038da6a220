"""Beside a task: asking somebody for a contribution, withdrawing a question, a manager's word, comments, mentions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form
from app.domain.ids import new_id
from app.services import askings, comments, invitations, signing, signing_again, task_view
from app.web import fields, questions, tasks
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("asking", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "work.mine"


@pages.app_context_processor
def counts() -> dict[str, Callable[[], int]]:
    """How many mentions and corrections of what the viewer signed off are new, for the pages that ask."""
    return {"unread_mentions": lambda: comments.unread(g.viewer) + signing_again.how_many(g.viewer)}


@pages.get("/tasks/<task_id>/ask")
@allowed("ask", section=SECTION)
def ask_form(task_id: str) -> str:
    """Whom to ask for what, and by when; the day is filled in."""
    page = askings.ask_page(g.viewer, task_id)
    return _ask_page(task_id, page, page.answers, None)


@pages.post("/tasks/<task_id>/ask")
@allowed("ask", section=SECTION)
@keeps_what_is_typed
def ask(task_id: str) -> Answer:
    """Ask."""
    page = askings.ask_page(g.viewer, task_id)
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(page.form, request.form)
        if is_again():
            return _ask_page(task_id, page, typed, None)
        whom = askings.ask(g.viewer, task_id, typed, submission=request.form.get("submission"))
    except BadInput as error:
        return _ask_page(task_id, page, typed, error), 422
    flash(f"{whom} has your question now. The answer will stand beside your form.", "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.get("/askings/<asking_id>/withdraw")
@allowed("ask", section=SECTION)
def withdraw_form(asking_id: str) -> str:
    """Why is it no longer needed?"""
    return _withdraw_page(asking_id, "", None)


@pages.post("/askings/<asking_id>/withdraw")
@allowed("ask", section=SECTION)
@keeps_what_is_typed
def withdraw(asking_id: str) -> Answer:
    """Take the question back."""
    reason = request.form.get("reason", "")
    if is_again():
        return _withdraw_page(asking_id, reason, None)
    try:
        task_id = askings.withdraw(g.viewer, asking_id, reason)
    except BadInput as error:
        return _withdraw_page(asking_id, reason, error), 422
    flash("The question is withdrawn.", "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.post("/tasks/<task_id>/sign-off")
@allowed("sign_off", section=SECTION)
@keeps_what_is_typed
def sign_off(task_id: str) -> Answer:
    """Agree with the answers, or return them with a comment."""
    token, comment = request.form.get("submission"), request.form.get("comment", "")
    if is_again():
        return _task_page(task_id, None, {"sign_off_comment": comment})
    try:
        decision = request.form.get("decision")
        if decision in ("agree", "disagree"):
            return _sign_again(task_id, decision, comment, token)
        if decision == "approve":
            name = signing.approve(g.viewer, task_id, submission=token)
            flash(f"“{name}” is signed off and done.", "success")
        else:
            name = signing.send_back(g.viewer, task_id, comment, submission=token)
            flash(f"“{name}” is returned with your comment.", "success")
    except BadInput as error:
        return _task_page(task_id, error, {"sign_off_comment": comment}), 422
    return redirect(url_for("work.mine"), 303)


def _sign_again(task_id: str, decision: str, comment: str, token: str | None) -> Response:
    if decision == "agree":
        name = signing_again.agree(g.viewer, task_id, submission=token)
        flash(f"“{name}” is signed off as it is now.", "success")
    else:
        name = signing_again.disagree(g.viewer, task_id, comment, submission=token)
        flash(f"Your comment on “{name}” is sent to whoever corrected it.", "success")
    return redirect(url_for(".mentions"), 303)


@pages.post("/tasks/<task_id>/comments")
@allowed("comment", section=SECTION)
@keeps_what_is_typed
def comment(task_id: str) -> Answer:
    """Put a comment on the task."""
    said, whom = request.form.get("comment", ""), request.form.get("mentioned_id", "")
    if is_again():
        return _task_page(task_id, None, {"typed_comment": said})
    try:
        comments.add(g.viewer, task_id, said, whom, submission=request.form.get("submission"))
    except BadInput as error:
        errors = {{"comment": "new_comment"}.get(key, key): said for key, said in error.errors.items()}
        return _task_page(task_id, BadInput(error.sentence, errors), {"typed_comment": said}), 422
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="comments"), 303)


@pages.post("/comments/<comment_id>/withdraw")
@allowed("comment", section=SECTION)
def withdraw_comment(comment_id: str) -> Answer:
    """Take back one's own comment."""
    task_id = comments.withdraw(g.viewer, comment_id)
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="comments"), 303)


@pages.get("/appointments/<appointment_id>.ics")
@allowed("see_child", section=SECTION)
def invitation(appointment_id: str) -> Response:
    """A meeting, for a calendar; it names the case and the kind of meeting, and no child."""
    written = invitations.file(g.viewer, appointment_id, base_url=current_app.config["BASE_URL"])
    name = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(written, mimetype="text/calendar", headers=name)


@pages.get("/mentions")
@allowed("see_own_work", section=SECTION)
def mentions() -> str:
    """The comments that are meant for the viewer, and the corrections that wait for their word."""
    return render_template(
        "work/mentions.html",
        page_name="Mentions",
        mentions=comments.mentions(g.viewer),
        corrected=signing_again.waiting(g.viewer),
    )


@pages.post("/mentions")
@allowed("see_own_work", section=SECTION)
def read_mentions() -> Answer:
    """Note that they have been read."""
    comments.mark_read(g.viewer)
    return redirect(url_for(".mentions"), 303)


def _task_page(task_id: str, error: BadInput | None, typed: Mapping[str, str]) -> str:
    return tasks.page(task_view.show(g.viewer, task_id), error.errors if error else {}, typed)


def _ask_page(task_id: str, page: askings.AskPage, answers: Mapping[str, Any], error: BadInput | None) -> str:
    view = task_view.show(g.viewer, task_id)
    form: Form = page.form
    return render_template(
        "tasks/ask.html",
        page_name="Ask somebody",
        view=view,
        facts=identity_facts(view.child),
        errors=fields.refusal_summary(form, error, answers),
        components=questions.components(form, answers, error.errors if error else None, page.people),
        submission=new_id(),
    )


def _withdraw_page(asking_id: str, reason: str, error: BadInput | None) -> str:
    asked, task_id = askings.question_of(g.viewer, asking_id)
    view = task_view.show(g.viewer, task_id)
    sentence = next(iter(error.errors["reason"])) if error else ""
    return render_template(
        "tasks/withdraw_asking.html",
        page_name="Withdraw the question",
        view=view,
        facts=identity_facts(view.child),
        asked=asked,
        reason=reason,
        sentence=sentence,
        errors=[{"text": sentence, "href": "#reason"}] if error else [],
    )
