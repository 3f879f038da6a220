"""What the system is told to do at a step: a script, an operation with its parameters, what a message carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from app.domain.errors import BadInput
from app.engine import editing
from app.engine.editing import Tree, child, set_text
from app.engine.names import BPMN, SPIFF
from app.engine.operators import OPERATORS


def script(root: Tree, element_id: str, text: str) -> None:
    """Say what a step works out."""
    element = editing.node(root, element_id)
    set_text(element, "script", text.strip())
    if text.strip() and not element.get("scriptFormat"):
        element.set("scriptFormat", "python")


def operate(root: Tree, element_id: str, operation: str, given: Mapping[str, str]) -> None:
    """Let a step do one of OPERATORS; parameters that are not given keep what they say. Raises BadInput for another."""
    if operation not in OPERATORS:
        raise BadInput("Select what the system does", {"operation": ["Select what the system does"]})
    extensions = _extensions(editing.node(root, element_id))
    operator = extensions.find(f"{{{SPIFF}}}serviceTaskOperator")
    if operator is None:
        operator = etree.SubElement(
            extensions, f"{{{SPIFF}}}serviceTaskOperator", nsmap={"spiffworkflow": SPIFF}
        )
    operator.set("id", operation)
    holder = operator.find(f"{{{SPIFF}}}parameters")
    if holder is None:
        holder = etree.SubElement(operator, f"{{{SPIFF}}}parameters")
    there = {one.get("id"): one for one in holder}
    for name, parameter in there.items():
        if name not in OPERATORS[operation]:
            holder.remove(parameter)
    for name in OPERATORS[operation]:
        found = there.get(name)
        if found is None:
            found = etree.SubElement(holder, f"{{{SPIFF}}}parameter", id=name, type="any", value="")
        found.set("value", given.get(name, found.get("value", "")).strip())


def message_part(root: Tree, element_id: str, word: str, text: str) -> None:
    """Say what the message of a step carries (`messagePayload`), or under which name it is kept (`messageVariable`).

    It is written where it stands already, at the step or at the message itself, else at the step's event.
    """
    element = editing.node(root, element_id)
    found = _part(element, word)
    definition = element.find(f"{{{BPMN}}}messageEventDefinition")
    if found is None and definition is not None:
        messages = root.iterchildren(f"{{{BPMN}}}message")
        declared = next((one for one in messages if one.get("id") == definition.get("messageRef")), None)
        found = _part(declared, word) if declared is not None else None
    if text.strip():
        if found is None:
            holder = _extensions(element if definition is None else definition)
            found = etree.SubElement(holder, f"{{{SPIFF}}}{word}", nsmap={"spiffworkflow": SPIFF})
        found.text = text.strip()
    elif found is not None:
        found.getparent().remove(found)


def _part(holder: Tree, word: str) -> Any:
    return next(holder.iter(f"{{{SPIFF}}}{word}"), None)


def _extensions(element: Tree) -> Any:
    found = element.find(f"{{{BPMN}}}extensionElements")
    return child(element, "extensionElements") if found is None else found
