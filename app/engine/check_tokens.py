"""A dry run of a process or sub-process with tokens: does every join get what it waits for, is nothing done twice?

Every choice is tried (each way out of a gateway, each event on a border), and states that were seen are not tried
again. In a scope that is too tangled to finish only what was found so far counts; one with an inclusive join is left
alone rather than guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.contracts import Finding
from app.engine.findings import fault, hint, title
from app.engine.shapes import Node, Scope

MAX_STATES = 2000
MAX_TOKENS = 100_000
Marking = tuple[
    tuple[str, int], ...
]  # how many tokens lie on each flow, by its id; flows without any are left out


def check(scope: Scope) -> Iterator[Finding]:
    """Findings about joins that would wait for ever and work that would be done twice."""
    nodes = scope.nodes.values()
    if any(node.type == "inclusiveGateway" and len(node.incoming) > 1 for node in nodes):
        return
    starts = [node for node in nodes if node.type == "startEvent" and node.outgoing]
    if len(starts) != 1 or any(
        f.target not in scope.nodes or f.source not in scope.nodes for f in scope.flows
    ):
        return
    stuck, twice = _explore(scope, _plus((), _out(starts[0])))
    for node_id in sorted(stuck):
        node = scope.nodes[node_id]
        yield fault(
            node_id,
            "join_waits",
            f"{title(node)} would wait for ever for a branch that is not always taken. Bring the branches of a choice "
            "together at a decision (exclusive gateway) before it.",
        )
    for node_id in sorted(twice):
        node = scope.nodes[node_id]
        yield hint(
            node_id,
            "done_twice",
            f"{title(node)} can be reached by two branches at once and would then be done twice. If that is not meant, "
            "bring the branches together with “at the same time” (parallel gateway) before it.",
        )


def _explore(scope: Scope, first: Marking) -> tuple[set[str], set[str]]:
    target = {flow.id: flow.target for flow in scope.flows}
    stuck: set[str] = set()
    twice: set[str] = set()
    seen = {first}
    pending = [first]
    looked_at = 0
    while pending and len(seen) < MAX_STATES and looked_at < MAX_TOKENS:
        marking = pending.pop()
        looked_at += len(marking)
        tokens = dict(marking)
        reached = dict.fromkeys(target[flow] for flow in tokens)
        enabled = next((name for name in reached if _enabled(scope.nodes[name], tokens)), None)
        if enabled is None:
            stuck.update(reached)
            continue
        for after in _outcomes(scope.nodes[enabled], marking):
            crowded = {target[flow] for flow, count in after if count > 1}
            twice |= crowded
            if not crowded and after not in seen:
                seen.add(after)
                pending.append(after)
    return stuck, twice


def _enabled(node: Node, tokens: dict[str, int]) -> bool:
    arrived = [flow.id in tokens for flow in node.incoming]
    if node.type == "parallelGateway":
        return bool(arrived) and all(arrived)
    return any(arrived)


def _outcomes(node: Node, marking: Marking) -> Iterator[Marking]:
    tokens = dict(marking)
    if node.type == "parallelGateway":
        left = _minus(marking, [flow.id for flow in node.incoming])
        yield _plus(left, _out(node))
        return
    left = _minus(marking, [next(flow.id for flow in node.incoming if flow.id in tokens)])
    if node.type == "endEvent":
        kinds = {event.kind for event in node.events}
        yield () if kinds & {"terminate", "error"} else left
    elif node.type.endswith("Gateway"):
        for flow in node.outgoing:
            yield _plus(left, [flow.id])
        if node.type == "inclusiveGateway":
            yield _plus(left, _out(node))
    else:
        yield _plus(left, _out(node))
        for event in node.boundaries:
            yield _plus(left, _out(event) if event.interrupting else [*_out(node), *_out(event)])


def _out(node: Node) -> list[str]:
    return [flow.id for flow in node.outgoing]


def _plus(marking: Marking, flows: list[str]) -> Marking:
    tokens = dict(marking)
    for flow in flows:
        tokens[flow] = tokens.get(flow, 0) + 1
    return tuple(sorted(tokens.items()))


def _minus(marking: Marking, flows: list[str]) -> Marking:
    tokens = dict(marking)
    for flow in flows:
        tokens[flow] -= 1
    return tuple(sorted((flow, count) for flow, count in tokens.items() if count))
