"""How wide words are drawn: Arial, in thousandths of the font size. tools/layout/text.mjs carries the same table."""

from __future__ import annotations

_OTHER = 560
_WIDTHS = {
    letter: width
    for letters, width in (
        ("ijl'|", 222),
        (" .,:;ftI/!()-", 290),
        ("r", 333),
        ("abdeghnopquL0123456789?_", 556),
        ("cksvxyzJ", 500),
        ("ABEKPSVXY&", 667),
        ("CDHNRUw", 722),
        ("GOQ", 778),
        ("mM", 833),
        ("W%", 940),
        ("TFZ", 611),
    )
    for letter in letters
}


def text_width(text: str, size: float) -> float:
    """The width of one line of text, in pixels."""
    return sum(_WIDTHS.get(letter, _OTHER) for letter in text) * size / 1000


def line_count(text: str, width: float, size: float) -> int:
    """How many lines a text takes when it is broken between words so as not to pass `width`."""
    lines, line = 1, ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines, line = lines + 1, word
        else:
            line = longer
    return lines
