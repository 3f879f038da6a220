"""The forms ask what the pathways need, once, in plain words; the letters say what to do and name nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from string import Formatter

import pytest

from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput
from app.domain.form_parts import CHOICES, Field
from app.domain.form_sentences import missing
from app.domain.forms import Form, Option, check_form, facts_from, prefill, read_form, validate
from app.engine.functions import NAMES
from tests.house.drawings import PERSONAL, SPIFF, drawings, forms, settings

# Dates that may lie on either side of today: plans, and hearings that were known beforehand.
PLANNED = {
    "changed_on",
    "hearing_at",
    "homeless_on",
    "meeting_at",
    "paid_from_on",
    "paid_until_on",
    "planned_on",
    "visit_on",
    "next_due_on",
    "next_hearing_on",
    "starts_on",
}
FIRST_CHOICE = {
    "shared/respond_to_escalation.settled": True,
    "remand_yda/assess_for_bail.package_practical": False,
    "remand_yda/assess_for_bail.home_concern": False,
    "remand_yda/record_court_outcome.safety_concern": False,
    "remand_yda/return_to_panel.placement_confirmed": False,
}
LONG = {"release_preparation/ten_things": 12}  # the protocol has ten things, all of them to be told
PLACEHOLDERS = {"reference", "link", "to"}
NEVER_SAID = re.compile(r"\b(offender|offending|LAC|CLA|DPP|SW|IRO|CSC|YOT|YOS|YOI)\b")
every_form = pytest.mark.parametrize("key", sorted(forms()))


@cache
def form(key: str) -> Form:
    """A form as the platform reads it."""
    return read_form(key, forms()[key], NAMES)


@cache
def questions() -> tuple[tuple[str, Field], ...]:
    """Every question with its name `pathway/form.key`."""
    return tuple((f"{key}.{field.key}", field) for key in sorted(forms()) for field in form(key).fields)


@every_form
def test_a_form_can_be_published(key: str) -> None:
    assert check_form(forms()[key], NAMES) == []
    assert forms()[key]["id"] == key.rpartition("/")[2]
    assert forms()[key]["title"].strip()


def test_the_clocks_of_a_remand_start_when_it_was_ordered() -> None:
    first, *_ = form("remand_yda/start").fields
    assert (first.key, first.kind, first.required, first.day) == ("remanded_at", "datetime", True, "past")


def test_a_hearing_that_is_still_to_come_can_be_recorded() -> None:
    hearing = form("remand_yda/before_court").field("hearing_at")
    assert (hearing.kind, hearing.required, hearing.day) == ("datetime", True, "")


def test_a_day_is_called_on_and_a_moment_at() -> None:
    kinds = {"_on": "date", "_at": "datetime"}
    assert [
        name
        for name, field in questions()
        if kinds.get(field.key[-3:]) != (field.kind if field.kind in kinds.values() else None)
    ] == []


def test_what_a_time_limit_is_counted_from_must_be_answered() -> None:
    assert [
        f"{node}: {name}"
        for drawing in drawings()
        for node in drawing.nodes()
        if node.kind in PERSONAL
        for name in node.listed("copy")
        if drawing.counts_from(f"{node.id}.{name}") and not form(node.properties["form"]).field(name).required
    ] == []


def test_what_has_happened_cannot_lie_in_the_future() -> None:
    assert [
        name
        for name, field in questions()
        if field.kind in {"date", "datetime"} and not (field.day or field.simulated or field.key in PLANNED)
    ] == []


def test_a_yes_or_no_that_a_diagram_asks_about_has_to_be_given() -> None:
    asked = {
        f"{node.properties['form']}.{name}"
        for drawing in drawings()
        for node in drawing.nodes()
        if node.kind in PERSONAL
        for name in node.listed("copy")
        if drawing.asks_about(f"{node.id}.{name}")
    }
    found = {
        name: field for name, field in questions() if name in asked | set(FIRST_CHOICE) and field.boolean
    }
    first = {name: field.options[0].value == "true" for name, field in found.items()}
    assert {name: first[name] for name in FIRST_CHOICE} == FIRST_CHOICE
    assert [name for name, field in found.items() if not field.required] == []


def test_a_yes_or_no_is_a_pair_of_radios() -> None:
    assert [name for name, field in questions() if field.kind == "checkbox"] == []
    assert [name for name, field in questions()
            if field.boolean and [option.label for option in field.options] not in (["Yes", "No"], ["No", "Yes"])
            ] == []  # fmt: skip


def test_a_question_only_hides_behind_a_choice() -> None:
    assert [
        name
        for name, field in questions()
        for condition in field.hidden_when
        for comparison in condition.comparisons
        if form(name.partition(".")[0]).field(comparison.field).kind not in CHOICES
    ] == []


def test_the_first_choice_of_the_court_is_the_remand() -> None:
    outcome = form("remand_yda/record_court_outcome").field("outcome")
    assert [option.value for option in outcome.options][:3] == ["yda", "rilaa", "bail"]


def test_a_remand_ends_for_one_of_five_reasons() -> None:
    reason = form("remand_yda/remand_ended").field("reason")
    assert [option.value for option in reason.options] == ["bail", "rilaa", "custody", "yro", "acquitted"]


# Never ask twice


def test_a_fact_is_asked_in_the_same_way_everywhere() -> None:
    ways: dict[str, set[tuple[str, tuple[Option, ...]]]] = {}
    for _, field in questions():
        if field.fact:
            ways.setdefault(field.fact, set()).add((field.kind, field.options))
    assert [fact for fact, found in ways.items() if len(found) > 1] == []


def test_no_form_asks_for_a_known_fact_as_if_it_were_new() -> None:
    assert [name for name, field in questions() if field.key in known() and field.fact != field.key] == []


def test_a_fact_that_a_diagram_reads_is_known_to_somebody() -> None:
    read = {name for drawing in drawings() for name in drawing.asked_by_name("fact")}
    assert read <= known() | recorded_by_diagrams() | {"date_of_birth"}


def known() -> set[str]:
    """What is known of a child under one name, whoever asked first. Forms prefill it and keep it; diagrams read it."""
    return {field.fact for _, field in questions() if field.fact}


def recorded_by_diagrams() -> set[str]:
    """Facts that a diagram records by itself, and that no form need ask for."""
    return {
        (parameter.get("value") or "").strip("\"'")
        for drawing in drawings()
        for operator in drawing.tree.iter(f"{SPIFF}serviceTaskOperator")
        if operator.get("id") == "record_fact"
        for parameter in operator.iter(f"{SPIFF}parameter")
        if parameter.get("id") == "name"
    }


def test_what_one_task_has_learned_the_next_one_begins_with(clock: SimulatedClock) -> None:
    answers = {"prison_number": "A1234BC", "establishment": "Fernhill", "establishment_address": "1 Fern Road",
               "recorded_on": "2026-12-01"}  # fmt: skip

    facts = facts_from(form("remand_yda/record_prison_number"), answers)

    assert prefill(form("remand_yda/act_on_safety_concern"), facts) == {"establishment": "Fernhill"}


# Who the work goes to


def test_people_are_chosen_from_those_who_hold_the_role() -> None:
    assert [
        name
        for name, field in questions()
        if field.allocates and not (field.values_key == f"people:{field.allocates}" and field.required)
    ] == []
    assert {field.allocates for _, field in questions() if field.allocates} <= set(settings("roles.yaml"))
    assert form("remand_yda/allocate_social_worker").field("worker").allocates == "social_worker"


def test_only_those_who_are_offered_can_be_allocated(clock: SimulatedClock) -> None:
    offered = form("remand_yda/allocate_social_worker").offering(
        {"people:social_worker": (Option("p1", "Rowan Field"),)}
    )
    answers = {"worker": "p2", "allocated_at": "2026-11-30T17:00+00:00"}

    with pytest.raises(BadInput) as refusal:
        validate(offered, answers)

    assert refusal.value.errors == {"worker": ["Select the child’s social worker from the list"]}
    assert validate(offered, answers | {"worker": "p1"})["worker"] == "p1"


# A visit on a phone, in a minute


def test_a_visit_has_four_questions() -> None:
    visits = ("remand_yda/record_first_visit", "remand_yda/record_visit")
    assert [len(form(key).fields) for key in visits] == [4, 4]


@every_form
def test_a_form_is_short(key: str) -> None:
    asked_at_once = [field for field in form(key).fields if not field.hidden_when]
    assert len(asked_at_once) <= LONG.get(key, 9)


def test_a_first_visit_is_recorded_in_three_answers(clock: SimulatedClock) -> None:
    clock.move_to(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    typed = {
        "seen_on": {"day": "31", "month": "12", "year": "2026"},
        "seen_alone": "true",
        "child_said": "I miss home.",
    }

    assert validate(form("remand_yda/record_first_visit"), typed) == {
        "seen_on": "2026-12-31",
        "seen_alone": True,
        "child_said": "I miss home.",
        "concerns": None,
    }


def test_a_visit_that_is_empty_or_still_to_come_is_refused_in_sentences(clock: SimulatedClock) -> None:
    with pytest.raises(BadInput) as refusal:
        validate(form("remand_yda/record_first_visit"), {"seen_on": "2026-12-02"})

    assert refusal.value.errors == {
        "seen_on": ["The date on which the child was seen must be today or in the past"],
        "seen_alone": ["Select whether the child was seen alone"],
        "child_said": ["Enter what the child said"],
    }


# Plain words


def test_a_label_is_a_question() -> None:
    assert [name for name, field in questions() if not re.fullmatch(r"[A-Z][^?_]{1,90}\?", field.label)] == []


def test_a_hint_is_whole_sentences() -> None:
    assert [
        name for name, field in questions() if field.hint and not re.fullmatch(r"[A-Z].{3,110}\.", field.hint)
    ] == []
    assert [
        name
        for name, field in questions()
        if "For example" in field.hint and "For example, " not in field.hint
    ] == []


def test_the_words_are_those_of_the_house() -> None:
    said = {name: " ".join([field.label, field.hint, field.called, *(one.label for one in field.options)])
            for name, field in questions()}  # fmt: skip
    assert [name for name, words in said.items() if NEVER_SAID.search(words)] == []
    assert [name for name, words in said.items() if "'" in words] == []


def test_an_answer_that_is_missing_is_asked_for_in_plain_words() -> None:
    assert [f"{name}: {missing(field)}" for name, field in questions() if not field.called] == []
    assert [name for name, field in questions() if field.called.endswith((".", "?"))] == []


# Letters


def of_pathways() -> list[str]:
    """The letters that pathways send; those to the people who do the work are tests/services/test_letters.py's."""
    return sorted(name for name in settings("letters.yaml") if not name.startswith("worker_"))


def test_there_is_a_letter_for_every_template_and_none_besides() -> None:
    assert set(of_pathways()) == templates()


def templates() -> set[str]:
    """The templates that service tasks name."""
    parameters = (
        one for drawing in drawings() for one in drawing.tree.iter() if one.tag.endswith("}parameter")
    )
    return {
        one.get("value", "").strip("\"'")
        for one in parameters
        if one.get("id", one.get("name")) == "template"
    }


@pytest.mark.parametrize("template", of_pathways())
def test_a_letter_says_where_to_look_and_names_nobody(template: str) -> None:
    letter = settings("letters.yaml")[template]
    used = {
        name for words in letter.values() for _, name, _, _ in Formatter().parse(words) if name is not None
    }

    assert set(letter) == {"subject", "body"}
    assert used <= PLACEHOLDERS
    assert "{link}" in letter["body"]
    assert "{reference}" in letter["subject"]
    assert "\n" not in letter["subject"].strip()
    assert len(letter["subject"]) <= 80
    assert not re.search(r"\b(name|offence|charge|born|court)\b", letter["body"])
