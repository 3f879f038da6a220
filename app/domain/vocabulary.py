"""The words of an area: diagrams, forms and roles are written in plain ones, and each area reads its own.

A profile's `words` name what the area calls a thing; here stands what the drawings and forms call it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

PLAIN: Mapping[str, tuple[str, ...]] = {
    "service": ("YJS",),
    "service_in_full": ("youth justice service",),
    "front_door": ("front door",),
    "leaving_care_worker": ("personal adviser",),
    "case_system": ("the case system", "case system"),
    "care_panel": ("care panel",),
    "ipep_panel": ("placement and education panel",),
    "sixteen_plus_panel": ("sixteen plus panel",),
}


def say(text: str, words: Mapping[str, str]) -> str:
    """`text` with the area's own words in place of the plain ones; at the start of a sentence, with a capital."""
    pattern, local = _known(tuple(sorted((key, words[key]) for key in PLAIN if key in words)))
    if pattern is None:
        return text

    def replaced(found: re.Match[str]) -> str:
        plain = found[0]
        word = local[plain.lower()]
        return word[0].upper() + word[1:] if plain[0].isupper() else word

    return pattern.sub(replaced, text)


@lru_cache(maxsize=64)
def _known(words: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str] | None, Mapping[str, str]]:
    local = {
        plain.lower(): word
        for key, word in words
        for plain in PLAIN[key]
        if word.lower() not in (plain.lower(), f"the {plain.lower()}")
    }
    if not local:
        return None, {}
    longest_first = sorted(local, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?=s?\b)", re.IGNORECASE), local
