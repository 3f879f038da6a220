"""Checks on gateways: a way out for every case, and nothing to wait for that would be missed."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.contracts import Finding
from app.engine.findings import fault, title
from app.engine.shapes import Node

CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check(node: Node) -> Iterator[Finding]:
    """Findings about one gateway and the flows that leave it."""
    default = node.attributes.get("default")
    if not node.outgoing:
        yield fault(node.id, "dead_end", f"Nothing follows {title(node)}. Draw the flows that leave it.")
    if default and default not in {flow.id for flow in node.outgoing}:
        yield fault(
            node.id,
            "default",
            f"The way out of {title(node)} when no other fits (default flow) does not leave it. Choose another way.",
        )
        default = None
    if node.type in CHOOSING:
        yield from _choice(node, default)
    elif node.type == "eventBasedGateway":
        yield from _event_gateway(node)


def _choice(node: Node, default: str | None) -> Iterator[Finding]:
    conditional = [flow for flow in node.outgoing if flow.id != default]
    if len(node.outgoing) == 1 and not conditional[:1]:
        return
    if len(node.outgoing) == 1 and not node.outgoing[0].condition:
        return
    for flow in conditional:
        if not flow.condition:
            target = node.scope.nodes.get(flow.target)
            name = f"“{flow.name}”" if flow.name else f"to {title(target)}" if target else ""
            yield fault(
                node.id,
                "condition_missing",
                f"The way {name} out of {title(node)} has no condition. Say when it is taken, or make it the way "
                "when no other fits.",
            )
    if default is None and all(flow.condition for flow in conditional):
        yield fault(
            node.id,
            "default",
            f"{title(node)} has no way for when no other fits, so that nothing follows when no condition holds. "
            "Make one of its ways that way (default flow).",
        )


def _event_gateway(node: Node) -> Iterator[Finding]:
    targets = [node.scope.nodes[flow.target] for flow in node.outgoing if flow.target in node.scope.nodes]
    if node.attributes.get("instantiate") == "true" or node.attributes.get("eventGatewayType") == "Parallel":
        yield fault(
            node.id,
            "event_gateway",
            f"{title(node)} starts a pathway or waits for all. Draw a start.",
        )
    if len(targets) < 2:
        yield fault(
            node.id,
            "event_gateway",
            f"{title(node)} leads to fewer than two events. Draw the events it waits for.",
        )
    for target in targets:
        if (
            target.type not in ("intermediateCatchEvent", "receiveTask")
            or len(target.incoming) != 1
            or target.boundaries
        ):
            yield fault(
                target.id,
                "event_gateway",
                f"{title(target)} follows {title(node)}, which waits for whatever comes first. Only a "
                "wait for a time or a message, with no other way in, can stand there.",
            )
    timers = [target for target in targets if any(event.kind == "timer" for event in target.events)]
    if len(timers) > 1:
        yield fault(
            node.id,
            "two_timers",
            f"{title(node)} leads to {len(timers)} timers, of which only one would count. "
            "Keep the earlier one, and draw the later one after it.",
        )
    names = [event.message.name for target in targets for event in target.events if event.message]
    for name in {name for name in names if names.count(name) > 1}:
        yield fault(
            node.id,
            "event_gateway",
            f"{title(node)} waits twice for the message {name}. Keep one of the two.",
        )
