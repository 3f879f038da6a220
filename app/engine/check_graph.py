"""Checks on the shape of a process or sub-process: ways in and out, loops, joins, gateways."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from app.engine import check_gateways
from app.engine.check_gateways import CHOOSING
from app.engine.contracts import Finding
from app.engine.findings import fault, title
from app.engine.names import ACTIVITIES, GATEWAYS, PERSON_TASKS
from app.engine.shapes import Node, Scope

_WAITING = PERSON_TASKS | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity"}
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
            yield from check_gateways.check(node)
        else:
            yield from _plain(node)


def _ends(scope: Scope) -> Iterator[Finding]:
    starts = [node for node in scope.nodes.values() if node.type == "startEvent"]
    where = f"“{scope.name}”"
    if len(starts) != 1:
        yield fault(
            scope.id,
            "one_start",
            f"{where} has {len(starts)} starts. Draw exactly one.",
        )
    if not any(node.type == "endEvent" for node in scope.nodes.values()):
        yield fault(scope.id, "no_end", f"{where} has no end. Draw one where the work is over.")


def _flows(scope: Scope) -> Iterator[Finding]:
    for flow in scope.flows:
        if flow.source not in scope.nodes or flow.target not in scope.nodes:
            yield fault(
                flow.id,
                "flow_ends",
                "The way does not join two steps of the same pathway or box of steps. Draw it between two of them.",
            )
            continue
        source, target = scope.nodes[flow.source], scope.nodes[flow.target]
        if target.type in ("startEvent", "boundaryEvent"):
            yield fault(
                target.id,
                "flow_ends",
                f"A way leads into {title(target)}. Lead it to a task or a decision.",
            )
        if source.type == "endEvent":
            yield fault(
                source.id,
                "flow_ends",
                f"A way leaves the end {title(source)}. Take it away.",
            )
        if flow.condition and source.type not in CHOOSING:
            yield fault(
                source.id,
                "condition_ignored",
                f"The condition on the way out of {title(source)} would be ignored. "
                "Draw a decision after it and put the condition there.",
            )


def _plain(node: Node) -> Iterator[Finding]:
    if len(node.outgoing) > 1:
        yield fault(
            node.id,
            "two_ways_out",
            f"{title(node)} has {len(node.outgoing)} ways out. Draw one way to a decision, and the others from there.",
        )
    elif not node.outgoing and node.type != "endEvent" and not _only_interrupted(node):
        yield fault(node.id, "dead_end", f"Nothing follows {title(node)}. Lead it to an end or another step.")


def _reached(scope: Scope, ways: Ways) -> Iterator[Finding]:
    starts = [node.id for node in scope.nodes.values() if node.type == "startEvent"]
    reached = _from(starts, ways)
    stuck = set() if _interrupted(scope) else _stuck(scope, ways)
    for node in scope.nodes.values():
        if node.attributes.get("triggeredByEvent") == "true":
            continue
        if starts and node.id not in reached:
            yield fault(
                node.id,
                "unreachable",
                f"No way leads to {title(node)} from the start. Draw one, or take it away.",
            )
        elif node.id in stuck and node.outgoing:
            yield fault(
                node.id,
                "no_way_out",
                f"From {title(node)} no way leads to an end. Draw a way out of the loop.",
            )


def _interrupted(scope: Scope) -> bool:
    """Whether an event can end the work of the scope from outside, so that it needs no end of its own."""
    while scope.parent is not None:
        host = scope.parent.nodes.get(scope.id)
        if host is not None and any(boundary.interrupting for boundary in host.boundaries):
            return True
        scope = scope.parent
    return False


def _only_interrupted(node: Node) -> bool:
    """Whether a sub-process goes on for ever, until an event on its border ends it."""
    inner = next((scope for scope in node.scope.scopes if scope.id == node.id), None)
    if inner is None or not any(boundary.interrupting for boundary in node.boundaries):
        return False
    return bool(_stuck(inner, _ways(inner)))


def _stuck(scope: Scope, ways: Ways) -> set[str]:
    """What can be reached from the start, but leads to no end event."""
    back: dict[str, tuple[str, ...]] = dict.fromkeys(scope.nodes, ())
    for source, targets in ways.items():
        for target in targets:
            back[target] = (*back[target], source)
    leaving = _from([node.id for node in scope.nodes.values() if node.type == "endEvent"], back)
    return _from([node.id for node in scope.nodes.values() if node.type == "startEvent"], ways) - leaving


def _loops(scope: Scope, ways: Ways) -> Iterator[Finding]:
    for loop in _cycles(ways):
        for name in sorted(loop):
            node = scope.nodes[name]
            if node.type not in ("parallelGateway", "inclusiveGateway"):
                continue
            inside = [target for target in ways[name] if target in loop]
            if len(node.incoming) > 1:
                yield fault(
                    name,
                    "join_in_loop",
                    f"{title(node)} joins branches inside a loop, where it would go on too "
                    "early. Put the branches and the "
                    "join into a box of steps (sub-process), and loop around the box.",
                )
            elif len(inside) > 1:
                yield fault(
                    name,
                    "fork_in_loop",
                    f"{title(node)} forks inside a loop and more than one branch comes back. Put the branches into a "
                    "box of steps (sub-process), or start a pathway for each of them by a message.",
                )
    certain = {
        name: tuple(flow.target for flow in scope.nodes[name].outgoing if flow.target in scope.nodes)
        for name in ways
        if scope.nodes[name].type
        not in ("exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "boundaryEvent")
    }
    for loop in _cycles(certain):
        first = scope.nodes[min(loop)]
        yield fault(
            first.id,
            "loop_without_choice",
            f"The loop through {title(first)} has no decision. Draw one where the loop comes back.",
        )
    idle = {
        name: tuple(target for target in targets if not _waits(scope.nodes[target]))
        for name, targets in ways.items()
        if not _waits(scope.nodes[name])
    }
    for loop in _cycles(idle):
        first = scope.nodes[min(loop)]
        yield fault(
            first.id,
            "loop_without_wait",
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
