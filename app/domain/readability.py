"""How hard a text is to read: Flesch and Kincaid's grade, counted from words, sentences and syllables."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_END = re.compile(r"[.!?:]+(?:\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
AGE_NINE = 4.0
"""The grade of a child of nine: the fourth year of school."""


def grade(text: str) -> float:
    """The school year, from 1, whose children read such a text with ease; 0 for no words.

    0.39 × words to a sentence + 11.8 × syllables to a word - 15.59 (Kincaid and others, 1975).
    """
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len([part for part in _END.split(text) if _WORD.search(part)]))
    each = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / sentences + 11.8 * each - 15.59


def syllables(word: str) -> int:
    """About how many syllables a word has: its groups of vowels, less a silent e or ed at its end."""
    plain = word.lower().replace("’", "'").split("'")[0]
    count = len(_VOWELS.findall(plain))
    if re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouyscxz]es$", plain) and count > 1:
        count -= 1
    return max(1, count)
