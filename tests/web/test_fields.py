"""Forms on the page: what is drawn, what is read back, what is said when an answer is wrong."""

from __future__ import annotations

import html
import re
from typing import Any

import jinja2
import pytest
from werkzeug.datastructures import MultiDict

from app.domain.errors import BadInput
from app.domain.forms import Form, read_form, validate
from app.web import fields, questions

OUTCOMES = [{"label": "Bail", "value": "bail"}, {"label": "Remand", "value": "remand"}]
YES_NO = [{"label": "Yes", "value": True}, {"label": "No", "value": False}]
REQUIRED = {"validate": {"required": True}}


@pytest.fixture
def form() -> Form:
    """A form with every kind of question."""
    return read_form(
        "remand/every_kind",
        {
            "type": "default",
            "components": [
                {"type": "text", "text": "First words."},
                {"type": "textfield", "key": "host", "label": "Host", **REQUIRED},
                {"type": "group", "label": "The hearing", "components": [
                    {"type": "datetime", "subtype": "datetime", "key": "decided_at", "label": "Time of the decision"},
                    {"type": "datetime", "subtype": "date", "key": "next_on", "label": "Next hearing", **REQUIRED},
                ]},
                {"type": "separator"},
                {"type": "datetime", "subtype": "time", "key": "told_at", "label": "Time"},
                {"type": "radio", "key": "outcome", "label": "Outcome", "values": OUTCOMES},
                {"type": "radio", "key": "alone", "label": "Seen alone", "values": YES_NO},
                {"type": "select", "key": "court", "label": "Court", "values": OUTCOMES},
                {"type": "select", "key": "worker", "label": "Worker", "valuesKey": "people:social_worker"},
                {"type": "checklist", "key": "told", "label": "Told", "values": OUTCOMES},
                {"type": "checkbox", "key": "sure", "label": "I am sure"},
                {"type": "number", "key": "cost", "label": "Cost", "appearance": {"prefixAdorner": "£"}},
                {"type": "textarea", "key": "views", "label": "Views", "validate": {"maxLength": 500},
                 "conditional": {"hide": '=outcome != "bail"'}},
                {"type": "textarea", "key": "notes", "label": "Notes"},
            ],
        },
    )  # fmt: skip


ANSWERS: dict[str, Any] = {
    "host": "Ada",
    "decided_at": "2026-07-24T17:40:00+01:00",
    "next_on": "2026-12-05",
    "told_at": "17:40",
    "outcome": "bail",
    "alone": False,
    "court": "remand",
    "worker": "p1",
    "told": ["bail", "remand"],
    "sure": True,
    "cost": 12.5,
    "views": "one\ntwo",
    "notes": None,
}
PEOPLE = {"social_worker": [("p1", "Sam Worker")]}


def drawn(form: Form, answers: dict[str, Any], errors: dict[str, list[str]] | None = None) -> str:
    loaders = {"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FileSystemLoader("app/web/templates"), jinja2.PrefixLoader(loaders)]
        ),
        autoescape=True,
    )
    template = environment.from_string(
        '{% from "pieces/questions.html" import questions %}{{ questions(components) }}'
    )
    return template.render(components=questions.components(form, answers, errors, PEOPLE))


def sent_by(page: str) -> MultiDict[str, str]:
    """What a browser would post from the page as it stands."""
    posted: list[tuple[str, str]] = []
    for tag in re.findall(r"<input\s[^>]*>", page):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if attributes["type"] not in {"radio", "checkbox"} or re.search(r"\schecked", tag):
            posted.append((attributes["name"], attributes.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        posted.append((name, html.unescape(text)))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        posted += [(name, value) for value in re.findall(r'value="([^"]*)"\s+selected', options)]
    return MultiDict(posted)


def test_what_is_drawn_is_read_back_unchanged(form: Form) -> None:
    page = drawn(form, ANSWERS)

    assert validate(form, fields.read_posted(form, sent_by(page))) == ANSWERS


def test_what_was_typed_stands_on_the_page_again_and_the_wrong_box_is_marked(form: Form) -> None:
    posted = MultiDict({"next_on-day": "31", "next_on-month": "2", "next_on-year": "2026", "cost": "lots"})
    typed = fields.read_posted(form, posted)
    with pytest.raises(BadInput) as refused:
        validate(form, typed)

    page = drawn(form, typed, refused.value.errors)
    summary = fields.error_summary(form, refused.value.errors, typed)

    assert summary == [
        {"text": "Enter the host", "href": "#host"},
        {"text": "The next hearing must be a real date", "href": "#next_on-day"},
        {"text": "The cost must be a number", "href": "#cost"},
    ]
    for sentence in summary:
        assert f'id="{sentence["href"][1:]}"' in page
    assert sent_by(page)["cost"] == "lots"
    assert sent_by(page)["next_on-month"] == "2"
    wrong = [tag for tag in re.findall(r"<input\s[^>]*>", page) if "govuk-input--error" in tag]
    assert [re.findall(r'id="([^"]*)"', tag)[0] for tag in wrong] == ["host", "next_on-day", "cost"]


def test_no_page_contains_the_word_none_and_all_answers_are_escaped(form: Form) -> None:
    attack = '"><script>alert(1)</script>'

    page = drawn(form, {"host": attack, "views": f"</textarea>{attack}", "court": attack, "next_on": attack})

    assert "None" not in drawn(form, {})
    assert "None" not in page
    assert "<script" not in page
    rows = fields.summary_rows(form, {**ANSWERS, "views": f"{attack}\n{attack}"})
    assert "<script" not in str([row["value"].get("html", "") for row in rows])


def test_an_answer_sent_twice_is_refused_and_a_list_is_not(form: Form) -> None:
    with pytest.raises(BadInput) as refused:
        fields.read_posted(form, MultiDict([("host", "Ada"), ("host", "Eve")]))

    assert refused.value.errors == {"host": ["“Host” was answered twice"]}
    assert fields.read_posted(form, MultiDict([("told", "bail"), ("told", "remand")]))["told"] == [
        "bail",
        "remand",
    ]


def test_a_name_that_is_no_question_is_refused_with_a_sentence(form: Form) -> None:
    posted = MultiDict({"host": "Ada", "next_on-day": "1", "next_on-month": "2", "next_on-year": "2026",
                        "team_id": "7", "csrf_token": "x", "submission": "y"})  # fmt: skip

    typed = fields.read_posted(form, posted)
    with pytest.raises(BadInput) as refused:
        validate(form, typed)

    assert refused.value.errors == {"_form": ["“team_id” is not a question of this form"]}
    assert fields.error_summary(form, refused.value.errors, typed)[0]["href"] == "#main-content"


def test_answers_are_told_in_words(form: Form) -> None:
    rows = fields.summary_rows(form, ANSWERS, PEOPLE, change="/start/answers")
    told = {row["key"]["text"]: row["value"] for row in rows}

    assert told["Time of the decision"] == {"text": "Friday 24 July 2026 at 17:40"}
    assert told["Next hearing"] == {"text": "Saturday 5 December 2026"}
    assert told["Worker"] == {"text": "Sam Worker"}
    assert told["Seen alone"] == {"text": "No"}
    assert told["Cost"] == {"text": "£12.50"}
    assert told["Told"] == {"html": "Bail<br>Remand"}
    assert told["Notes"] == {"text": "Not answered"}
    assert rows[1]["actions"]["items"][0]["href"] == "/start/answers#decided_at-day"
    hidden = fields.summary_rows(form, {**ANSWERS, "outcome": "remand", "views": None})
    assert "Views" not in [row["key"]["text"] for row in hidden]


def test_a_draft_keeps_what_was_typed_and_nothing_that_a_database_refuses(form: Form) -> None:
    posted = MultiDict({"host": "A\x00da\ud800", "next_on-day": "3", "team_id": "7", "views": "x" * 30_000})

    draft = fields.as_draft(form, fields.read_posted(form, posted))

    assert draft["host"] == "Ada"
    assert draft["next_on"] == {"day": "3", "month": "", "year": ""}
    assert len(draft["views"]) == 20_000
    assert "team_id" not in draft
    assert sent_by(drawn(form, draft))["next_on-day"] == "3"


def test_the_script_is_told_what_hides_a_question(form: Form) -> None:
    conditions = re.findall(r'data-hidden-when="([^"]*)"', drawn(form, {}))

    assert [html.unescape(one) for one in conditions] == [
        '[{"joined": "and", "tests": [{"field": "outcome", "operator": "!=", "value": "bail"}]}]'
    ]
