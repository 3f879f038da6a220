"""Shipped pathways with one thing changed in the drawing, as a designer might between two versions."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from app.engine.contracts import Bundle

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
ET.register_namespace("bpmn", BPMN)
ET.register_namespace("spiffworkflow", SPIFF)
FLOW, TASK, EVENT, END = (
    f"{{{BPMN}}}{name}" for name in ("sequenceFlow", "userTask", "boundaryEvent", "endEvent")
)


class Drawing:
    """The drawing of a bundle's own pathway, to be changed in place."""

    def __init__(self, bundle: Bundle, random: Random) -> None:
        self.bundle, self.random = bundle, random
        self.path = next(path for path in bundle.files if path.endswith(f"/{bundle.key}.bpmn"))
        self.tree = ET.fromstring(bundle.files[self.path])
        self.parents = {child: parent for parent in self.tree.iter() for child in parent}

    def node(self, element_id: str) -> ET.Element:
        """The element with that id."""
        return next(node for node in self.tree.iter() if node.get("id") == element_id)

    def tasks(self, *, without: Iterable[str] = ()) -> list[str]:
        """The ids of the user tasks drawn in this file, but for some."""
        return [node.get("id", "") for node in self.tree.iter(TASK) if node.get("id") not in set(without)]

    def flows_out(self, element_id: str) -> list[ET.Element]:
        """The flows that leave an element."""
        return [flow for flow in self.tree.iter(FLOW) if flow.get("sourceRef") == element_id]

    def add_task_after(self, element_id: str) -> None:
        """Another step behind a step."""
        flow = self.flows_out(element_id)[0]
        home = self.parents[flow]
        ET.SubElement(home, TASK, {"id": "added_step", "name": "Added step"})
        leads = {"id": "added_flow", "sourceRef": "added_step", "targetRef": flow.get("targetRef", "")}
        ET.SubElement(home, FLOW, leads)
        flow.set("targetRef", "added_step")

    def add_timer_at(self, element_id: str) -> None:
        """A reminder beside a step, which a person then deals with."""
        home = self.parents[self.node(element_id)]
        ids = {"id": "added_timer", "attachedToRef": element_id, "cancelActivity": "false"}
        event = ET.SubElement(home, EVENT, {"name": "Added timer", **ids})
        definition = ET.SubElement(event, f"{{{BPMN}}}timerEventDefinition", {"id": "added_definition"})
        ET.SubElement(definition, f"{{{BPMN}}}timeDuration").text = "P3D"
        ET.SubElement(home, TASK, {"id": "reminded", "name": "Reminded"})
        ET.SubElement(home, END, {"id": "was_reminded", "name": "Was reminded"})
        for number, (source, target) in enumerate(
            (("added_timer", "reminded"), ("reminded", "was_reminded"))
        ):
            ids = {"id": f"added_flow_{number}", "sourceRef": source, "targetRef": target}
            ET.SubElement(home, FLOW, ids)

    def set_due(self, element_id: str, rule: str) -> None:
        """Another deadline at a step."""
        for found in self.node(element_id).iter(f"{{{SPIFF}}}property"):
            if found.get("name") == "due":
                found.set("value", rule)

    def rename(self, element_id: str) -> None:
        """Another name on the drawing."""
        node = self.node(element_id)
        node.set("name", f"{node.get('name')} (as it is called now)")

    def remove(self, element_id: str) -> None:
        """A step is no longer drawn: what led to it leads to what followed it."""
        (out,) = self.flows_out(element_id)
        for flow in self.tree.iter(FLOW):
            if flow.get("targetRef") == element_id:
                flow.set("targetRef", out.get("targetRef", ""))
        for node in (out, self.node(element_id)):
            self.parents[node].remove(node)

    def can_be_removed(self, element_id: str) -> bool:
        """Whether nothing else in the drawing speaks of the step."""
        text = self.bundle.files[self.path]
        has_events = f'attachedToRef="{element_id}"' in text
        return (
            len(self.flows_out(element_id)) == 1
            and not has_events
            and not re.search(rf"\b{element_id}\.", text)
        )

    def bundle_now(self) -> Bundle:
        """The bundle with the drawing as it is now."""
        return replace(
            self.bundle, files={**self.bundle.files, self.path: ET.tostring(self.tree, encoding="unicode")}
        )


Change = Callable[[Drawing, list[str], list[str]], bool]


def after_the_active(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """A step behind one that is open."""
    here = [element for element in active if element in drawing.tasks()]
    if here:
        drawing.add_task_after(drawing.random.choice(here))
    return bool(here)


def another_name(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """Every open step is called otherwise."""
    for element in set(active) & set(drawing.tasks()):
        drawing.rename(element)
    return bool(active)


def another_deadline(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """Every open step is due three days after it was opened."""
    for element in set(active) & set(drawing.tasks()):
        drawing.set_due(element, "P3D")
    return bool(active)


def somewhere_else(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """A step behind one that is not open, inside a sub-process where there is one."""
    found = drawing.tasks(without=active)
    inside = [e for e in found if drawing.parents[drawing.node(e)].tag.endswith("subProcess")]
    if found:
        drawing.add_task_after(drawing.random.choice(inside or found))
    return bool(found)


def a_reminder_elsewhere(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """A timer beside a step that is not open."""
    found = drawing.tasks(without=active)
    if found:
        drawing.add_timer_at(drawing.random.choice(found))
    return bool(found)


def a_reminder_here(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """A timer beside a step that is open."""
    here = [element for element in active if element in drawing.tasks()]
    if here:
        drawing.add_timer_at(drawing.random.choice(here))
    return bool(here)


def a_finished_part_less(drawing: Drawing, active: list[str], done: list[str]) -> bool:
    """A step that has been done is no longer drawn."""
    found = [
        element
        for element in drawing.tasks(without=active)
        if element in done and drawing.can_be_removed(element)
    ]
    if found:
        drawing.remove(drawing.random.choice(found))
    return bool(found)


CHANGES: tuple[Change, ...] = (
    after_the_active,
    another_name,
    another_deadline,
    somewhere_else,
    a_reminder_elsewhere,
    a_reminder_here,
    a_finished_part_less,
)
