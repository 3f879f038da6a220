"""The forms of the outline: what a step says, what is added to it, when a way is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.form_parts import Option
from app.domain.forms import Form, read_form
from app.engine.editing_steps import ATTACHED, KINDS
from app.services.workbench.outlining import Detail

_NAME: dict[str, Any] = {
    "type": "textfield", "key": "name", "label": "What is it called?",
    "description": "As a person would say it, for example “Visit the child in custody”.",
    "validate": {"maxLength": 200}, "properties": {"called": "what it is called"},
}  # fmt: skip
_TASK: tuple[dict[str, Any], ...] = (
    {"type": "select", "key": "form", "label": "Which questions does it ask?", "valuesKey": "forms",
     "properties": {"called": "which questions it asks"}},
    {"type": "textfield", "key": "due", "label": "When is it due?",
     "description": "A rule and what it is counted from, for example deadline(\"visit.remand.first\", remanded_at).",
     "validate": {"maxLength": 400}, "properties": {"called": "when it is due"}},
    {"type": "textfield", "key": "duty", "label": "Which duties does it meet?",
     "description": "Their numbers, with commas between them, for example WAN-8-10.",
     "validate": {"maxLength": 400}, "properties": {"called": "which duties it meets"}},
    {"type": "select", "key": "overdue", "label": "What happens when it is late?",
     "values": [{"value": "mark", "label": "It is marked as overdue"},
                {"value": "escalate", "label": "The escalation ladder starts"}],
     "properties": {"called": "what happens when it is late"}},
    {"type": "textarea", "key": "instructions", "label": "What should the person know?",
     "validate": {"maxLength": 2000}, "properties": {"called": "what the person should know"}},
    {"type": "textfield", "key": "assign", "label": "Advanced: an expression that gives a person",
     "validate": {"maxLength": 400}, "properties": {"called": "an expression that gives a person"}},
    {"type": "textfield", "key": "copy", "label": "Advanced: answers that later steps decide by",
     "description": "Their keys, with commas between them.",
     "validate": {"maxLength": 400}, "properties": {"called": "answers that later steps decide by"}},
)  # fmt: skip
_LANE: dict[str, Any] = {
    "type": "select", "key": "lane", "label": "Who does it?", "valuesKey": "lanes",
    "description": "A role that has no lane yet gets one.", "properties": {"called": "who does it"},
}  # fmt: skip
_TIMER: tuple[dict[str, Any], ...] = (
    {"type": "radio", "key": "meant_as", "label": "How is the moment given?",
     "values": [{"value": "date", "label": "A moment: a rule or a date"},
                {"value": "duration", "label": "A length of time, such as P14D"}],
     "properties": {"called": "how the moment is given"}},
    {"type": "textfield", "key": "timer", "label": "Until when?",
     "validate": {"required": True, "maxLength": 400}, "properties": {"called": "until when"}},
)  # fmt: skip
_MESSAGE: dict[str, Any] = {
    "type": "textfield", "key": "message", "label": "What is the message called?",
    "validate": {"required": True, "maxLength": 80}, "properties": {"called": "the name of the message"},
}  # fmt: skip
PEOPLES = frozenset({"userTask", "manualTask", "task"})


def of_step(step: Detail, forms: Sequence[str], lanes: Sequence[str]) -> Form:
    """What a step of its kind says."""
    components: list[dict[str, Any]] = [_NAME]
    if step.step.type in PEOPLES:
        components += [_LANE, *_TASK]
    else:
        components += [_TASK[4], _TASK[2]]
    if step.timer:
        components += _TIMER
    if step.message:
        components.append(_MESSAGE)
    form = read_form("workbench/step", {"type": "default", "components": components})
    offers = {"forms": [Option(one, one) for one in forms], "lanes": [Option(one, one) for one in lanes]}
    return form.offering(offers if step.step.type in PEOPLES else {})


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
    return form.offering({"ways": [Option(*one) for one in ways]})


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

OF_WAY: Form = read_form(
    "workbench/way",
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "name", "label": "What is the way called?",
             "description": "The answer to the decision, for example “yes”.",
             "validate": {"maxLength": 120}, "properties": {"called": "what the way is called"}},
            {"type": "textfield", "key": "condition", "label": "When is it taken?",
             "description": "An expression, for example record_first_visit.was_seen == true.",
             "validate": {"maxLength": 400}, "properties": {"called": "when it is taken"}},
            {"type": "checkbox", "key": "is_otherwise", "label": "It is taken when no other way is",
             "properties": {"called": "whether it is taken when no other is"}},
        ],
    },
)  # fmt: skip
"""When a way out of a decision is taken."""


def to_choose(question: str, options: Sequence[tuple[str, str]]) -> Form:
    """One select: where it leads, or where it goes."""
    component = {"type": "select", "key": "there", "label": question, "valuesKey": "options",
                 "validate": {"required": True}, "properties": {"called": question.rstrip("?").lower()}}  # fmt: skip
    form = read_form("workbench/choose", {"type": "default", "components": [component]})
    return form.offering({"options": [Option(*one) for one in options]})
