"""What a pathway has no use for is taken out: stores, data, foreign kinds of elements, flows that lead nowhere."""

from __future__ import annotations

from math import isfinite
from typing import Any

from app.engine.importing.report import Work
from app.engine.importing.tree import called, nodes, remove, scopes
from app.engine.names import BPMN, FLOW_NODES, SUB_PROCESSES, local_name
from app.engine.words import KEPT

_AT_THE_TOP = frozenset(
    {"process", "message", "collaboration", "signal", "error", "escalation", "itemDefinition", "category"}
)
_IN_A_SCOPE = FLOW_NODES | {
    "documentation",
    "extensionElements",
    "laneSet",
    "textAnnotation",
    "association",
    "group",
    "incoming",
    "outgoing",
    "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics",
    "auditing",
    "monitoring",
    "sequenceFlow",
}
_DATA = {
    "dataObject": "data object",
    "dataObjectReference": "data object",
    "dataStore": "data store",
    "dataStoreReference": "data store",
    "ioSpecification": "list of data inputs and outputs",
    "property": "property",
    "dataInput": "data input",
    "dataOutput": "data output",
}
_IN_A_NODE = frozenset(
    {"ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation", "dataInput"}
    | {"dataOutput", "inputSet", "outputSet"}
)
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_LINE = "{http://www.omg.org/spec/DD/20100524/DI}"


def take_out(work: Work) -> None:
    """Take out what is not used here, each with its sentence."""
    _broken_shapes(work.root)
    _misplaced(work)
    for one in list(work.root):
        if local_name(one) and local_name(one) not in _AT_THE_TOP:
            _drop(work, one)
    for scope in list(scopes(work.root)):
        for one in list(scope):
            if local_name(one) and local_name(one) not in _IN_A_SCOPE:
                _drop(work, one)
        for node in nodes(scope):
            _data_of(work, node)
    _flows(work)
    loose_lines(work)
    _lanes(work)


def _misplaced(work: Work) -> None:
    """A step inside of something that holds no steps, such as a task or an event, is no step of any pathway."""
    there = [one for one in work.root.iter() if local_name(one) in FLOW_NODES]
    for one in there:
        above = [local_name(outer) for outer in one.iterancestors()]
        if above[-1:] == ["definitions"] and above[0] not in SUB_PROCESSES | {"process"}:
            _drop(work, one)


def _drop(work: Work, element: Any) -> None:
    kind = local_name(element)
    what = _DATA.get(kind, f"element {kind}")
    sentence = f"The {what} {called(element)} is not used here and was taken out."
    if kind in _DATA:
        sentence += f" What a later step needs is named in {KEPT} of the task that asks for it."
    work.note(element, "data" if kind in _DATA else "unsupported", sentence, loses=True)
    remove(work, element)


def _data_of(work: Work, node: Any) -> None:
    found = [one for one in node if local_name(one) in _IN_A_NODE]
    for one in found:
        remove(work, one)
    if found:
        work.note(node, "data", f"The data inputs and outputs of {called(node)} were taken out.", loses=True)
    for name in ("startQuantity", "completionQuantity"):
        if node.get(name, "1") != "1":
            work.note(node, "quantity", f"The quantity at {called(node)} was taken away.", loses=True)
        node.attrib.pop(name, None)
    if node.attrib.pop("instantiate", None) == "true":
        work.note(
            node, "instantiate", f"{called(node)} started the process by itself. A start event does it now."
        )
    if node.attrib.pop("eventGatewayType", None) == "Parallel":
        work.note(node, "event_gateway", f"{called(node)} waited for all of its events, now for one of them.")


def _flows(work: Work) -> None:
    """Flows lie in the scope of what they join; one that joins nothing, or crosses a border, is taken out."""
    home = {node.get("id"): scope for scope in scopes(work.root) for node in nodes(scope)}
    kinds = {node.get("id"): local_name(node) for scope in scopes(work.root) for node in nodes(scope)}
    for flow in list(work.root.iter(f"{{{BPMN}}}sequenceFlow")):
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if home.get(source) is None or home.get(source) is not home.get(target):
            work.note(
                flow,
                "flow_ends",
                f"The flow {called(flow)} does not join two steps of one process and was taken out.",
                loses=True,
            )
            remove(work, flow)
        elif kinds[target] == "boundaryEvent":
            work.note(
                flow, "flow_ends", f"The flow {called(flow)} led into an event on a border.", loses=True
            )
            remove(work, flow)
        elif flow.getparent() is not home[source]:
            home[source].append(flow)


def loose_lines(work: Work) -> None:
    """Associations and shapes of what is gone."""
    there = {one.get("id") for one in work.root.iter(f"{{{BPMN}}}*")}
    for one in list(work.root.iter(f"{{{BPMN}}}association")):
        if one.get("sourceRef") not in there or one.get("targetRef") not in there:
            remove(work, one)
    there = {one.get("id") for one in work.root.iter(f"{{{BPMN}}}*")}
    for word in ("BPMNShape", "BPMNEdge"):
        for one in list(work.root.iter(f"{_DI}{word}")):
            if one.get("bpmnElement") not in there:
                one.getparent().remove(one)


def _lanes(work: Work) -> None:
    """Lanes name steps that are there, each once."""
    there = {node.get("id") for scope in scopes(work.root) for node in nodes(scope)}
    seen: set[str] = set()
    for lane in list(work.root.iter(f"{{{BPMN}}}lane")):
        if lane.find(f"{{{BPMN}}}childLaneSet") is not None:
            continue
        for reference in list(lane.iterchildren(f"{{{BPMN}}}flowNodeRef")):
            name = (reference.text or "").strip()
            if name not in there or name in seen:
                lane.remove(reference)
            seen.add(name)


def _broken_shapes(root: Any) -> None:
    """A shape without a place and size, or a line with fewer than two points, is no drawing."""
    for shape in list(root.iter(f"{_DI}BPMNShape")):
        bounds = shape.find(f"{_DC}Bounds")
        if bounds is None or not _are_numbers(bounds, ("x", "y", "width", "height")):
            shape.getparent().remove(shape)
            continue
        for label in shape.findall(f"{_DI}BPMNLabel"):
            inner = label.find(f"{_DC}Bounds")
            if inner is not None and not _are_numbers(inner, ("x", "y", "width", "height")):
                shape.remove(label)
    for edge in list(root.iter(f"{_DI}BPMNEdge")):
        points = edge.findall(f"{_LINE}waypoint")
        labels = list(edge.iter(f"{_DC}Bounds"))
        if (
            len(points) < 2
            or not all(_are_numbers(point, ("x", "y")) for point in points)
            or not all(_are_numbers(label, ("x", "y", "width", "height")) for label in labels)
        ):
            edge.getparent().remove(edge)


def _are_numbers(element: Any, names: tuple[str, ...]) -> bool:
    try:
        return all(
            isfinite(float(element.get(name, "x"))) and abs(float(element.get(name))) < 1e6 for name in names
        )
    except ValueError:
        return False
