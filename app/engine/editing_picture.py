"""The picture of an edited drawing: room is made for a new shape, and lines go straight or round one corner.

It need not be beautiful: `tools/layout` draws the whole anew when somebody asks for it.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_LINE = "{http://www.omg.org/spec/DD/20100524/DI}"
GAP = 60
SIZES = {"event": (36, 36), "gateway": (50, 50), "activity": (110, 80), "box": (360, 160)}
BAND = 140


def size_of(word: str) -> tuple[int, int]:
    """How large the shape of a BPMN word is."""
    if word.endswith("Event"):
        return SIZES["event"]
    if word.endswith("Gateway"):
        return SIZES["gateway"]
    return SIZES["box" if word == "subProcess" else "activity"]


def place_after(root: Any, source_id: str, new_id: str, word: str) -> None:
    """Draw `new_id` to the right of `source_id`; everything that stands to the right of that moves on."""
    shape = _shape(root, source_id)
    if shape is None:
        return
    x, y, width, height = _box(shape)
    own_width, own_height = size_of(word)
    left = x + width + GAP
    _make_room(root, x + width + 1, own_width + GAP)
    _draw(root, new_id, (left, y + height / 2 - own_height / 2, own_width, own_height), word)


def place_below(root: Any, source_id: str, new_id: str, word: str) -> None:
    """Draw `new_id` to the right of and below `source_id`, for a further way out of it."""
    place_after(root, source_id, new_id, word)
    shape = _shape(root, new_id)
    if shape is not None:
        _move(shape, 0, BAND)
        _deepen(root, new_id)


def place_before(root: Any, target_id: str, new_id: str, word: str) -> None:
    """Draw `new_id` where `target_id` stands; that, and everything to the right of it, moves on."""
    shape = _shape(root, target_id)
    if shape is None:
        return
    x, y, _, height = _box(shape)
    own_width, own_height = size_of(word)
    _make_room(root, x, own_width + GAP)
    _draw(root, new_id, (x, y + height / 2 - own_height / 2, own_width, own_height), word)


def resize(root: Any, element_id: str, word: str) -> None:
    """Give a shape the size of another kind, around the same middle."""
    shape = _shape(root, element_id)
    if shape is None:
        return
    x, y, width, height = _box(shape)
    own_width, own_height = size_of(word)
    if size_of(word) == SIZES["activity"] and width > SIZES["event"][0] * 2:
        return  # it has the size of a task already
    values = (x + width / 2 - own_width / 2, y + height / 2 - own_height / 2, own_width, own_height)
    bounds = shape.find(f"{_DC}Bounds")
    for name, value in zip(("x", "y", "width", "height"), values, strict=True):
        bounds.set(name, _number(value))
    for label in shape.findall(f"{_DI}BPMNLabel"):
        if own_height >= SIZES["activity"][1]:
            shape.remove(label)


def place_on(root: Any, host_id: str, new_id: str, number: int) -> None:
    """Draw a boundary event on the lower edge of its host, `number` others already there."""
    shape = _shape(root, host_id)
    if shape is None:
        return
    x, y, width, height = _box(shape)
    event_width, event_height = SIZES["event"]
    left = x + width - (number + 1) * (event_width + 8)
    _draw(
        root,
        new_id,
        (max(left, x), y + height - event_height / 2, event_width, event_height),
        "boundaryEvent",
    )


def draw_inside(root: Any, box_id: str, new_id: str, word: str, offset: int) -> None:
    """Draw a node inside a new sub-process, `offset` pixels from its left edge."""
    shape = _shape(root, box_id)
    if shape is None:
        return
    x, y, _, height = _box(shape)
    width, own_height = size_of(word)
    _draw(root, new_id, (x + offset, y + height / 2 - own_height / 2, width, own_height), word)


def put_into_band(root: Any, element_id: str, lane_id: str) -> None:
    """Move a shape up or down into the middle of a lane."""
    shape, band = _shape(root, element_id), _shape(root, lane_id)
    if shape is None or band is None:
        return
    (_, y, _, height), (_, top, _, depth) = _box(shape), _box(band)
    _move(shape, 0, top + depth / 2 - height / 2 - y)


def add_band(root: Any, lane_id: str, beside_id: str, pool_id: str | None) -> None:
    """Draw a new lane below the lowest of its lane set, and let the pool reach down to it."""
    beside = _shape(root, beside_id)
    if beside is None:
        return
    x, _, width, _ = _box(beside)
    bands = [_box(shape) for shape in _shapes(root) if shape.get("isHorizontal") == "true"]
    bottom = max(top + depth for _, top, _, depth in bands)
    made = _draw(root, lane_id, (x, bottom, width, BAND), "lane")
    made.set("isHorizontal", "true")
    pool = _shape(root, pool_id) if pool_id else None
    if pool is not None:
        bounds = pool.find(f"{_DC}Bounds")
        bounds.set("height", _number(float(bounds.get("height")) + BAND))


def route(root: Any, flow_id: str, source_id: str, target_id: str) -> None:
    """Draw the line of a flow anew, from the side of its source that faces its target."""
    source, target = _shape(root, source_id), _shape(root, target_id)
    if source is None or target is None:
        return
    edge = next((one for one in root.iter(f"{_DI}BPMNEdge") if one.get("bpmnElement") == flow_id), None)
    if edge is None:
        edge = etree.SubElement(source.getparent(), f"{_DI}BPMNEdge", id=f"{flow_id}_di", bpmnElement=flow_id)
    for one in [*edge.findall(f"{_LINE}waypoint"), *edge.findall(f"{_DI}BPMNLabel")]:
        edge.remove(one)
    for x, y in _corners(_box(source), _box(target)):
        etree.SubElement(edge, f"{_LINE}waypoint", x=_number(x), y=_number(y))


def erase(root: Any, element_id: str) -> None:
    """Take the shape or line of an element away."""
    for word in ("BPMNShape", "BPMNEdge"):
        for one in list(root.iter(f"{_DI}{word}")):
            if one.get("bpmnElement") == element_id:
                one.getparent().remove(one)


def _corners(
    source: tuple[float, float, float, float], target: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    sx, sy, sw, sh = source
    tx, ty, tw, th = target
    right, middle = sx + sw, sy + sh / 2
    into = ty + th / 2
    if tx >= right:
        if abs(middle - into) < 1:
            return [(right, middle), (tx, into)]
        between = (right + tx) / 2
        return [(right, middle), (between, middle), (between, into), (tx, into)]
    below = max(sy + sh, ty + th) + 30
    return [(sx + sw / 2, sy + sh), (sx + sw / 2, below), (tx + tw / 2, below), (tx + tw / 2, ty + th)]


def _make_room(root: Any, at: float, by: float) -> None:
    """Move what begins to the right of `at`, and widen what reaches over it."""
    for bounds in root.iter(f"{_DC}Bounds"):
        x, width = float(bounds.get("x")), float(bounds.get("width"))
        if x >= at:
            bounds.set("x", _number(x + by))
        elif x + width > at and not _is_label(bounds):
            bounds.set("width", _number(width + by))
    for point in root.iter(f"{_LINE}waypoint"):
        if float(point.get("x")) >= at:
            point.set("x", _number(float(point.get("x")) + by))


def _deepen(root: Any, element_id: str) -> None:
    """Let the lane, box and pool that a shape stands in reach below it, and move what lies under them."""
    _, y, _, height = _box(_shape(root, element_id))
    bottom = y + height + 20
    around = [
        shape
        for shape in _shapes(root)
        if shape.get("bpmnElement") != element_id and _surrounds(_box(shape), y - BAND, bottom)
    ]
    if not around:
        return
    over = max(bottom - (top + depth) for _, top, _, depth in map(_box, around))
    if over <= 0:
        return
    edge = min(top + depth for _, top, _, depth in map(_box, around))
    grown = {id(shape) for shape in around}
    for shape in _shapes(root):
        if id(shape) in grown:
            bounds = shape.find(f"{_DC}Bounds")
            bounds.set("height", _number(float(bounds.get("height")) + over))
        elif _box(shape)[1] >= edge and shape.get("bpmnElement") != element_id:
            _move(shape, 0, over)
    for point in root.iter(f"{_LINE}waypoint"):
        if float(point.get("y")) >= edge:
            point.set("y", _number(float(point.get("y")) + over))


def _surrounds(box: tuple[float, float, float, float], top: float, bottom: float) -> bool:
    _, y, width, height = box
    return width > SIZES["activity"][0] * 1.5 and y <= top and y + height < bottom and y + height > top


def _draw(root: Any, element_id: str, box: tuple[float, float, float, float], word: str) -> Any:
    plane = next(root.iter(f"{_DI}BPMNPlane"))
    shape = etree.SubElement(plane, f"{_DI}BPMNShape", id=f"{element_id}_di", bpmnElement=element_id)
    if word == "subProcess":
        shape.set("isExpanded", "true")
    if word.endswith("Gateway"):
        shape.set("isMarkerVisible", "true")
    names = ("x", "y", "width", "height")
    values = {name: _number(value) for name, value in zip(names, box, strict=True)}
    etree.SubElement(shape, f"{_DC}Bounds", **values)
    if word.endswith(("Event", "Gateway")):
        x, y, width, height = box
        label = etree.SubElement(shape, f"{_DI}BPMNLabel")
        etree.SubElement(
            label,
            f"{_DC}Bounds",
            x=_number(x + width / 2 - 45),
            y=_number(y + height + 6),
            width="90",
            height="27",
        )
    return shape


def _move(shape: Any, dx: float, dy: float) -> None:
    for bounds in shape.iter(f"{_DC}Bounds"):
        bounds.set("x", _number(float(bounds.get("x")) + dx))
        bounds.set("y", _number(float(bounds.get("y")) + dy))


def _shapes(root: Any) -> list[Any]:
    return list(root.iter(f"{_DI}BPMNShape"))


def _shape(root: Any, element_id: str) -> Any:
    return next((one for one in _shapes(root) if one.get("bpmnElement") == element_id), None)


def _box(shape: Any) -> tuple[float, float, float, float]:
    bounds = shape.find(f"{_DC}Bounds")
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def _is_label(bounds: Any) -> bool:
    return str(bounds.getparent().tag).endswith("BPMNLabel")


def _number(value: float) -> str:
    return str(round(value))
