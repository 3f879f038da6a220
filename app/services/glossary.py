"""The words of the protocols, explained: processes/glossary.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.domain.errors import BadInput
from app.domain.vocabulary import PLAIN
from app.services import reference

CAPITALS = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")
"""An abbreviation or a name written like one: two capitals in one word."""


@dataclass(frozen=True)
class Word:
    """A word with its meaning; `in_full` is what its letters stand for, `also` other names of the same."""

    word: str
    means: str
    in_full: str = ""
    also: tuple[str, ...] = ()
    area: str = ""

    @property
    def anchor(self) -> str:
        """Where it stands on the page of the glossary."""
        return "word-" + re.sub(r"[^a-z0-9]+", "-", self.word.casefold()).strip("-")

    @property
    def letter(self) -> str:
        """The capital under which it stands."""
        return self.word[0].upper()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything under which it can be looked up."""
        return (*self.word.split(", "), *self.also)


def words() -> tuple[Word, ...]:
    """Every word, in the order of the alphabet. Raises BadInput for a file that cannot be used."""
    path = reference.PROCESSES / "glossary.yaml"
    return _read(str(path), path.stat().st_mtime_ns)


def explained(texts: Iterable[str | None]) -> tuple[Word, ...]:
    """The abbreviations in these texts that the glossary can write out, each once, in the order of the alphabet."""
    found = {word for text in texts if text for word in CAPITALS.findall(text)}
    return tuple(known for known in words() if known.in_full and known.word in found)


def own_words(profile_key: str) -> tuple[tuple[str, str], ...]:
    """What an area calls things: (the plain words, the area's own), where they differ."""
    own: Mapping[str, str] = reference.profile(profile_key).words
    return tuple(
        (plain[-1][:1].upper() + plain[-1][1:], own[key])
        for key, plain in PLAIN.items()
        if key in own and own[key].casefold() != plain[-1].casefold()
    )


@lru_cache(maxsize=2)
def _read(path: str, stamp: int) -> tuple[Word, ...]:
    entries = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    found = [_word(entry, number) for number, entry in enumerate(entries or [], start=1)]
    twice = {word.anchor for word in found if sum(one.anchor == word.anchor for one in found) > 1}
    if twice:
        raise BadInput(f"The glossary has {', '.join(sorted(twice))} twice.")
    return tuple(sorted(found, key=lambda word: word.word.casefold()))


def _word(entry: Any, number: int) -> Word:
    known = {"word", "means", "in_full", "also", "area"}
    if not isinstance(entry, dict) or not {"word", "means"} <= set(entry) <= known:
        raise BadInput(
            f"Entry {number} of the glossary needs a word and what it means, and no more than {known}."
        )
    return Word(**{**entry, "also": tuple(entry.get("also", ()))})
