"""The register of duties, and what meets each."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from app.domain.duties import CoverageNotes, Duty, Register, coverage
from app.domain.errors import BadInput, NotFound
from app.domain.limits import UNITS
from app.services import reference

AREAS = {"wandsworth": 176, "stockport": 100, "salford": 34, "stoke": 31, "knowsley": 20}


@pytest.fixture(scope="module")
def register() -> Register:
    return reference.register()


def test_the_register_has_361_duties_of_five_areas(register: Register) -> None:
    assert len(register) == 361
    assert {area: len(register.by_area(area)) for area in register.areas()} == AREAS


def test_every_duty_says_who_does_what_when_and_where_it_is_written(register: Register) -> None:
    for duty in register:
        assert duty.does, duty.id
        assert duty.trigger, duty.id
        assert duty.actor, duty.id
        assert duty.pathway, duty.id
        assert duty.clause, duty.id
        assert duty.source.startswith(f"{duty.area}.txt:"), duty.id


def test_every_stated_time_limit_can_be_counted(register: Register) -> None:
    stated = [duty.deadline for duty in register if duty.deadline]

    assert len(stated) == 56
    assert {deadline.unit for deadline in stated} <= set(UNITS)


def test_every_profile_key_of_a_time_limit_is_a_rule_of_the_default(register: Register) -> None:
    known = reference.profile("default")
    elsewhere = {*known.settings, *known.money, *known.switches}

    wanted = {
        key
        for duty in register
        if duty.deadline and duty.ambiguity
        for key in duty.ambiguity.parameters
        if not key.endswith(("amount", "recipients", "chain", "escalation_to", "owner"))
    }

    assert {key for key in wanted if key not in known.deadlines and key not in elsewhere} == set()


def test_a_duty_is_as_the_register_has_it(register: Register) -> None:
    duty = register.duty("WAN-8-11")

    assert duty.area == "wandsworth"
    assert duty.clause == "8 Remands"
    assert "remand_yda" in duty.pathway
    assert (duty.kind, duty.strength, duty.actor) == ("visit", "must", ("social_worker",))
    assert duty.deadline
    assert (duty.deadline.amount, duty.deadline.unit, duty.deadline.relative_to) == (
        30,
        "working_days",
        "previous visit",
    )
    assert duty.deadline.recurrence
    assert (duty.deadline.recurrence.every, duty.deadline.recurrence.unit) == (30, "working_days")
    assert duty.ambiguity
    assert duty.ambiguity.parameters == ("visit.remand.interval_yda", "visit.remand.interval_rilaa")
    assert duty.statutory_note.startswith("Reg 28(2)")


def test_several_actors_are_kept_in_order(register: Register) -> None:
    assert register.duty("STP-5.7-04").actor == ("yjs_team_manager", "csc_team_manager")


def test_evidence_has_names_and_types(register: Register) -> None:
    evidence = register.duty("WAN-2-01").evidence

    assert [(shown.name, shown.type) for shown in evidence][:2] == [
        ("risk_identified_at", "datetime"),
        ("called_at", "datetime"),
    ]


def test_duties_are_found_by_pathway(register: Register) -> None:
    assert len(register.by_pathway("remand_yda")) == 71
    assert register.by_pathway("nowhere") == ()
    assert {"remand_yda", "custodial_sentence", "rilaa", "yro_laa", "release_preparation"} <= set(
        register.pathways()
    )


def test_an_unknown_duty_is_not_found(register: Register) -> None:
    with pytest.raises(NotFound, match="no duty WAN-99-01"):
        register.duty("WAN-99-01")
    assert "WAN-99-01" not in register


# --- coverage


def test_a_duty_is_met_by_an_element_a_feature_or_explained_or_open(register: Register) -> None:
    duties = [register.duty(duty_id) for duty_id in ("WAN-8-10", "WAN-8-13", "WAN-8-17", "WAN-8-18")]

    met = coverage(
        duties,
        {"WAN-8-10": [("remand_yda", "record_first_visit")]},
        {"WAN-8-13": "Notifications are sent to every recipient."},
        {
            "WAN-8-17": "A statement of what the establishment does.",
            "WAN-8-10": "Not needed: an element meets it.",
        },
    )

    assert [one.status for one in met] == ["pathway", "feature", "context", "open"]
    assert met[0].elements == (("remand_yda", "record_first_visit"),)
    assert met[1].feature == "Notifications are sent to every recipient."
    assert met[2].reason == "A statement of what the establishment does."


def test_no_must_duty_of_a_remand_is_open_in_wandsworth_or_stockport() -> None:
    met = reference.duty_coverage("remand_yda")

    still_open = [
        one.duty.id
        for one in met
        if one.status == "open"
        and one.duty.strength == "must"
        and one.duty.area in ("wandsworth", "stockport")
    ]
    assert still_open == []
    assert len(met) == 71


def test_coverage_can_be_asked_for_by_area() -> None:
    assert len(reference.duty_coverage(area="stoke")) == 31
    assert {one.duty.area for one in reference.duty_coverage("remand_yda", "stockport")} == {"stockport"}


def test_coverage_of_an_unknown_pathway_or_area_is_refused() -> None:
    with pytest.raises(BadInput, match="no pathway called “remand”"):
        reference.duty_coverage("remand")
    with pytest.raises(BadInput, match=r"no area called “leeds”\. There are knowsley, salford"):
        reference.duty_coverage(area="leeds")


def test_every_duty_named_in_a_drawing_is_in_the_register(register: Register) -> None:
    assert set(reference.elements_by_duty()) <= register.ids()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"features": {"WAN-99-01": "A long enough sentence."}}, "no duty WAN-99-01 in the register"),
        ({"context": {"WAN-8-17": "Fact."}}, "Say in a sentence what meets WAN-8-17"),
        (
            {"context": {"WAN-8-17": "A" * 30}, "features": {"WAN-8-17": "A" * 30}},
            "both a feature and a reason",
        ),
        ({"reasons": {}}, "hold “features” and “context”"),
        (["WAN-8-17"], "hold “features” and “context”"),
    ],
)
def test_notes_on_coverage_that_are_wrong_are_told_why(register: Register, raw: Any, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        CoverageNotes.build(raw, register)


# --- entries that are wrong

ENTRY: dict[str, Any] = {
    "id": "WAN-8-10",
    "area": "wandsworth",
    "clause": "8 Remands",
    "source": "wandsworth.txt:164",
    "pathway": "remand_yda",
    "kind": "visit",
    "actor": "social_worker",
    "strength": "must",
    "trigger": "Child placed",
    "deadline": {"amount": 5, "unit": "working_days", "relative_to": "child placed", "direction": "after"},
    "does": "Visit.",
    "participants": [],
    "evidence": [{"name": "visit_date", "type": "date"}],
    "ambiguity": None,
}


def test_one_actor_or_pathway_may_stand_without_a_list() -> None:
    duty: Duty = Register.build([ENTRY]).duty("WAN-8-10")

    assert (duty.actor, duty.pathway) == (("social_worker",), ("remand_yda",))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("strength", "perhaps", "The duty WAN-8-10, strength: Must be one of"),
        ("kind", "dance", "The duty WAN-8-10, kind: Must be one of"),
        ("actor", [], "The duty WAN-8-10, actor: Shorter than"),
        ("deadline", {"amount": -5}, "The duty WAN-8-10, deadline amount: Must be greater"),
        ("evidence", [{"name": "Visit date", "type": "date"}], "The duty WAN-8-10, evidence 0 name"),
        ("colour", "blue", "The duty WAN-8-10, colour: Unknown field"),
        ("see_also", ["WAN-9-99"], "The duty WAN-8-10 refers to WAN-9-99, which is not in the register"),
        ("participants", ["wizard"], "The duty WAN-8-10 names the role “wizard”, which is unknown"),
        ("id", "first", "The duty first, id: String does not match"),
    ],
)
def test_an_entry_that_is_wrong_is_told_where(field: str, value: Any, sentence: str) -> None:
    entry = {**copy.deepcopy(ENTRY), field: value}

    with pytest.raises(BadInput) as refused:
        Register.build([entry], {"social_worker"})

    assert any(told.startswith(sentence) for sentences in refused.value.errors.values() for told in sentences)


def test_a_duty_stands_in_the_register_once() -> None:
    with pytest.raises(BadInput, match="WAN-8-10 is in the register twice"):
        Register.build([ENTRY, ENTRY])


def test_an_entry_that_is_no_entry_is_told_by_its_place() -> None:
    with pytest.raises(BadInput, match="The duty number 2"):
        Register.build([ENTRY, "Visit the child."])
