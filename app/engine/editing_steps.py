"""Adding, connecting, moving and deleting the steps of a drawing. Each is a change for `editing.edited`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.domain.errors import BadInput
from app.engine import editing
from app.engine import editing_picture as picture
from app.engine.editing import Tree, child, coming_in, fresh_id, going_out
from app.engine.names import BPMN, FLOW_NODES, GATEWAYS, SUB_PROCESSES, local_name


@dataclass(frozen=True)
class Kind:
    """A kind of step that can be added: BPMN's word, what it waits for or sends, and what people call it."""

    word: str
    event: str = ""
    called: str = ""

    @property
    def ends(self) -> bool:
        """Whether nothing follows."""
        return self.word == "endEvent"


KINDS = {
    "task": Kind("userTask", called="Task for a person"),
    "decision": Kind("exclusiveGateway", called="Decision: one of several ways"),
    "some": Kind("inclusiveGateway", called="Decision: one or several ways, or their meeting point"),
    "first": Kind("eventBasedGateway", called="Whatever comes first of several waits"),
    "fork": Kind("parallelGateway", called="Several things at the same time, or their meeting point"),
    "wait": Kind("intermediateCatchEvent", "timer", "Wait until a moment"),
    "receive": Kind("intermediateCatchEvent", "message", "Wait for a message"),
    "send": Kind("intermediateThrowEvent", "message", "Send a message"),
    "box": Kind("subProcess", called="Box of steps that can be ended together"),
    "operate": Kind("serviceTask", called="Done by the system"),
    "work_out": Kind("scriptTask", called="Worked out by the system"),
    "end": Kind("endEvent", called="End"),
}
"""What can be put into a drawing, by the key of the outline's form."""
ATTACHED = {
    "timer": Kind("boundaryEvent", "timer", "At a moment"),
    "message": Kind("boundaryEvent", "message", "When a message comes"),
}
"""What can be put onto a step, to happen while it is under way."""


_IN_A_NEW_BOX = (("startEvent", "Begins", 30), ("userTask", "First step", 120), ("endEvent", "Ends", 290))


def insert(root: Tree, flow_id: str, kind: str, name: str) -> str:
    """Put a new step into a way; its id. Raises BadInput."""
    way, made = editing.flow(root, flow_id), _kind(kind)
    if made.ends:
        raise BadInput("Nothing could follow an end. Put it where a step leads nowhere yet.")
    source, target = editing.node(root, way.get("sourceRef")), editing.node(root, way.get("targetRef"))
    new = _make(root, source, made, name)
    picture.place_after(root, source.get("id"), new.get("id"), made.word)
    _fill(root, new, made)
    editing.aim(root, way, new)
    on = editing.link(root, new, target)
    _route(root, way, on)
    return str(new.get("id"))


def append(root: Tree, source_id: str, kind: str, name: str) -> str:
    """Let a step go on to a new one; its id. Raises BadInput where it goes on already and is no gateway."""
    source, made = editing.node(root, source_id), _kind(kind)
    before = _must_be_able_to_go_on(source)
    new = _make(root, source, made, name)
    place = picture.place_below if before else picture.place_after
    place(root, source_id, new.get("id"), made.word)
    _fill(root, new, made)
    _route(root, editing.link(root, source, new))
    return str(new.get("id"))


def attach(root: Tree, host_id: str, kind: str, name: str, *, interrupts: bool) -> str:
    """Put a boundary event onto a step; its id. `interrupts` ends the step when it happens. Raises BadInput."""
    host = editing.node(root, host_id)
    if local_name(host) in GATEWAYS or local_name(host).endswith("Event"):
        raise BadInput("Only a task or a box can be watched while it is under way.")
    if kind not in ATTACHED:
        raise BadInput("Select what it waits for.")
    made = ATTACHED[kind]
    there = sum(1 for one in host.getparent() if one.get("attachedToRef") == host_id)
    new = _make(root, host, made, name)
    new.set("attachedToRef", host_id)
    if not interrupts:
        new.set("cancelActivity", "false")
    picture.place_on(root, host_id, new.get("id"), there)
    return str(new.get("id"))


def connect(root: Tree, source_id: str, target_id: str) -> str:
    """Let a step lead to another that is there already; the flow's id. Raises BadInput."""
    source, target = editing.node(root, source_id), editing.node(root, target_id)
    if source.getparent() is not target.getparent():
        raise BadInput("A way cannot cross the edge of a box. Connect steps that stand in the same one.")
    if source_id == target_id or local_name(target) in ("startEvent", "boundaryEvent"):
        raise BadInput("A way cannot lead there.")
    _must_be_able_to_go_on(source)
    if any(one.get("targetRef") == target_id for one in going_out(source)):
        raise BadInput("It leads there already.")
    way = editing.link(root, source, target)
    _route(root, way)
    return str(way.get("id"))


def disconnect(root: Tree, flow_id: str) -> None:
    """Take a way out. Raises BadInput."""
    way = editing.flow(root, flow_id)
    editing.unlink(root, way)
    picture.erase(root, flow_id)


def delete(root: Tree, element_id: str) -> None:
    """Take a step out, with what hangs on it; what led to it leads on to what followed, where that is one."""
    element = editing.node(root, element_id)
    if local_name(element) == "startEvent":
        raise BadInput("A pathway needs its start. Change it instead.")
    _join_round(root, element)
    for event in [one for one in element.getparent() if one.get("attachedToRef") == element_id]:
        _remove(root, event)
    _remove(root, element)


def move(root: Tree, element_id: str, flow_id: str) -> None:
    """Take a step out of its place and put it into another way. Raises BadInput where that cannot be done."""
    element, way = editing.node(root, element_id), editing.flow(root, flow_id)
    if local_name(element) in ("startEvent", "endEvent", "boundaryEvent"):
        raise BadInput("A start, an end and what hangs on a step stay where they are.")
    if way.getparent() is not element.getparent():
        raise BadInput("A step cannot be moved over the edge of a box.")
    if element_id in (way.get("sourceRef"), way.get("targetRef")):
        raise BadInput("It stands there already.")
    if len(going_out(element)) > 1:
        raise BadInput("Several ways leave this step. Move what stands on them first.")
    _join_round(root, element)
    source, target = editing.node(root, way.get("sourceRef")), editing.node(root, way.get("targetRef"))
    picture.erase(root, element_id)
    picture.place_after(root, source.get("id"), element_id, local_name(element))
    editing.aim(root, way, element)
    _route(root, way, editing.link(root, element, target))


def _join_round(root: Tree, element: Tree) -> None:
    """Let what comes to a node go on to what follows it; loose ends are taken out."""
    before, after = coming_in(element), going_out(element)
    if len(after) == 1:
        target = editing.node(root, after[0].get("targetRef"))
        for way in before:
            if way.get("sourceRef") != target.get("id"):
                editing.aim(root, way, target)
                _route(root, way)
    for way in [*coming_in(element), *after]:
        disconnect(root, way.get("id"))


def _remove(root: Tree, element: Tree) -> None:
    for way in [*coming_in(element), *going_out(element)]:
        disconnect(root, way.get("id"))
    for inner in [one for one in element.iter() if isinstance(one.tag, str) and one.get("id")]:
        picture.erase(root, inner.get("id"))
        for reference in list(root.iter(f"{{{BPMN}}}flowNodeRef")):
            if (reference.text or "").strip() == inner.get("id"):
                reference.getparent().remove(reference)
    element.getparent().remove(element)


def _make(root: Tree, beside: Tree, kind: Kind, name: str) -> Tree:
    name = " ".join(name.split())
    if not name and kind.word not in GATEWAYS:
        raise BadInput("Enter what the step is called", {"name": ["Enter what the step is called"]})
    new = child(beside.getparent(), kind.word, id=fresh_id(root, name, kind.word.lower()))
    if name:
        new.set("name", name)
    if kind.event:
        child(
            new, f"{kind.event}EventDefinition", id=fresh_id(root, f"{new.get('id')} {kind.event}", "event")
        )
    for reference in root.iter(f"{{{BPMN}}}flowNodeRef"):
        if (reference.text or "").strip() == beside.get("id"):
            child(reference.getparent(), "flowNodeRef").text = new.get("id")
            break
    return new


def _fill(root: Tree, box: Tree, kind: Kind) -> None:
    """A new box is not empty: it begins, holds one task and ends."""
    if kind.word not in SUB_PROCESSES:
        return
    inside: list[Any] = []
    for word, name, offset in (
        ("startEvent", "Begins", 30),
        ("userTask", "First step", 120),
        ("endEvent", "Ends", 290),
    ):
        new = child(box, word, id=fresh_id(root, f"{box.get('id')} {name}", word.lower()), name=name)
        picture.draw_inside(root, box.get("id"), new.get("id"), word, offset)
        inside.append(new)
    for source, target in pairwise(inside):
        _route(root, editing.link(root, source, target))


def _must_be_able_to_go_on(source: Tree) -> int:
    """How many ways leave it already. Raises BadInput where there may be no more."""
    ways = len(going_out(source))
    if local_name(source) == "endEvent":
        raise BadInput("Nothing follows an end.")
    if ways and local_name(source) not in GATEWAYS:
        raise BadInput("It goes on already. Put the new step into that way, or put a decision there first.")
    return ways


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise BadInput("Select what kind of step it is", {"kind": ["Select what kind of step it is"]})
    return KINDS[key]


def _route(root: Tree, *ways: Tree) -> None:
    for way in ways:
        picture.route(root, way.get("id"), way.get("sourceRef"), way.get("targetRef"))


__all__ = [
    "ATTACHED",
    "FLOW_NODES",
    "KINDS",
    "append",
    "attach",
    "connect",
    "delete",
    "disconnect",
    "insert",
    "move",
]
