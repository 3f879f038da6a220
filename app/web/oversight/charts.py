"""Charts as SVG, made on the server: bars and lines with their numbers written at them.

`drawn` turns labels and values into what templates/oversight/chart.html draws: everything that needs arithmetic is done
here, so that the template holds no numbers of its own. The picture has a title and a description for who does not see
it; the table of the same numbers stands beneath it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 440, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 28, 34
MOST_LABELS = 6
MOST_LETTERS = 12
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Mark:
    """A bar or a point of a line, with its label and its number in words; `x` and `y` are its top in the middle."""

    label: str
    value: str
    x: float
    y: float
    width: float
    height: float
    label_shown: str
    value_shown: str


@dataclass(frozen=True)
class Line:
    """A line of the scale at `y`, and its number in words."""

    y: float
    words: str


@dataclass(frozen=True)
class Drawn:
    """A chart with every place worked out; `path` is a line's, empty for bars."""

    id: str
    kind: str
    title: str
    description: str
    marks: tuple[Mark, ...]
    scale: tuple[Line, ...]
    path: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def drawn(
    chart_id: str, kind: str, title: str, unit: str, points: Sequence[tuple[str, float]]
) -> Drawn | None:
    """A chart of (label, value), values from 0; `unit` is money, share or the word for what is counted.

    None where there is nothing to draw. Labels that would not fit are left out one by one, evenly; the description
    and the table have them all.
    """
    if not points or not any(value for _, value in points):
        return None
    highest = max(value for _, value in points)
    step = _step(highest)
    top = step * math.ceil(highest / step)
    slot = (WIDTH - LEFT - RIGHT) / len(points)
    floor = HEIGHT - BOTTOM
    rise = (floor - TOP) / top
    every = math.ceil(len(points) / MOST_LABELS)
    marks = []
    for place, (label, value) in enumerate(points):
        height = value * rise
        is_shown = (len(points) - 1 - place) % every == 0
        words = in_words(value, unit)
        marks.append(
            Mark(
                label=label,
                value=words,
                x=round(LEFT + slot * (place + 0.5), 1),
                y=round(floor - height, 1),
                width=round(min(slot * 0.7, 60), 1),
                height=round(height, 1),
                label_shown=_short(label, len(points)) if is_shown else "",
                value_shown=_on_scale(value, unit) if is_shown and (value or kind == "line") else "",
            )
        )
    numbers = range(round(top / step) + 1)
    scale = tuple(Line(round(floor - step * n * rise, 1), _on_scale(step * n, unit)) for n in numbers)
    path = " ".join(f"{'L' if place else 'M'}{mark.x} {mark.y}" for place, mark in enumerate(marks))
    description = "; ".join(f"{mark.label}: {mark.value}" for mark in marks)
    return Drawn(chart_id, kind, title, description, tuple(marks), scale, path if kind == "line" else "")


def in_words(value: float, unit: str) -> str:
    """A number as it is written at a chart: £1,250, 87% or 31."""
    if unit == "money":
        return f"£{value:,.0f}"
    plain = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{plain}%" if unit == "share" else plain


def _on_scale(value: float, unit: str) -> str:
    """Short enough to stand beside the picture, three figures at most: £250k, £1.5m."""
    for size, sign in ((1_000_000, "m"), (1000, "k")):
        if value >= size:
            pounds, number = "£" if unit == "money" else "", value / size
            figures = (
                f"{number:.0f}" if number >= 100 else f"{number:.{1 if number >= 10 else 2}f}".rstrip("0")
            )
            return f"{pounds}{figures.rstrip('.')}{sign}"
    return in_words(value, unit)


def _step(highest: float) -> float:
    """A round step of the scale by which it has three to five lines."""
    rough = highest / 4
    power = 10 ** math.floor(math.log10(rough)) if rough > 0 else 1
    return next((float(n * power) for n in STEPS if n * power >= rough), float(10 * power))


def _short(label: str, number: int) -> str:
    most = MOST_LETTERS if number > 4 else 3 * MOST_LETTERS
    return label if len(label) <= most else f"{label[: most - 1]}…"
