"""The lines of a drawing: whether each runs from its source to its target where a reader can follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from app.engine.contracts import Finding
from app.engine.names import EVENTS, GATEWAYS
from app.engine.picture import Box, Picture, Point

MOST_BENDS = 4
MOST_STRETCHES = 3000
_TIDY = "Move it, or let “tidy up” draw the diagram anew."


@dataclass(frozen=True)
class Stretch:
    """A straight piece of a flow, from one way point to the next."""

    flow: str
    start: Point
    end: Point

    @property
    def is_across(self) -> bool:
        return self.start[1] == self.end[1]

    @property
    def is_slanted(self) -> bool:
        return abs(self.start[0] - self.end[0]) > 0.6 and abs(self.start[1] - self.end[1]) > 0.6

    @property
    def length(self) -> float:
        return abs(self.start[0] - self.end[0]) + abs(self.start[1] - self.end[1])


def stretches(drawn: Picture) -> list[Stretch]:
    """Every stretch of every flow that is drawn."""
    return [
        Stretch(key, start, end)
        for key, points in drawn.lines.items()
        if key in drawn.flows
        for start, end in pairwise(points)
    ]


def check_lines(drawn: Picture) -> Iterator[Finding]:
    """The findings about flows. A drawing with too many way points is not looked at further."""
    pieces = stretches(drawn)
    if len(pieces) > MOST_STRETCHES:
        sentence = f"The flows have {len(pieces)} corners. Let “tidy up” draw them anew."
        yield Finding("", "many_bends", "warning", sentence)
        return
    for key, points in drawn.lines.items():
        if key in drawn.flows and len(points) > 1 and _joins_nodes(drawn, key):
            yield from _ends(drawn, key, points)
    for piece in pieces:
        yield from _shape_of(drawn, piece)
        yield from _passing(drawn, piece)
    yield from _meetings(drawn, pieces)


def _joins_nodes(drawn: Picture, key: str) -> bool:
    """Not so where a damaged file lets a flow begin at a lane, or at nothing: another check says so."""
    return {drawn.flows[key].source, drawn.flows[key].target} <= set(drawn.nodes)


def _ends(drawn: Picture, key: str, points: tuple[Point, ...]) -> Iterator[Finding]:
    flow = drawn.flows[key]
    for point, end in ((points[0], flow.source), (points[-1], flow.target)):
        box = drawn.boxes.get(end)
        if box is not None and not _touches(drawn.nodes[end].kind, box, point):
            yield _of_flow(drawn, key, "edge_off_border", "does not reach the edge of what it joins")
    if len(points) - 2 > MOST_BENDS:
        yield _of_flow(drawn, key, "many_bends", f"bends {len(points) - 2} times")
    source, target = drawn.boxes.get(flow.source), drawn.boxes.get(flow.target)
    if source is not None and target is not None and not drawn.leads_back(key):
        is_on_edge = bool(drawn.nodes[flow.source].host)
        runs_back = target.right < source.left if is_on_edge else target.right <= source.left + 1
        if runs_back:
            yield _of_flow(drawn, key, "right_to_left", "runs from right to left")


def _touches(kind: str, box: Box, point: Point) -> bool:
    across, down = point[0] - box.middle[0], point[1] - box.middle[1]
    if kind in GATEWAYS and box.width and box.height:
        return abs(abs(across) / (box.width / 2) + abs(down) / (box.height / 2) - 1) < 0.12
    if kind in EVENTS:
        return abs((across**2 + down**2) ** 0.5 - box.width / 2) < 3
    return box.is_on_border(point)


def _shape_of(drawn: Picture, piece: Stretch) -> Iterator[Finding]:
    if piece.is_slanted:
        yield _of_flow(drawn, piece.flow, "diagonal", "runs at a slant")
    if piece.length < 8 and len(drawn.lines[piece.flow]) > 2:
        yield _of_flow(drawn, piece.flow, "tiny_stretch", "has a kink")
    for lane in drawn.lanes:
        band = drawn.boxes.get(lane)
        if band is None or not piece.is_across:
            continue
        left, right = sorted((piece.start[0], piece.end[0]))
        is_close = min(abs(piece.start[1] - band.top), abs(piece.start[1] - band.bottom)) < 5
        if is_close and left < band.right and right > band.left:
            yield _of_flow(drawn, piece.flow, "edge_along_border", "runs along the border of a lane")


def _passing(drawn: Picture, piece: Stretch) -> Iterator[Finding]:
    flow = drawn.flows[piece.flow]
    host = drawn.nodes[flow.source].host if flow.source in drawn.nodes else None
    for key, box in drawn.solid():
        margin = 19 if key == host else 4 if key in (flow.source, flow.target) else 2
        if box.shrunk(margin).is_crossed(piece.start, piece.end):
            yield _of_flow(drawn, piece.flow, "edge_through_shape", f"runs through {drawn.called(key)}")
    own = {flow.source, flow.target, host, *drawn.around(piece.flow)}
    for key in drawn.expanded - own:
        if key in drawn.boxes and drawn.boxes[key].shrunk(1).is_crossed(piece.start, piece.end):
            yield _of_flow(drawn, piece.flow, "edge_through_shape", f"runs through {drawn.called(key)}")


def _meetings(drawn: Picture, pieces: list[Stretch]) -> Iterator[Finding]:
    for one, other in combinations(pieces, 2):
        first, second = drawn.flows[one.flow], drawn.flows[other.flow]
        if first.source == second.source or first.target == second.target:
            continue
        if one.is_across == other.is_across:
            if _run_together(one, other):
                yield _of_flow(
                    drawn, one.flow, "edge_on_edge", f"runs on the flow {drawn.between(other.flow)}"
                )
        elif _cross(one, other) if one.is_across else _cross(other, one):
            yield _of_flow(drawn, one.flow, "crossing", f"crosses the flow {drawn.between(other.flow)}")


def _run_together(one: Stretch, other: Stretch) -> bool:
    along, beside = (0, 1) if one.is_across else (1, 0)
    if abs(one.start[beside] - other.start[beside]) >= 4:
        return False
    ends = [sorted((piece.start[along], piece.end[along])) for piece in (one, other)]
    return min(ends[0][1], ends[1][1]) - max(ends[0][0], ends[1][0]) > 3


def _cross(across: Stretch, down: Stretch) -> bool:
    left, right = sorted((across.start[0], across.end[0]))
    top, bottom = sorted((down.start[1], down.end[1]))
    return left < down.start[0] < right and top < across.start[1] < bottom


def _of_flow(drawn: Picture, key: str, rule: str, what: str) -> Finding:
    return Finding(key, rule, "warning", f"The flow {drawn.between(key)} {what}. {_TIDY}")
