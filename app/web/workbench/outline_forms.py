"""The forms of the outline: what a step says, what is added to it, when a way is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.domain.form_parts import Option
from app.domain.forms import Form, read_form
from app.engine.editing_steps import ATTACHED, KINDS
from app.services.workbench.choosing import OTHER, Offered
from app.services.workbench.step_details import PARAMETER, Detail

ANOTHER_WAY = "In another way: an expression says it"
PEOPLES = frozenset({"userTask", "manualTask", "task"})
_LONGEST = {"maxLength": 400}
_NAME: dict[str, Any] = {
    "type": "textfield", "key": "name", "label": "What is it called?",
    "description": "As a person would say it, for example “Visit the child in custody”.",
    "validate": {"maxLength": 200}, "properties": {"called": "what it is called"},
}  # fmt: skip
_LANE: dict[str, Any] = {
    "type": "select", "key": "lane", "label": "Who does it?", "valuesKey": "lanes",
    "description": "A role that has no lane yet gets one.", "properties": {"called": "who does it"},
}  # fmt: skip
_FORM: dict[str, Any] = {
    "type": "select", "key": "form", "label": "Which questions does it ask?", "valuesKey": "forms",
    "properties": {"called": "which questions it asks"},
}  # fmt: skip
_DUTIES: dict[str, Any] = {
    "type": "checklist", "key": "duties", "label": "Which duties does it meet?",
    "description": "Untick what it meets no longer.", "properties": {"called": "which duties it meets"},
}  # fmt: skip
_DUTY: dict[str, Any] = {
    "type": "textfield", "key": "duty", "label": "Add a duty that it meets",
    "description": "Type part of what the duty asks for, or its number, for example WAN-8-10, and choose from the "
                   "list. Several numbers have commas between them.",
    "validate": {"maxLength": 800}, "properties": {"called": "a duty that it meets"},
}  # fmt: skip
_INSTRUCTIONS: dict[str, Any] = {
    "type": "textarea", "key": "instructions", "label": "What should the person know?",
    "validate": {"maxLength": 2000}, "properties": {"called": "what the person should know"},
}  # fmt: skip
_DUE: tuple[dict[str, Any], ...] = (
    {"type": "select", "key": "rule", "label": "When is it due?", "valuesKey": "rules",
     "description": "Leave it at “Choose one” where it has no date.", "properties": {"called": "when it is due"}},
    {"type": "select", "key": "counted_from", "label": "What is the time counted from?", "valuesKey": "starts",
     "conditional": {"hide": f'=rule = null or rule = "{OTHER}"'},
     "validate": {"required": True}, "properties": {"called": "what the time is counted from"}},
    {"type": "textfield", "key": "due", "label": "When is it due, as an expression?",
     "description": "For example earliest(deadline(\"visit.remand.first\", remanded_at), hearing_at).",
     "conditional": {"hide": f'=rule != null and rule != "{OTHER}"'},
     "validate": _LONGEST, "properties": {"called": "when it is due"}},
)  # fmt: skip
_AFTER_DUE: tuple[dict[str, Any], ...] = (
    {"type": "select", "key": "overdue", "label": "What happens when it is late?",
     "values": [{"value": "mark", "label": "It is marked as overdue"},
                {"value": "escalate", "label": "The escalation ladder starts"}],
     "properties": {"called": "what happens when it is late"}},
    {"type": "select", "key": "sign_off", "label": "Who agrees to the answers?", "valuesKey": "roles",
     "description": "Leave it at “Choose one” where nobody has to.",
     "properties": {"called": "who agrees to the answers"}},
)  # fmt: skip
_ADVANCED: tuple[dict[str, Any], ...] = (
    {"type": "textfield", "key": "assign", "label": "Advanced: an expression that gives a person",
     "validate": _LONGEST, "properties": {"called": "an expression that gives a person"}},
    {"type": "textfield", "key": "copy", "label": "Advanced: answers that later steps know",
     "description": "The keys of its questions, with commas between them.",
     "validate": _LONGEST, "properties": {"called": "answers that later steps know"}},
    {"type": "textfield", "key": "builds_on", "label": "Advanced: earlier steps shown beside the questions",
     "description": "Their ids, with commas between them.",
     "validate": _LONGEST, "properties": {"called": "earlier steps shown beside the questions"}},
)  # fmt: skip
_LIMITED, _LONG = '=meant_as != "limit"', '=meant_as != "duration"'
_TIMER: tuple[dict[str, Any], ...] = (
    {"type": "radio", "key": "meant_as", "label": "What does it wait for?",
     "values": [{"value": "limit", "label": "The end of a time limit"},
                {"value": "duration", "label": "A length of time"},
                {"value": "date", "label": "A moment that an expression gives"},
                {"value": "length", "label": "A length of time that an expression gives"}],
     "validate": {"required": True}, "properties": {"called": "what it waits for"}},
    {**_DUE[0], "label": "Which time limit?", "description": "", "conditional": {"hide": _LIMITED},
     "validate": {"required": True}, "properties": {"called": "which time limit"}},
    {**_DUE[1], "conditional": {"hide": _LIMITED}},
    {"type": "number", "key": "amount", "label": "How many?", "decimalDigits": 0, "conditional": {"hide": _LONG},
     "validate": {"required": True, "min": 0, "max": 9999}, "properties": {"called": "how many"}},
    {"type": "select", "key": "unit", "label": "Of what?", "conditional": {"hide": _LONG},
     "description": "Every day of the calendar counts. For working days choose a time limit.",
     "values": [{"value": "D", "label": "days"}, {"value": "W", "label": "weeks"},
                {"value": "M", "label": "months"}, {"value": "H", "label": "hours"}],
     "validate": {"required": True}, "properties": {"called": "of what"}},
    {"type": "textfield", "key": "timer", "label": "Until when, or how long, as an expression?",
     "conditional": {"hide": '=meant_as = "limit" or meant_as = "duration"'},
     "validate": {**_LONGEST, "required": True}, "properties": {"called": "until when, or how long"}},
)  # fmt: skip
_MESSAGE: dict[str, Any] = {
    "type": "textfield", "key": "message", "label": "What is the message called?",
    "validate": {"required": True, "maxLength": 80}, "properties": {"called": "the name of the message"},
}  # fmt: skip
_OF_THE_SYSTEM: Mapping[str, dict[str, Any]] = {
    "payload": {"type": "textarea", "key": "payload", "label": "Advanced: what the message says",
                "description": "An expression.", "validate": {"maxLength": 2000},
                "properties": {"called": "what the message says"}},
    "variable": {"type": "textfield", "key": "variable", "label": "Advanced: the name under which it is kept",
                 "validate": {"maxLength": 80}, "properties": {"called": "the name under which it is kept"}},
    "script": {"type": "textarea", "key": "script", "label": "Advanced: what it sets",
               "description": "One name a line, for example ends_on = deadline(\"visit.remand.first\", now()).",
               "validate": {"maxLength": 2000}, "properties": {"called": "what it sets"}},
    "operation": {"type": "select", "key": "operation", "label": "What does the system do?",
                  "description": "What it needs to know is asked once this is saved.",
                  "valuesKey": "operations", "validate": {"required": True},
                  "properties": {"called": "what the system does"}},
}  # fmt: skip


def of_step(step: Detail, lists: Offered, offers: Mapping[str, Iterable[str | tuple[str, str]]]) -> Form:
    """What a step of its kind says; `offers` has its `duties`, and what there is of forms, lanes, roles, operations."""
    components = list(_asked(step, _duties(offers["duties"])))
    wanted = {one.get("valuesKey") for one in components}
    there = {**offers, "rules": [*lists.rules.items()], "starts": [*lists.starts.items()]}
    if step.step.type in PEOPLES:
        there["rules"] = [(OTHER, ANOTHER_WAY), *lists.rules.items()]
    form = read_form("workbench/step", {"type": "default", "components": components})
    return form.offering({key: _options(found) for key, found in there.items() if key in wanted})


def _asked(step: Detail, duties: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield _NAME
    if step.step.type in PEOPLES:
        yield from (_LANE, _FORM, *_DUE, *duties, *_AFTER_DUE, _INSTRUCTIONS, *_ADVANCED)
    else:
        yield {**_INSTRUCTIONS, "label": "What is it for?", "properties": {"called": "what it is for"}}
        yield from duties
    if step.timer:
        yield from _TIMER
    if step.message:
        yield _MESSAGE
    yield from (component for key, component in _OF_THE_SYSTEM.items() if key in step.answers)
    for key in step.answers:
        if key.startswith(PARAMETER):
            words = key.removeprefix(PARAMETER).replace("_", " ")
            yield {"type": "textfield", "key": key, "label": f"Advanced: {words}", "description": "An expression.",
                   "validate": _LONGEST, "properties": {"called": words}}  # fmt: skip


def _duties(met: Iterable[str | tuple[str, str]]) -> list[dict[str, Any]]:
    values = [{"value": one.value, "label": one.label} for one in _options(met)]
    return [{**_DUTIES, "values": values}, _DUTY] if values else [_DUTY]


def _options(found: Iterable[str | tuple[str, str]]) -> list[Option]:
    return [Option(one, one) if isinstance(one, str) else Option(*one) for one in found]


def to_add(ways: Sequence[tuple[str, str]]) -> Form:
    """A new step behind another; `ways` are where it may go."""
    components = [
        {"type": "select", "key": "where", "label": "Where does the new step go?", "valuesKey": "ways",
         "validate": {"required": True}, "properties": {"called": "where it goes"}},
        {"type": "select", "key": "kind", "label": "What kind of step is it?",
         "values": [{"value": key, "label": kind.called} for key, kind in KINDS.items()],
         "validate": {"required": True}, "properties": {"called": "what kind of step it is"}},
        _NAME,
    ]  # fmt: skip
    form = read_form("workbench/add_step", {"type": "default", "components": components})
    return form.offering({"ways": _options(ways)})


TO_ATTACH: Form = read_form(
    "workbench/attach",
    {
        "type": "default",
        "components": [
            {"type": "select", "key": "kind", "label": "What may happen meanwhile?",
             "values": [{"value": key, "label": kind.called} for key, kind in ATTACHED.items()],
             "validate": {"required": True}, "properties": {"called": "what may happen"}},
            _NAME,
            {"type": "radio", "key": "interrupts", "label": "Does it end the step?",
             "values": [{"value": "yes", "label": "Yes, the step ends"}, {"value": "no", "label": "No, it goes on"}],
             "validate": {"required": True}, "properties": {"called": "whether it ends the step"}},
        ],
    },
)  # fmt: skip
"""Something that may happen while a step is under way."""

_OF_WAY: tuple[dict[str, Any], ...] = (
    {"type": "textfield", "key": "name", "label": "What is the way called?",
     "description": "The answer to the decision, for example “yes”.",
     "validate": {"maxLength": 120}, "properties": {"called": "what the way is called"}},
    {"type": "select", "key": "answer", "label": "Which answer leads this way?", "valuesKey": "answers",
     "description": "Answers that are given at the start, or in a step before it.",
     "properties": {"called": "which answer leads this way"}},
    {"type": "textfield", "key": "condition", "label": "When is it taken, as an expression?",
     "description": "For example record_first_visit.was_seen == True.",
     "conditional": {"hide": f'=answer != null and answer != "{OTHER}"'},
     "validate": _LONGEST, "properties": {"called": "when it is taken"}},
    {"type": "checkbox", "key": "is_otherwise", "label": "It is taken when no other way is",
     "properties": {"called": "whether it is taken when no other is"}},
)  # fmt: skip


def of_way(lists: Offered, *, is_decided: bool) -> Form:
    """What a way is called and, where it leads out of a decision, when it is taken."""
    form = read_form(
        "workbench/way", {"type": "default", "components": list(_OF_WAY if is_decided else _OF_WAY[:1])}
    )
    if not is_decided:
        return form
    return form.offering({"answers": _options([(OTHER, ANOTHER_WAY), *lists.answers.items()])})


def to_choose(question: str, options: Sequence[tuple[str, str]]) -> Form:
    """One select: where it leads, or where it goes."""
    component = {"type": "select", "key": "there", "label": question, "valuesKey": "options",
                 "validate": {"required": True}, "properties": {"called": question.rstrip("?").lower()}}  # fmt: skip
    form = read_form("workbench/choose", {"type": "default", "components": [component]})
    return form.offering({"options": _options(options)})
