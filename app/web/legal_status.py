"""The legal status of a child: what the record suggests and why, what a person confirms, every time in care."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form
from app.domain.legal_status import CONFIRMED, NAMES, RECORDED
from app.services import legal_statuses
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("legal_status", __name__)
SECTION = "children.index"

CONFIRM: Form = read_form(
    "children/status",
    {
        "type": "default",
        "title": "Confirm the status",
        "components": [
            {"type": "radio", "key": "status", "label": "What is the child in law?", "validate": {"required": True},
             "values": [{"label": NAMES[status], "value": status} for status in CONFIRMED],
             "properties": {"called": "the status"}},
            {"type": "textarea", "key": "reason", "label": "Why?", "validate": {"maxLength": 2000},
             "description": "Needed where it differs from what the record suggests.",
             "properties": {"called": "the reason"}},
        ],
    },
)  # fmt: skip
PERIOD: Form = read_form(
    "children/time_in_care",
    {
        "type": "default",
        "title": "Add a time in care",
        "components": [
            {"type": "radio", "key": "basis", "label": "What was the child looked after by?",
             "validate": {"required": True},
             "values": [{"label": NAMES[basis], "value": basis} for basis in RECORDED],
             "properties": {"called": "what the child was looked after by"}},
            {"type": "datetime", "subtype": "date", "key": "from_on", "label": "What was the first day?",
             "description": "For example, 27 3 2025.", "validate": {"required": True},
             "properties": {"when": "past", "called": "the first day"}},
            {"type": "datetime", "subtype": "date", "key": "until_on", "label": "What was the last day?",
             "description": "Leave empty if it goes on.", "properties": {"when": "past", "called": "the last day"}},
            {"type": "textarea", "key": "reason", "label": "Where is this known from?",
             "validate": {"required": True, "maxLength": 2000}, "description": "For example, the court order.",
             "properties": {"called": "where this is known from"}},
        ],
    },
)  # fmt: skip
END: Form = read_form(
    "children/end_of_care",
    {
        "type": "default",
        "title": "End of this time in care",
        "components": [
            {"type": "datetime", "subtype": "date", "key": "until_on", "label": "What was the last day?",
             "description": "For example, 27 3 2025.", "validate": {"required": True},
             "properties": {"when": "past", "called": "the last day"}},
        ],
    },
)  # fmt: skip


@pages.get("/children/<child_id>/status")
@allowed("see_child", section=SECTION)
def show(child_id: str) -> str:
    """The suggestion with its reasons, the history, and who said what."""
    view = legal_statuses.show(g.viewer, child_id)
    return render_template(
        "children/status.html",
        page_name="Legal status",
        view=view,
        facts=identity_facts(view.child),
    )


@pages.get("/children/<child_id>/status/confirm")
@allowed("settle_status", section=SECTION)
def ask_confirm(child_id: str) -> str:
    """Which status it is; the suggestion is chosen already."""
    suggested = legal_statuses.show(g.viewer, child_id).suggestion.status
    return _asked(child_id, CONFIRM, url_for(".confirm", child_id=child_id), {"status": suggested})


@pages.post("/children/<child_id>/status/confirm")
@allowed("settle_status", section=SECTION)
@keeps_what_is_typed
def confirm(child_id: str) -> Answer:
    """Settle it."""

    def settle(known: Mapping[str, Any]) -> None:
        legal_statuses.confirm(g.viewer, child_id, known["status"], known["reason"] or "")

    return _record(
        child_id, CONFIRM, url_for(".confirm", child_id=child_id), settle, "The status was confirmed."
    )


@pages.get("/children/<child_id>/status/time-in-care")
@allowed("settle_status", section=SECTION)
def ask_period(child_id: str) -> str:
    """From when to when, and by what."""
    return _asked(child_id, PERIOD, url_for(".record_period", child_id=child_id), {})


@pages.post("/children/<child_id>/status/time-in-care")
@allowed("settle_status", section=SECTION)
@keeps_what_is_typed
def record_period(child_id: str) -> Answer:
    """Add a time in care that no pathway recorded."""

    def add(known: Mapping[str, Any]) -> None:
        until = date.fromisoformat(known["until_on"]) if known["until_on"] else None
        first = date.fromisoformat(known["from_on"])
        legal_statuses.record_period(g.viewer, child_id, known["basis"], first, until, known["reason"])

    return _record(
        child_id, PERIOD, url_for(".record_period", child_id=child_id), add, "The time in care was recorded."
    )


@pages.get("/children/<child_id>/status/<status_id>/end")
@allowed("settle_status", section=SECTION)
def ask_end(child_id: str, status_id: str) -> str:
    """On which day an open time in care ended."""
    return _asked(child_id, END, url_for(".end_period", child_id=child_id, status_id=status_id), {})


@pages.post("/children/<child_id>/status/<status_id>/end")
@allowed("settle_status", section=SECTION)
@keeps_what_is_typed
def end_period(child_id: str, status_id: str) -> Answer:
    """End it."""

    def end(known: Mapping[str, Any]) -> None:
        legal_statuses.end_period(g.viewer, child_id, status_id, date.fromisoformat(known["until_on"]))

    return _record(
        child_id,
        END,
        url_for(".end_period", child_id=child_id, status_id=status_id),
        end,
        "The end was recorded.",
    )


def _record(
    child_id: str, form: Form, sent_to: str, do: Callable[[Mapping[str, Any]], None], words: str
) -> Answer:

    def go(known: dict[str, Any]) -> Answer:
        do(known)
        flash(words, "success")
        return redirect(url_for(".show", child_id=child_id), 303)

    return filled_in(form, lambda typed, error: _asked(child_id, form, sent_to, typed, error), go)


def _asked(
    child_id: str,
    form: Form,
    sent_to: str,
    answers: Mapping[str, Any],
    error: BadInput | None = None,
) -> str:
    view = legal_statuses.require_settling(g.viewer, child_id)
    sentences = error.errors if error else {}
    return render_template(
        "children/status_form.html",
        page_name=form.title,
        view=view,
        facts=identity_facts(view.child),
        components=questions.components(form, dict(answers), sentences),
        errors=fields.refusal_summary(form, error, answers),
        sent_to=sent_to,
    )
