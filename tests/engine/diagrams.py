"""Small BPMN diagrams in a few words, for tests."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)


def properties(**named: str) -> str:
    """The extension elements with the given properties."""
    if not named:
        return ""
    inner = "".join(
        f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in named.items()
    )
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{inner}"
        "</spiffworkflow:properties></bpmn:extensionElements>"
    )


def element(kind: str, id: str, inner: str = "", **attributes: str) -> str:
    """Any BPMN element."""
    words = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<bpmn:{kind} id={quoteattr(id)}{words}>{inner}</bpmn:{kind}>"


def start(id: str = "start", inner: str = "", **named: str) -> str:
    """A start event."""
    return element("startEvent", id, properties(**named) + inner)


def end(id: str = "end", inner: str = "") -> str:
    """An end event."""
    return element("endEvent", id, inner)


def task(id: str, inner: str = "", role: str = "social_worker", **named: str) -> str:
    """A user task with properties."""
    return element("userTask", id, properties(role=role, **named) + inner)


def gateway(id: str, kind: str = "exclusive", default: str | None = None) -> str:
    """A gateway; `default` is the id of the element that the default flow leads to."""
    more = {"default": f"{id}_{default}"} if default else {}
    return element(f"{kind}Gateway", id, **more)


def script(id: str, text: str) -> str:
    """A script task."""
    return element("scriptTask", id, f"<bpmn:script>{escape(text)}</bpmn:script>")


def service(id: str, operator: str, **parameters: str) -> str:
    """A service task; the parameters are expressions."""
    inner = "".join(
        f'<spiffworkflow:parameter id={quoteattr(name)} type="str" value={quoteattr(text)}/>'
        for name, text in parameters.items()
    )
    return element(
        "serviceTask",
        id,
        f"<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id={quoteattr(operator)}>"
        f"<spiffworkflow:parameters>{inner}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements>",
    )


def timer(text: str, kind: str = "timeDuration") -> str:
    """A timer event definition."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def message(name: str, payload: str | None = None, variable: str | None = None) -> str:
    """A message event definition; the message itself is added by `diagram`."""
    inner = ""
    if payload:
        inner += f"<spiffworkflow:messagePayload>{escape(payload)}</spiffworkflow:messagePayload>"
    if variable:
        inner += f"<spiffworkflow:messageVariable>{escape(variable)}</spiffworkflow:messageVariable>"
    extension = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f'<bpmn:messageEventDefinition messageRef="M_{name}">{extension}</bpmn:messageEventDefinition>'


def catch(id: str, definition: str) -> str:
    """An intermediate catch event."""
    return element("intermediateCatchEvent", id, definition)


def throw(id: str, definition: str) -> str:
    """An intermediate throw event."""
    return element("intermediateThrowEvent", id, definition)


def boundary(id: str, on: str, definition: str, interrupting: bool = True) -> str:
    """A boundary event."""
    return element(
        "boundaryEvent", id, definition, attachedToRef=on, cancelActivity=str(interrupting).lower()
    )


def sub(id: str, *inner: str, **attributes: str) -> str:
    """A sub-process around elements and flows."""
    return element("subProcess", id, "".join(inner), **attributes)


def flows(text: str) -> str:
    """Sequence flows: `a > b > c; g > x ? n == 1`. The id of each is its source and target with _ between."""
    found = []
    for part in filter(None, (part.strip() for part in text.replace("\n", ";").split(";"))):
        path, _, condition = part.partition("?")
        names = [name.strip() for name in path.split(">")]
        for source, target in pairwise(names):
            inner = ""
            if condition.strip():
                inner = f"<bpmn:conditionExpression>{escape(condition.strip())}</bpmn:conditionExpression>"
            found.append(
                element("sequenceFlow", f"{source}_{target}", inner, sourceRef=source, targetRef=target)
            )
    return "".join(found)


def diagram(*parts: str, key: str = "journey", messages: tuple[str, ...] = (), top: str = "") -> str:
    """A whole file with one process."""
    declared = "".join(f'<bpmn:message id="M_{name}" name="{name}"/>' for name in messages)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {NAMESPACES} id="Definitions" '
        f'targetNamespace="http://throughcare.example">{declared}{top}'
        f'<bpmn:process id="{key}" name="{key}" isExecutable="true">{"".join(parts)}</bpmn:process>'
        "</bpmn:definitions>"
    )


def line(*parts: str, path: str, **more: object) -> str:
    """A diagram with a plain start and end event around `parts`; `path` as in `flows`."""
    return diagram(start(), *parts, end(), flows(path), **more)  # type: ignore[arg-type]
