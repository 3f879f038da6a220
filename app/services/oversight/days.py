"""The two days between which a page of managers looks, as somebody typed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from app.domain.typed_times import Mistyped, read_day

Day = TypeVar("Day", date, date | None)


def read_days(
    given: Mapping[str, str], usual: Mapping[str, Day]
) -> tuple[dict[str, Day], dict[str, list[str]]]:
    """`from` and `to` (ISO, or as typed), where they are not given those of `usual`; and what is wrong with them."""
    days, errors = dict(usual), {}
    for name in days:
        typed = given.get(name, "").strip()
        if typed:
            try:
                days[name] = read_day(typed if typed[4:5] == "-" else {"day": typed})
            except Mistyped:
                errors[name] = ["Enter a real date"]
    first, last = days["from"], days["to"]
    if not errors and first and last and first > last:
        errors["to"] = ["The last day must be the same as or after the first day"]
    return days, errors
