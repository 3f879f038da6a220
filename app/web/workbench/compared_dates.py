"""Dates side by side: any two versions of a pathway or its draft, and any two starts, from one page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, request

from app.domain.clock import LONDON
from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.domain.moments import read_moment
from app.engine import catalogue
from app.services import reference
from app.services.workbench import side_by_side, simulations, subjects
from app.services.workbench.compared_stories import Pair, days_between
from app.services.workbench.side_by_side import Beside, Choice
from app.web import fields, questions
from app.web.guard import allowed
from app.web.workbench.simulation import quick_starts
from app.web.workbench.simulations import WORDS

pages = Blueprint("compared_dates", __name__)
Answer = str | tuple[str, int]
SECTION = "pathways.index"
MOST_MOVED, MOST_SAME = 40, 60
SIDES = ("a", "b")
SPANS = {"90": "90 days", "180": "Half a year", "365": "A year"}
WAYS = {
    "on-time": "When they are due",
    "late": "Two working days late",
    "never": "Never",
    "immediately": "At once",
}


@pages.get("/pathways/<key>/compare-dates")
@allowed("simulate", section=SECTION)
def of_pathway(key: str) -> Answer:
    """Two versions or two starts, with simulated people who do their tasks."""
    form = _form(subjects.offered(g.viewer, key), is_led=False)
    of = subjects.find(g.viewer, key, subjects.first(g.viewer, key))
    shown: dict[str, Any] = {"key": key, "name": catalogue.name_of(of.bundle), "of": of, "shown": None}
    if not _is_asked():
        return _page(form, _suggested(key), None, **shown)
    typed = _typed(form)
    try:
        known = validate(form, typed)
        beside = side_by_side.of_pathway(
            g.viewer, key, *_choices(known), profile=_profile(known), way=known["way"], span=known["span"]
        )
    except BadInput as error:
        return _page(form, typed, None, error, **shown), 422
    return _page(form, typed, beside, **shown)


@pages.get("/simulations/<simulation_id>/compare")
@allowed("simulate", section=SECTION)
def of_simulation(simulation_id: str) -> Answer:
    """What was led in a simulation, on two versions or from two starts."""
    found = simulations.show(g.viewer, simulation_id)
    offered = {side_by_side.SIMULATED: f"What is simulated: {found.called}"}
    form = _form(offered | subjects.offered(g.viewer, found.key), is_led=True)
    typed = _typed(form) if _is_asked() else _led_so_far(found)
    shown: dict[str, Any] = {
        "key": found.key,
        "name": found.name,
        "shown": found,
    }
    try:
        beside = side_by_side.of_simulation(g.viewer, simulation_id, *_choices(validate(form, typed)))
    except BadInput as error:
        return _page(form, typed, None, error, **shown), 422
    return _page(form, typed, beside, **shown)


def moved_in_words(pair: Pair, shift: int) -> str:
    """By how much a date moves; where the second side begins another day, also beyond that."""
    if pair.was is None:
        return "Only on B"
    if pair.now is None:
        return "Only on A"
    if pair.is_same:
        return "Not moved"
    words = _days(pair.days, "later", "earlier") if pair.days else "The same day, another time"
    if not shift:
        return words
    longer = pair.days - shift
    return f"{words}; counted from the start, {_days(longer, 'later', 'earlier') if longer else 'the same'}"


def _days(days: int, more: str, less: str) -> str:
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {more if days > 0 else less}"


def _form(offered: dict[str, str], *, is_led: bool) -> Form:
    """The choosers of both sides, and what counts for both where nothing is led by hand."""
    options = [{"value": code, "label": words} for code, words in offered.items()]
    profiles = [{"value": key, "label": found.name} for key, found in reference.profiles().items()]
    asked: list[dict[str, Any]] = []
    for side in SIDES:
        letter = side.upper()
        asked += [_choice(f"{side}_of", f"What is {letter}?", f"what {letter} is", options),
                  {"type": "datetime", "subtype": "datetime", "key": f"{side}_start",
                   "label": f"When does {letter} begin?", "description": "For example, 24 12 2026 and 17:40 or 5.40pm",
                   "validate": {"required": True}, "properties": {"called": f"when {letter} begins"}}]  # fmt: skip
    if not is_led:
        asked += [
            _choice("profile", "Whose protocol?", "whose protocol", profiles),
            _choice("way", "When do people do their tasks?", "when people do their tasks", _listed(WAYS)),
            _choice("span", "For how long?", "for how long", _listed(SPANS)),
        ]
    return read_form("workbench/compare", {"type": "default", "components": asked})


def _listed(options: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in options.items()]


def _choice(key: str, label: str, called: str, values: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "type": "select",
        "key": key,
        "label": label,
        "values": values,
        "validate": {"required": True},
        "properties": {"called": called},
    }


def _is_asked() -> bool:
    return "a_of" in request.args and "a_start-day" in request.args


def _typed(form: Form) -> dict[str, Any]:
    """What was typed into the address; whatever else stands in it is left alone."""
    read = fields.read_posted(form, request.args)
    return {question.key: read[question.key] for question in form.fields}


def _choices(known: dict[str, Any]) -> tuple[Choice, Choice]:
    a, b = (Choice(known[f"{side}_of"], _moment(known[f"{side}_start"])) for side in SIDES)
    return a, b


def _moment(text: str) -> datetime:
    return read_moment(text, assume_london=True)


def _profile(known: dict[str, Any]) -> str:
    """An authority's own changes of its protocol count too."""
    own: str = g.viewer.profile
    return own if own.partition("@")[0] == known["profile"] else str(known["profile"])


def _suggested(key: str) -> dict[str, Any]:
    """The version in force beside the draft, or beside itself a day earlier, on the evening that catches most."""
    _, christmas = quick_starts()[0]
    asked = request.args.get("b_of", "")
    of = subjects.first(g.viewer, key)
    found = subjects.offered(g.viewer, key)
    other = asked if asked in found else next(iter(found))
    eve = christmas.replace("-24T", "-23T") if other == of else christmas
    return {
        "a_of": of, "a_start": eve, "b_of": other, "b_start": christmas,
        "profile": g.viewer.profile.partition("@")[0], "way": "on-time", "span": "180",
    }  # fmt: skip


def _led_so_far(found: simulations.Shown) -> dict[str, Any]:
    start = found.walked.inputs.start.astimezone(LONDON).isoformat(timespec="minutes")
    of = subjects.first(g.viewer, found.key)
    return {"a_of": of, "a_start": start, "b_of": side_by_side.SIMULATED, "b_start": start}


def _page(
    form: Form, typed: dict[str, Any], beside: Beside | None, error: BadInput | None = None, **shown: Any
) -> str:
    drawn = questions.components(form, typed, error.errors if error else {})
    parts: dict[str, Any] = {"a": drawn[:2], "b": drawn[2:4], "both": drawn[4:]}
    errors = fields.refusal_summary(form, error, typed)
    return render_template(
        "workbench/compare_dates.html",
        page_name="Compare the dates",
        parts=parts,
        errors=errors,
        **shown,
        **_result(beside),
    )


def _result(beside: Beside | None) -> dict[str, Any]:
    if beside is None:
        return {"beside": None}
    told = [(pair, moved_in_words(pair, beside.shift)) for pair in beside.pairs]
    moved = [one for one in told if not _goes_along(one[0], beside.shift)]
    same = [one for one in told if _goes_along(one[0], beside.shift)]
    return {
        "beside": beside,
        "days_between": days_between,
        "words": WORDS,
        "moved": moved[:MOST_MOVED],
        "left_out": max(0, len(moved) - MOST_MOVED),
        "same": same[:MOST_SAME],
        "same_count": len(same),
    }


def _goes_along(pair: Pair, shift: int) -> bool:
    """Whether a date is the same on both, or moves with the start alone."""
    return pair.is_same or bool(shift and pair.was and pair.now and pair.days == shift)
