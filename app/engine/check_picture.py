"""The drawing check: what keeps a person from reading a diagram. Nothing here stops a pathway from running.

FAULTS mislead (shapes on top of each other, a line through a task, a task outside its lane); BLEMISHES only tire the
eye. Every finding is a warning: `throughcare pathways layout` draws the diagram anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from app.domain.errors import PathwayRefused
from app.engine import gate, picture
from app.engine.check_labels import check_labels
from app.engine.check_lines import check_lines
from app.engine.contracts import Finding
from app.engine.picture import Box, Picture
from app.engine.words import as_sentence

FAULTS = frozenset(
    {
        "no_picture",
        "missing_shape",
        "missing_edge",
        "drawn_for_nothing",
        "overlap",
        "edge_through_shape",
        "edge_off_border",
        "edge_on_edge",
        "diagonal",
        "outside_lane",
        "outside_parent",
        "boundary_off_host",
        "label_over_shape",
        "label_over_label",
        "lane_gap",
    }
)
BLEMISHES = frozenset(
    {
        "label_over_edge",
        "label_over_border",
        "label_far",
        "missing_label",
        "text_overflow",
        "right_to_left",
        "edge_along_border",
        "crossing",
        "many_bends",
        "tiny_stretch",
    }
)
_TIDY = "Move it, or let “tidy up” draw the diagram anew."


def check_picture(xml: bytes) -> list[Finding]:
    """Every fault and blemish of a drawing, as warnings. A file that the gate refuses gives the gate's findings."""
    try:
        drawn = picture.read(gate.read(xml))
    except PathwayRefused as refused:
        return list(refused.findings)
    if not drawn.boxes:
        return [Finding("", "no_picture", "warning", "The file has no drawing. Let “tidy up” draw one.")]
    found = [*_missing(drawn), *_shapes(drawn), *_lanes(drawn), *check_lines(drawn), *check_labels(drawn)]
    return list(dict.fromkeys(found))


def _missing(drawn: Picture) -> Iterator[Finding]:
    for key in drawn.strangers:
        yield Finding(
            key, "drawn_for_nothing", "warning", f"{key} is drawn and is not in the model. Delete it."
        )
    for key in drawn.nodes:
        if key not in drawn.boxes and not drawn.is_hidden(key):
            yield Finding(
                key, "missing_shape", "warning", as_sentence(f"{drawn.called(key)} is not drawn. {_TIDY}")
            )
    for key in drawn.flows:
        if len(drawn.lines.get(key, ())) < 2 and not drawn.is_hidden(key):
            yield Finding(
                key, "missing_edge", "warning", f"The flow {drawn.between(key)} is not drawn. {_TIDY}"
            )


def _shapes(drawn: Picture) -> Iterator[Finding]:
    for one, other in combinations([key for key in drawn.nodes if key in drawn.boxes], 2):
        if _may_touch(drawn, one, other) or not drawn.boxes[one].overlaps(drawn.boxes[other]):
            continue
        names = as_sentence(f"{drawn.called(one)} and {drawn.called(other)}")
        yield Finding(one, "overlap", "warning", f"{names} lie on top of each other. {_TIDY}")
    for key, node in drawn.nodes.items():
        box, host, parent = (
            drawn.boxes.get(key),
            drawn.boxes.get(node.host or ""),
            drawn.boxes.get(node.parent or ""),
        )
        if box is None:
            continue
        if host is not None and not host.is_on_border(box.middle, 3):
            sentence = f"{as_sentence(drawn.called(key))} is not on the edge of what it belongs to. {_TIDY}"
            yield Finding(key, "boundary_off_host", "warning", sentence)
        if parent is not None and node.parent in drawn.expanded and not parent.holds(box, -4):
            sentence = f"{as_sentence(drawn.called(key))} sticks out of its sub-process. {_TIDY}"
            yield Finding(key, "outside_parent", "warning", sentence)


def _may_touch(drawn: Picture, one: str, other: str) -> bool:
    """An event touches what it sits on, a sub-process holds what is in it, and its edge events may look in."""
    first, second = drawn.nodes[one], drawn.nodes[other]
    around_one, around_other = list(drawn.around(one)), list(drawn.around(other))
    if first.host == other or second.host == one or other in around_one or one in around_other:
        return True
    looks_in = (first.host or "") in around_other or (second.host or "") in around_one
    return looks_in and (one in drawn.expanded or other in drawn.expanded)


def _lanes(drawn: Picture) -> Iterator[Finding]:
    for lane, members in drawn.lanes.items():
        band = drawn.boxes.get(lane)
        if band is None:
            continue
        for key in members:
            if key in drawn.boxes and not _is_in_band(drawn, key, band):
                sentence = f"{as_sentence(drawn.called(key))} is drawn outside its lane. {_TIDY}"
                yield Finding(key, "outside_lane", "warning", sentence)
    bands = sorted(
        (drawn.boxes[lane] for lane in drawn.outer_lanes if lane in drawn.boxes), key=lambda band: band.top
    )
    for upper, lower in pairwise(bands):
        if abs(upper.bottom - lower.top) > 1:
            yield Finding("", "lane_gap", "warning", f"Two lanes do not meet. {_TIDY}")


def _is_in_band(drawn: Picture, key: str, band: Box) -> bool:
    box = drawn.boxes[key]
    if key in drawn.nodes and drawn.nodes[key].host:
        return band.top - 2 <= box.middle[1] <= band.bottom + 2
    return band.holds(box, 2)
