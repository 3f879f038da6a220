"""How long records are kept: what is due for review, one child's record, and what people say about keeping it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.services import child_view
from app.services.records import disposing, keeping
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("retention", __name__)
SECTION = "children.index"


@dataclass(frozen=True)
class Act:
    """Something that a person says about keeping a record: its form, its button, and what is said when it is done."""

    form: Form
    button: str
    done: str
    do: Callable[[str, Mapping[str, Any]], Any]


def _form(act: str, title: str, *components: Mapping[str, Any]) -> Form:
    return read_form(f"retention/{act}", {"type": "default", "title": title, "components": list(components)})


def _why(label: str, called: str) -> dict[str, Any]:
    length = {"required": True, "maxLength": disposing.LONGEST}
    return {
        "type": "textarea",
        "key": "reason",
        "label": label,
        "validate": length,
        "properties": {"called": called},
    }


def _number(label: str, called: str, description: str) -> dict[str, Any]:
    length = {"required": True, "maxLength": disposing.LONGEST_NUMBER}
    words = {"label": label, "description": description, "properties": {"called": called}}
    return {"type": "textfield", "key": "reference", "validate": length, **words}


_DAY = {"type": "datetime", "subtype": "date", "key": "died_on", "label": "On which day did the child die?",
        "validate": {"required": True}, "properties": {"called": "the day", "day": "past"}}  # fmt: skip
ACTS: Mapping[str, Act] = {
    "hold": Act(
        _form("hold", "Place a legal hold", _why("Why does the record have to be kept?", "the reason")),
        "Place the hold",
        "The record is held: nobody can dispose of it.",
        lambda child_id, known: disposing.hold(g.viewer, child_id, known["reason"]),
    ),
    "lift": Act(
        _form("lift", "Lift the legal hold", _why("Why need it not be held any longer?", "the reason")),
        "Lift the hold",
        "The hold is lifted.",
        lambda child_id, known: disposing.lift(g.viewer, child_id, known["reason"]),
    ),
    "death": Act(
        _form("death", "Record a death", _DAY),
        "Record it",
        "The day is recorded.",
        lambda child_id, known: disposing.record_death(
            g.viewer, child_id, date.fromisoformat(known["died_on"])
        ),
    ),
    "transfer": Act(
        _form(
            "transfer",
            "Confirm that the record system has the record",
            _number(
                "What is its number there?",
                "the number of the record there",
                "Take the case record first, put it into the record system, and look there whether all of it arrived.",
            ),
        ),
        "Confirm the transfer",
        "The transfer is confirmed.",
        lambda child_id, known: disposing.confirm_transfer(g.viewer, child_id, known["reference"]),
    ),
    "propose": Act(
        _form(
            "propose",
            "Propose to dispose of the record",
            _why("Why is it not needed any longer?", "the reason"),
        ),
        "Propose it",
        "Proposed. A second person has to decide.",
        lambda child_id, known: disposing.propose(g.viewer, child_id, known["reason"]),
    ),
    "refuse": Act(
        _form("refuse", "Keep the record", _why("Why is it kept?", "the reason")),
        "Keep the record",
        "The record is kept.",
        lambda child_id, known: disposing.refuse(g.viewer, child_id, known["reason"]),
    ),
    "dispose": Act(
        _form(
            "dispose",
            "Dispose of the record",
            _number(
                "What is the child’s reference?",
                "the child’s reference",
                "It stands at the top of this page. Typing it makes sure that no other record goes.",
            ),
        ),
        "Dispose of it for good",
        "The record is gone. Its certificate is the first one below.",
        lambda child_id, known: disposing.dispose(
            g.viewer, child_id, known["reference"], submission=request.form.get("submission")
        ),
    ),
}
"""What can be said about keeping a record, by the last part of its address."""


@pages.get("/records")
@allowed("see_retention", section=SECTION)
def index() -> str:
    """The records that are due for review, proposed or held."""
    return render_template(
        "records/due.html",
        page_name="Records due for review",
        kept=keeping.due(g.viewer),
        most=keeping.AT_MOST,
    )


@pages.get("/records/certificates")
@allowed("see_retention", section=SECTION)
def certificates() -> str:
    """What was disposed of."""
    found = keeping.certificates(g.viewer)
    return render_template(
        "records/certificates.html", page_name="Certificates of disposal", certificates=found
    )


@pages.get("/children/<child_id>/keeping")
@allowed("keep_record", section=SECTION)
def show(child_id: str) -> str:
    """How long one record is kept, why, and what can be said about that."""
    return _render("keeping", child_id, "How long this record is kept")


@pages.get("/children/<child_id>/keeping/<act>")
@allowed("keep_record", section=SECTION)
def ask(child_id: str, act: str) -> str:
    """The form of one act."""
    return _page(child_id, _act(act), {})


@pages.post("/children/<child_id>/keeping/<act>")
@allowed("keep_record", section=SECTION)
@keeps_what_is_typed
def do(child_id: str, act: str) -> Answer:
    """Do it."""
    chosen = _act(act)

    def go(known: dict[str, Any]) -> Answer:
        chosen.do(child_id, known)
        flash(chosen.done, "success")
        if act == "dispose":
            return redirect(url_for(".certificates"), 303)
        return redirect(url_for(".show", child_id=child_id), 303)

    return filled_in(chosen.form, lambda typed, error: _page(child_id, chosen, typed, error), go)


def _act(act: str) -> Act:
    if act not in ACTS:
        raise NotFound()
    return ACTS[act]


def _page(child_id: str, act: Act, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    return _render(
        "keeping_form",
        child_id,
        act.form.title,
        act=act,
        components=questions.components(act.form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(act.form, error, typed),
        submission=request.form.get("submission") or new_id(),
    )


def _render(template: str, child_id: str, title: str, **parts: Any) -> str:
    kept = keeping.of_child(g.viewer, child_id)
    head = child_view.head(g.viewer, child_id)
    return render_template(
        f"records/{template}.html",
        page_name=title,
        kept=kept,
        is_own_proposal=kept.proposed_by_id in g.viewer.stands_for,
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        **parts,
    )
