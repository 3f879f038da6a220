"""Which element of the new version is which of the old one: by its id, or by everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from app.engine.shapes import Flow, Node, Scope

Thing = TypeVar("Thing")
Nodes = Mapping[str, Node]


def pair_nodes(old: Nodes, new: Nodes) -> dict[str, str]:
    """The old id of each new node that was there before, by its new id.

    A node whose id has changed is recognised when it is the only one that is like it in everything else.
    """
    pairs = {key: key for key in new if key in old}
    for with_neighbours in (True, False, True):
        _by_likeness(
            [node for key, node in old.items() if key not in pairs.values()],
            [node for key, node in new.items() if key not in pairs],
            pairs,
            with_neighbours=with_neighbours,
        )
    return pairs


def _by_likeness(old: list[Node], new: list[Node], pairs: dict[str, str], *, with_neighbours: bool) -> None:
    back = {before: after for after, before in pairs.items()}

    def of_old(node: Node) -> object:
        return _likeness(node, lambda key: back.get(key), with_neighbours)

    def of_new(node: Node) -> object:
        return _likeness(node, lambda key: key if key in pairs else None, with_neighbours)

    for before, after in _only_ones(old, new, of_old, of_new):
        if after.name or after.properties or with_neighbours:
            pairs[after.id] = before.id


def _likeness(node: Node, known: Callable[[str], str | None], with_neighbours: bool) -> object:
    own = (
        node.type,
        node.name,
        node.lane,
        tuple(sorted(node.properties.items())),
        node.documentation,
        node.script,
        node.operator and (node.operator.name, tuple(sorted(node.operator.parameters.items()))),
        node.attributes.get("calledElement"),
        tuple((e.kind, e.text, e.message and e.message.name) for e in node.events),
    )
    if not with_neighbours:
        return own
    ways_in = sorted(str(known(flow.source)) for flow in node.incoming)
    ways_out = sorted((str(known(flow.target)), flow.name, flow.condition or "") for flow in node.outgoing)
    return own, tuple(ways_in), tuple(ways_out), known(node.attributes.get("attachedToRef", ""))


def pair_flows(old: Iterable[Flow], new: Iterable[Flow], nodes: Mapping[str, str]) -> dict[str, str]:
    """The old id of each new flow that was there before, by its new id: same id, else same ends."""
    before, after = list(old), list(new)
    ids = {flow.id for flow in before}
    pairs = {flow.id: flow.id for flow in after if flow.id in ids}
    left = [flow for flow in before if flow.id not in pairs]
    for like in (
        lambda flow, ends: (ends, flow.name, flow.condition),
        lambda flow, ends: (ends, flow.name),
        lambda flow, ends: ends,
    ):
        for one, other in _only_ones(
            [flow for flow in left if flow.id not in pairs.values()],
            [flow for flow in after if flow.id not in pairs],
            lambda flow, like=like: like(flow, (flow.source, flow.target)),  # type: ignore[misc]
            lambda flow, like=like: like(flow, (nodes.get(flow.source), nodes.get(flow.target))),  # type: ignore[misc]
        ):
            pairs[other.id] = one.id
    return pairs


def _only_ones(
    old: Iterable[Thing],
    new: Iterable[Thing],
    of_old: Callable[[Thing], object],
    of_new: Callable[[Thing], object],
) -> list[tuple[Thing, Thing]]:
    """Those that are alike, where exactly one on each side is."""
    before: dict[object, list[Thing]] = {}
    after: dict[object, list[Thing]] = {}
    for thing in old:
        before.setdefault(of_old(thing), []).append(thing)
    for thing in new:
        after.setdefault(of_new(thing), []).append(thing)
    return [
        (before[like][0], found[0])
        for like, found in after.items()
        if len(found) == 1 and len(before.get(like, ())) == 1
    ]


def everything(process: Scope) -> dict[str, Node]:
    """Every node of a process by its id, those in sub-processes too."""
    return {node.id: node for node in process.everything()}


def all_flows(process: Scope) -> list[Flow]:
    """Every flow of a process, those in sub-processes too."""
    return [flow for scope in process.all_scopes() for flow in scope.flows]
