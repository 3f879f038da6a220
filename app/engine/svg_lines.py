"""Lines of a picture: arrowheads, the stroke of a default way, the middle of a line."""

from __future__ import annotations

import math
from itertools import pairwise

from app.engine.picture import Box, Point
from app.engine.symbols import number


def around(points: tuple[Point, ...]) -> Box:
    """The smallest rectangle around a line."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return Box(min(across) - 2, min(down) - 2, max(across) + 2, max(down) + 2)


def towards(start: Point, end: Point) -> Point:
    """The direction from start to end, of length one."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down) or 1.0
    return across / length, down / length


def pulled(start: Point, end: Point, back: float) -> Point:
    """The end of a stretch, pulled back by so many pixels."""
    x, y = towards(start, end)
    return end[0] - x * back, end[1] - y * back


def arrow(start: Point, end: Point) -> str:
    """The path of an arrowhead that ends a stretch."""
    x, y = towards(start, end)
    foot = (end[0] - 9 * x, end[1] - 9 * y)
    left, right = (foot[0] - 4.5 * y, foot[1] + 4.5 * x), (foot[0] + 4.5 * y, foot[1] - 4.5 * x)
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in (left, end, right)) + "Z"


def slash(start: Point, end: Point) -> str:
    """The path of the short stroke that marks the way taken when no other applies."""
    x, y = towards(start, end)
    at = (start[0] + 8 * x, start[1] + 8 * y)
    across = (5 * (0.5 * x - y), 5 * (0.5 * y + x))
    ends = ((at[0] - across[0], at[1] - across[1]), (at[0] + across[0], at[1] + across[1]))
    return "M" + "L".join(f"{number(a)} {number(b)}" for a, b in ends)


def midway(points: tuple[Point, ...]) -> Point:
    """The middle of the longest stretch of a line."""
    start, end = max(pairwise(points), key=lambda two: math.dist(*two))
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
