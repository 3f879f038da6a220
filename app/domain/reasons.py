"""The reason that somebody has to give for what they do: there is one, and it is not too long."""

from __future__ import annotations


def problem(reason: str, *, most: int, missing: str = "Enter the reason") -> str:
    """What is wrong with a reason, as a sentence for its field; empty when nothing is. `most` counts characters."""
    if not reason.strip():
        return missing
    return f"The reason must be {most:,} characters or fewer" if len(reason) > most else ""
