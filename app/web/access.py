"""Who may see one record: restricting it, naming people, keeping people out, and ending each of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from app.domain.clock import today
from app.domain.errors import BadInput
from app.domain.forms import Form
from app.services import child_view
from app.services.access import looks, overview, restricting
from app.services.access.overview import AccessView
from app.web import access_forms, fields, questions
from app.web.addresses import page_number
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("access", __name__)
SECTION = "children.index"
TWO_WEEKS = timedelta(days=14)
ENDED = {
    "let_in": "End what {person} may see",
    "opened": "Close the record to {person}",
    "barred": "Let {person} no longer be kept out",
    "shared": "Share nothing more with {person}",
}


@pages.get("/children/<child_id>/access")
@allowed("control_access", section=SECTION)
def show(child_id: str) -> str:
    """Whether the record is restricted, for whom it is open, who is kept out, who has looked."""
    view = overview.show(g.viewer, child_id)
    seen = looks.of_child(g.viewer, child_id, page_number()) if view.sees else None
    return _render("child", view, "Who has access", looks=seen)


@pages.get("/children/<child_id>/access/<any('restrict','lift','let-in','keep-out'):change>")
@allowed("control_access", section=SECTION)
def ask(child_id: str, change: str) -> str:
    """The questions of a change."""
    usual = {"until_on": (today() + TWO_WEEKS).isoformat()} if change in {"restrict", "let-in"} else {}
    return _change_page(child_id, change, usual)


@pages.post("/children/<child_id>/access/<any('restrict','lift','let-in','keep-out'):change>")
@allowed("control_access", section=SECTION)
@keeps_what_is_typed
def make(child_id: str, change: str) -> Answer:
    """Make it."""
    view = overview.show(g.viewer, child_id)
    form = _form(view, change)

    def go(known: dict[str, Any]) -> Answer:
        flash(DONE[change](child_id, known), "success")
        return redirect(_after(view, child_id), 303)

    return filled_in(form, lambda typed, error: _change_page(child_id, change, typed, error), go)


@pages.get("/children/<child_id>/access/rules/<rule_id>/end")
@allowed("control_access", section=SECTION)
def ask_end(child_id: str, rule_id: str) -> str:
    """Why it ends."""
    return _end_page(child_id, rule_id, {})


@pages.post("/children/<child_id>/access/rules/<rule_id>/end")
@allowed("control_access", section=SECTION)
@keeps_what_is_typed
def end(child_id: str, rule_id: str) -> Answer:
    """End what one person may see, or that they are kept out."""
    form = access_forms.end("")

    def go(known: dict[str, Any]) -> Answer:
        row = restricting.end(g.viewer, child_id, rule_id, known["reason"])
        flash(f"It has ended for {row.person}.", "success")
        return redirect(url_for(".show", child_id=child_id), 303)

    return filled_in(form, lambda typed, error: _end_page(child_id, rule_id, typed, error), go)


def _restrict(child_id: str, known: Mapping[str, Any]) -> str:
    people = known.get("people") or []
    restricting.restrict(g.viewer, child_id, known["reason"], people, _day(known))
    return "The record is restricted."


def _lift(child_id: str, known: Mapping[str, Any]) -> str:
    restricting.lift(g.viewer, child_id, known["reason"])
    return "The record is no longer restricted."


def _let_in(child_id: str, known: Mapping[str, Any]) -> str:
    restricting.let_in(g.viewer, child_id, known["person_id"], known["reason"], _day(known))
    return "They are named for this record."


def _keep_out(child_id: str, known: Mapping[str, Any]) -> str:
    restricting.bar(g.viewer, child_id, known["person_id"], known["reason"])
    return "They are kept out of this record."


DONE: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "restrict": _restrict,
    "lift": _lift,
    "let-in": _let_in,
    "keep-out": _keep_out,
}
"""What each change does; it answers the sentence that is shown afterwards."""
BUTTONS = {
    "restrict": "Restrict the record",
    "lift": "Lift the restriction",
    "let-in": "Name them",
    "keep-out": "Keep them out",
}


def _form(view: AccessView, change: str) -> Form:
    if change == "restrict":
        return access_forms.restrict(overview.keepers(g.viewer, view))
    if change == "lift":
        return access_forms.lift()
    people = overview.colleagues(g.viewer, view)
    if change == "let-in":
        return access_forms.let_in(people)
    return access_forms.keep_out([one for one in people if one[0] != g.viewer.person_id])


def _day(known: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(known["until_on"]) if known.get("until_on") else None


def _after(view: AccessView, child_id: str) -> str:
    """Back to the page; whoever looks after an open record unseen has no page of it any more."""
    return url_for(".show", child_id=child_id) if view.sees else url_for("access_lists.show")


def _change_page(child_id: str, change: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    view = overview.show(g.viewer, child_id)
    target = url_for(".make", child_id=child_id, change=change)
    return _asked(view, _form(view, change), BUTTONS[change], target, typed, error)


def _end_page(child_id: str, rule_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    view = overview.show(g.viewer, child_id)
    row = restricting.one(g.viewer, child_id, rule_id)
    form = access_forms.end(ENDED[row.kind].format(person=row.person))
    return _asked(view, form, "End it", url_for(".end", child_id=child_id, rule_id=rule_id), typed, error)


def _asked(
    view: AccessView, form: Form, button: str, target: str, typed: Mapping[str, Any], error: BadInput | None
) -> str:
    return _render(
        "change",
        view,
        form.title,
        button=button,
        sent_to=target,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _render(template: str, view: AccessView, title: str, **parts: Any) -> str:
    """A page of the record; whoever looks after it unseen reads its reference and no more."""
    head = child_view.head(g.viewer, view.child.id) if view.sees else None
    facts = identity_facts(head.child, head.identifiers, head.facts) if head else []
    return render_template(
        f"access/{template}.html", page_name=title, view=view, head=head, facts=facts, **parts
    )
