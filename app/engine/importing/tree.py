"""Short ways to look at and change the tree of a foreign file; what hangs on flows is written anew at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine import editing
from app.engine import editing_picture as picture
from app.engine.editing import fresh_id
from app.engine.importing.report import Work
from app.engine.names import BPMN, FLOW_NODES, SUB_PROCESSES, local_name

LONGEST = 160


def called(element: Any) -> str:
    """How a sentence calls an element."""
    return f"“{name_of(element)}”"


def name_of(element: Any) -> str:
    """The name of an element in one line, else its id."""
    name = " ".join((element.get("name") or "").split())
    return name[:LONGEST] or element.get("id", "") or local_name(element)


def scopes(root: Any) -> Iterator[Any]:
    """Every process and sub-process, the outer before the inner."""
    for process in list(root.iterchildren(f"{{{BPMN}}}process")):
        yield process
        yield from [one for one in process.iter() if local_name(one) in SUB_PROCESSES]


def nodes(scope: Any) -> list[Any]:
    """The flow nodes that lie directly in a scope."""
    return [one for one in scope if local_name(one) in FLOW_NODES]


def flows(scope: Any) -> list[Any]:
    """The sequence flows of a scope."""
    return list(scope.iterchildren(f"{{{BPMN}}}sequenceFlow"))


def leaving(element: Any) -> list[Any]:
    """The flows that leave a node, in the order drawn."""
    return [one for one in flows(element.getparent()) if one.get("sourceRef") == element.get("id")]


def arriving(element: Any) -> list[Any]:
    """The flows that lead to a node."""
    return [one for one in flows(element.getparent()) if one.get("targetRef") == element.get("id")]


def definitions(element: Any) -> list[Any]:
    """The event definitions of an event."""
    return [one for one in element if local_name(one).endswith("EventDefinition")]


def kind_of(element: Any) -> str:
    """What an event waits for or throws: none, message, timer..., or "multiple"."""
    found = definitions(element)
    if len(found) > 1:
        return "multiple"
    return local_name(found[0]).removesuffix("EventDefinition") if found else "none"


def border(element: Any) -> list[Any]:
    """The boundary events that sit on a node."""
    return [one for one in element.getparent() if one.get("attachedToRef") == element.get("id")]


def remove(work: Work, element: Any) -> None:
    """Take an element out with everything in it, and its shapes."""
    for inner in [one for one in element.iter() if isinstance(one.tag, str) and one.get("id")]:
        picture.erase(work.root, inner.get("id"))
    element.getparent().remove(element)


def turn_into(work: Work, element: Any, word: str) -> None:
    """Let an element be of another kind; what only its old kind had is taken away, its shape gets its size."""
    element.tag = f"{{{BPMN}}}{word}"
    for one in list(element):
        if local_name(one) not in ("documentation", "extensionElements", "incoming", "outgoing") and (
            word != "subProcess"
        ):
            element.remove(one)
    for name in [name for name in element.attrib if not name.startswith("{")]:
        if name not in ("id", "name", "default"):
            del element.attrib[name]
    picture.resize(work.root, element.get("id"), word)
    work.rerouted |= {one.get("id") for one in [*leaving(element), *arriving(element)]}


def add_after(work: Work, element: Any, word: str, name: str) -> Any:
    """A new node drawn to the right of another; no flow leads to it yet."""
    new = _new(work, element, word, name)
    picture.place_after(work.root, element.get("id"), new.get("id"), word)
    return new


def add_before(work: Work, element: Any, word: str, name: str, *, otherwise: str = "") -> Any:
    """A new node drawn where another stands, which moves to the right; no flow leads to it yet."""
    new = _new(work, element, word, name, otherwise)
    picture.place_before(work.root, element.get("id"), new.get("id"), word)
    return new


def _new(work: Work, beside: Any, word: str, name: str, words: str = "") -> Any:
    new = editing.child(beside.getparent(), word, id=fresh_id(work.root, words or name or word, word.lower()))
    if name:
        new.set("name", name)
    for reference in work.root.iter(f"{{{BPMN}}}flowNodeRef"):
        if (reference.text or "").strip() == beside.get("id"):
            editing.child(reference.getparent(), "flowNodeRef").text = new.get("id")
            break
    return new


def link(work: Work, source: Any, target: Any, name: str = "") -> Any:
    """A new flow between two nodes of one scope."""
    flow_id = fresh_id(work.root, f"{source.get('id')} {target.get('id')}", "flow")
    ends = {"sourceRef": source.get("id"), "targetRef": target.get("id")}
    made = editing.child(source.getparent(), "sequenceFlow", id=flow_id, **ends)
    if name:
        made.set("name", name)
    work.rerouted.add(flow_id)
    return made


def aim(work: Work, flow: Any, *, source: Any = None, target: Any = None) -> None:
    """Let a flow begin or end at another node."""
    if source is not None:
        flow.set("sourceRef", source.get("id"))
    if target is not None:
        flow.set("targetRef", target.get("id"))
    work.rerouted.add(flow.get("id"))


def remember(element: Any, text: str) -> None:
    """Add a line to the documentation of an element, where people read what the drawing said."""
    found = element.find(f"{{{BPMN}}}documentation")
    before = (found.text or "").strip() if found is not None else ""
    editing.set_text(element, "documentation", f"{before}\n{text}".strip())


def close(work: Work) -> None:
    """Write what each node says of its flows anew, and draw the flows that have moved."""
    for scope in scopes(work.root):
        inside = {one.get("id"): one for one in nodes(scope)}
        for element in inside.values():
            for mark in [one for one in element if local_name(one) in ("incoming", "outgoing")]:
                element.remove(mark)
        for flow in flows(scope):
            if not {flow.get("sourceRef"), flow.get("targetRef")} <= set(inside):
                sentence = f"The flow {called(flow)} joined something that is no step any more."
                work.note(flow, "flow_ends", sentence, loses=True)
                remove(work, flow)
                continue
            editing.child(inside[flow.get("targetRef")], "incoming").text = flow.get("id")
            editing.child(inside[flow.get("sourceRef")], "outgoing").text = flow.get("id")
            if flow.get("id") in work.rerouted:
                picture.route(work.root, flow.get("id"), flow.get("sourceRef"), flow.get("targetRef"))
