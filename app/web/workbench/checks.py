"""The checks of a draft: what was found at which element, what is accepted and why, and what publishing refuses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, read_form, validate
from app.engine.waivers import LONGEST_REASON
from app.services.workbench import checking, drafts
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_checks", __name__)
Answer = str | Response | tuple[str, int]

ACCEPT: Form = read_form(
    "workbench/accept",
    {
        "type": "default",
        "components": [
            {"type": "textarea", "key": "reason", "label": "Why may it stay as it is?",
             "description": "It is kept in the pathway, and the second person reads it before they approve.",
             "validate": {"required": True, "maxLength": LONGEST_REASON},
             "properties": {"called": "why it may stay as it is"}},
        ],
    },
)  # fmt: skip


@pages.get("/workbench/drafts/<draft_id>/checks")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """Everything that was found, by element."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/checks.html",
        page_name="Checks",
        draft=draft,
        checked=checking.of_draft(g.viewer, draft),
        may_be_accepted=checking.may_be_waived,
    )


@pages.get("/workbench/drafts/<draft_id>/checks/<place>/<rule>")
@allowed("design", section=SECTION)
def ask_accept(draft_id: str, place: str, rule: str) -> str:
    """Why a finding may stay as it is."""
    return _page(draft_id, place, rule, {})


@pages.post("/workbench/drafts/<draft_id>/checks/<place>/<rule>")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def accept(draft_id: str, place: str, rule: str) -> Answer:
    """Accept it, with the reason."""
    typed = fields.read_posted(ACCEPT, request.form)
    if is_again():
        return _page(draft_id, place, rule, typed)
    try:
        checking.waive(
            g.viewer,
            draft_id,
            revision=request.form.get("draft_revision", 0, type=int),
            element=place,
            rule=rule,
            reason=validate(ACCEPT, typed)["reason"],
        )
    except BadInput as error:
        return _page(draft_id, place, rule, typed, error), 422
    flash("Accepted. It stays in the list, with your reason.", "success")
    return redirect(url_for(".show", draft_id=draft_id), 303)


@pages.post("/workbench/drafts/<draft_id>/checks/<place>/<rule>/withdraw")
@allowed("design", section=SECTION)
def withdraw(draft_id: str, place: str, rule: str) -> Response:
    """It is no longer accepted."""
    checking.withdraw(
        g.viewer, draft_id, revision=request.form.get("revision", 0, type=int), element=place, rule=rule
    )
    flash("It is no longer accepted.", "success")
    return redirect(url_for(".show", draft_id=draft_id), 303)


def _page(
    draft_id: str, element: str, rule: str, typed: dict[str, Any], error: BadInput | None = None
) -> str:
    draft = drafts.show(g.viewer, draft_id)
    found = checking.of_draft(g.viewer, draft).place(element, rule)
    if found is None or not checking.may_be_waived(found[1]):
        raise NotFound("There is nothing here to accept.")
    place, finding = found
    return render_template(
        "workbench/accept.html",
        page_name="Accept a finding",
        draft=draft,
        place=place,
        finding=finding,
        components=questions.components(ACCEPT, typed, error.errors if error else {}),
        errors=fields.refusal_summary(ACCEPT, error, typed),
    )
