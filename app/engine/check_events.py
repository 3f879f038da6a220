"""Checks on events: which may stand where, what they wait for, and who catches what is thrown."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.contracts import Finding
from app.engine.findings import fault, hint, title
from app.engine.names import EVENTS
from app.engine.shapes import EventDefinition, Node

_ALLOWED = {
    "startEvent": frozenset({"none", "message"}),
    "endEvent": frozenset({"none", "message", "error", "escalation", "terminate"}),
    "intermediateThrowEvent": frozenset({"none", "message", "escalation"}),
    "intermediateCatchEvent": frozenset({"timer", "message"}),
    "boundaryEvent": frozenset({"timer", "message", "error", "escalation"}),
}
_INSTEAD = {
    "signal": "Signals are not heard outside their own instance. Use a message.",
    "link": "Links would be passed over. Draw the flow itself.",
    "compensate": "Compensation would be passed over. Draw the tasks that put things right.",
    "cancel": "Cancel events belong to transactions, which are not supported. Use a message or an error event.",
    "conditional": "Conditional events do not notice a change from outside. Wait for a message or a time.",
    "timer": "A pathway is started by a person or a message, never by a timer. Draw a timer event after the start.",
    "error": "An error would be passed over here. End a box of steps with it, and catch it at the box's border.",
    "escalation": "An escalation would be passed over here. Throw it, and catch it at the border of a box of steps.",
    "terminate": "Terminate would be passed over here. It belongs on an end event.",
    "none": "The event has nothing to wait for. Give it a timer or a message, or take it away.",
    "reference": "Event definitions by reference are not supported. Draw the event's own definition.",
    "message": "A message cannot stand here. A box of steps begins with a plain start.",
}
_NEVER_WAIT = frozenset({"scriptTask", "serviceTask", "sendTask"})


def check(node: Node) -> Iterator[Finding]:
    """Findings about an event, or a task that sends or receives a message; none about other nodes."""
    if node.type in EVENTS:
        yield from _event(node)
    if node.type in ("sendTask", "receiveTask"):
        yield from _message_task(node)
    if node.type == "boundaryEvent":
        yield from _boundary(node)


def _event(node: Node) -> Iterator[Finding]:
    if len(node.events) > 1:
        yield fault(
            node.id,
            "two_events",
            f"{title(node)} waits for or sends more than one thing. Draw an event for each.",
        )
    allowed = _ALLOWED.get(node.type, frozenset())
    if node.type == "startEvent" and node.scope.parent is not None:
        allowed = frozenset({"none"})
    for event in node.events or (EventDefinition("none"),):
        if event.kind not in allowed:
            instead = _INSTEAD.get(event.kind, "It is not supported. Use a message or a timer.")
            yield fault(node.id, "event_place", f"{title(node)}: {instead}")
        elif event.kind == "message":
            yield from _message(node, event)
        elif event.kind in ("error", "escalation") and node.type != "boundaryEvent":
            yield from _caught(node, event.kind)


def _message_task(node: Node) -> Iterator[Finding]:
    if not any(event.kind == "message" for event in node.events):
        yield fault(
            node.id,
            "message",
            f"{title(node)} names no message and would do nothing. Choose its message.",
        )
    for event in node.events:
        yield from _message(node, event)


def _message(node: Node, event: EventDefinition) -> Iterator[Finding]:
    if event.message is None:
        yield fault(
            node.id,
            "message",
            f"{title(node)} names no message that is in the file. Choose its message.",
        )


def _caught(node: Node, kind: str) -> Iterator[Finding]:
    scope = node.scope
    while scope.parent is not None:
        host = scope.parent.nodes.get(scope.id)
        if host is not None and any(e.kind == kind for b in host.boundaries for e in b.events):
            return
        scope = scope.parent
    say = hint if node.scope.parent is None else fault
    yield say(
        node.id,
        "not_caught",
        f"Nothing catches the {kind} of {title(node)}. Draw an {kind} event on the "
        "border of the box of steps around it.",
    )


def _boundary(node: Node) -> Iterator[Finding]:
    host = node.scope.nodes.get(node.attributes.get("attachedToRef", ""))
    if host is None or host.type in EVENTS or host.type.endswith("Gateway"):
        yield fault(
            node.id,
            "boundary",
            f"{title(node)} sits on nothing. Attach it to a task or a box of steps.",
        )
        return
    if host.type in _NEVER_WAIT:
        yield fault(
            node.id,
            "boundary",
            f"{title(node)} sits on {title(host)}, which never waits. Attach it elsewhere.",
        )
    if host.loop:
        yield fault(
            node.id,
            "boundary",
            f"{title(node)} sits on {title(host)}, which is repeated. Put the repeated "
            "task into a box of steps (sub-process) and attach the event to that.",
        )
    kinds = {event.kind for event in node.events}
    if kinds & {"error", "escalation"} and host.type not in ("subProcess", "callActivity"):
        yield fault(
            node.id, "boundary", f"{title(node)} can only happen on a box of steps. Attach it to one."
        )
    if "error" in kinds and not node.interrupting:
        yield fault(
            node.id,
            "boundary",
            f"{title(node)} catches an error, which always ends what it sits on.",
        )
