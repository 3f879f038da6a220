"""Words in a picture: broken into lines that fit, and written one under the other."""

from __future__ import annotations

from typing import Any

from app.engine.symbols import INK, add
from app.engine.text_width import text_width

Lines = tuple[str, ...]


def broken(text: str, width: float, size: float) -> Lines:
    """The text in lines no wider than `width` pixels, broken between words; a word that is wider is cut."""
    lines: list[str] = []
    line = ""
    for word in (piece for one in text.split() for piece in _pieces(one, width, size)):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return tuple([*lines, line] if line else lines)


def _pieces(word: str, width: float, size: float) -> list[str]:
    pieces = []
    while len(word) > 1 and text_width(word, size) > width:
        most = next((n for n in range(len(word) - 1, 1, -1) if text_width(word[:n], size) <= width), 1)
        pieces.append(word[:most])
        word = word[most:]
    return [*pieces, word]


def write(
    parent: Any,
    lines: Lines,
    x: float,
    top: float,
    size: float,
    *,
    anchor: str = "middle",
    bold: bool = False,
) -> None:
    """Write the lines with the top of the first at `top`, in the middle of `x` (or from it on: "start")."""
    if not lines:
        return
    weight = {"font_weight": "bold"} if bold else {}
    text = add(parent, "text", font_size=size, fill=INK, text_anchor=anchor, **weight)
    for count, line in enumerate(lines):
        add(text, "tspan", x=x, y=top + size * (0.95 + 1.2 * count)).text = line
