"""A form as a document, for the file or for a meeting: as a page, and as a PDF."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template

from app.domain.documents import Block, Document, Section
from app.domain.form_parts import Field, Group, Part
from app.services import paper, task_papers
from app.services.task_papers import TaskPaper
from app.web import fields, moments
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.local_words import local

pages = Blueprint("papers", __name__)
MARKING = "OFFICIAL-SENSITIVE"
NOT_RECORDED = "Not recorded"


@pages.get("/tasks/<task_id>/document")
@allowed("see_task", section="work.mine")
def show(task_id: str) -> str:
    """The form as it was answered."""
    made = task_papers.read(g.viewer, task_id)
    return render_template(
        "plans/form.html",
        page_name=made.view.task.name,
        view=made.view,
        facts=identity_facts(made.view.child),
        document=document_of(made),
    )


@pages.get("/tasks/<task_id>/document.pdf")
@allowed("see_task", section="work.mine")
def pdf(task_id: str) -> Response:
    """The same on paper; the audit says who took it."""
    made = task_papers.read(g.viewer, task_id)
    content = paper.render(document_of(made), is_for_a_child=False)
    task_papers.note_printed(g.viewer, made.view)
    form = made.view.task.element_id.replace("_", "-")
    return as_pdf(content, f"{form}-{made.view.child.reference}.pdf")


def as_pdf(content: bytes, name: str) -> Response:
    """A PDF that opens in the browser and is saved under `name`, which holds no name of a child."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def document_of(made: TaskPaper) -> Document:
    """The form's questions and answers under its own headings."""
    view = made.view
    assert view.form is not None
    shown = {field.key for field in view.form.shown(view.answers)}
    born = moments.day(view.child.date_of_birth) or "not known yet"
    numbers = [f"Reference {view.child.reference}", f"born {born}", *view.badges]
    state = "Not completed yet: this is what is known so far."
    if view.task.state == "completed":
        who = view.completed_by or "the pathway"
        state = f"Completed by {who} on {moments.moment(view.task.completed_at)}."
    printed = (
        f"Printed by {g.viewer.name} on {moments.moment(made.at)}. "
        f"{local(view.pathway)}, version {made.version} of the pathway; task {view.task.id}."
    )
    title, heading = local(view.task.name), local(view.form.title)
    return Document(
        title=title,
        marking=MARKING,
        opening=(view.child.name, ", ".join(numbers), state),
        sections=(
            *_sections(
                view.form.parts, shown, view.answers, view.people, "" if heading == title else heading, 2
            ),
            *_contributions(made),
            *_sign_off(made),
        ),
        footer=printed,
    )


def _sections(
    parts: Iterable[Part],
    shown: Collection[str],
    answers: Mapping[str, Any],
    people: fields.People,
    heading: str,
    level: int,
) -> Iterable[Section]:
    """One section for the questions that stand by themselves, one for each group, in the form's order."""
    rows: list[Block] = []
    for part in parts:
        if isinstance(part, Field):
            if part.key not in shown:
                continue
            words = fields.typed_words(part, answers.get(part.key), people) or NOT_RECORDED
            rows.append(Block("row", words, local(part.label)))
        elif isinstance(part, Group):
            if rows:
                yield Section("", heading, tuple(rows), level)
                rows = []
            yield from _sections(
                part.parts, shown, answers, people, local(part.label), min(level + (level == 2), 3)
            )
    if rows:
        yield Section("", heading, tuple(rows), level)


def _contributions(made: TaskPaper) -> Iterable[Section]:
    """What others were asked for in the task, and what they answered."""
    rows = []
    for asked in made.beside.askings:
        if asked.is_action or not (asked.answer or asked.state == "open"):
            continue
        when = f"{asked.answered_by}, {moments.day(asked.ended_at)}"
        words = f"{asked.answer}\n({when})" if asked.answer else NOT_RECORDED
        rows.append(Block("row", words, f"{local(asked.whom)}: {asked.question}"))
    if rows:
        yield Section("contributions", "Contributions", tuple(rows))


def _sign_off(made: TaskPaper) -> Iterable[Section]:
    """Who agreed to it, or that it waits for somebody's word."""
    signing = made.beside.sign_off
    if signing is None:
        return
    agreed = signing.approved
    words = f"{agreed.decided_by}, {moments.moment(agreed.decided_at)}" if agreed else NOT_RECORDED
    yield Section("sign_off", "Sign-off", (Block("row", words, local(signing.role)),))
