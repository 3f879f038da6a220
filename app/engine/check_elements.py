"""Checks on single elements: which exist here, which event may stand where, what loops and operators may say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.domain.roles import RoleTable
from app.engine import operators
from app.engine.check_graph import title
from app.engine.contracts import Finding
from app.engine.drawing import EventDefinition, Node
from app.engine.gate import MAX_NAME
from app.engine.names import EVENTS, PERSON_TASKS


@dataclass(frozen=True)
class Known:
    """The keys that exist in the project; None where nobody can say."""

    roles: RoleTable
    forms: Collection[str] | None
    rules: Collection[str] | None
    duties: Collection[str] | None
    processes: Collection[str] | None


_UNSUPPORTED = {
    "complexGateway": "Complex gateways are not supported. Draw exclusive and parallel gateways.",
    "adHocSubProcess": "Ad-hoc sub-processes are not supported. Draw a parallel gateway with a branch for each task.",
    "transaction": "Transactions are not supported. Draw a sub-process.",
    "businessRuleTask": "Business rule tasks are not supported. Name a rule of the profile: deadline(), switch(), setting().",
    "implicitThrowEvent": "Implicit throw events are not supported. Draw an intermediate throw event.",
}
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
    "error": "An error would be passed over here. End a sub-process with it and catch it at the sub-process's border.",
    "escalation": "An escalation would be passed over here. Throw it, and catch it at the border of a sub-process.",
    "terminate": "Terminate would be passed over here. It belongs on an end event.",
    "none": "The event has nothing to wait for. Give it a timer or a message, or take it away.",
    "reference": "Event definitions by reference are not supported. Draw the event's own definition.",
    "message": "A message cannot stand here. A sub-process starts with a plain start event.",
}
_NEVER_WAIT = frozenset({"scriptTask", "serviceTask", "sendTask"})
_REPEATABLE = PERSON_TASKS | {"sendTask", "serviceTask", "callActivity"}
_DATA = frozenset({"ioSpecification", "dataInputAssociation", "dataOutputAssociation"})


def check(node: Node, known: Known) -> Iterator[Finding]:
    """Findings about one node on its own."""
    if node.type in _UNSUPPORTED:
        yield Finding(node.id, "unsupported", "error", f"{title(node)}: {_UNSUPPORTED[node.type]}")
    if len(node.name) > MAX_NAME:
        yield Finding(node.id, "name", "error", f"The name of {node.id} is longer than {MAX_NAME} characters. Shorten it.")
    if node.attributes.get("triggeredByEvent") == "true":
        yield Finding(
            node.id,
            "event_sub_process",
            "error",
            f"{title(node)} is an event sub-process, which would not interrupt. Put the work into a sub-process and draw "
            "the event on its border.",
        )
    if node.type in EVENTS:
        yield from _event(node)
    if node.type in ("sendTask", "receiveTask"):
        yield from _message_task(node)
    if node.type == "boundaryEvent":
        yield from _boundary(node)
    if node.type == "serviceTask":
        yield from _operator(node)
    if node.type == "callActivity":
        yield from _call(node, known)
    if node.loop:
        yield from _repetition(node)
    if node.children & _DATA:
        yield Finding(
            node.id,
            "data",
            "error",
            f"{title(node)} has data inputs or outputs, which are not used. Every answer named in “copy” is known to the "
            "whole pathway.",
        )
    for script in ("preScript", "postScript"):
        if node.extensions.get(script):
            yield Finding(
                node.id, "hidden_script", "error", f"{title(node)} hides a script ({script}). Draw it as a script task."
            )


def _event(node: Node) -> Iterator[Finding]:
    if len(node.events) > 1:
        yield Finding(
            node.id, "two_events", "error", f"{title(node)} has more than one event definition. Draw an event for each."
        )
    allowed = _ALLOWED.get(node.type, frozenset())
    if node.type == "startEvent" and node.scope.parent is not None:
        allowed = frozenset({"none"})
    for event in node.events or (EventDefinition("none"),):
        if event.kind not in allowed:
            instead = _INSTEAD.get(event.kind, "It is not supported. Use a message or a timer.")
            yield Finding(node.id, "event_place", "error", f"{title(node)}: {instead}")
        elif event.kind == "message":
            yield from _message(node, event)
        elif event.kind in ("error", "escalation") and node.type != "boundaryEvent":
            yield from _caught(node, event.kind)


def _message_task(node: Node) -> Iterator[Finding]:
    if not any(event.kind == "message" for event in node.events):
        yield Finding(
            node.id, "message", "error", f"{title(node)} names no message and would do nothing. Choose its message."
        )
    for event in node.events:
        yield from _message(node, event)


def _message(node: Node, event: EventDefinition) -> Iterator[Finding]:
    if event.message is None:
        yield Finding(
            node.id, "message", "error", f"{title(node)} names no message that is in the file. Choose its message."
        )


def _caught(node: Node, kind: str) -> Iterator[Finding]:
    scope = node.scope
    while scope.parent is not None:
        host = scope.parent.nodes.get(scope.id)
        if host is not None and any(e.kind == kind for b in host.boundaries for e in b.events):
            return
        scope = scope.parent
    severity = "warning" if node.scope.parent is None else "error"
    yield Finding(
        node.id,
        "not_caught",
        severity,  # type: ignore[arg-type]
        f"Nothing catches the {kind} of {title(node)}. Draw an {kind} event on the border of the sub-process around it.",
    )


def _boundary(node: Node) -> Iterator[Finding]:
    host = node.scope.nodes.get(node.attributes.get("attachedToRef", ""))
    if host is None or host.type in EVENTS or host.type.endswith("Gateway"):
        yield Finding(
            node.id, "boundary", "error", f"{title(node)} sits on nothing. Attach it to a task or a sub-process."
        )
        return
    if host.type in _NEVER_WAIT:
        yield Finding(
            node.id, "boundary", "error", f"{title(node)} sits on {title(host)}, which never waits. Attach it elsewhere."
        )
    if host.loop:
        yield Finding(
            node.id,
            "boundary",
            "error",
            f"{title(node)} sits on {title(host)}, which is repeated. Put the repeated task into a sub-process and attach "
            "the event to that.",
        )
    kinds = {event.kind for event in node.events}
    if kinds & {"error", "escalation"} and host.type not in ("subProcess", "callActivity"):
        yield Finding(
            node.id, "boundary", "error", f"{title(node)} can only happen on a sub-process. Attach it to one."
        )
    if "error" in kinds and not node.interrupting:
        yield Finding(node.id, "boundary", "error", f"{title(node)} catches an error, which always interrupts.")


def _operator(node: Node) -> Iterator[Finding]:
    if node.operator is None:
        yield Finding(
            node.id,
            "operator",
            "error",
            f"{title(node)} names no operator. Choose one of {', '.join(operators.OPERATORS)}.",
        )
        return
    wrong = operators.problem(node.operator.name, node.operator.parameters)
    if wrong:
        yield Finding(node.id, "operator", "error", f"{title(node)}: {wrong}")


def _call(node: Node, known: Known) -> Iterator[Finding]:
    name = node.attributes.get("calledElement", "")
    top = node.scope
    while top.parent is not None:
        top = top.parent
    if not name:
        yield Finding(node.id, "call", "error", f"{title(node)} calls no process. Name the process it calls.")
    elif name == top.id:
        yield Finding(
            node.id, "call", "error", f"{title(node)} calls its own process. Draw a loop, or start a new one by a message."
        )
    elif known.processes is not None and name not in known.processes:
        yield Finding(node.id, "call", "error", f"{title(node)} calls the process {name}, which does not exist.")


def _repetition(node: Node) -> Iterator[Finding]:
    if node.loop == "standardLoopCharacteristics":
        yield Finding(
            node.id,
            "repetition",
            "error",
            f"{title(node)} is marked as a loop. Draw the loop: an exclusive gateway after it, with a flow back.",
        )
        return
    if node.type not in _REPEATABLE:
        yield Finding(
            node.id,
            "repetition",
            "error",
            f"{title(node)} cannot be repeated. Start a process for each one by a message instead.",
        )
    if not node.cardinality or not node.cardinality.strip() or node.collection:
        yield Finding(
            node.id,
            "repetition",
            "error",
            f"{title(node)} is repeated over a list or up to a condition. Give a number (loop cardinality), or start a "
            "process for each item by a message.",
        )
    if node.properties.get("copy"):
        yield Finding(
            node.id,
            "repetition",
            "error",
            f"{title(node)} is repeated, so that the answers in “copy” would overwrite each other. Start a process for "
            "each one by a message.",
        )
