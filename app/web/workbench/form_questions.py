"""The questions that a designer is asked about a part of a form, and made-up answers for showing the form filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.domain import clock
from app.domain.form_parts import Field, Option
from app.domain.form_settings import CHOOSING, DAYS, KINDS, NO_QUESTIONS
from app.domain.form_shown_when import WRITTEN
from app.domain.forms import Form, read_form
from app.services import reference

MADE_UP_PERSON = (("made_up", "Mary Made-Up"),)


def _only(*kinds: str) -> dict[str, Any]:
    """Asked for these kinds of part only."""
    return {"conditional": {"hide": "=" + " and ".join(f'kind != "{kind}"' for kind in kinds)}}


def _never_for(*kinds: str) -> dict[str, Any]:
    return {"conditional": {"hide": "=" + " or ".join(f'kind = "{kind}"' for kind in kinds)}}


_OF_A_QUESTION = _never_for(*NO_QUESTIONS)
_WHERE: dict[str, Any] = {
    "type": "select", "key": "where", "label": "Where does it go?", "valuesKey": "places",
    "validate": {"required": True}, "properties": {"called": "where it goes"},
}  # fmt: skip
_KIND: dict[str, Any] = {
    "type": "select", "key": "kind", "label": "What kind of part is it?", "valuesKey": "kinds",
    "validate": {"required": True}, "properties": {"called": "what kind of part it is"},
}  # fmt: skip
_SAYS: tuple[dict[str, Any], ...] = (
    {"type": "textfield", "key": "label", "label": "What does it ask?",
     "description": "As it stands on the page, for example “When did you see the child?”. For a heading, its words.",
     "validate": {"required": True, "maxLength": 300}, "properties": {"called": "what it asks"},
     **_never_for("text", "separator")},
    {"type": "textarea", "key": "words", "label": "What do the words say?",
     "description": "For words between questions only. A blank line begins a new paragraph.",
     "validate": {"required": True, "maxLength": 5000}, "properties": {"called": "what the words say"},
     **_only("text")},
    {"type": "textfield", "key": "hint", "label": "What helps to answer it?",
     "description": "One sentence under the question, for example what to leave out.",
     "validate": {"maxLength": 1000}, "properties": {"called": "what helps to answer it"}, **_OF_A_QUESTION},
    {"type": "checkbox", "key": "required", "label": "It must be answered",
     "properties": {"called": "whether it must be answered"}, **_OF_A_QUESTION},
)  # fmt: skip
_CHOICES: tuple[dict[str, Any], ...] = (
    {"type": "textarea", "key": "choices", "label": "What can be chosen?",
     "description": "For choices only. One choice a line: its value, a colon, its words, for example "
     "“bail: Bail was granted”. Without a colon the value is made from the words. Yes or no may be left blank.",
     "validate": {"maxLength": 8000}, "properties": {"called": "what can be chosen"}, **_only(*CHOOSING)},
    {"type": "select", "key": "people", "label": "Who can be chosen?", "valuesKey": "roles",
     "description": "For a person who holds a role only.",
     "validate": {"required": True}, "properties": {"called": "who can be chosen"}, **_only("people")},
)  # fmt: skip
_LIMITS: tuple[dict[str, Any], ...] = (
    {"type": "number", "key": "longest", "label": "How many characters at most?", "decimalDigits": 0,
     "description": "For texts only. Left blank, 200 for a short text and 4,000 for a long one.",
     "validate": {"min": 1, "max": 20000}, "properties": {"called": "the largest number of characters"},
     **_only("textfield", "textarea")},
    {"type": "select", "key": "written_as", "label": "Is it an address or a number to reach somebody?",
     "description": "For short texts only.",
     "values": [{"value": "email", "label": "An email address"}, {"value": "phone", "label": "A telephone number"}],
     "properties": {"called": "whether it is an address"}, **_only("textfield")},
    {"type": "number", "key": "smallest", "label": "What is the smallest number?", "description": "For numbers only.",
     "properties": {"called": "the smallest number"}, **_only("number")},
    {"type": "number", "key": "largest", "label": "What is the largest number?", "description": "For numbers only.",
     "properties": {"called": "the largest number"}, **_only("number")},
    {"type": "number", "key": "decimals", "label": "How many places after the point?", "decimalDigits": 0,
     "description": "For numbers only.",
     "validate": {"min": 0, "max": 6}, "properties": {"called": "the number of places"}, **_only("number")},
    {"type": "select", "key": "day", "label": "Where must the day lie?", "description": "For days only.",
     "values": [{"value": "past", "label": "In the past, or today"}, {"value": "future", "label": "Today or later"}],
     "properties": {"called": "where the day must lie"}, **_only(*DAYS)},
)  # fmt: skip
_BOX: tuple[dict[str, Any], ...] = (
    {"type": "textfield", "key": "before", "label": "What stands before the box?",
     "description": "For example £. For short texts and numbers only.",
     "validate": {"maxLength": 20}, "properties": {"called": "what stands before the box", "width": "5"},
     **_only("textfield", "number")},
    {"type": "textfield", "key": "after", "label": "What stands after the box?",
     "description": "For example days. For short texts and numbers only.",
     "validate": {"maxLength": 20}, "properties": {"called": "what stands after the box", "width": "5"},
     **_only("textfield", "number")},
    {"type": "select", "key": "width", "label": "How wide is the box?",
     "description": "For short texts and numbers only. A narrow box says that a short answer is meant.",
     "values": [{"value": one, "label": f"{one} characters"} for one in ("2", "3", "4", "5", "10", "20")],
     "properties": {"called": "how wide the box is"}, **_only("textfield", "number")},
)  # fmt: skip
_WHEN: tuple[dict[str, Any], ...] = (
    {"type": "select", "key": "asked_when", "label": "When is it shown?", "valuesKey": "conditions",
     "validate": {"required": True}, "properties": {"called": "when it is shown"}},
    {"type": "textfield", "key": "hidden_when", "label": "The expression that hides it",
     "description": 'Only where you chose to write one, such as =outcome != "bail". It may name questions before it.',
     "validate": {"required": True, "maxLength": 400}, "properties": {"called": "the expression that hides it"},
     "conditional": {"hide": f'=asked_when != "{WRITTEN}"'}},
)  # fmt: skip
_ADVANCED: tuple[dict[str, Any], ...] = (
    {"type": "textfield", "key": "key", "label": "Advanced: its key",
     "description": "What expressions call its answer, in snake_case. Left blank for a new question, it is made from "
     "what it asks.",
     "validate": {"maxLength": 60}, "properties": {"called": "its key"}, **_OF_A_QUESTION},
    {"type": "textfield", "key": "called", "label": "Advanced: what it is called inside a sentence",
     "description": "For example “the date of the visit”, as in “Enter the date of the visit”.",
     "validate": {"maxLength": 200}, "properties": {"called": "what it is called inside a sentence"},
     **_OF_A_QUESTION},
    {"type": "textfield", "key": "fact", "label": "Advanced: the fact of the child that it states",
     "description": "It starts with that fact where it is known, and its answer becomes the fact.",
     "validate": {"maxLength": 60}, "properties": {"called": "the fact that it states"}, **_OF_A_QUESTION},
    {"type": "textfield", "key": "carries", "label": "Advanced: the earlier answer that it starts with",
     "description": "A step and its question, for example record_first_visit.child_said.",
     "validate": {"maxLength": 130}, "properties": {"called": "the earlier answer"}, **_OF_A_QUESTION},
)  # fmt: skip
_THOUGH_READ: dict[str, Any] = {
    "type": "checkbox", "key": "though_read",
    "label": "Change the key: I shall change what reads it, too", "properties": {"called": "that you change the key"},
}  # fmt: skip

NEW: Form = read_form(
    "workbench/new_form",
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "title", "label": "What is the form called?",
             "description": "For example “First visit”.",
             "validate": {"required": True, "maxLength": 120}, "properties": {"called": "what the form is called"}},
            {"type": "textfield", "key": "question", "label": "What does it ask first?",
             "description": "It becomes a long text; you can change that on the next page.",
             "validate": {"required": True, "maxLength": 300}, "properties": {"called": "what it asks first"}},
            {"type": "textfield", "key": "name", "label": "Advanced: the name of its file",
             "description": "In snake_case, like the step that asks it. Left blank, it is made from the title.",
             "validate": {"maxLength": 60}, "properties": {"called": "the name of its file"}},
        ],
    },
)  # fmt: skip
"""A form that is not there yet."""

TITLE: Form = read_form(
    "workbench/form_title",
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "title", "label": "What is the form called?",
             "validate": {"required": True, "maxLength": 120}, "properties": {"called": "what the form is called"}},
        ],
    },
)  # fmt: skip
"""What a form is called."""


def of_part(
    kind: str,
    conditions: Sequence[Option],
    *,
    people: str = "",
    allocates: str = "",
    places: Sequence[tuple[str, str]] = (),
    asks_though_read: bool = False,
) -> Form:
    """What is set at a part of that kind, or ("") at a new part that goes to one of the places."""
    components = [_KIND, *_SAYS, *_CHOICES, *_LIMITS, *_BOX, *_WHEN, *_ADVANCED]
    if places:
        components.insert(0, _WHERE)
    if asks_though_read:
        components.append(_THOUGH_READ)
    form = read_form("workbench/form_part", {"type": "default", "components": components})
    offers = {
        "places": [Option(*one) for one in places],
        "kinds": [Option(*one) for one in KINDS.items() if _may_become(kind, one[0])],
        "roles": _roles("people:", people),
        "roles_taken": _roles("", allocates),
        "conditions": conditions,
    }
    return form.offering(offers)


def made_up(form: Form) -> dict[str, Any]:
    """An answer to every question, such as somebody might give: for looking at the page, never stored."""
    return {field.key: _answer(field) for field in form.fields}


def made_up_people(form: Form) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Somebody to choose wherever a form asks for a person."""
    return {
        field.values_key.removeprefix("people:"): MADE_UP_PERSON for field in form.fields if field.values_key
    }


def _may_become(kind: str, other: str) -> bool:
    if kind in NO_QUESTIONS:
        return kind == other
    return not kind or other not in NO_QUESTIONS


def _roles(prefix: str, chosen: str) -> list[Option]:
    known = [Option(f"{prefix}{role.key}", role.name) for role in _by_name()]
    if chosen and chosen not in {one.value for one in known}:
        known.append(Option(chosen, chosen))
    return known


def _by_name() -> Iterable[Any]:
    return sorted(reference.roles(), key=lambda role: role.name)


def _answer(field: Field) -> Any:
    day = clock.today() + timedelta(days={"past": -3, "future": 7}.get(field.day, 0))
    first = field.options[0].value if field.options else MADE_UP_PERSON[0][0]
    made = {
        "text": f"{field.label.rstrip('?')}: made up"[: field.max_length],
        "long_text": "A made-up answer, so that you see the page as it is when it is filled in."[
            : field.max_length
        ],
        "number": _number(field),
        "select": first,
        "radio": first,
        "checklist": [first],
        "checkbox": True,
        "date": day.isoformat(),
        "time": "10:30",
        "datetime": f"{day.isoformat()}T10:30",
    }
    return made[field.kind]


def _number(field: Field) -> float:
    lowest = 1 if field.minimum is None else field.minimum
    number = lowest if field.maximum is None else min(max(lowest, 1), field.maximum)
    return int(number) if float(number).is_integer() else number
