"""Saying that one has seen what was escalated, and what one will do about it."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.services import acknowledging, task_view
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.session import safe_next

pages = Blueprint("acknowledging", __name__)
Answer = str | Response | tuple[str, int]


@pages.get("/tasks/<told_id>/acknowledge")
@allowed("see_task", section="work.mine")
def ask(told_id: str) -> str:
    """Who was told, who has seen it, and the form for whoever was told and has not said so."""
    return _page(told_id)


@pages.post("/tasks/<told_id>/acknowledge")
@allowed("acknowledge", section="work.mine")
@keeps_what_is_typed
def acknowledge(told_id: str) -> Answer:
    """Record it."""
    if is_again():
        return _page(told_id)
    try:
        acknowledging.acknowledge(
            g.viewer, told_id, request.form.get("words", ""), submission=request.form.get("submission")
        )
    except BadInput as error:
        return _page(told_id, error), 422
    flash("It is recorded that you have seen this. The time to answer goes on.", "success")
    return redirect(_back(told_id), 303)


def _page(told_id: str, error: BadInput | None = None) -> str:
    seen = acknowledging.of_task(g.viewer, told_id)
    if seen is None:
        raise NotFound()
    view = task_view.show(g.viewer, told_id)
    sentences = error.errors.get("words", []) if error else []
    return render_template(
        "oversight/acknowledge.html",
        page_name="I have seen this",
        view=view,
        facts=identity_facts(view.child),
        seen=seen,
        typed=request.form.get("words", ""),
        wrong=sentences,
        errors=[{"text": text, "href": "#words"} for text in sentences],
        submission=request.form.get("submission") or new_id(),
        back=_back(told_id),
    )


def _back(told_id: str) -> str:
    return safe_next(request.args.get("back") or url_for("tasks.show", task_id=told_id))
