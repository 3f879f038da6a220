"""The closed set of things that a service task may ask for. The service layer carries them out, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.errors import ExpressionRefused

RECORD_FACT = "record_fact"
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "notify": ("template", "to"),
    "record_status": ("status", "from_at"),
    "end_status": ("status", "at"),
    RECORD_FACT: ("name", "value"),
    "open_bed_nights": ("from_at",),
    "close_bed_nights": ("at",),
}
_MAY_BE_EMPTY = frozenset({(RECORD_FACT, "value")})


def problem(name: str, parameters: Iterable[str]) -> str | None:
    """What is wrong with an operator as drawn, as a sentence, or None."""
    if name not in OPERATORS:
        return (
            f"What the system shall do, {name or 'nothing'}, is not known. Use one of {', '.join(OPERATORS)}."
        )
    given, needed = set(parameters), set(OPERATORS[name])
    if given != needed:
        return f"To {name} it needs {' and '.join(OPERATORS[name])}, each once and nothing else."
    return None


def check(name: str, values: Mapping[str, Any]) -> None:
    """Raises ExpressionRefused when the operator is unknown or a value is missing or of the wrong kind."""
    wrong = problem(name, values)
    if wrong:
        raise ExpressionRefused(wrong)
    for parameter, value in values.items():
        if value in (None, "") and (name, parameter) not in _MAY_BE_EMPTY:
            raise ExpressionRefused(f"{name} was given nothing for {parameter}.")
    if name == "notify":
        to = values["to"]
        if not isinstance(to, list) or not all(isinstance(role, str) and role for role in to):
            raise ExpressionRefused("notify takes a list of role keys as “to”.")
