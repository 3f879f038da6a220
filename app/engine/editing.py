"""Changing a drawing without a mouse: text in, text out. What the outline editor and tests build on.

Each change is a function of the tree that the gate let through; `edited` reads, applies and writes. A change that
cannot be made raises BadInput with a sentence and changes nothing. What a change leaves wrong (an element that nothing
leads to, say) is for the checks to find, exactly as in the modeller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from app.domain.errors import BadInput
from app.engine import gate
from app.engine.names import BPMN, FLOW_NODES, SPIFF, local_name

Tree = Any
"""The root of a BPMN file, or an element of it (lxml)."""

LONGEST_ID = 56
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_BEFORE = ("documentation", "extensionElements", "incoming", "outgoing")
"""BPMN's order of what stands first inside a flow node."""


def edited(text: str, change: Callable[[Tree], Any]) -> str:
    """The BPMN text after `change`. Raises BadInput from the change, PathwayRefused where the text cannot be read."""
    root = gate.read(text)
    change(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode() + "\n"


def node(root: Tree, element_id: str) -> Tree:
    """The flow node with that id. Raises BadInput."""
    found = next((one for one in _with_id(root, element_id) if local_name(one) in FLOW_NODES), None)
    if found is None:
        raise BadInput("This element is no longer in the drawing. Open the outline again.")
    return found


def flow(root: Tree, flow_id: str) -> Tree:
    """The sequence flow with that id. Raises BadInput."""
    found = next((one for one in _with_id(root, flow_id) if local_name(one) == "sequenceFlow"), None)
    if found is None:
        raise BadInput("This way is no longer in the drawing. Open the outline again.")
    return found


def flows_of(scope: Tree) -> Iterator[Tree]:
    """The sequence flows of one scope."""
    return iter(scope.iterchildren(f"{{{BPMN}}}sequenceFlow"))


def going_out(element: Tree) -> list[Tree]:
    """The flows that leave a node."""
    return [one for one in flows_of(element.getparent()) if one.get("sourceRef") == element.get("id")]


def coming_in(element: Tree) -> list[Tree]:
    """The flows that lead to a node."""
    return [one for one in flows_of(element.getparent()) if one.get("targetRef") == element.get("id")]


def fresh_id(root: Tree, words: str, otherwise: str) -> str:
    """An id that says what the element is and that nothing in the file has."""
    base = _NOT_IN_IDS.sub("_", words.lower()).strip("_")[:LONGEST_ID].rstrip("_") or otherwise
    if not base[0].isalpha():
        base = f"{otherwise}_{base}"
    taken = {one.get("id") for one in root.iter() if isinstance(one.tag, str)}
    number, found = 2, base
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found


def child(parent: Tree, word: str, **attributes: str) -> Tree:
    """A new child in BPMN's namespace, behind what has to stand before it."""
    made = etree.SubElement(parent, f"{{{BPMN}}}{word}", **attributes)
    if word in _BEFORE:
        parent.remove(made)
        earlier = _BEFORE[: _BEFORE.index(word) + 1]
        index = sum(1 for one in parent if local_name(one) in earlier)
        parent.insert(index, made)
    return made


def set_text(parent: Tree, word: str, text: str) -> None:
    """Let a child say `text`; without any it is taken away."""
    found = parent.find(f"{{{BPMN}}}{word}")
    if not text:
        if found is not None:
            parent.remove(found)
        return
    if found is None:
        found = child(parent, word)
    found.text = text


def set_properties(element: Tree, values: dict[str, str]) -> None:
    """Give an element these extension properties (contract.md, section 5); an empty value takes one away."""
    extensions = element.find(f"{{{BPMN}}}extensionElements")
    if extensions is None:
        extensions = child(element, "extensionElements")
    holder = extensions.find(f"{{{SPIFF}}}properties")
    if holder is None:
        holder = etree.SubElement(extensions, f"{{{SPIFF}}}properties", nsmap={"spiffworkflow": SPIFF})
    there = {one.get("name"): one for one in holder}
    for name, value in values.items():
        found = there.get(name)
        if not value:
            if found is not None:
                holder.remove(found)
        elif found is None:
            etree.SubElement(holder, f"{{{SPIFF}}}property", name=name, value=value)
        else:
            found.set("value", value)
    if len(holder) == 0:
        extensions.remove(holder)
    if len(extensions) == 0:
        element.remove(extensions)


def link(root: Tree, source: Tree, target: Tree) -> Tree:
    """A new sequence flow between two nodes of one scope, with the marks that both ends carry."""
    flow_id = fresh_id(root, f"{source.get('id')} {target.get('id')}", "flow")
    ends = {"sourceRef": source.get("id"), "targetRef": target.get("id")}
    made = child(source.getparent(), "sequenceFlow", id=flow_id, **ends)
    child(source, "outgoing").text = flow_id
    child(target, "incoming").text = flow_id
    return made


def aim(root: Tree, way: Tree, target: Tree) -> None:
    """Let a flow lead to another node."""
    old = node(root, way.get("targetRef"))
    _unmark(old, "incoming", way.get("id"))
    way.set("targetRef", target.get("id"))
    child(target, "incoming").text = way.get("id")


def unlink(root: Tree, way: Tree) -> None:
    """Take a flow out, with its marks and, where it was a gateway's default, that."""
    for end, mark in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
        for found in _with_id(root, way.get(end)):
            _unmark(found, mark, way.get("id"))
            if found.get("default") == way.get("id"):
                del found.attrib["default"]
    way.getparent().remove(way)


def _unmark(element: Tree, mark: str, flow_id: str) -> None:
    for one in list(element):
        if local_name(one) == mark and (one.text or "").strip() == flow_id:
            element.remove(one)


def _with_id(root: Tree, element_id: str) -> Iterator[Tree]:
    return (one for one in root.iter(f"{{{BPMN}}}*") if one.get("id") == element_id)
