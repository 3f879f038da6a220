"""From a tree that the gate let through to a Drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.engine.names import BPMN, FLOW_NODES, SPIFF, SUB_PROCESSES, local_name
from app.engine.shapes import Drawing, DrawnMessage, EventDefinition, Flow, Node, Operator, Scope


def read(root: Any) -> Drawing:
    """The drawing in a tree that the gate let through."""
    messages = {m.get("id", ""): _message(m) for m in root.iterchildren(f"{{{BPMN}}}message")}
    lanes: dict[str, str] = {}
    drawn: list[tuple[str, str, bool]] = []
    twice: list[str] = []
    for lane in root.iter(f"{{{BPMN}}}lane"):
        references = [(r.text or "").strip() for r in lane.iterchildren(f"{{{BPMN}}}flowNodeRef")]
        outer = lane.find(f"{{{BPMN}}}childLaneSet") is not None
        drawn.append((lane.get("id", ""), lane.get("name") or "", not outer))
        if outer:
            continue
        twice += [reference for reference in references if reference in lanes]
        lanes |= dict.fromkeys(references, lane.get("name") or "")
    reader = _Reader(messages, lanes)
    processes = [reader.scope(node, None) for node in root.iterchildren(f"{{{BPMN}}}process")]
    known = {
        "process",
        "message",
        "collaboration",
        "signal",
        "error",
        "escalation",
        "itemDefinition",
        "category",
    }
    strangers = [
        (node.get("id", ""), local_name(node))
        for node in root
        if local_name(node) and local_name(node) not in known
    ]
    return Drawing(processes, messages, strangers, _ids(root), drawn, twice)


def _ids(root: Any) -> list[str]:
    """Every id. An operator or parameter may come back in other tasks, but never under an element's id: the
    engine would take the one for the other."""
    own = [node.get("id") for node in root.iter(f"{{{BPMN}}}*") if node.get("id") is not None]
    borrowed = {node.get("id") for node in root.iter(f"{{{SPIFF}}}*") if node.get("id") is not None}
    return own + sorted(borrowed)


def _message(node: Any) -> DrawnMessage:
    properties = _properties(node)
    return DrawnMessage(
        id=node.get("id", ""),
        name=(node.get("name") or "").strip(),
        correlate=properties.get("correlate", "root"),
        payload=_extension(node, "messagePayload"),
        variable=_extension(node, "messageVariable"),
    )


class _Reader:
    def __init__(self, messages: Mapping[str, DrawnMessage], lanes: Mapping[str, str]) -> None:
        self.messages = messages
        self.lanes = lanes

    def scope(self, node: Any, parent: Scope | None) -> Scope:
        scope = Scope(
            id=node.get("id", ""),
            name=node.get("name") or node.get("id", ""),
            documentation=_text(node, "documentation") or "",
            executable=node.get("isExecutable", "true" if parent else "false").lower() == "true",
            parent=parent,
            properties=_properties(node),
        )
        for child in node:
            name = local_name(child)
            if name in FLOW_NODES:
                scope.nodes[child.get("id", "")] = self.node(child, scope)
            elif name == "sequenceFlow":
                scope.flows.append(_flow(child))
            elif name and name not in _QUIET:
                scope.strangers.append((child.get("id", ""), name))
            if name in SUB_PROCESSES:
                scope.scopes.append(self.scope(child, scope))
        _connect(scope)
        return scope

    def node(self, node: Any, scope: Scope) -> Node:
        kind = local_name(node)
        node_id = node.get("id", "")
        loop = next((local_name(c) for c in node if local_name(c).endswith("LoopCharacteristics")), None)
        return Node(
            id=node_id,
            type=kind,
            name=(node.get("name") or "").strip(),
            scope=scope,
            attributes=dict(node.attrib),
            properties=_properties(node),
            extensions=_extensions(node),
            events=tuple(self.events(node, kind)),
            lane=self.lanes.get(node_id) or self._outer_lane(node),
            documentation=_text(node, "documentation") or "",
            children=frozenset(local_name(c) for c in node if local_name(c)),
            script=_text(node, "script") if kind == "scriptTask" else None,
            operator=_operator(node),
            loop=loop,
            cardinality=next((c.text for c in node.iter(f"{{{BPMN}}}loopCardinality")), None)
            if loop
            else None,
            collection=bool(loop) and any(local_name(c) in _COLLECTION for c in node.iter()),
        )

    def _outer_lane(self, node: Any) -> str | None:
        # A sub-process that lies in a lane gives that lane to everything inside.
        parent = node.getparent()
        while parent is not None and local_name(parent) in SUB_PROCESSES:
            if parent.get("id") in self.lanes:
                return self.lanes[parent.get("id")]
            parent = parent.getparent()
        return None

    def events(self, node: Any, kind: str) -> Iterator[EventDefinition]:
        if kind in ("sendTask", "receiveTask") and node.get("messageRef"):
            yield self._message_event(node, node.get("messageRef"))
        for child in node:
            name = local_name(child)
            if not name.endswith("EventDefinition"):
                if name == "eventDefinitionRef":
                    yield EventDefinition("reference")
                continue
            event = name.removesuffix("EventDefinition")
            if event == "message":
                yield self._message_event(child, child.get("messageRef"))
            elif event == "timer":
                timers = [c for c in child if local_name(c) in ("timeDate", "timeDuration", "timeCycle")]
                timer = timers[0] if timers else None
                yield EventDefinition(
                    "timer",
                    timer_kind=local_name(timer) if timer is not None else None,
                    text=(timer.text or "").strip() if timer is not None else None,
                )
            else:
                yield EventDefinition(event, reference=child.get(f"{event}Ref"))

    def _message_event(self, node: Any, reference: str | None) -> EventDefinition:
        message = self.messages.get(reference or "")
        payload = _extension(node, "messagePayload")
        variable = _extension(node, "messageVariable")
        if message is not None:
            payload = payload or message.payload
            variable = variable or message.variable
        return EventDefinition("message", reference, message, payload, variable)


_QUIET = frozenset(
    {
        "documentation",
        "extensionElements",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
        "incoming",
        "outgoing",
    }
    | {"standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "dataObject", "dataObjectReference"}
    | {"auditing", "monitoring"}
)


_COLLECTION = frozenset(
    {"loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "completionCondition"}
)


def _connect(scope: Scope) -> None:
    for flow in scope.flows:
        if flow.source in scope.nodes:
            scope.nodes[flow.source].outgoing.append(flow)
        if flow.target in scope.nodes:
            scope.nodes[flow.target].incoming.append(flow)
    for node in scope.nodes.values():
        host = scope.nodes.get(node.attributes.get("attachedToRef", ""))
        if node.type == "boundaryEvent" and host is not None:
            host.boundaries.append(node)


def _flow(node: Any) -> Flow:
    return Flow(
        id=node.get("id", ""),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        condition=_text(node, "conditionExpression"),
        name=(node.get("name") or "").strip(),
    )


def _operator(node: Any) -> Operator | None:
    for operator in node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}serviceTaskOperator"):
        parameters = {p.get("id", ""): p.get("value", "") for p in operator.iter(f"{{{SPIFF}}}parameter")}
        return Operator(operator.get("id", ""), parameters)
    return None


def _properties(node: Any) -> dict[str, str]:
    found = node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
    return {p.get("name", ""): (p.get("value") or "").strip() for p in found}


def _extensions(node: Any) -> dict[str, str]:
    found = node.iterfind(f"{{{BPMN}}}extensionElements/*")
    return {str(e.tag).rsplit("}", 1)[-1]: (e.text or "").strip() for e in found if isinstance(e.tag, str)}


def _extension(node: Any, name: str) -> str | None:
    found = next(node.iter(f"{{{SPIFF}}}{name}"), None)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def _text(node: Any, name: str) -> str | None:
    found = node.find(f"{{{BPMN}}}{name}")
    text = (found.text or "").strip() if found is not None else ""
    return text or None
