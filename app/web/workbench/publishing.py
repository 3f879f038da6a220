"""Publishing a draft: what is new and from when, the second person's word, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, PathwayRefused
from app.domain.forms import Form, read_form, validate
from app.services.workbench import affected, comparing, drafts, publications, publishing
from app.services.workbench.publications import Asked
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_publishing", __name__)
Answer = str | Response | tuple[str, int]

ASK: Form = read_form(
    "workbench/publish",
    {
        "type": "default",
        "components": [
            {"type": "textarea", "key": "note", "label": "What is new?",
             "description": "For those who work with the pathway. They read it beside the version.",
             "validate": {"required": True, "maxLength": publishing.LONGEST_NOTE},
             "properties": {"called": "what is new"}},
            {"type": "datetime", "subtype": "date", "key": "effective_on",
             "label": "From which day is it in force?",
             "description": "Leave it empty for “as soon as it is approved”. What runs stays on its version.",
             "properties": {"called": "the day from which it is in force"}},
        ],
    },
)  # fmt: skip
COMMENT: Form = read_form(
    "workbench/decision",
    {
        "type": "default",
        "components": [
            {"type": "textarea", "key": "comment", "label": "Comment",
             "description": "Needed when you return it: say what has to change.",
             "validate": {"maxLength": publishing.LONGEST_NOTE}, "properties": {"called": "a comment"}},
        ],
    },
)  # fmt: skip


@pages.get("/workbench/drafts/<draft_id>/publish")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """What stands between the draft and its being in force."""
    return _page(draft_id, {})


@pages.post("/workbench/drafts/<draft_id>/publish")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def ask(draft_id: str) -> Answer:
    """Ask the second person."""
    typed = fields.read_posted(ASK, request.form)
    if is_again():
        return _page(draft_id, typed)
    try:
        known = validate(ASK, typed)
        asked_id = publishing.ask(
            g.viewer,
            draft_id,
            revision=request.form.get("draft_revision", 0, type=int),
            words=known["note"],
            effective_on=date.fromisoformat(known["effective_on"]) if known["effective_on"] else None,
        )
    except BadInput as error:
        return _page(draft_id, typed, error), 422
    except PathwayRefused as refused:
        return _page(draft_id, typed, BadInput(refused.sentence)), 422
    flash("Sent for approval. Another designer has to agree before it is in force.", "success")
    return redirect(url_for(".decide_page", publication_id=asked_id), 303)


@pages.get("/workbench/publications/<publication_id>")
@allowed("design", section=SECTION)
def decide_page(publication_id: str) -> str:
    """What is asked, for the second person to decide; afterwards what became of it."""
    return _decision_page(publication_id, {})


@pages.post("/workbench/publications/<publication_id>")
@allowed("publish", section=SECTION)
@keeps_what_is_typed
def decide(publication_id: str) -> Answer:
    """Approve it or return it."""
    typed = fields.read_posted(COMMENT, request.form)
    if is_again():
        return _decision_page(publication_id, typed)
    try:
        comment = validate(COMMENT, typed)["comment"] or ""
        done = _ways()[request.form.get("action", "")](publication_id, comment)
    except KeyError:
        return _decision_page(publication_id, typed, BadInput("Approve it or return it.")), 422
    except BadInput as error:
        return _decision_page(publication_id, typed, error), 422
    flash(done, "success")
    return redirect(url_for(".decide_page", publication_id=publication_id), 303)


def _ways() -> dict[str, Callable[[str, str], str]]:
    def approve(publication_id: str, comment: str) -> str:
        asked = publishing.approve(g.viewer, publication_id, comment)
        return "It is in force." if asked.state == "in_force" else "Approved. It comes into force on its day."

    def send_back(publication_id: str, comment: str) -> str:
        publishing.send_back(g.viewer, publication_id, comment)
        return "Returned. The draft is open again."

    def withdraw(publication_id: str, _comment: str) -> str:
        publishing.withdraw(g.viewer, publication_id)
        return "It is not going to be published."

    return {"approve": approve, "return": send_back, "withdraw": withdraw}


def _page(draft_id: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/publish.html",
        page_name=f"Publish {draft.name}",
        draft=draft,
        waiting=next(iter(publications.open_for(g.viewer, draft.key)), None),
        ready=affected.readiness(g.viewer, draft),
        components=questions.components(ASK, typed, error.errors if error else {}),
        errors=fields.refusal_summary(ASK, error, typed),
    )


def _decision_page(publication_id: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    asked: Asked = publications.show(g.viewer, publication_id)
    draft = drafts.show(g.viewer, asked.draft_id, asked.draft_revision) if asked.draft_id else None
    return render_template(
        "workbench/decide.html",
        page_name=f"Publish {draft.name}" if draft else "Put an older version in force",
        asked=asked,
        draft=draft,
        compared=comparing.asking(g.viewer, asked, draft),
        ready=affected.readiness(g.viewer, draft) if draft else None,
        components=questions.components(COMMENT, typed, error.errors if error else {}),
        errors=fields.refusal_summary(COMMENT, error, typed),
    )
