"""Short ways to write a finding, and what a sentence calls an element."""

from __future__ import annotations

from app.engine.contracts import Finding
from app.engine.shapes import Node
from app.engine.words import as_sentence, nearest_names, without_a_name


def fault(element_id: str, rule: str, sentence: str) -> Finding:
    """A finding that stops the pathway from being published."""
    return Finding(element_id, rule, "error", as_sentence(sentence))


def hint(element_id: str, rule: str, sentence: str) -> Finding:
    """A finding that does not."""
    return Finding(element_id, rule, "warning", as_sentence(sentence))


def called(node: Node) -> str:
    """What people call a node: its name, or what it is and what stands beside it."""
    if node.name:
        return node.name
    nodes = node.scope.nodes

    def name_of(key: str) -> str:
        return nodes[key].name if key in nodes else ""

    before = nearest_names(node.id, lambda one: _ends(nodes.get(one), "source"), name_of)
    after = nearest_names(node.id, lambda one: _ends(nodes.get(one), "target"), name_of)
    return without_a_name(node.type, before, after, name_of(node.attributes.get("attachedToRef", "")))


def title(node: Node) -> str:
    """How a sentence calls a node: “Visit the child”, or the choice of one way after “Visit the child”."""
    return f"“{node.name}”" if node.name else f"the {called(node)}"


def _ends(node: Node | None, end: str) -> list[str]:
    if node is None:
        return []
    return (
        [flow.source for flow in node.incoming]
        if end == "source"
        else [flow.target for flow in node.outgoing]
    )
