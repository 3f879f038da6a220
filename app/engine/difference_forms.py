"""What has changed on the forms of a pathway: questions, their words, their choices, when they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields as fields_of
from typing import Any

from app.domain.errors import BadInput
from app.domain.form_parts import Condition, Field, Group, Part, Words
from app.domain.forms import Form, read_form
from app.engine.changes import FORMS, Change

_SIDES = {
    "label": "Question",
    "hint": "Hint",
    "required": "Must be answered",
    "kind": "Kind of answer",
    "options": "Choices",
    "hidden_when": "Not asked when",
    "fact": "Kept as the child's",
    "called": "Called in sentences",
    "default": "Answer to begin with",
    "day": "The day lies in the",
    "minimum": "Smallest number",
    "maximum": "Largest number",
    "min_length": "Shortest answer",
    "max_length": "Longest answer",
    "decimals": "Decimal places",
    "pattern": "Looks like",
    "values_key": "Choices come from",
    "allocates": "Whoever is chosen becomes",
    "carries": "Begins with the answer",
    "prefix": "Before the answer",
    "suffix": "After the answer",
}
_KINDS = {
    "long_text": "long text",
    "select": "one of a list",
    "radio": "one choice",
    "checkbox": "a box to tick",
    "checklist": "several choices",
    "datetime": "date and time",
}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The changes of forms, by key."""
    for key in sorted({*old, *new}):
        if key not in old:
            yield Change("added", FORMS, key, _title(key, new[key]), "Form", new=_questions(key, new[key]))
        elif key not in new:
            yield Change("removed", FORMS, key, _title(key, old[key]), "Form", old=_questions(key, old[key]))
        elif old[key] != new[key]:
            yield from _of_form(key, old[key], new[key])


def _of_form(key: str, old: Any, new: Any) -> Iterator[Change]:
    called = _title(key, new)
    before, after = _read(key, old), _read(key, new)
    if before is None or after is None:
        yield Change(
            "changed", FORMS, key, called, "Form", "", "its file has changed and cannot be read as a form"
        )
        return
    found = list(_between(key, before, after))
    if not found:
        found = [Change("changed", FORMS, key, called, "Form", "", "something that is not shown")]
    yield from found


def _between(key: str, old: Form, new: Form) -> Iterator[Change]:
    if old.title != new.title:
        yield Change("changed", FORMS, key, new.title, "Heading of the form", old.title, new.title)
    before = {field.key: field for field in old.fields}
    after = {field.key: field for field in new.fields}
    for name, field in after.items():
        if name not in before:
            must = "has to be answered" if field.required else "may be left empty"
            yield Change("added", FORMS, key, field.label, f"On “{new.title}”, the question", new=must)
        else:
            yield from _of_question(key, new.title, before[name], field)
    for name, field in before.items():
        if name not in after:
            yield Change("removed", FORMS, key, field.label, f"On “{new.title}”, the question")
    kept = [[name for name in one if name in other] for one, other in ((before, after), (after, before))]
    if kept[0] != kept[1]:
        order = [
            ", ".join(holder[name].label for name in kept[i]) for i, holder in enumerate((before, after))
        ]
        yield Change("changed", FORMS, key, new.title, "Order of the questions", order[0], order[1])
    words = [" / ".join(_words(one.parts)) for one in (old, new)]
    if words[0] != words[1]:
        yield Change("changed", FORMS, key, new.title, "Words between the questions", words[0], words[1])


def _of_question(key: str, title: str, old: Field, new: Field) -> Iterator[Change]:
    for side in (side.name for side in fields_of(Field)):
        before, after = getattr(old, side), getattr(new, side)
        if before != after:
            what = f"{_SIDES.get(side, side)} (on “{title}”)"
            yield Change(
                "changed", FORMS, key, new.label, what, _in_words(side, before), _in_words(side, after)
            )


def _in_words(side: str, value: Any) -> str:
    if side == "options":
        return ", ".join(f"{option.label} ({option.value})" for option in value)
    if side == "kind":
        return _KINDS.get(value, str(value))
    if side == "hidden_when":
        return "; or ".join(_condition(condition) for condition in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _condition(condition: Condition) -> str:
    said = {"=": "is", "!=": "is not", "contains": "has", "lacks": "has not"}
    parts = (f"{one.field} {said[one.operator]} {one.value}" for one in condition.comparisons)
    return f" {condition.joined} ".join(parts)


def _words(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Words):
            yield from part.paragraphs
        elif isinstance(part, Group):
            yield part.label
            yield from _words(part.parts)


def _questions(key: str, raw: Any) -> str:
    form = _read(key, raw)
    return ", ".join(field.label for field in form.fields) if form is not None else "cannot be read"


def _title(key: str, raw: Any) -> str:
    form = _read(key, raw)
    return form.title if form is not None else key


def _read(key: str, raw: Any) -> Form | None:
    try:
        return read_form(key, raw)
    except BadInput:
        return None
