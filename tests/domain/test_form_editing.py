"""Changing a form file: what was not changed stays as it is, and what could not be shown is refused by name."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import form_kept, form_places, form_settings, form_shown_when
from app.domain.errors import BadInput, NotFound
from app.domain.form_settings import CHOOSING, KINDS
from app.domain.forms import check_form, read_form

FORMS = Path(__file__).parents[2] / "forms"
SEEN: dict[str, Any] = {
    "type": "default",
    "components": [
        {"type": "radio", "key": "was_seen", "label": "Was the child seen?", "properties": {"called": "x"},
         "values": [{"label": "Yes", "value": True}, {"label": "No", "value": False}]},
        {"type": "textarea", "key": "said", "label": "What did they say?", "validate": {"maxLength": 500},
         "conditional": {"hide": "=was_seen != true"}},
        {"type": "group", "label": "Afterwards", "components": [
            {"type": "datetime", "subtype": "date", "key": "told_on", "label": "Told on", "dateLabel": "Told on"}]},
    ],
}  # fmt: skip


def test_opening_and_saving_any_shipped_form_changes_nothing() -> None:
    for file in sorted(FORMS.glob("*/*.json")):
        schema = json.loads(file.read_bytes())
        for place, component in form_places.parts_of(schema):
            opened = form_settings.settings_of(component)
            kept = form_settings.with_settings(component, opened)
            assert form_settings.kind_of(component), (file, component)
            assert json.dumps(form_places.changed(schema, kept, place)) == json.dumps(schema), (file, place)


def test_every_simple_condition_of_the_shipped_forms_is_one_to_choose_from() -> None:
    seen = 0
    for file in sorted(FORMS.glob("*/*.json")):
        schema = json.loads(file.read_bytes())
        form = read_form(file.stem, schema)
        for number, field in enumerate(form.fields):
            for component in schema["components"]:
                if component.get("key") == field.key and field.hidden_when:
                    options = form_shown_when.to_choose(form.fields[:number])
                    chosen = form_shown_when.chosen(options, component["conditional"]["hide"])
                    is_simple = all(len(one.comparisons) == 1 for one in field.hidden_when)
                    assert (chosen == form_shown_when.WRITTEN) != is_simple, (file, component)
                    assert chosen != form_shown_when.ALWAYS
                    assert form_shown_when.in_words(field.hidden_when, form.fields).startswith("only when “")
                    seen += 1
    assert seen > 100


def test_a_condition_is_said_the_way_round_that_people_say_it() -> None:
    form = read_form("x/y", SEEN)
    words = [one.label for one in form_shown_when.to_choose(form.fields[:1])]

    assert form_shown_when.in_words(form.field("said").hidden_when, form.fields) == (
        "only when “Was the child seen?” is “Yes”"
    )
    assert words[1] == "Only when “Was the child seen?” is “Yes”"


def test_conditions_follow_a_new_key() -> None:
    told = {"type": "textfield", "key": "quoted", "label": "Q", "conditional": {"hide": '=said = "said"'}}
    schema = form_places.added(SEEN, told, (3,))

    schema = form_places.changed(schema, {**schema["components"][0], "key": "saw_child"}, (0,))
    schema = form_places.changed(schema, {**schema["components"][1], "key": "words"}, (1,))

    assert schema["components"][1]["conditional"]["hide"] == "=saw_child != true"
    assert schema["components"][3]["conditional"]["hide"] == '=words = "said"'
    assert check_form(schema) == []


def test_what_could_not_be_shown_is_refused_by_name_and_changes_nothing() -> None:
    was = deepcopy(SEEN)

    with pytest.raises(BadInput, match="“What did they say\\?”: its condition asks about “was_seen”"):
        form_places.removed(SEEN, (0,))
    with pytest.raises(BadInput, match="“What did they say\\?”: its condition asks about “was_seen”"):
        form_places.moved(SEEN, (1,), -1)
    with pytest.raises(BadInput, match="Two questions have the key “said”"):
        form_places.added(SEEN, {"type": "checkbox", "key": "said", "label": "Again"}, (2, 1))
    with pytest.raises(BadInput, match="“A picture” \\(“image”\\) cannot be shown"):
        form_places.added(SEEN, {"type": "image", "label": "A picture"}, (0,))
    with pytest.raises(BadInput, match="stands last already"):
        form_places.moved(SEEN, (2,), 1)
    for place in ((9,), (0, 0), (2, 4)):
        with pytest.raises(NotFound):
            form_places.removed(SEEN, place)

    assert was == SEEN


def test_a_form_that_came_broken_can_be_mended_one_fault_at_a_time() -> None:
    broken = {**SEEN, "components": [*SEEN["components"], {"type": "html"}, {"type": "image"}, "nonsense"]}

    mended = form_places.removed(form_places.removed(form_places.removed(broken, (5,)), (4,)), (3,))

    assert mended == SEEN
    with pytest.raises(BadInput):
        form_places.added(broken, {"type": "iframe", "label": "Another"}, (0,))


def test_a_question_becomes_another_kind_without_what_that_has_no_use_for() -> None:
    said = form_places.component_at(SEEN, (1,))

    number = form_settings.with_settings(said, {"kind": "number", "smallest": 0, "largest": 7.5})
    yes_no = form_settings.with_settings(number, {"kind": "yes_no"})
    day = form_settings.with_settings(yes_no, {"kind": "date", "label": "When?", "day": "past"})
    people = form_settings.with_settings(day, {"kind": "people", "people": "people:social_worker"})

    assert number["validate"] == {"min": 0, "max": 7.5}
    assert [one["value"] for one in yes_no["values"]] == [True, False]
    assert (day["dateLabel"], day["properties"]["when"]) == ("When?", "past")
    assert "dateLabel" not in people
    assert people["conditional"] == {"hide": "=was_seen != true"}
    for one in (number, yes_no, day, people):
        assert check_form(form_places.changed(SEEN, one, (1,))) == []
    with pytest.raises(BadInput, match="cannot become questions"):
        form_settings.with_settings(SEEN["components"][2], {"kind": "textfield"})


def test_choices_are_written_one_a_line() -> None:
    made = form_settings.new_component(
        {
            "kind": "radio",
            "label": "What came of it?",
            "key": "outcome",
            "choices": "bail: Bail\r\n\nNot bail at all",
        }
    )

    assert made["values"] == [
        {"label": "Bail", "value": "bail"},
        {"label": "Not bail at all", "value": "not_bail_at_all"},
    ]
    with pytest.raises(BadInput, match="two lines"):
        form_settings.with_settings(SEEN["components"][0], {"choices": "true: Yes\nmaybe: Perhaps"})


words = st.text(max_size=12) | st.sampled_from(
    ["was_seen", "said", "a: A\nb: B", "true: J\nfalse: N", "2", "x"]
)
typed = st.fixed_dictionaries(
    {"kind": st.sampled_from([*KINDS, "nonsense"]), "label": words, "key": words, "choices": words},
    optional={
        "required": st.booleans(), "words": words, "hint": words, "people": words, "called": words, "fact": words,
        "longest": st.integers(-2, 30_000), "smallest": st.integers(-9, 9) | st.floats(allow_nan=True),
        "largest": st.integers(-9, 9), "decimals": st.integers(-1, 9), "day": words, "carries": words,
        "hidden_when": words | st.sampled_from(["=was_seen = true", "=said != null", '=told_on = "x" or said = 1']),
    },
)  # fmt: skip
places = st.sampled_from([(0,), (1,), (2,), (3,), (2, 0), (2, 1)])
edits = st.lists(
    st.tuples(st.sampled_from(["add", "change", "up", "down", "remove"]), places, typed), max_size=8
)


@settings(max_examples=200, deadline=None)
@given(edits)
def test_whatever_is_changed_the_form_can_be_shown_or_the_change_is_refused(edits: list[Any]) -> None:
    schema: dict[str, Any] = SEEN
    for verb, place, settings_typed in edits:
        before = json.dumps(schema)
        try:
            schema = edited(schema, verb, place, settings_typed)
        except (BadInput, NotFound):
            assert json.dumps(schema) == before
    read_form("random/edits", schema)


def edited(schema: dict[str, Any], verb: str, place: tuple[int, ...], typed: dict[str, Any]) -> Any:
    """One change, as a page would make it."""
    if verb == "add":
        return form_places.added(schema, form_settings.new_component(typed), place)
    if verb == "remove":
        return form_places.removed(schema, place)
    if verb in ("up", "down"):
        return form_places.moved(schema, place, -1 if verb == "up" else 1)
    component = form_places.component_at(schema, place)
    return form_places.changed(schema, form_settings.with_settings(component, typed), place)


def test_every_kind_can_be_added() -> None:
    schema: Any = SEEN
    for number, kind in enumerate(KINDS):
        given = {"kind": kind, "label": f"Question {number}", "key": f"question_{number}", "words": "Some words.",
                 "people": "people:social_worker", "choices": "" if kind == "yes_no" else "a: A\nb: B"}  # fmt: skip
        made = form_settings.new_component(given)
        schema = form_places.added(schema, made, (len(schema["components"]),))
        assert form_settings.kind_of(made) == kind
    assert len(read_form("every/kind", schema).fields) == 3 + len(KINDS) - 3
    assert set(CHOOSING) < set(KINDS)


def test_what_only_the_editor_needs_is_not_kept_and_a_loss_is_named() -> None:
    sent = deepcopy(SEEN) | {"schemaVersion": 99, "exporter": {"name": "x"}}
    for number, (_, part) in enumerate(form_places.parts_of(sent)):
        part |= {"id": f"Field_{number:07}", "layout": {"row": "Row_1", "columns": None}, "_parent": "x"}
    assert form_kept.as_kept(SEEN, sent) == SEEN

    theirs = deepcopy(SEEN)
    theirs["components"][1] |= {"id": "Field_0000001", "layout": {"columns": 8}, "defaultValue": "x"}
    theirs["components"][1]["validate"]["minLength"] = 3
    assert form_kept.as_kept(theirs, deepcopy(theirs)) == theirs
    assert form_kept.lost(theirs, SEEN) == [
        ("“What did they say?”", "minLength"),
        ("“What did they say?”", "defaultValue"),
    ]
    deep: dict[str, Any] = {"type": "group", "components": []}
    for _ in range(20):
        deep = {"type": "group", "components": [deep]}
    for hostile in ("x", {"components": 3}, {"components": [deep]}):
        with pytest.raises(BadInput):
            form_kept.as_kept(SEEN, hostile)
