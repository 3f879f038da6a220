"""Small numbers: what counts fewer than five children may tell who they are, so it is hidden where it may be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LEAST = 5
HIDDEN = "hidden"
"""What stands in the place of a number that is small, or could give a small one away."""


def is_small(number: int) -> bool:
    """Whether it is above nought and too small to be shared."""
    return 0 < number < LEAST


def hidden_keys(parts: Mapping[str, Iterable[int]]) -> frozenset[str]:
    """The lines of a table that must be hidden; `parts` are the numbers of each line.

    A single hidden line could be had by taking the others from the total, so then the next smallest is hidden too.
    """
    counts = {key: tuple(numbers) for key, numbers in parts.items()}
    found = {key for key, numbers in counts.items() if any(map(is_small, numbers))}
    if len(found) == 1:
        others = [key for key, numbers in counts.items() if key not in found and sum(numbers) > 0]
        found |= set(sorted(others, key=lambda key: (sum(counts[key]), key))[:1])
    return frozenset(found)
