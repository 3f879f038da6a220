"""The page for the director when there is no home before release: written, looked at, sent, and as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.clock import now
from app.domain.documents import Block, Document, Section
from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.services import acknowledging, director_pages, paper, task_papers, task_view, tasks
from app.services.task_view import TaskView
from app.web import fields, questions, task_conflicts
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.local_words import local
from app.web.papers import as_pdf

pages = Blueprint("director_pages", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "work.mine"
SENT_AT = "escalated_at"
"""The question that the moment of sending answers."""


@pages.get("/tasks/<asked_id>/director-page")
@allowed("see_task", section=SECTION)
def show(asked_id: str) -> str:
    """The page as it would go now, with what can be written in it; or as it was sent."""
    return _page(task_view.show(g.viewer, asked_id))


@pages.get("/tasks/<asked_id>/director-page.pdf")
@allowed("see_task", section=SECTION)
def pdf(asked_id: str) -> Response:
    """The same on paper."""
    view = task_view.show(g.viewer, asked_id)
    found = director_pages.show(g.viewer, asked_id, view.answers)
    content = paper.render(_local(found.document), is_for_a_child=False)
    task_papers.note_printed(g.viewer, view)
    return as_pdf(content, f"for-the-director-{view.child.reference}.pdf")


@pages.post("/tasks/<asked_id>/director-page")
@allowed("complete", section=SECTION)
@keeps_what_is_typed
def send(asked_id: str) -> Answer:
    """Keep what was written, or send the page: the task is completed by that."""
    view = task_view.show(g.viewer, asked_id)
    form = _form(view)
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(form, request.form)
        if is_again() or request.form.get("action") != "send":
            task_conflicts.save(g.viewer, asked_id, form)
            flash("What you wrote is kept. Nothing has been sent.", "success")
            return redirect(url_for(".show", asked_id=asked_id), 303)
        tasks.complete(
            g.viewer,
            asked_id,
            {**typed, SENT_AT: now().isoformat()} if _asks_when(view) else typed,
            submission=request.form.get("submission"),
            draft_version=task_conflicts.draft_version(),
        )
    except BadInput as error:
        return _page(view, typed, error.errors), 422
    except Conflict as error:
        return task_conflicts.page(view, error), 409
    after = director_pages.show(g.viewer, asked_id)
    flash(
        "The page has been sent to the director."
        if after.sent_at
        else f"The page waits for the word of {local(after.signer)}, and goes to the director then.",
        "success",
    )
    return redirect(url_for(".show", asked_id=asked_id), 303)


def _asks_when(view: TaskView) -> bool:
    return view.form is not None and any(field.key == SENT_AT for field in view.form.fields)


def _form(view: TaskView) -> Form:
    """The task's form, without the question that the moment of sending answers. Raises NotFound for another task."""
    if view.form is None or view.form_source is None or view.form.key not in director_pages.ASKS:
        raise NotFound()
    asked = [one for one in view.form_source["components"] if one.get("key") != SENT_AT]
    return read_form(view.form.key, {**view.form_source, "components": asked})


def _page(
    view: TaskView, typed: Mapping[str, Any] | None = None, errors: Mapping[str, list[str]] | None = None
) -> str:
    form = _form(view)
    may_write = "complete" in view.can
    known = dict(view.answers)
    if may_write and typed is None:
        known |= director_pages.suggested(g.viewer, view.task.id, known)
    answers = known if typed is None else typed
    found = director_pages.show(g.viewer, view.task.id, answers)
    answer = found.answer
    posted = task_conflicts.draft_version() if request.method == "POST" else None
    return render_template(
        "oversight/director_page.html",
        page_name="Page for the director",
        view=view,
        facts=identity_facts(view.child),
        found=found,
        document=_local(found.document),
        components=questions.components(form, answers, errors, view.people) if may_write else [],
        errors=fields.error_summary(form, errors or {}, answers),
        seen=acknowledging.of_task(g.viewer, answer.task_id) if answer else None,
        submission=request.form.get("submission") or new_id(),
        draft_version=posted if posted is not None else view.draft_version or 0,
    )


def _local(document: Document) -> Document:
    """With our own words, and not those that people wrote, in the words of the area."""
    return Document(
        title=local(document.title),
        opening=document.opening,
        marking=document.marking,
        footer=document.footer,
        sections=tuple(
            Section(
                one.key,
                local(one.heading),
                tuple(Block(block.kind, block.text, local(block.label)) for block in one.blocks),
                one.level,
            )
            for one in document.sections
        ),
    )
