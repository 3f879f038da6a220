"""Access to records, for those who answer for it: emergencies, unusual looks, restricted records; and an emergency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from app.domain.access import AuthorityThing, may
from app.domain.errors import BadInput, NotFound
from app.services.access import emergencies, looks, restricting
from app.web import access_forms, fields, questions
from app.web.addresses import page_address, page_number
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("access_lists", __name__)
SECTION = "access_lists.show"


@pages.get("/access")
@allowed("see_access", section=SECTION)
def show() -> str:
    """Records opened in an emergency, unusual looks, and the restricted records of the authority."""
    keeps = may(g.viewer, "keep_restricted", AuthorityThing(g.viewer.authority_id))
    return render_template(
        "access/index.html",
        page_name="Access to records",
        openings=emergencies.openings(g.viewer),
        unusual=looks.unusual(g.viewer, page_number()),
        many=looks.many(g.viewer),
        kept=restricting.kept(g.viewer) if keeps else None,
    )


@pages.get("/access/people/<person_id>")
@allowed("see_access", section=SECTION)
def of_person(person_id: str) -> str:
    """At which children a colleague has looked."""
    name, seen = looks.of_person(g.viewer, person_id, page_number())
    return render_template(
        "access/person.html",
        page_name=f"What {name} has looked at",
        looks=seen,
        page_address=page_address,
    )


@pages.get("/access/openings/<opening_id>")
@allowed("see_access", section=SECTION)
def ask(opening_id: str) -> str:
    """Who opened which record and why, and what came of it."""
    return _opening_page(opening_id, {})


@pages.post("/access/openings/<opening_id>")
@allowed("see_access", section=SECTION)
@keeps_what_is_typed
def look_into(opening_id: str) -> Answer:
    """Say what came of it."""
    form = access_forms.looked_into()

    def go(known: dict[str, Any]) -> Answer:
        emergencies.look_into(g.viewer, opening_id, known["finding"])
        flash("It is recorded what came of it.", "success")
        return redirect(url_for(".show"), 303)

    return filled_in(form, lambda typed, error: _opening_page(opening_id, typed, error), go)


@pages.get("/emergency-access")
@allowed("open_in_emergency", section="children.index")
def ask_emergency() -> str:
    """Which child, why, for how long."""
    return _emergency_page({})


@pages.post("/emergency-access")
@allowed("open_in_emergency", section="children.index")
@keeps_what_is_typed
def open_record() -> Answer:
    """Open it to read, and alert those whose record it is."""
    form = access_forms.emergency()

    def go(known: dict[str, Any]) -> Answer:
        child_id = emergencies.open_record(g.viewer, known["sought"], known["reason"], int(known["hours"]))
        return redirect(url_for("children.show", child_id=child_id), 303)

    return filled_in(form, lambda typed, error: _emergency_page(typed, error), go)


def _emergency_page(typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    form = access_forms.emergency()
    return render_template(
        "access/emergency.html",
        page_name=form.title,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _opening_page(opening_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    opening = next((one for one in emergencies.openings(g.viewer) if one.id == opening_id), None)
    if opening is None:
        raise NotFound()
    form = access_forms.looked_into()
    return render_template(
        "access/opening.html",
        page_name="A record was opened in an emergency",
        opening=opening,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )
