"""A diagram as SVG, made on the server: for paper, for pages without a script, and for pictures with marks.

The picture carries no style, script or address: presentation attributes alone, so that it passes the strictest
policy of a page and looks the same on paper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from lxml import etree

from app.engine import sketch
from app.engine.picture import Box
from app.engine.sketch import Sketch
from app.engine.svg_pen import Pen
from app.engine.symbols import MARKS, PAPER, SVG, Mark, add, number

__all__ = ["Mark", "Sketch", "draw", "read", "strips"]

FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
OVERLAP = 160.0

read = sketch.read


def draw(
    shown: Sketch,
    *,
    marks: Mapping[str, Mark] | None = None,
    labels: Mapping[str, str] | None = None,
    window: Box | None = None,
    is_inline: bool = False,
) -> str:
    """The SVG of a sketch, or of the part in `window`; `marks` colour elements by id and put a sign at each.

    `labels` are a few letters each, written at the foot of elements.

    It names itself (role img, title, desc), and tells in words what is marked. Lanes whose names lie to the left of
    the window have them at its edge. `is_inline` is for a picture inside a page, which has elements to be found by
    `data-element`.
    """
    view = window or shown.extent
    known = {key: mark for key, mark in (marks or {}).items() if mark in MARKS}
    root = etree.Element(
        f"{{{SVG}}}svg",
        {
            "viewBox": f"{number(view.left)} {number(view.top)} {number(view.width)} {number(view.height)}",
            "width": number(view.width),
            "height": number(view.height),
            "role": "img",
            "font-family": FONT,
            "stroke-linejoin": "round",
        },
        nsmap={None: SVG},
    )
    add(root, "title").text = shown.title
    add(root, "desc").text = " ".join(filter(None, (shown.about, _marked_in_words(shown, known))))
    add(root, "rect", x=view.left, y=view.top, width=view.width, height=view.height, fill=PAPER)
    pen = Pen(root, shown, view, known, is_inline)
    pen.draw()
    pen.write_at_the_foot(labels or {})
    return etree.tostring(root, encoding="unicode")


def strips(shown: Sketch, width: float, height: float) -> tuple[Box, ...]:
    """Windows of at most this size that show the whole sketch, row by row, each overlapping the next.

    Where it fits, the whole is one. A window whose steps all stand in another one is left out.
    """
    whole = shown.extent
    columns, rows = _cuts(whole.left, whole.right, width), _cuts(whole.top, whole.bottom, height)
    windows = [Box(left, top, right, bottom) for top, bottom in rows for left, right in columns]
    if len(windows) == 1:
        return (whole,)
    kept = _needed(windows, [box for key, box in shown.picture.solid() if shown.is_drawn(key)])
    return tuple(kept) or (whole,)


def _needed(windows: list[Box], things: list[Box]) -> list[Box]:
    """The windows without which something would not be seen whole, or at all; those that show least go first."""
    kept = list(windows)
    for window in sorted(windows, key=lambda one: sum(one.holds(thing) for thing in things)):
        others = [one for one in kept if one is not window]
        mine = [thing for thing in things if window.overlaps(thing)]
        if all(any(one.holds(thing) for one in others) for thing in mine):
            kept = others
    return kept


def _cuts(start: float, end: float, most: float) -> list[tuple[float, float]]:
    """Stretches of the same length, `most` or less, from start to end."""
    if end - start <= most:
        return [(start, end)]
    count = math.ceil((end - start - OVERLAP) / (most - OVERLAP))
    step = (end - start - OVERLAP) / count
    return [(start + step * one, start + step * (one + 1) + OVERLAP) for one in range(count)]


def _marked_in_words(shown: Sketch, marks: Mapping[str, str]) -> str:
    told = []
    for mark, (_, word) in MARKS.items():
        names = [shown.names.get(key) or key.replace("_", " ") for key, one in marks.items() if one == mark]
        if names:
            told.append(f"{word}: {', '.join(names)}.")
    return " ".join(told)
