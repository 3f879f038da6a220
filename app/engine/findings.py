"""Short ways to write a finding, and what a sentence calls an element."""

from __future__ import annotations

from app.engine.contracts import Finding
from app.engine.shapes import Node


def fault(element_id: str, rule: str, sentence: str) -> Finding:
    """A finding that stops the pathway from being published."""
    return Finding(element_id, rule, "error", sentence)


def hint(element_id: str, rule: str, sentence: str) -> Finding:
    """A finding that does not."""
    return Finding(element_id, rule, "warning", sentence)


def title(node: Node) -> str:
    """How a sentence calls a node."""
    return f"“{node.name or node.id}”"
