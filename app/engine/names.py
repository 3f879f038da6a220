"""The words of BPMN that the engine knows, and the namespaces that they live in."""

from __future__ import annotations

from typing import Any

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "implicitThrowEvent",
    }
)
PERSON_TASKS = frozenset({"task", "userTask", "manualTask"})
TASKS = PERSON_TASKS | {"scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask"}
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
FLOW_NODES = GATEWAYS | EVENTS | ACTIVITIES

WAIVED = "waived"
"""The property of any element that says which findings about it are accepted, and why (app.engine.waivers)."""
PROPERTIES = frozenset(
    {"form", "due", "duty", "role", "assign", "copy", "overdue", "sign_off", "builds_on", WAIVED}
)
CHILD, PARTNERSHIP = "child", "partnership"
ABOUT = (CHILD, PARTNERSHIP)
"""What the property `about` of a process may say: one child (so it is without it), or an authority's partnership."""


def local_name(node: Any) -> str:
    """The tag of an element of BPMN's own namespace, without the namespace; else an empty string."""
    tag = node.tag
    if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}"):
        return tag[len(BPMN) + 2 :]
    return ""
