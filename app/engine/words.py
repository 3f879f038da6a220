"""What people call the elements of a drawing."""

from __future__ import annotations

_KINDS = {
    "task": "task",
    "userTask": "task for a person",
    "manualTask": "task for a person, outside the service",
    "scriptTask": "script",
    "serviceTask": "step of the service",
    "sendTask": "step that sends a message",
    "receiveTask": "step that waits for a message",
    "businessRuleTask": "business rule",
    "subProcess": "sub-process",
    "transaction": "transaction",
    "adHocSubProcess": "ad-hoc sub-process",
    "callActivity": "called pathway",
    "exclusiveGateway": "choice of one way",
    "inclusiveGateway": "choice of several ways",
    "parallelGateway": "ways side by side",
    "eventBasedGateway": "wait for what comes first",
    "complexGateway": "complex gateway",
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "wait",
    "intermediateThrowEvent": "event that is sent",
    "implicitThrowEvent": "event that is sent",
    "boundaryEvent": "event at the edge",
}


def kind_in_words(kind: str) -> str:
    """BPMN's tag as people say it: "task for a person" for userTask."""
    return _KINDS.get(kind, kind)
