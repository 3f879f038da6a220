"""Beginning a simulation, of a draft or of the version in force: when, and by whose protocol."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.clock import LONDON, now, today
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.moments import read_moment
from app.services import pathway_view, reference
from app.services.workbench import drafts, simulations
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_simulation", __name__)
Answer = str | Response | tuple[str, int]


def start_form() -> Form:
    """When it begins, and whose protocol counts."""
    profiles = [{"value": key, "label": found.name} for key, found in reference.profiles().items()]
    return read_form(
        "workbench/simulate",
        {
            "type": "default",
            "components": [
                {"type": "datetime", "subtype": "datetime", "key": "start", "label": "When does it begin?",
                 "description": "For example, 24 12 2026 and 17:40 or 5.40pm", "validate": {"required": True},
                 "properties": {"called": "when it begins"}},
                {"type": "select", "key": "profile", "label": "Whose protocol?", "values": profiles,
                 "validate": {"required": True}, "properties": {"called": "whose protocol"}},
            ],
        },
    )  # fmt: skip


@pages.get("/workbench/drafts/<draft_id>/simulate")
@allowed("design", section=SECTION)
def show(draft_id: str) -> str:
    """Begin a simulation of the draft."""
    return _draft_page(draft_id, _suggested())


@pages.post("/workbench/drafts/<draft_id>/simulate")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def begin_draft(draft_id: str) -> Answer:
    """Begin it."""
    form = start_form()
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _draft_page(draft_id, typed)
    try:
        return _begun("", validate(form, typed), draft_id)
    except BadInput as error:
        return _draft_page(draft_id, typed, error), 422


@pages.get("/pathways/<key>/simulate")
@allowed("simulate", section="pathways.index")
def of_pathway(key: str) -> str:
    """Begin a simulation of the version in force."""
    return _pathway_page(key, _suggested())


@pages.post("/pathways/<key>/simulate")
@allowed("simulate", section="pathways.index")
@keeps_what_is_typed
def begin_pathway(key: str) -> Answer:
    """Begin it."""
    form = start_form()
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _pathway_page(key, typed)
    try:
        return _begun(key, validate(form, typed), None)
    except BadInput as error:
        return _pathway_page(key, typed, error), 422


def quick_starts() -> list[tuple[str, str]]:
    """Moments that have caught protocols out: their words, and the moment as an address has it."""
    day = today()
    christmas = date(day.year, 12, 24)
    fridays = (on for on, name in reference.library_holidays("england").items() if name == "Good Friday")
    easter = min((on - timedelta(days=1) for on in fridays if on > day), default=day)
    leap = next(
        on for year in range(day.year, day.year + 9) if isleap(year) and (on := date(year, 2, 29)) >= day
    )
    return [
        ("24 December, 17:40", f"{christmas}T17:40"),
        ("Thursday before Easter, 16:30", f"{easter}T16:30"),
        (f"29 February {leap.year}, 10:00", f"{leap}T10:00"),
    ]


def _suggested() -> dict[str, Any]:
    asked = request.args.get("start", "")
    try:
        moment = read_moment(asked, assume_london=True) if asked else now()
    except BadInput:
        moment = now()
    return {"start": _local(moment), "profile": g.viewer.profile.partition("@")[0]}


def _local(moment: datetime) -> str:
    return moment.astimezone(LONDON).isoformat(timespec="minutes")


def _begun(key: str, known: dict[str, Any], draft_id: str | None) -> Response:
    own = g.viewer.profile
    chosen = own if own.partition("@")[0] == known["profile"] else known["profile"]
    simulation_id = simulations.begin(
        g.viewer,
        key,
        start=read_moment(known["start"], assume_london=True),
        profile=chosen,
        draft_id=draft_id,
    )
    return redirect(url_for("simulations.show", simulation_id=simulation_id), 303)


def _draft_page(draft_id: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/simulate_draft.html", page_name="Simulate", draft=draft, **_parts(typed, error)
    )


def _pathway_page(key: str, typed: dict[str, Any], error: BadInput | None = None) -> str:
    row = pathway_view.show(g.viewer, key).row
    return render_template(
        "workbench/simulate_pathway.html",
        page_name=f"Simulate {row.name}",
        key=key,
        **_parts(typed, error),
    )


def _parts(typed: dict[str, Any], error: BadInput | None) -> dict[str, Any]:
    form = start_form()
    return {
        "quick": quick_starts(),
        "components": questions.components(form, typed, error.errors if error else {}),
        "errors": fields.refusal_summary(form, error, typed),
    }
