"""When a question is asked, for a designer who writes no expressions: the conditions to choose from, each in words.

A form file says when a question is hidden; people say when it is asked. Both are kept in step here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from app.domain.form_conditions import NotUnderstood, read_condition
from app.domain.form_parts import Comparison, Condition, Field, Option

ALWAYS, WRITTEN = "always", "written"
MOST = 150
LONGEST_LABEL = 60
_NAME_OR_TEXT = r'"(?:[^"\\]|\\.)*"|\b{}\b'


def to_choose(before: Sequence[Field]) -> list[Option]:
    """When a question may be asked, given the questions before it; values are ALWAYS, WRITTEN and expressions.

    The nearest questions are offered first; only the first 150 conditions are.
    """
    offered = [
        Option(hide, words) for field in reversed(before) for hide, words in _about(field) if len(hide) <= 200
    ]
    return [
        Option(ALWAYS, "Always"),
        *offered[:MOST],
        Option(WRITTEN, "When an expression says so, which I write below"),
    ]


def chosen(options: Iterable[Option], hidden_when: str) -> str:
    """Which of the options a condition is: ALWAYS for none, WRITTEN where it is none of them."""
    if not hidden_when.strip():
        return ALWAYS
    return next((one.value for one in options if is_same(one.value, hidden_when)), WRITTEN)


def is_same(one: str, other: str) -> bool:
    """Whether two expressions hide in the same cases, however they are spaced."""
    try:
        return read_condition(one) == read_condition(other)
    except NotUnderstood:
        return one.strip() == other.strip()


def renamed(expression: str, old: str, new: str) -> str:
    """The expression with another key for a question; texts inside it are left as they are."""
    pattern = re.compile(_NAME_OR_TEXT.format(re.escape(old)), re.ASCII)
    return pattern.sub(lambda found: found[0] if found[0].startswith('"') else new, expression)


def in_words(conditions: Iterable[Condition], fields: Sequence[Field]) -> str:
    """“only when “Was the child seen?” is “Yes””; "" for a question that is always asked."""
    by_key = {field.key: field for field in fields}
    parts = [_condition(condition, by_key) for condition in conditions]
    return f"only when {', and '.join(parts)}" if parts else ""


def _about(field: Field) -> Iterator[tuple[str, str]]:
    """Each way in which another question may hang on this one: what hides it, and when it is asked."""
    name = f"“{_short(field.label)}”"
    if field.kind == "checkbox":
        yield f"={field.key} != true", f"Only when {name} is ticked"
    elif field.kind in ("radio", "select") and field.options:
        for option in field.options:
            value = option.value if field.boolean else json.dumps(option.value, ensure_ascii=False)
            yield f"={field.key} != {value}", f"Only when {name} is “{_short(option.label)}”"
        for option in field.options:
            value = option.value if field.boolean else json.dumps(option.value, ensure_ascii=False)
            yield f"={field.key} = {value}", f"Only when {name} is not “{_short(option.label)}”"
    elif field.kind == "checklist":
        for option in field.options:
            test = f"list contains({field.key}, {json.dumps(option.value, ensure_ascii=False)})"
            yield f"=not({test})", f"Only when {name} includes “{_short(option.label)}”"
    else:
        yield f"={field.key} = null", f"Only when {name} is answered"


def _condition(condition: Condition, by_key: dict[str, Field]) -> str:
    """When what the condition hides is asked: the opposite of each test, and of what joins them."""
    joint = " or " if condition.joined == "and" else " and "
    return joint.join(_opposite(one, by_key.get(one.field)) for one in condition.comparisons)


def _opposite(test: Comparison, field: Field | None) -> str:
    name = f"“{_short(field.label)}”" if field else test.field
    if test.value is None:
        return f"{name} is {'answered' if test.operator == '=' else 'not answered'}"
    if field is not None and field.kind == "checkbox":
        return f"{name} is {'ticked' if (test.operator == '!=') == (test.value is True) else 'not ticked'}"
    words = f"“{field.option_label(test.value) if field else test.value}”"
    verbs = {"!=": "is", "=": "is not", "lacks": "includes", "contains": "does not include"}
    return f"{name} {verbs[test.operator]} {words}"


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
