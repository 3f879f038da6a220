"""Cover: who is away and who covers, setting it, the hand-over, and what was done while somebody was away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.domain.clock import today
from app.domain.errors import BadInput
from app.domain.form_parts import Option
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.services import absence_changes, absence_choices, absences, cover_view
from app.services.absence_choices import Choices
from app.services.absences import Plan
from app.web import fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("cover", __name__)
SECTION = "cover.index"

_COVER_AND_DAYS: tuple[dict[str, Any], ...] = (
    {"type": "select", "key": "cover_id", "label": "Who covers?", "valuesKey": "covers",
     "validate": {"required": True}, "properties": {"called": "who covers"}},
    {"type": "datetime", "subtype": "date", "key": "from_on", "label": "First day away",
     "validate": {"required": True}, "properties": {"called": "the first day away"}},
    {"type": "datetime", "subtype": "date", "key": "until_on", "label": "Last day away",
     "description": "For example, 4 1 2027. Cover ends by itself at the end of this day.",
     "validate": {"required": True}, "properties": {"called": "the last day away"}},
    {"type": "textarea", "key": "note", "label": "What should the cover know?", "validate": {"maxLength": 5000},
     "description": "The cover sees every task and its date anyway. Add what is not written there: who to ring, "
     "what was promised, what to look out for.", "properties": {"called": "what the cover should know"}},
)  # fmt: skip
OWN: Form = read_form("cover/own", {"type": "default", "components": list(_COVER_AND_DAYS)})
ANYBODYS: Form = read_form(
    "cover/anybodys",
    {
        "type": "default",
        "components": [
            {"type": "select", "key": "person_id", "label": "Who is away?", "valuesKey": "people",
             "validate": {"required": True}, "properties": {"called": "who is away"}},
            *_COVER_AND_DAYS,
        ],
    },
)  # fmt: skip
"""The form of somebody who may record it for others too."""
BEGUN: Form = read_form(
    "cover/begun",
    {"type": "default", "components": [one for one in _COVER_AND_DAYS if one["key"] != "from_on"]},
)
"""The form that changes an absence that has begun: its first day stays."""


@pages.get("/cover")
@allowed("see_cover", section=SECTION)
def index() -> str:
    """Who is away and who covers, and the form that sets it."""
    asked_for = request.args.get("person_id", "")
    choices = absence_choices.show(g.viewer)
    chosen = asked_for if asked_for in dict(choices.people) else ""
    if len(choices.people) < 2:
        chosen = g.viewer.person_id
    answers: dict[str, Any] = {"from_on": today().isoformat()}
    if chosen:
        answers |= {"person_id": chosen, "note": cover_view.hand_over_lines(g.viewer, chosen)}
    return _page(choices, answers)


@pages.post("/cover")
@allowed("see_cover", section=SECTION)
@keeps_what_is_typed
def record() -> Answer:
    """Set it."""
    choices = absence_choices.show(g.viewer)
    form = _form(choices)

    def go(known: dict[str, Any]) -> Answer:
        plan = Plan(
            person_id=known.get("person_id") or g.viewer.person_id,
            cover_id=known["cover_id"],
            from_on=date.fromisoformat(known["from_on"]),
            until_on=date.fromisoformat(known["until_on"]),
            note=known["note"] or "",
        )
        absence_id = absences.record(g.viewer, plan, submission=request.form.get("submission"))
        flash(_receipt(absence_id), "success")
        return redirect(url_for(".show", absence_id=absence_id), 303)

    return filled_in(form, lambda typed, error: _page(choices, typed, error), go)


@pages.get("/cover/<absence_id>")
@allowed("see_absence", section=SECTION)
def show(absence_id: str) -> str:
    """The hand-over: what is due and what to know; and what was done meanwhile."""
    view = cover_view.show(g.viewer, absence_id)
    return render_template(
        "cover/show.html",
        page_name="While you were away" if _is_back(view.row) else f"Cover for {view.row.person}",
        view=view,
    )


@pages.get("/cover/<absence_id>/change")
@allowed("record_absence", section=SECTION)
def ask_change(absence_id: str) -> str:
    """Its days, its cover and its note, to put them right."""
    plan = absence_changes.show(g.viewer, absence_id)
    answers = {
        "cover_id": plan.cover_id,
        "from_on": plan.from_on.isoformat(),
        "until_on": plan.until_on.isoformat(),
        "note": plan.note,
    }
    return _change_page(absence_id, plan, answers)


@pages.post("/cover/<absence_id>/change")
@allowed("record_absence", section=SECTION)
@keeps_what_is_typed
def change(absence_id: str) -> Answer:
    """Put it right."""
    plan = absence_changes.show(g.viewer, absence_id)
    form = _change_form(plan)

    def go(known: dict[str, Any]) -> Answer:
        wanted = Plan(
            person_id=plan.person_id,
            cover_id=known["cover_id"],
            from_on=date.fromisoformat(known["from_on"]) if known.get("from_on") else plan.from_on,
            until_on=date.fromisoformat(known["until_on"]),
            note=known["note"] or "",
        )
        changed = absence_changes.change(g.viewer, absence_id, wanted)
        flash(f"Changed. {_receipt(absence_id)}" if changed else "Nothing was different.", "success")
        return redirect(url_for(".show", absence_id=absence_id), 303)

    return filled_in(form, lambda typed, error: _change_page(absence_id, plan, typed, error), go)


@pages.post("/cover/<absence_id>/end")
@allowed("record_absence", section=SECTION)
def end(absence_id: str) -> Response:
    """End it now, or call it off."""
    absences.end(g.viewer, absence_id)
    row = cover_view.show(g.viewer, absence_id).row
    whose = "Your work is" if row.person_id == g.viewer.person_id else f"{row.person}’s work is"
    flash(f"The cover has ended. {whose} no longer {row.cover}’s to do.", "success")
    return redirect(url_for(".show", absence_id=absence_id), 303)


@pages.post("/cover/<absence_id>/read")
@allowed("see_absence", section=SECTION)
def read(absence_id: str) -> Response:
    """The person has read what was done for them: My work stops saying so."""
    absences.mark_read(g.viewer, absence_id)
    return redirect(url_for("work.mine"), 303)


def _is_back(row: cover_view.AbsenceRow) -> bool:
    return row.when == "over" and row.person_id == g.viewer.person_id


def _receipt(absence_id: str) -> str:
    row = cover_view.show(g.viewer, absence_id).row
    whom = "you" if row.person_id == g.viewer.person_id else row.person
    return f"{row.cover} covers for {whom} {row.days}."


def _form(choices: Choices) -> Form:
    offers = {"people": choices.people, "covers": choices.covers}
    form = ANYBODYS if len(choices.people) > 1 else OWN
    return form.offering({key: [Option(*one) for one in listed] for key, listed in offers.items()})


def _change_form(plan: Plan) -> Form:
    covers = absence_choices.show(g.viewer, plan.person_id).covers
    form = BEGUN if absence_changes.has_begun(plan) else OWN
    return form.offering({"covers": [Option(*one) for one in covers]})


def _change_page(
    absence_id: str, plan: Plan, answers: Mapping[str, Any], error: BadInput | None = None
) -> str:
    form = _change_form(plan)
    row = cover_view.show(g.viewer, absence_id).row
    return render_template(
        "cover/change.html",
        page_name="Change your cover"
        if row.person_id == g.viewer.person_id
        else f"Change cover for {row.person}",
        row=row,
        components=questions.components(form, dict(answers), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, answers),
    )


def _page(choices: Choices, answers: Mapping[str, Any], error: BadInput | None = None) -> str:
    form = _form(choices)
    sentences = error.errors if error else {}
    rows = cover_view.listed(g.viewer)
    return render_template(
        "cover/index.html",
        page_name="Cover",
        rows=rows,
        openable=cover_view.openable(g.viewer, rows),
        can_see_people=may(g.viewer, "see_people", AuthorityThing(g.viewer.authority_id)),
        components=questions.components(form, dict(answers), sentences),
        errors=fields.refusal_summary(form, error, answers),
        is_for_others=form.key == ANYBODYS.key,
        has_covers=bool(choices.covers),
        submission=request.form.get("submission") or new_id(),
    )
