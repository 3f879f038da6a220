"""Forms: form-js files become questions, answers become JSON values, mistakes become sentences."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput
from app.domain.forms import Form, check_form, facts_from, prefill, read_form, validate


def form_with(*components: dict[str, Any]) -> Form:
    return read_form("visits/record_visit", {"type": "default", "components": list(components)})


def answer(component: dict[str, Any], value: Any) -> Any:
    return validate(form_with({"key": "it", "label": "Date of the visit", **component}), {"it": value})["it"]


def refusal(component: dict[str, Any], value: Any) -> str:
    with pytest.raises(BadInput) as refused:
        answer(component, value)
    return refused.value.errors["it"][0]


TEXT = {"type": "textfield", "label": "Name of the worker"}
DATE = {"type": "datetime", "subtype": "date"}
MOMENT = {"type": "datetime", "subtype": "datetime", "dateLabel": "When the court decided"}
TIME = {"type": "datetime", "subtype": "time", "label": "Time of the hearing"}
NUMBER = {"type": "number", "label": "Number of nights"}
CHOICES = [{"label": "Bail", "value": "bail"}, {"label": "Remand", "value": "remand"}]


def test_a_form_asks_its_questions_in_the_order_of_the_file_also_inside_groups() -> None:
    form = form_with(
        {"type": "text", "text": "Before you start.\n\nHave the warrant to hand."},
        {
            "type": "group",
            "label": "The visit",
            "components": [{**DATE, "key": "visited_on", "label": "Date"}],
        },
        {"type": "separator"},
        {**TEXT, "key": "worker"},
    )

    assert [field.key for field in form.fields] == ["visited_on", "worker"]
    assert form.title == "Record visit"


@pytest.mark.parametrize(
    ("component", "typed", "kept"),
    [
        (TEXT, "  Ada\tB  ", "Ada\tB"),
        ({**TEXT, "type": "textarea"}, "one\r\ntwo\r", "one\ntwo"),
        (TEXT, "Zoe\u0308", "Zo\u00eb"),
        (NUMBER, "1,250", 1250),
        (NUMBER, "£12.50", 12.5),
        (NUMBER, 3.0, 3),
        (DATE, "2026-12-31", "2026-12-31"),
        (DATE, {"day": "31", "month": "12", "year": "2026"}, "2026-12-31"),
        (DATE, {"day": " 3", "month": "Dec", "year": "2026"}, "2026-12-03"),
        (
            DATE,
            {"day": "3/12/2026", "month": "11", "year": "2026"},
            "2026-12-03",
        ),  # over a day that was filled in
        (DATE, {"day": "3 December 2026", "month": "11", "year": "2026"}, "2026-12-03"),
        (TIME, "17:40", "17:40"),
        (TIME, "5.40pm", "17:40"),
        (TIME, "5.40 p.m.", "17:40"),
        (TIME, "5pm", "17:00"),
        (TIME, "1740", "17:40"),
        (TIME, "940", "09:40"),
        (TIME, "12am", "00:00"),
        (TIME, "12.30am", "00:30"),
        (TIME, "12 pm", "12:00"),
        (TIME, "midday", "12:00"),
        (TIME, "17:40:00", "17:40"),
        (MOMENT, "2026-12-24T17:40", "2026-12-24T17:40:00+00:00"),
        (MOMENT, "2026-07-24T16:40:00Z", "2026-07-24T17:40:00+01:00"),
        (MOMENT, {"day": 24, "month": 7, "year": 2026, "time": "5.40pm"}, "2026-07-24T17:40:00+01:00"),
        (MOMENT, {"day": "3.12.26", "month": 11, "year": 2026, "time": "9am"}, "2026-12-03T09:00:00+00:00"),
        (MOMENT, "2026-10-25T01:30", "2026-10-25T01:30:00+01:00"),
        ({"type": "radio", "values": CHOICES}, "bail", "bail"),
        ({"type": "select", "values": CHOICES}, "", None),
        ({"type": "checklist", "values": CHOICES}, ["remand", "bail", "remand"], ["bail", "remand"]),
        ({"type": "checklist", "values": CHOICES}, None, []),
        ({"type": "checkbox"}, True, True),
        ({"type": "checkbox"}, None, False),
        (TEXT, "   ", None),
        (DATE, {"day": "", "month": " ", "year": ""}, None),
    ],
)
def test_an_answer_becomes_one_json_value(component: dict[str, Any], typed: Any, kept: Any) -> None:
    assert answer(component, typed) == kept


@pytest.mark.parametrize(
    ("component", "typed", "sentence"),
    [
        ({**DATE, "validate": {"required": True}}, None, "Enter the date of the visit"),
        ({**DATE, "validate": {"required": True}}, {"day": ""}, "Enter the date of the visit"),
        (DATE, {"day": "31", "month": "12"}, "The date of the visit must include a year"),
        (DATE, {"year": "2026"}, "The date of the visit must include a day and a month"),
        (DATE, {"day": "31", "month": "2", "year": "2026"}, "The date of the visit must be a real date"),
        (DATE, {"day": "1", "month": "2", "year": "206"},
         "The date of the visit must include a year of 4 numbers, such as 2026"),
        (DATE, {"day": "31/2/2026", "month": "1", "year": "2026"}, "The date of the visit must be a real date"),
        (DATE, "yesterday", "The date of the visit must be a date like 2026-12-31"),
        (DATE, 7, "The date of the visit must be a date, such as 31 12 2026"),
        (TIME, "25:00", "The time of the hearing must be a real time"),
        (TIME, "5", "The time of the hearing must say whether it is morning or afternoon, such as 5am or 5pm"),
        (TIME, "soon", "The time of the hearing must be a time, such as 17:40 or 5.40pm"),
        (TIME, "13am", "The time of the hearing must be a real time"),
        (MOMENT, {"day": "1", "month": "12", "year": "2026"}, "The date of the visit must include a time"),
        (MOMENT, {"day": "1"}, "The date of the visit must include a month, a year and a time"),
        (MOMENT, "2026-03-29T01:30",
         "The date of the visit must be a time that there was: the clocks went forward that night"),
        (NUMBER, "a few", "The number of nights must be a number"),
        (NUMBER, True, "The number of nights must be a number"),
        (NUMBER, float("nan"), "The number of nights must be a number"),
        (NUMBER, 10**400, "The number of nights must be a number"),
        ({**NUMBER, "decimalDigits": 0}, "1.5", "The number of nights must be a whole number"),
        ({**NUMBER, "validate": {"min": 1}}, 0, "The number of nights must be 1 or more"),
        ({**NUMBER, "validate": {"max": "4000"}}, 4001, "The number of nights must be 4,000 or fewer"),
        (TEXT, "a\x00b", "The name of the worker must not contain characters that cannot be stored"),
        (TEXT, "a\ud800b", "The name of the worker must not contain characters that cannot be stored"),
        (TEXT, "one\ntwo", "The name of the worker must be on one line"),
        (TEXT, "x" * 201, "The name of the worker must be 200 characters or fewer"),
        (TEXT, ["x"], "The name of the worker must be text"),
        ({**TEXT, "validate": {"validationType": "email"}}, "ada",
         "The name of the worker must be an email address, like name@example.com"),
        ({"type": "radio", "label": "Outcome", "values": CHOICES}, "prison", "Select the outcome from the list"),
        ({"type": "radio", "label": "Was he seen alone?", "values": CHOICES, "validate": {"required": True}}, "",
         "Select the answer to “Was he seen alone?”"),
        ({"type": "checklist", "label": "People told", "values": CHOICES}, [{}],
         "Select the people told from the list"),
        ({"type": "checkbox", "label": "The child was told.", "validate": {"required": True}}, False,
         "Confirm “The child was told”"),
        ({"type": "checkbox"}, "yes", "The date of the visit must be yes or no"),
        ({**TEXT, "label": "IRO's name", "validate": {"required": True}}, None, "Enter the IRO's name"),
        ({**TEXT, "properties": {"called": "who you told"}, "validate": {"required": True}}, None,
         "Enter who you told"),
    ],
)  # fmt: skip
def test_a_wrong_answer_gets_a_sentence_that_says_what_to_do(
    component: dict[str, Any], typed: Any, sentence: str
) -> None:
    assert refusal(component, typed) == sentence


def test_a_date_in_the_past_may_be_today_and_not_tomorrow(clock: SimulatedClock) -> None:
    past = {**DATE, "properties": {"when": "past"}}

    assert answer(past, "2026-12-01") == "2026-12-01"
    assert refusal(past, "2026-12-02") == "The date of the visit must be today or in the past"
    assert refusal({**DATE, "disallowPassedDates": True}, "2026-11-30").endswith("today or in the future")
    assert refusal({**MOMENT, "properties": {"when": "past"}}, "2026-12-01T09:01").endswith(
        "must be in the past"
    )


def test_errors_come_in_the_order_of_the_questions_and_unknown_names_are_refused() -> None:
    form = form_with(
        {**TEXT, "key": "worker", "validate": {"required": True}},
        {**DATE, "key": "visited_on", "label": "Date of the visit"},
    )

    with pytest.raises(BadInput) as refused:
        validate(form, {"visited_on": "x", "team_id": "7", "\ud800": 1})

    assert list(refused.value.errors) == ["worker", "visited_on", "_form"]
    assert refused.value.errors["_form"] == [
        "“team_id” is not a question of this form",
        "“\\ud800” is not a question of this form",
    ]


OUTCOME = {"type": "radio", "key": "outcome", "label": "Outcome", "values": CHOICES}
HOST = {**TEXT, "key": "host", "label": "Host", "validate": {"required": True}}


@pytest.mark.parametrize(
    ("hide", "hidden_for", "asked_for"),
    [
        ('=outcome != "bail"', ["remand", None], ["bail"]),
        ('=outcome = "remand"', ["remand"], ["bail", None]),
        ('=outcome = "remand" or outcome = null', ["remand", None], ["bail"]),
        ('=outcome != "bail" and outcome != "remand"', [None], ["bail", "remand"]),
    ],
)
def test_a_hidden_question_is_not_asked_and_its_answer_is_ignored(
    hide: str, hidden_for: list[str | None], asked_for: list[str | None]
) -> None:
    form = form_with(OUTCOME, {**HOST, "conditional": {"hide": hide}})

    for outcome in hidden_for:
        assert validate(form, {"outcome": outcome, "host": "typed before"}) == {
            "outcome": outcome,
            "host": None,
        }
    for outcome in asked_for:
        with pytest.raises(BadInput, match="problem"):
            validate(form, {"outcome": outcome})
        assert validate(form, {"outcome": outcome, "host": "Ada"})["host"] == "Ada"


def test_a_condition_of_a_group_hides_what_is_in_it_and_what_depends_on_that() -> None:
    form = form_with(
        OUTCOME,
        {
            "type": "group",
            "label": "Bail",
            "conditional": {"hide": '=outcome != "bail"'},
            "components": [{"type": "checklist", "key": "told", "label": "Told", "values": CHOICES}],
        },
        {**HOST, "conditional": {"hide": '=not(list contains(told, "bail"))'}},
    )

    assert validate(form, {"outcome": "remand", "told": ["bail"]}) == {
        "outcome": "remand",
        "told": None,
        "host": None,
    }
    assert [field.key for field in form.shown({"outcome": "bail", "told": ["bail"]})] == [
        "outcome",
        "told",
        "host",
    ]
    assert [field.key for field in form.shown({"outcome": ["?"], "told": 3})] == ["outcome"]


def test_a_known_fact_is_prefilled_and_an_answer_is_stored_as_one() -> None:
    form = form_with(
        {**TEXT, "key": "prison_number", "label": "Prison number", "properties": {"fact": "prison_number"}},
        {**OUTCOME, "properties": {"fact": "outcome"}},
        {"type": "checklist", "key": "told", "label": "Told", "values": CHOICES, "defaultValue": ["bail"]},
    )

    assert prefill(form, {"prison_number": "A1234BC", "outcome": "no longer offered"}) == {
        "prison_number": "A1234BC",
        "told": ["bail"],
    }
    checked = validate(form, {"prison_number": "A9", "told": []})
    assert facts_from(form, checked) == {"prison_number": "A9"}


def test_the_same_schema_serves_the_api() -> None:
    form = form_with({**TEXT, "key": "worker"}, {**DATE, "key": "visited_on", "label": "Date"})

    assert form.schema().load({"worker": " Ada ", "visited_on": "2026-01-02"}) == {
        "worker": "Ada",
        "visited_on": "2026-01-02",
    }


@pytest.mark.parametrize(
    ("component", "finding"),
    [
        ({"type": "html", "content": "<b>"}, "HTML is not shown"),
        (
            {"type": "button", "label": "Send"},
            "“Send” (“button”) cannot be shown: a page has its own buttons",
        ),
        ({"type": "sparkline"}, "there is no such component here"),
        ({**TEXT, "key": "typename"}, "The key “typename” is reserved"),
        ({**TEXT, "key": "today"}, "The key “today” is the name of a function"),
        ({**TEXT, "key": "Visited On"}, "must be in snake_case"),
        ({**TEXT, "key": "class"}, "The key “class” is reserved"),
        ({**TEXT, "key": "x", "label": ""}, "has no label"),
        ({"type": "radio", "key": "x", "label": "Outcome", "values": []}, "needs a list of “values”"),
        ({"type": "radio", "key": "x", "label": "Outcome", "values": CHOICES * 2}, "the same value twice"),
        ({**DATE, "key": "x", "label": "When", "subtype": "week"}, "must be date, time or datetime"),
        ({**TEXT, "key": "x", "conditional": {"hide": "=count(x) > 3"}}, "is not understood"),
        ({**TEXT, "key": "x", "conditional": {"hide": "=later = 1"}}, "which is not a question before it"),
        ({**TEXT, "key": "x", "validate": {"pattern": "(a+)+"}}, "a pattern is not supported"),
        ({**TEXT, "key": "x", "validate": {"maxLength": 10**9}}, "between 1 and 20,000"),
        ({**TEXT, "key": "x", "properties": {"fact": "Not A Fact"}}, "cannot be its “fact”"),
        ({**TEXT, "key": "x", "readonly": True}, "read-only"),
        ({"type": "group", "label": "G", "path": "a", "components": []}, "not supported"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name_when_published(
    component: dict[str, Any], finding: str
) -> None:
    findings = check_form({"type": "default", "components": [component]}, functions={"today"})

    assert any(finding in sentence for sentence in findings), findings


def test_a_form_that_is_no_form_is_refused_with_a_sentence() -> None:
    for nothing in (None, [], "x", {}, {"type": "default"}, {"type": "default", "components": [3]}):
        assert check_form(nothing)
        with pytest.raises(BadInput, match="cannot be used"):
            read_form("a/b", nothing)
