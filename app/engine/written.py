"""What is written in a diagram for the engine to work out: every expression of a node, as text and as a tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.domain.errors import ExpressionRefused
from app.engine import grammar
from app.engine.check_gateways import CHOOSING
from app.engine.moments import is_duration, is_moment
from app.engine.shapes import Node

DUE = "due time"
CALLED = {"due": DUE, "assign": "choice of who gets it", "payload": "message", "parameter": "value"}
"""What a sentence calls the expression of a property, and what else the workbench checks while it is typed."""


def expressions(node: Node) -> Iterator[tuple[str, str]]:
    """Each expression of a node with what it is; neither the times of its events nor its script."""
    for name in ("due", "assign"):
        text = node.properties.get(name)
        if text and not (name == "due" and (is_duration(text) or is_moment(text))):
            yield CALLED[name], text
    for event in node.events:
        if event.kind == "message" and event.payload and node.type not in ("startEvent", "receiveTask"):
            yield "message", event.payload
    if node.type in CHOOSING:
        default = node.attributes.get("default")
        yield from (("condition", f.condition) for f in node.outgoing if f.condition and f.id != default)
    if node.operator is not None:
        for name, text in node.operator.parameters.items():
            yield f"value “{name}”", text
    if node.cardinality:
        yield "number of times", node.cardinality


def trees(node: Node) -> Iterator[tuple[str, ast.expr]]:
    """Everything of a node that the engine works out, as far as it can be read, with what it is."""
    for what, text in [*expressions(node), *_times(node)]:
        try:
            yield what, grammar.expression(text)
        except ExpressionRefused:
            continue  # said by check_properties
    for _, tree in assigned(node):
        yield "script", tree


def _times(node: Node) -> Iterator[tuple[str, str]]:
    for event in node.events:
        text = event.text if event.kind == "timer" else None
        if text and not (is_duration(text) or is_moment(text)):
            yield "time", text


def assigned(node: Node) -> tuple[tuple[str, ast.expr], ...]:
    """The assignments of a script task; none where its script cannot be read."""
    if not node.script:
        return ()
    try:
        return grammar.assignments(node.script)
    except ExpressionRefused:
        return ()
