"""Changing who a child is: name, date of birth, numbers; a provisional record is completed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import Form, validate
from app.services import child_details
from app.services.finding import Found
from app.web import fields, questions
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.new_child import NUMBERS_KNOWN, WHO

pages = Blueprint("child_details", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "children.index"
DETAILS = Form("children/details", "Details", (*WHO.parts, *NUMBERS_KNOWN.parts))


@pages.get("/children/<child_id>/details")
@allowed("edit_child", section=SECTION)
def ask(child_id: str) -> str:
    """The details as they are recorded."""
    return _page(child_id, child_details.show(g.viewer, child_id).answers)


@pages.post("/children/<child_id>/details")
@allowed("edit_child", section=SECTION)
@keeps_what_is_typed
def change(child_id: str) -> Answer:
    """Change them; where another record fits them too, that is said first."""
    child_details.show(g.viewer, child_id)
    typed: dict[str, Any] = {}
    try:
        typed = fields.read_posted(DETAILS, request.form)
        if is_again():
            return _page(child_id, typed)
        known = validate(DETAILS, typed)
        same = child_details.resembling(g.viewer, child_id, known)
        if same and request.form.get("action") != "anyway":
            return _page(child_id, typed, same=same)
        changed = child_details.change(g.viewer, child_id, known)
    except BadInput as error:
        return _page(child_id, typed, error=error), 422
    flash("The details have been changed." if changed else "Nothing was different.", "success")
    return redirect(url_for("children.show", child_id=child_id), 303)


def _page(
    child_id: str, answers: Mapping[str, Any], *, error: BadInput | None = None, same: Sequence[Found] = ()
) -> str:
    details = child_details.show(g.viewer, child_id)
    return render_template(
        "children/details.html",
        page_name="Complete the record" if details.child.is_provisional else "Change details",
        child=details.child,
        facts=identity_facts(details.child),
        components=questions.components(DETAILS, answers, error.errors if error else {}),
        errors=fields.refusal_summary(DETAILS, error, answers),
        same=same,
    )
