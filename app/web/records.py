"""The case record of a child: taking it, for whom and why, and the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from app.domain.clock import today
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.services import child_view
from app.services.records import taking
from app.services.records.taking import Asked
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("records", __name__)
SECTION = "children.index"
FORM: Form = read_form(
    "children/record",
    {
        "type": "default",
        "title": "Take the case record",
        "components": [
            {"type": "datetime", "subtype": "date", "key": "as_on", "label": "As of which day?",
             "description": "It says what was known at the end of this day; for today, what is known now.",
             "validate": {"required": True}, "properties": {"called": "the day", "day": "past"}},
            {"type": "textfield", "key": "for_whom", "label": "Who is it for?",
             "description": "A person or a body, for example Ofsted or the children’s court.",
             "validate": {"required": True, "maxLength": taking.LONGEST_NAME},
             "properties": {"called": "who it is for"}},
            {"type": "textarea", "key": "reason", "label": "Why is it taken?",
             "description": "It stands on the record and in the audit.",
             "validate": {"required": True, "maxLength": taking.LONGEST},
             "properties": {"called": "the reason"}},
        ],
    },
)  # fmt: skip


@pages.get("/children/<child_id>/record")
@allowed("take_record", section=SECTION)
def index(child_id: str) -> str:
    """The form that takes the record, and who has taken it before."""
    return _page(child_id, {"as_on": today().isoformat()})


@pages.post("/children/<child_id>/record")
@allowed("take_record", section=SECTION)
@keeps_what_is_typed
def take(child_id: str) -> str | Answered | tuple[str, int]:
    """Note that the record is taken; the file is on the next page."""

    def go(known: dict[str, Any]) -> Answer:
        asked = Asked(date.fromisoformat(known["as_on"]), known["reason"], known["for_whom"])
        taking_id = taking.take(g.viewer, child_id, asked, submission=request.form.get("submission"))
        return redirect(url_for(".show", child_id=child_id, taking_id=taking_id), 303)

    return filled_in(FORM, lambda typed, error: _page(child_id, typed, error), go)


@pages.get("/children/<child_id>/record/<taking_id>")
@allowed("take_record", section=SECTION)
def show(child_id: str, taking_id: str) -> str:
    """A record that was taken, and what its file holds."""
    return _render("taken", child_id, "Case record", taken=taking.show(g.viewer, child_id, taking_id))


@pages.get("/children/<child_id>/record/<taking_id>/file")
@allowed("take_record", section=SECTION)
def file(child_id: str, taking_id: str) -> Response:
    """The record as one zip file: index, paper, JSON, plans and documents."""
    name, content = taking.bundle(g.viewer, child_id, taking_id)
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(child_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    return _render(
        "index",
        child_id,
        "Case record",
        taken=taking.of_child(g.viewer, child_id),
        components=questions.components(FORM, typed, error.errors if error else {}),
        errors=fields.refusal_summary(FORM, error, typed),
        submission=request.form.get("submission") or new_id(),
    )


def _render(template: str, child_id: str, title: str, **parts: Any) -> str:
    head = child_view.head(g.viewer, child_id)
    return render_template(
        f"records/{template}.html",
        page_name=title,
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        **parts,
    )
