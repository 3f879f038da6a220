"""JSON that somebody else has written: read, or refused as what cannot be read."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100
"""Levels of lists and objects. Nothing that is sent here has more than a dozen; a thousand end Python's own stack."""


def read_json(text: str | bytes) -> Any:
    """The value. Raises ValueError for what is no JSON, and for what is nested more than DEEPEST levels deep."""
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level = [found]
    for _ in range(DEEPEST + 1):
        level = [inner for one in level for inner in _within(one) if isinstance(inner, dict | list)]
        if not level:
            return found
    raise ValueError("nested too deeply")


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
