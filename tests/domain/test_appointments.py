"""Every question that may look ahead is an appointment or is said to be none, and the words fit the forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.domain.appointments import AppointmentWords
from app.domain.errors import BadInput
from app.domain.form_parts import Field
from app.domain.forms import read_form
from app.services import calendars, reference

FORMS = Path(__file__).resolve().parents[2] / "forms"


def questions() -> dict[tuple[str, str], Field]:
    """Every question of every form, by (form, key)."""
    return {
        (f"{path.parent.name}/{path.stem}", field.key): field
        for path in FORMS.glob("*/*.json")
        for field in read_form(path.stem, json.loads(path.read_bytes())).fields
    }


def test_what_is_named_is_a_question_about_a_day() -> None:
    words, known = reference.appointment_words(), questions()
    named = {(form, key) for form, keys in words.answers.items() for key in keys}
    named |= {(form, key) for form, keys in words.no_appointment.items() for key in keys}

    assert named <= set(known)
    assert {known[one].kind for one in named} <= {"date", "datetime"}


def test_every_question_that_may_look_ahead_is_decided_on() -> None:
    words = reference.appointment_words()
    decided = {(form, key) for form, keys in words.answers.items() for key in keys}
    refused = {(form, key) for form, keys in words.no_appointment.items() for key in keys}
    ahead = {
        one
        for one, field in questions().items()
        if field.kind in {"date", "datetime"} and field.day != "past" and not field.fact
    }

    assert decided.isdisjoint(refused)
    assert ahead - decided - refused == set()


def test_facts_and_their_hours_are_asked_for_by_a_form() -> None:
    asked = {field.fact: field.kind for field in questions().values() if field.fact}

    for fact, meant in reference.appointment_words().facts.items():
        assert asked[fact] in {"date", "datetime"}
        assert meant.time is None or asked[meant.time] == "time"


def test_every_kind_has_words_that_may_leave_the_app() -> None:
    words = reference.appointment_words()
    kinds = {meant.kind for meant in words.facts.values()}
    kinds |= {meant.kind for questions in words.answers.values() for meant in questions.values()}

    assert kinds <= set(calendars.KINDS)


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"facts": {"next_hearing_on": {"kind": "party", "name": "Hearing"}}, "answers": {}},
        {"facts": {}, "answers": {"remand_yda/start": {"a": {"kind": "hearing"}}}},
        [],
    ],
)
def test_a_file_that_is_wrong_is_refused(raw: object) -> None:
    with pytest.raises(BadInput):
        AppointmentWords.build(raw)
