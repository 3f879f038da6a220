"""What may be kept in an instance: JSON values and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.domain.errors import ExpressionRefused

MAX_DEPTH = 10
MAX_ITEMS = 2000


def as_json(value: Any, depth: int = 0) -> Any:
    """`value` as JSON values that share nothing with it; dates and times become ISO text.

    Raises ExpressionRefused for anything that JSON cannot hold, or that is too deep or too long.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ExpressionRefused("A number that is infinite or undefined cannot be kept.")
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return _collection(value, depth)
    raise ExpressionRefused(f"A value of the kind {type(value).__name__} cannot be kept.")


def _collection(value: Any, depth: int) -> Any:
    if depth >= MAX_DEPTH or len(value) > MAX_ITEMS:
        raise ExpressionRefused("The value is too deep or too long to be kept.")
    if not isinstance(value, Mapping):
        return [as_json(item, depth + 1) for item in value]
    if not all(isinstance(key, str) for key in value):
        raise ExpressionRefused("A record must have text as its keys.")
    return {str(key): as_json(item, depth + 1) for key, item in value.items()}
