"""Checks on the shape of a process or sub-process: ways in and out, loops, joins, gateways."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from app.engine.contracts import Finding
from app.engine.drawing import Node, Scope
from app.engine.names import ACTIVITIES, GATEWAYS, PERSON_TASKS

_WAITING = PERSON_TASKS | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity"}
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
Ways = Mapping[str, tuple[str, ...]]


def check(scope: Scope) -> Iterator[Finding]:
    """Findings about one scope; scopes inside it are checked apart."""
    ways = _ways(scope)
    yield from _ends(scope)
    yield from _flows(scope)
    yield from _reached(scope, ways)
    yield from _loops(scope, ways)
    for node in scope.nodes.values():
        if node.type in GATEWAYS:
            yield from _gateway(node)
        else:
            yield from _plain(node)


def title(node: Node) -> str:
    """How a sentence calls a node."""
    return f"“{node.name or node.id}”"


def _ends(scope: Scope) -> Iterator[Finding]:
    starts = [node for node in scope.nodes.values() if node.type == "startEvent"]
    where = f"“{scope.name}”"
    if len(starts) != 1:
        yield Finding(
            scope.id, "one_start", "error", f"{where} has {len(starts)} start events. Draw exactly one start event."
        )
    if not any(node.type == "endEvent" for node in scope.nodes.values()):
        yield Finding(scope.id, "no_end", "error", f"{where} has no end event. Draw one where the work is over.")


def _flows(scope: Scope) -> Iterator[Finding]:
    for flow in scope.flows:
        if flow.source not in scope.nodes or flow.target not in scope.nodes:
            yield Finding(
                flow.id,
                "flow_ends",
                "error",
                "The flow does not join two elements of the same process or sub-process. Draw it between two of them.",
            )
            continue
        source, target = scope.nodes[flow.source], scope.nodes[flow.target]
        if target.type in ("startEvent", "boundaryEvent"):
            yield Finding(
                target.id, "flow_ends", "error", f"A flow leads into {title(target)}. Lead it to a task or a gateway."
            )
        if source.type == "endEvent":
            yield Finding(
                source.id, "flow_ends", "error", f"A flow leaves the end event {title(source)}. Take the flow away."
            )
        if flow.condition and source.type not in _CHOOSING:
            yield Finding(
                source.id,
                "condition_ignored",
                "error",
                f"The condition on the flow that leaves {title(source)} would be ignored. "
                "Draw an exclusive gateway after it and put the condition there.",
            )


def _plain(node: Node) -> Iterator[Finding]:
    if len(node.outgoing) > 1:
        yield Finding(
            node.id,
            "two_ways_out",
            "error",
            f"{title(node)} has {len(node.outgoing)} flows out. Draw one flow to a gateway, and the others from there.",
        )
    elif not node.outgoing and node.type != "endEvent":
        yield Finding(
            node.id, "dead_end", "error", f"Nothing follows {title(node)}. Lead it to an end event or another element."
        )


def _gateway(node: Node) -> Iterator[Finding]:
    default = node.attributes.get("default")
    if not node.outgoing:
        yield Finding(node.id, "dead_end", "error", f"Nothing follows {title(node)}. Draw the flows that leave it.")
    if default and default not in {flow.id for flow in node.outgoing}:
        yield Finding(
            node.id, "default", "error", f"The default flow of {title(node)} does not leave it. Choose another flow."
        )
        default = None
    if node.type in _CHOOSING:
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
            name = f"“{flow.name}”" if flow.name else f"to {flow.target}"
            yield Finding(
                node.id,
                "condition_missing",
                "error",
                f"The flow {name} that leaves {title(node)} has no condition. Write one, or make it the default flow.",
            )
    if default is None and all(flow.condition for flow in conditional):
        yield Finding(
            node.id,
            "default",
            "error",
            f"{title(node)} has no default flow, so that nothing follows when no condition holds. "
            "Mark one of its flows as the default.",
        )


def _event_gateway(node: Node) -> Iterator[Finding]:
    targets = [node.scope.nodes[flow.target] for flow in node.outgoing if flow.target in node.scope.nodes]
    if node.attributes.get("instantiate") == "true" or node.attributes.get("eventGatewayType") == "Parallel":
        yield Finding(
            node.id, "event_gateway", "error", f"{title(node)} starts a process or waits for all. Draw a start event."
        )
    if len(targets) < 2:
        yield Finding(
            node.id, "event_gateway", "error", f"{title(node)} leads to fewer than two events. Draw the events it waits for."
        )
    for target in targets:
        if target.type not in ("intermediateCatchEvent", "receiveTask") or len(target.incoming) != 1 or target.boundaries:
            yield Finding(
                target.id,
                "event_gateway",
                "error",
                f"{title(target)} follows the event-based gateway {title(node)}. Only a timer or message event of its own, "
                "with no other flow in, can stand there.",
            )
    timers = [target for target in targets if any(event.kind == "timer" for event in target.events)]
    if len(timers) > 1:
        yield Finding(
            node.id,
            "two_timers",
            "error",
            f"{title(node)} leads to {len(timers)} timers, of which only one would count. "
            "Keep the earlier one, and draw the later one after it.",
        )
    names = [event.message.name for target in targets for event in target.events if event.message]
    for name in {name for name in names if names.count(name) > 1}:
        yield Finding(
            node.id, "event_gateway", "error", f"{title(node)} waits twice for the message {name}. Keep one of the two."
        )


def _reached(scope: Scope, ways: Ways) -> Iterator[Finding]:
    starts = [node.id for node in scope.nodes.values() if node.type == "startEvent"]
    reached = _from(starts, ways)
    back: dict[str, tuple[str, ...]] = {name: () for name in scope.nodes}
    for source, targets in ways.items():
        for target in targets:
            back[target] = (*back[target], source)
    leaving = _from([node.id for node in scope.nodes.values() if node.type == "endEvent"], back)
    for node in scope.nodes.values():
        if node.attributes.get("triggeredByEvent") == "true":
            continue
        if starts and node.id not in reached:
            yield Finding(
                node.id, "unreachable", "error", f"No flow leads to {title(node)} from the start. Draw one, or take it away."
            )
        elif node.id not in leaving and (node.outgoing or node.type in GATEWAYS):
            yield Finding(
                node.id, "no_way_out", "error", f"From {title(node)} no flow leads to an end event. Draw a way out of the loop."
            )


def _loops(scope: Scope, ways: Ways) -> Iterator[Finding]:
    for loop in _cycles(ways):
        for name in sorted(loop):
            node = scope.nodes[name]
            if node.type not in ("parallelGateway", "inclusiveGateway"):
                continue
            inside = [target for target in ways[name] if target in loop]
            if len(node.incoming) > 1:
                yield Finding(
                    name,
                    "join_in_loop",
                    "error",
                    f"{title(node)} joins branches inside a loop, where it would go on too early. Put the branches and the "
                    "join into a sub-process, and loop around the sub-process.",
                )
            elif len(inside) > 1:
                yield Finding(
                    name,
                    "fork_in_loop",
                    "error",
                    f"{title(node)} forks inside a loop and more than one branch comes back. Put the branches into a "
                    "sub-process, or start a process for each of them by a message.",
                )
    idle = {
        name: tuple(target for target in targets if not _waits(scope.nodes[target]))
        for name, targets in ways.items()
        if not _waits(scope.nodes[name])
    }
    for loop in _cycles(idle):
        first = scope.nodes[min(loop)]
        yield Finding(
            first.id,
            "loop_without_wait",
            "error",
            f"The loop through {title(first)} never waits. Draw a task for a person, or an event, inside the loop.",
        )


def _waits(node: Node) -> bool:
    if node.type == "boundaryEvent":
        return any(event.kind in ("timer", "message") for event in node.events)
    if node.type in ("subProcess", "transaction", "adHocSubProcess"):
        inner = next((scope for scope in node.scope.scopes if scope.id == node.id), None)
        if inner is None:
            return True
        idle = {
            name: tuple(target for target in targets if not _waits(inner.nodes[target]))
            for name, targets in _ways(inner).items()
        }
        starts = [n.id for n in inner.nodes.values() if n.type == "startEvent"]
        passed = _from(starts, idle)
        return not any(inner.nodes[name].type == "endEvent" for name in passed)
    return node.type in _WAITING


def _ways(scope: Scope) -> dict[str, tuple[str, ...]]:
    ways: dict[str, tuple[str, ...]] = {}
    for node in scope.nodes.values():
        targets = [flow.target for flow in node.outgoing if flow.target in scope.nodes]
        if node.type in ACTIVITIES:
            targets += [boundary.id for boundary in node.boundaries]
        ways[node.id] = tuple(targets)
    return ways


def _from(starts: Collection[str], ways: Ways) -> set[str]:
    seen = set(starts)
    pending = list(starts)
    while pending:
        for target in ways.get(pending.pop(), ()):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return seen


def _cycles(ways: Ways) -> list[set[str]]:
    """The sets of nodes that lie on a common loop (at most 300 nodes, so by plain reachability)."""
    reach = {name: _from(ways[name], ways) for name in ways}
    loops: list[set[str]] = []
    done: set[str] = set()
    for name in ways:
        if name not in done and name in reach[name]:
            loop = {other for other in reach[name] if name in reach.get(other, ())}
            done |= loop
            loops.append(loop)
    return loops
