"""The trend of what was met on time as bars, month by month: where each stands, for the page to draw as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.oversight.compliance import Line

SERIES = ("local", "statutory")
LEFT, TOP, WIDTH, HEIGHT = 44, 24, 660, 160
MOST_LABELLED = 9
"""With more months than these the bars are too narrow for a number on each."""


@dataclass(frozen=True)
class Bar:
    """One bar; `percent` None where nothing is counted or it is hidden."""

    limit: str
    x: float
    y: float
    width: float
    height: float
    percent: int | None


@dataclass(frozen=True)
class Month:
    """The bars of a month; `label` stands under them, `middle` is where."""

    label: str
    year: str
    middle: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Trend:
    """The whole chart."""

    months: tuple[Month, ...]
    is_labelled: bool
    marks: tuple[tuple[int, float], ...] = tuple(
        (mark, TOP + HEIGHT * (1 - mark / 100)) for mark in (0, 50, 100)
    )

    @property
    def summary(self) -> str:
        """The chart in words."""
        told = []
        for month in self.months:
            shares = [f"{bar.limit} {bar.percent} %" for bar in month.bars if bar.percent is not None]
            told.append(f"{month.label} {month.year}: {', '.join(shares) or 'nothing counted'}")
        return ". ".join(told) + "."


def trend(lines: Sequence[Line]) -> Trend:
    """The chart of the lines of months, the oldest first."""
    step = WIDTH / max(len(lines), 1)
    width = min(step * 0.36, 60.0)
    months = []
    for number, line in enumerate(lines):
        middle = LEFT + step * (number + 0.5)
        bars = []
        for place, limit in enumerate(SERIES):
            percent = None if limit in line.hidden else line.shares[limit].percent
            height = HEIGHT * (percent or 0) / 100
            x = middle + (place - 1) * width + (1 if place else -1)
            bars.append(
                Bar(
                    limit,
                    round(x, 1),
                    round(TOP + HEIGHT - height, 1),
                    round(width, 1),
                    round(height, 1),
                    percent,
                )
            )
        name, _, year = line.words.partition(" ")
        months.append(Month(name[:3], year, round(middle, 1), tuple(bars)))
    return Trend(tuple(months), len(months) <= MOST_LABELLED)
