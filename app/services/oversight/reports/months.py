"""Months of a period, sums of pounds, shares: the small sums that several reports make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from app.domain.limits import add_months

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label_of(day: date) -> str:
    """The month of a day, such as “Nov 2026”."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def by_month(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Each month of the period with its first and last day within the period."""
    day = first
    while day <= last:
        following = add_months(day.replace(day=1), 1)
        yield label_of(day), day, min(last, following - timedelta(days=1))
        day = following


def money(amounts: Iterable[float | int | None]) -> float:
    """The sum of what is known, to the penny."""
    return round(sum(amount for amount in amounts if amount is not None), 2)


def share(part: int, whole: int) -> float | None:
    """Part of a whole in per cent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def mean(values: Iterable[float | int | None]) -> float | None:
    """The mean of what is known, with one decimal; None of nothing."""
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 1) if known else None
