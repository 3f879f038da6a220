"""The names in a drawing: whether each can be read, and beside what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.engine.check_lines import MOST_STRETCHES, stretches
from app.engine.contracts import Finding
from app.engine.names import ACTIVITIES, EVENTS, GATEWAYS
from app.engine.picture import Box, Picture
from app.engine.text_width import line_count, text_width

_TASK_TEXT, _LINE_HEIGHT, _FARTHEST = 12, 14.4, 25
_TIDY = "Move it, or let “tidy up” draw the diagram anew."


def check_labels(drawn: Picture) -> Iterator[Finding]:
    """The findings about names of events, gateways, flows, tasks and sub-processes."""
    yield from _missing(drawn)
    yield from _too_long(drawn)
    for (key, label), (_, other) in combinations(drawn.labels.items(), 2):
        if label.overlaps(other, 1):
            yield _of(drawn, key, "label_over_label", "lies on another name")
    titles = [_title(drawn, key) for key in drawn.expanded if key in drawn.boxes]
    pieces = stretches(drawn)
    for key, label in drawn.labels.items():
        yield from _over_shapes(drawn, key, label, titles)
        inner = label.shrunk(1.5)
        if len(pieces) <= MOST_STRETCHES and any(
            inner.is_crossed(piece.start, piece.end) for piece in pieces
        ):
            yield _of(drawn, key, "label_over_edge", "has a line through it")
        if _is_far(drawn, key, label):
            yield _of(drawn, key, "label_far", "stands far from what it names")


def _missing(drawn: Picture) -> Iterator[Finding]:
    for key, shown in (*drawn.nodes.items(), *drawn.flows.items()):
        needs_label = shown.kind in EVENTS | GATEWAYS | {"sequenceFlow"}
        if shown.name and needs_label and key not in drawn.labels and not drawn.is_hidden(key):
            yield _of(drawn, key, "missing_label", "has no place in the drawing")


def _too_long(drawn: Picture) -> Iterator[Finding]:
    for key, box in drawn.solid():
        node = drawn.nodes[key]
        if node.kind in ACTIVITIES and node.name:
            height = line_count(node.name, box.width - 10, _TASK_TEXT) * _LINE_HEIGHT
            if height > box.height - 8:
                yield _of(drawn, key, "text_overflow", "does not fit its box")


def _over_shapes(drawn: Picture, key: str, label: Box, titles: list[Box]) -> Iterator[Finding]:
    for other, box in drawn.solid():
        if label.overlaps(box, 2 if other == key else 1):
            yield _of(drawn, key, "label_over_shape", f"lies on “{drawn.nodes[other].name or other}”")
    if any(label.overlaps(title) for title in titles):
        yield _of(drawn, key, "label_over_label", "lies on the name of a sub-process")
    for border in (*drawn.lanes, *drawn.expanded):
        frame = drawn.boxes.get(border)
        if frame is None or label.left >= frame.right or label.right <= frame.left:
            continue
        if any(label.top + 1 < line < label.bottom - 1 for line in (frame.top, frame.bottom)):
            yield _of(drawn, key, "label_over_border", "lies on the border of a lane or sub-process")


def _title(drawn: Picture, key: str) -> Box:
    box, width = drawn.boxes[key], text_width(drawn.nodes[key].name, _TASK_TEXT)
    return Box(box.middle[0] - width / 2, box.top + 3, box.middle[0] + width / 2, box.top + 19)


def _is_far(drawn: Picture, key: str, label: Box) -> bool:
    box = drawn.boxes.get(key)
    if box is None or key not in drawn.nodes:
        return False
    across = max(box.left - label.right, label.left - box.right)
    return max(across, box.top - label.bottom, label.top - box.bottom) > _FARTHEST


def _of(drawn: Picture, key: str, rule: str, what: str) -> Finding:
    shown = drawn.nodes.get(key) or drawn.flows.get(key)
    name = (
        f"The name “{shown.name}”" if shown is not None and shown.name else f"The name of {drawn.called(key)}"
    )
    return Finding(key, rule, "warning", f"{name} {what}. {_TIDY}")
