"""In which order the steps of a drawing come, and which of them an area never reaches."""

from __future__ import annotations

import ast

from app.domain.errors import ExpressionRefused
from app.domain.profiles import Profile
from app.engine import grammar
from app.engine.shapes import Flow, Node, Scope

ONE_WAY = "exclusiveGateway"


def in_order(scope: Scope, profile: Profile) -> tuple[list[Node], list[Node]]:
    """The nodes of one level, each after what leads to it as far as loops allow; and those never reached in the area.

    An event at an edge comes after what it sits on. A way counts as closed where its condition can never hold under
    the area's switches and settings; whatever else is open.
    """
    starts = [node for node in scope.nodes.values() if not node.incoming and node.type != "boundaryEvent"]
    starts.sort(key=lambda node: node.type != "startEvent")
    reached = _walk(scope, starts or list(scope.nodes.values())[:1], profile)
    everything = _walk(scope, [*starts, *scope.nodes.values()], None)
    known = {node.id for node in reached}
    return reached, [node for node in everything if node.id not in known]


def _walk(scope: Scope, starts: list[Node], profile: Profile | None) -> list[Node]:
    """Reverse post-order of a depth-first walk, without recursion: a drawing may be one long line."""
    seen: set[str] = set()
    left: list[Node] = []
    for start in reversed(starts):
        waiting = [(start, False)]
        while waiting:
            node, is_done = waiting.pop()
            if is_done:
                left.append(node)
            elif node.id not in seen:
                seen.add(node.id)
                waiting.append((node, True))
                # The last pushed is walked first, and so comes last in the reversed order.
                waiting += [(one, False) for one in _after(scope, node, profile) if one.id not in seen]
    return list(reversed(left))


def _after(scope: Scope, node: Node, profile: Profile | None) -> list[Node]:
    flows = node.outgoing if profile is None else _open(node, profile)
    targets = [scope.nodes[flow.target] for flow in flows if flow.target in scope.nodes]
    return [*targets, *node.boundaries]


def _open(node: Node, profile: Profile) -> list[Flow]:
    """The flows out of a node that can be taken in the area."""
    default = node.attributes.get("default")
    held = {flow.id: _holds(flow.condition, profile) for flow in node.outgoing if flow.condition}
    always = node.type == ONE_WAY and any(held.values())
    return [
        flow
        for flow in node.outgoing
        if held.get(flow.id, True) is not False and not (always and flow.id == default)
    ]


def _holds(condition: str | None, profile: Profile) -> bool | None:
    """Whether a condition always holds (True) or never (False) in an area; None where it depends on the child."""
    if not condition:
        return None
    try:
        return _truth(grammar.expression(condition), profile)
    except ExpressionRefused:
        return None


def _truth(tree: ast.expr, profile: Profile) -> bool | None:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        inner = _truth(tree.operand, profile)
        return None if inner is None else not inner
    if isinstance(tree, ast.BoolOp):
        parts = [_truth(one, profile) for one in tree.values]
        decisive = isinstance(tree.op, ast.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and isinstance(tree.ops[0], ast.Eq | ast.NotEq):
        return _compared(tree, profile)
    name = _argument(tree, "switch")
    return profile.switches.get(name) if name else None


def _compared(tree: ast.Compare, profile: Profile) -> bool | None:
    name, right = _argument(tree.left, "setting"), tree.comparators[0]
    if not name or name not in profile.settings or not isinstance(right, ast.Constant):
        return None
    return (profile.settings[name] == right.value) == isinstance(tree.ops[0], ast.Eq)


def _argument(tree: ast.expr, function: str) -> str:
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == function:
        first = tree.args[0] if tree.args else None
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""
