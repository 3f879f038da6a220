"""The questions of a form in words: what is asked, how it is answered, and when."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.form_parts import Comparison, Condition, Field
from app.domain.forms import Form
from app.services.manual.contents import Question

_KINDS = {
    "text": "words", "long_text": "words", "number": "a number", "date": "a date", "time": "a time",
    "datetime": "a date and time", "checkbox": "a tick", "select": "one of a list", "radio": "one of a list",
    "checklist": "any of a list",
}  # fmt: skip
MOST_OPTIONS = 12
Say = Callable[[str], str]


def questions_of(form: Form | None, say: Say) -> tuple[Question, ...]:
    """The questions in the order in which they are asked; none without a form."""
    if form is None:
        return ()
    return tuple(
        Question(
            label=say(field.label),
            how=say(_how(field)),
            is_required=field.required,
            when=say(_when(field, form)),
        )
        for field in form.fields
    )


def _how(field: Field) -> str:
    if field.boolean:
        return "yes or no"
    if not field.options:
        return _KINDS[field.kind]
    labels = [option.label for option in field.options]
    more = f" and {len(labels) - MOST_OPTIONS} more" if len(labels) > MOST_OPTIONS else ""
    many = "any of" if field.kind == "checklist" else "one of"
    return f"{many}: {'; '.join(labels[:MOST_OPTIONS])}{more}"


def _when(field: Field, form: Form) -> str:
    """Only the conditions for being asked; what hides it is turned round."""
    return "; ".join(filter(None, (_asked_if(one, form) for one in field.hidden_when)))


def _asked_if(condition: Condition, form: Form) -> str:
    """Hidden when all hold means asked when one does not, and the reverse."""
    joined = " or " if condition.joined == "and" else " and "
    return f"only if {joined.join(_not(one, form) for one in condition.comparisons)}"


def _not(one: Comparison, form: Form) -> str:
    found = next((field for field in form.fields if field.key == one.field), None)
    label = f"“{found.label if found else one.field}”"
    if one.value is None:
        return f"{label} is {'answered' if one.operator == '=' else 'not answered'}"
    if isinstance(one.value, bool):
        answer = "yes" if one.value == (one.operator == "!=") else "no"
        return f"{label} is {answer}"
    value = f"“{found.option_label(one.value) if found else one.value}”"
    words = {"=": "is not", "!=": "is", "contains": "does not include", "lacks": "includes"}
    return f"{label} {words[one.operator]} {value}"
