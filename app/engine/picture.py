"""The drawing in a BPMN file (BPMN DI) as plain values: rectangles, lines, labels, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.engine.names import BPMN, FLOW_NODES, SUB_PROCESSES, local_name
from app.engine.words import nearest_names, without_a_name

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
_WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlaps(self, other: Box, allowed: float = 0) -> bool:
        """Whether the two share more than `allowed` pixels both ways."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > allowed and down > allowed

    def holds(self, other: Box, slack: float = 0) -> bool:
        """Whether `other` lies within, give or take `slack` pixels (a negative slack asks for a margin)."""
        return (
            other.left >= self.left - slack
            and other.top >= self.top - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def shrunk(self, by: float) -> Box:
        return Box(self.left + by, self.top + by, self.right - by, self.bottom - by)

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Whether the stretch from start to end passes through the inside (Liang and Barsky's clipping)."""
        if self.width <= 0 or self.height <= 0:
            return False
        enters, leaves = 0.0, 1.0
        across, down = end[0] - start[0], end[1] - start[1]
        for step, room in (
            (-across, start[0] - self.left),
            (across, self.right - start[0]),
            (-down, start[1] - self.top),
            (down, self.bottom - start[1]),
        ):
            if step == 0:
                if room <= 0:
                    return False
            elif step < 0:
                enters = max(enters, room / step)
            else:
                leaves = min(leaves, room / step)
        return leaves - enters > 1e-9

    def is_on_border(self, point: Point, slack: float = 2) -> bool:
        x, y = point
        near = self.left - slack <= x <= self.right + slack and self.top - slack <= y <= self.bottom + slack
        return (
            near
            and min(abs(x - self.left), abs(x - self.right), abs(y - self.top), abs(y - self.bottom)) <= slack
        )


@dataclass(frozen=True)
class Shown:
    """A node or a flow of the model: `kind` is BPMN's tag, `parent` the id of the scope that it belongs to."""

    id: str
    kind: str
    name: str
    parent: str | None
    host: str | None = None
    source: str = ""
    target: str = ""


@dataclass(frozen=True)
class Picture:
    """What is modelled (nodes, flows, lanes) and where it is drawn (boxes, lines, labels), by id.

    `expanded` are the sub-processes that show what is in them, `strangers` the ids that are drawn and not modelled.
    `lanes` maps a lane's id to the nodes it holds, `outer_lanes` are those of the process itself, in order.
    """

    nodes: Mapping[str, Shown]
    flows: Mapping[str, Shown]
    lanes: Mapping[str, tuple[str, ...]]
    outer_lanes: tuple[str, ...]
    boxes: Mapping[str, Box]
    lines: Mapping[str, tuple[Point, ...]]
    labels: Mapping[str, Box]
    expanded: frozenset[str]
    strangers: tuple[str, ...]

    def around(self, element_id: str) -> Iterator[str]:
        """The sub-processes around a node or flow, from the inside out; each once, where an id stands for several."""
        shown = self.nodes.get(element_id) or self.flows.get(element_id)
        passed = set[str]()
        while shown is not None and shown.parent is not None and shown.parent in self.nodes:
            if shown.parent in passed:
                return
            passed.add(shown.parent)
            yield shown.parent
            shown = self.nodes[shown.parent]

    def leads_back(self, flow_id: str) -> bool:
        """Whether a flow closes a loop: from its target the flows lead to its source again."""
        goal = self.flows[flow_id].source
        seen, waiting = set[str](), [self.flows[flow_id].target]
        while waiting:
            node = waiting.pop()
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                waiting += self._next.get(node, ())
        return False

    @cached_property
    def _next(self) -> Mapping[str, tuple[str, ...]]:
        """Where the flows out of a node lead; an event on an edge counts with what it sits on."""
        found: dict[str, tuple[str, ...]] = {}
        for flow in self.flows.values():
            source = self.nodes.get(flow.source)
            for start in {flow.source, (source.host if source else None) or flow.source}:
                found[start] = (*found.get(start, ()), flow.target)
        return found

    def called(self, element_id: str) -> str:
        """How a sentence calls a node or a flow: by its name, else by what it is and what stands beside it."""
        shown = self.nodes.get(element_id)
        if shown is None:
            return f"the flow {self.between(element_id)}" if element_id in self.flows else "something"
        if shown.name:
            return f"“{shown.name}”"
        before = nearest_names(element_id, lambda key: self._beside.get((key, "before"), ()), self._name)
        after = nearest_names(element_id, lambda key: self._beside.get((key, "after"), ()), self._name)
        return f"the {without_a_name(shown.kind, before, after, self._name(shown.host or ''))}"

    def between(self, flow_id: str) -> str:
        """From where to where a flow leads."""
        flow = self.flows[flow_id]
        return f"from {self.called(flow.source)} to {self.called(flow.target)}"

    def _name(self, element_id: str) -> str:
        return self.nodes[element_id].name if element_id in self.nodes else ""

    @cached_property
    def _beside(self) -> Mapping[tuple[str, str], list[str]]:
        """What a flow joins to a node, on either side of it."""
        found: dict[tuple[str, str], list[str]] = {}
        for flow in self.flows.values():
            found.setdefault((flow.target, "before"), []).append(flow.source)
            found.setdefault((flow.source, "after"), []).append(flow.target)
        return found

    def is_hidden(self, element_id: str) -> bool:
        """Whether it lies in a sub-process that is drawn closed."""
        return any(parent not in self.expanded for parent in self.around(element_id))

    def solid(self) -> Iterator[tuple[str, Box]]:
        """Every drawn node but the open sub-processes, with its box."""
        return (
            (key, self.boxes[key]) for key in self.nodes if key in self.boxes and key not in self.expanded
        )


def read(root: Any) -> Picture:
    """The picture in a tree that the gate let through; what is missing or drawn for nothing is told, not raised."""
    nodes: dict[str, Shown] = {}
    flows: dict[str, Shown] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        kind, key = local_name(element), element.get("id", "")
        parent = element.getparent().get("id") if element.getparent() is not None else None
        if kind in FLOW_NODES:
            nodes[key] = Shown(
                key, kind, element.get("name") or "", parent, host=element.get("attachedToRef")
            )
        elif kind == "sequenceFlow":
            source, target = element.get("sourceRef", ""), element.get("targetRef", "")
            flows[key] = Shown(key, kind, element.get("name") or "", parent, source=source, target=target)
    return _with_drawing(root, nodes, flows)


def _with_drawing(root: Any, nodes: dict[str, Shown], flows: dict[str, Shown]) -> Picture:
    known = {element.get("id") for element in root.iter(f"{{{BPMN}}}*") if element.get("id")}
    boxes: dict[str, Box] = {}
    lines: dict[str, tuple[Point, ...]] = {}
    labels: dict[str, Box] = {}
    expanded: set[str] = set()
    strangers: list[str] = []
    for drawn in root.iter(f"{{{_DI}}}BPMNShape", f"{{{_DI}}}BPMNEdge"):
        key = drawn.get("bpmnElement", "")
        if key not in known:
            strangers.append(key)
            continue
        bounds = drawn.find(_BOUNDS)
        if bounds is not None:
            boxes[key] = _box(bounds)
        elif drawn.find(_WAYPOINT) is not None:
            lines[key] = tuple((_number(p, "x"), _number(p, "y")) for p in drawn.iterchildren(_WAYPOINT))
        if drawn.get("isExpanded") == "true" and nodes.get(key, _NOTHING).kind in SUB_PROCESSES:
            expanded.add(key)
        label = drawn.find(f"{{{_DI}}}BPMNLabel/{_BOUNDS}")
        if label is not None:
            labels[key] = _box(label)
    lanes = {
        lane.get("id", ""): tuple((r.text or "").strip() for r in lane.iterchildren(f"{{{BPMN}}}flowNodeRef"))
        for lane in root.iter(f"{{{BPMN}}}lane")
    }
    outer = tuple(
        lane.get("id", "") for lane in root.iterfind(f"{{{BPMN}}}process/{{{BPMN}}}laneSet/{{{BPMN}}}lane")
    )
    return Picture(nodes, flows, lanes, outer, boxes, lines, labels, frozenset(expanded), tuple(strangers))


_NOTHING = Shown("", "", "", None)


def _box(bounds: Any) -> Box:
    left, top = _number(bounds, "x"), _number(bounds, "y")
    return Box(left, top, left + _number(bounds, "width"), top + _number(bounds, "height"))


def _number(node: Any, name: str) -> float:
    try:
        return float(node.get(name, "0"))
    except ValueError:
        return 0.0
