"""Checks on what a modeller lets people draw or type and the engine would pass over without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.contracts import Finding
from app.engine.findings import fault, hint
from app.engine.names import ACTIVITIES, BPMN, FLOW_NODES, local_name
from app.engine.words import KEPT

MOST_REPEATS = 100
_CHOOSERS = frozenset({"potentialOwner", "humanPerformer", "performer", "resourceRole"})
_EXTENSIONS = frozenset(
    {"properties", "serviceTaskOperator", "messagePayload", "messageVariable", "preScript", "postScript"}
)  # the scripts are refused by check_elements


def check(root: Any) -> Iterator[Finding]:
    """Findings about a whole file, as the gate let it through."""
    for element in root.iter(f"{{{BPMN}}}*"):
        kind = local_name(element)
        if kind in FLOW_NODES:
            yield from _node(element, kind)
        elif kind in ("dataObject", "dataObjectReference"):
            yield hint(
                element.get("id", ""),
                "data_object",
                f"The data object “{_name(element)}” is only a picture. Name the answers that are needed later in "
                f"{KEPT} of the task.",
            )
        elif kind == "messageFlow":
            yield hint(
                element.get("id", ""),
                "message_flow",
                f"The message flow “{_name(element)}” is only a picture. Draw a message event that sends it, and one "
                "that waits for it.",
            )
    yield from _defaults(root)


def _node(element: Any, kind: str) -> Iterator[Finding]:
    key, title = element.get("id", ""), f"“{_name(element)}”"
    if kind in ACTIVITIES:
        yield from _activity(element, key, title)
    if kind == "receiveTask" and element.get("instantiate") == "true":
        yield fault(
            key, "instantiate", f"{title} would not start the pathway. Draw a start event with the message."
        )
    if any(local_name(child) in _CHOOSERS for child in element):
        yield hint(
            key,
            "performer",
            f"{title} names who does it in a way that is not read. Draw it in a lane, or choose who does it.",
        )
    foreign = sorted({_local(name) for name in element.attrib if name.startswith("{")} | _unread(element))
    if foreign:
        yield hint(
            key,
            "foreign",
            f"{title} carries {', '.join(foreign[:5])} of another modeller, which is not read here. "
            "Say the same with the properties of this service.",
        )


def _activity(element: Any, key: str, title: str) -> Iterator[Finding]:
    quantities = {element.get(name, "1") for name in ("startQuantity", "completionQuantity")}
    if quantities != {"1"}:
        yield fault(
            key,
            "quantity",
            f"{title} has a start or completion quantity, which would be passed over. Draw ways at the same time.",
        )
    if element.get("isForCompensation") == "true":
        yield fault(
            key,
            "compensation",
            f"{title} is for compensation and would never happen. Draw the way that leads to it.",
        )
    for cardinality in element.iterfind(
        f"{{{BPMN}}}multiInstanceLoopCharacteristics/{{{BPMN}}}loopCardinality"
    ):
        number = (cardinality.text or "").strip()
        if number.isdigit() and not 1 <= int(number[:9]) <= MOST_REPEATS:
            yield fault(
                key,
                "repetition",
                f"{title} is repeated {number[:9]} times. Choose a number from 1 to {MOST_REPEATS}.",
            )


def _defaults(root: Any) -> Iterator[Finding]:
    flows = {flow.get("id"): flow for flow in root.iter(f"{{{BPMN}}}sequenceFlow")}
    for element in root.iter(f"{{{BPMN}}}*"):
        flow = flows.get(element.get("default"))
        if flow is not None and flow.find(f"{{{BPMN}}}conditionExpression") is not None:
            yield hint(
                element.get("id", ""),
                "condition_on_default",
                f"The way out of “{_name(element)}” when no other fits has a condition, which is never asked. Take it "
                "away, or make another way that one.",
            )


def _unread(element: Any) -> set[str]:
    found = element.iterfind(f"{{{BPMN}}}extensionElements/*")
    return {_local(child.tag) for child in found if isinstance(child.tag, str)} - _EXTENSIONS


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _name(element: Any) -> str:
    return (element.get("name") or "").strip() or element.get("id", "")
