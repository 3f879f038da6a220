"""The expressions of form-js that hide a question (`conditional.hide`): the part of FEEL that forms here use.

    =outcome = "bail"                    =seen_alone != true              =visited_on = null
    =list contains(told, "mother")       =not(list contains(told, "mother"))
Several are joined by `and`, or by `or`, not by both.
"""

from __future__ import annotations

import json
import re
from typing import Literal

from app.domain.form_parts import Comparison, Condition

LONGEST = 400
_NAME = r"([a-z][a-z0-9_]*)"
_VALUE = r'("(?:[^"\\]|\\.)*"|-?\d{1,12}(?:\.\d{1,6})?|true|false|null)'
_COMPARISON = re.compile(rf"{_NAME}\s*(!=|=)\s*{_VALUE}", re.ASCII)
_CONTAINS = re.compile(rf"list contains\(\s*{_NAME}\s*,\s*{_VALUE}\s*\)", re.ASCII)
_LACKS = re.compile(rf"not\(\s*{_CONTAINS.pattern}\s*\)", re.ASCII)
_JOINT = re.compile(r"\s+(and|or)\s+", re.ASCII)


class NotUnderstood(ValueError):
    """The expression is outside the part of FEEL that this service can decide on the server."""


def read_condition(expression: object) -> Condition:
    """The condition that an expression states. Raises NotUnderstood."""
    if not isinstance(expression, str) or not expression.strip().startswith("=") or len(expression) > LONGEST:
        raise NotUnderstood
    rest = expression.strip()[1:].strip()
    comparisons: list[Comparison] = []
    joints: set[str] = set()
    while True:
        comparison, rest = _first(rest)
        comparisons.append(comparison)
        if not rest:
            break
        joint = _JOINT.match(rest)
        if not joint:
            raise NotUnderstood
        joints.add(joint[1])
        rest = rest[joint.end() :]
    if len(joints) > 1:
        raise NotUnderstood
    joined: Literal["and", "or"] = "or" if "or" in joints else "and"
    return Condition(tuple(comparisons), joined)


def _first(text: str) -> tuple[Comparison, str]:
    """The comparison that the text begins with, and what is left."""
    if found := _LACKS.match(text):
        return Comparison(found[1], "lacks", _value(found[2])), text[found.end() :]
    if found := _CONTAINS.match(text):
        return Comparison(found[1], "contains", _value(found[2])), text[found.end() :]
    if found := _COMPARISON.match(text):
        operator: Literal["=", "!="] = "=" if found[2] == "=" else "!="
        return Comparison(found[1], operator, _value(found[3])), text[found.end() :]
    raise NotUnderstood


def _value(literal: str) -> str | int | float | bool | None:
    try:
        value: str | int | float | bool | None = json.loads(literal)
    except ValueError:
        raise NotUnderstood from None
    return value
