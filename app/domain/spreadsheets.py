"""Text in files that a spreadsheet opens: words stay words."""

from __future__ import annotations

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(value: str) -> str:
    """Text that no spreadsheet takes for a formula: one that could begin one gets an apostrophe before it."""
    return f"'{value}" if value.startswith(BEGINS_A_FORMULA) else value
