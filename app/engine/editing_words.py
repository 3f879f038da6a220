"""What a step is called and says: name, lane, properties, conditions, timers, messages; changes like those of steps."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import BadInput
from app.engine import editing
from app.engine import editing_picture as picture
from app.engine.editing import Tree, child, fresh_id, set_properties, set_text
from app.engine.names import BPMN, GATEWAYS, SPIFF, local_name

TIMERS = {"date": "timeDate", "duration": "timeDuration"}
"""How a timer is meant: a moment or a length of time."""
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def call(root: Tree, element_id: str, name: str) -> None:
    """Give a step another name. Raises BadInput for none, where it is no gateway."""
    element = editing.node(root, element_id)
    name = " ".join(name.split())
    if name:
        element.set("name", name)
    elif local_name(element) in GATEWAYS:
        element.attrib.pop("name", None)
    else:
        raise BadInput("Enter what the step is called", {"name": ["Enter what the step is called"]})


def instruct(root: Tree, element_id: str, words: str) -> None:
    """Say what the person should know (the element's documentation)."""
    set_text(editing.node(root, element_id), "documentation", words.strip())


def describe(root: Tree, element_id: str, values: Mapping[str, str]) -> None:
    """Set extension properties; an empty value takes one away."""
    set_properties(editing.node(root, element_id), {name: value.strip() for name, value in values.items()})


def assign_lane(root: Tree, element_id: str, lane_name: str) -> None:
    """Put a step into the lane of that name, which is drawn if there is none yet. Raises BadInput without lanes."""
    element = editing.node(root, element_id)
    lanes = list(root.iter(f"{{{BPMN}}}lane"))
    if not lanes:
        raise BadInput("This drawing has no lanes. Name the role of the step instead.")
    lane = next((one for one in lanes if one.get("name") == lane_name), None)
    if lane is None:
        lane = child(
            lanes[0].getparent(), "lane", id=fresh_id(root, f"lane {lane_name}", "lane"), name=lane_name
        )
        pool = next((one.get("id") for one in root.iter(f"{{{BPMN}}}participant")), None)
        picture.add_band(root, lane.get("id"), lanes[-1].get("id"), pool)
    for reference in list(root.iter(f"{{{BPMN}}}flowNodeRef")):
        if (reference.text or "").strip() == element_id:
            if reference.getparent() is lane:
                return
            reference.getparent().remove(reference)
    child(lane, "flowNodeRef").text = element_id
    picture.put_into_band(root, element_id, lane.get("id"))
    for way in [*editing.coming_in(element), *editing.going_out(element)]:
        picture.route(root, way.get("id"), way.get("sourceRef"), way.get("targetRef"))


def has_lanes(root: Tree) -> bool:
    """Whether the drawing has lanes to stand in."""
    return next(root.iter(f"{{{BPMN}}}lane"), None) is not None


def has_role(root: Tree, element_id: str) -> bool:
    """Whether a step names its role itself, whatever lane it stands in."""
    held = editing.node(root, element_id).iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/*")
    return any(one.get("name") == "role" for one in held)


def decide(root: Tree, flow_id: str, *, name: str, condition: str, is_otherwise: bool) -> None:
    """Say when a way is taken: a condition, or as the way when no other is. Raises BadInput away from a decision."""
    way = editing.flow(root, flow_id)
    source = editing.node(root, way.get("sourceRef"))
    is_decision = local_name(source) in ("exclusiveGateway", "inclusiveGateway")
    if (condition.strip() or is_otherwise) and not is_decision:
        raise BadInput("Only the ways out of a decision have a condition.")
    if name.strip():
        way.set("name", " ".join(name.split()))
    else:
        way.attrib.pop("name", None)
    set_text(way, "conditionExpression", "" if is_otherwise else condition.strip())
    expression = way.find(f"{{{BPMN}}}conditionExpression")
    if expression is not None:
        expression.set(_XSI, "bpmn:tFormalExpression")
    if is_otherwise:
        source.set("default", flow_id)
    elif source.get("default") == flow_id:
        del source.attrib["default"]


def time(root: Tree, element_id: str, *, meant_as: str, expression: str) -> None:
    """Say until when a timer waits. Raises BadInput where the step is none."""
    definition = editing.node(root, element_id).find(f"{{{BPMN}}}timerEventDefinition")
    if definition is None:
        raise BadInput("This step waits for no moment.")
    if meant_as not in TIMERS or not expression.strip():
        raise BadInput("Enter until when it waits", {"timer": ["Enter until when it waits"]})
    for one in list(definition):
        definition.remove(one)
    made = child(definition, TIMERS[meant_as])
    made.set(_XSI, "bpmn:tFormalExpression")
    made.text = expression.strip()


def message(root: Tree, element_id: str, name: str) -> None:
    """Say which message a step sends or waits for; one of that name is declared if there is none. Raises BadInput."""
    element = editing.node(root, element_id)
    definition = element.find(f"{{{BPMN}}}messageEventDefinition")
    if definition is None:
        raise BadInput("This step has no message.")
    name = name.strip()
    if not name:
        raise BadInput("Enter the name of the message", {"message": ["Enter the name of the message"]})
    found = next((one for one in root.iterchildren(f"{{{BPMN}}}message") if one.get("name") == name), None)
    if found is None:
        found = child(root, "message", id=fresh_id(root, f"message {name}", "message"), name=name)
        diagrams = [one for one in root if str(one.tag).endswith("BPMNDiagram")]
        if diagrams:  # BPMN wants diagrams last
            root.remove(found)
            root.insert(list(root).index(diagrams[0]), found)
    definition.set("messageRef", found.get("id"))
