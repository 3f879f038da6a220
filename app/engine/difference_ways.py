"""What has changed in the ways between the elements: what comes next, and on which condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.engine.changes import WAYS, Change
from app.engine.shapes import Flow, Node


def ways(
    before: Mapping[str, Node],
    after: Mapping[str, Node],
    pairs: Mapping[str, str],
    flows_before: Mapping[str, Flow],
    flows_after: Mapping[str, Flow],
    flows: Mapping[str, str],
    path: str,
) -> Iterator[Change]:
    """What comes next has changed, or when: at nodes that both versions have, and on flows that both have."""
    back = {was: now for now, was in pairs.items()}
    for key, node in after.items():
        if key not in pairs:
            continue
        was = before[pairs[key]]
        targets = [sorted(back.get(flow.target, f"gone {flow.target}") for flow in was.outgoing)]
        targets.append(sorted(flow.target for flow in node.outgoing))
        if targets[0] != targets[1]:
            texts = [_then(was, before), _then(node, after)]
            yield Change("changed", WAYS, key, node.name or key, "What comes next", texts[0], texts[1], path)
        defaults = [
            flows_before.get(was.attributes.get("default", "")),
            flows_after.get(node.attributes.get("default", "")),
        ]
        if (flows.get(defaults[1].id) if defaults[1] else None) != (defaults[0].id if defaults[0] else None):
            said = [
                _to(one, nodes) if one else "" for one, nodes in zip(defaults, (before, after), strict=True)
            ]
            yield Change(
                "changed",
                WAYS,
                key,
                node.name or key,
                "The way when no condition holds",
                said[0],
                said[1],
                path,
            )
    renamed = {was: now for now, was in pairs.items() if was != now}
    for key, flow in flows_after.items():
        if key in flows:
            yield from _flow(flows_before[flows[key]], flow, after, renamed, path)


def _flow(
    old: Flow, new: Flow, nodes: Mapping[str, Node], renamed: Mapping[str, str], path: str
) -> Iterator[Change]:
    ends = [nodes[end].name or end if end in nodes else end for end in (new.source, new.target)]
    called = f"{ends[0]} to {ends[1]}"
    if old.name != new.name:
        yield Change("changed", WAYS, new.id, called, "Words on the way", old.name, new.name, path)
    if (new.condition or "") not in (old.condition or "", with_new_ids(old.condition or "", renamed)):
        yield Change(
            "changed", WAYS, new.id, called, "Condition", old.condition or "", new.condition or "", path
        )


def _then(node: Node, nodes: Mapping[str, Node]) -> str:
    return "; ".join(_to(flow, nodes) for flow in node.outgoing)


def _to(flow: Flow, nodes: Mapping[str, Node]) -> str:
    target = nodes.get(flow.target)
    name = f"“{(target.name or target.id) if target else flow.target}”"
    return f"{name} ({flow.name})" if flow.name else name


def with_new_ids(text: str, renamed: Mapping[str, str]) -> str:
    """A text of the old version as it would be written with the ids of the new one."""
    for was, now in renamed.items():
        text = re.sub(rf"(?<![\w.-]){re.escape(was)}(?![\w-])", now, text)
    return text
