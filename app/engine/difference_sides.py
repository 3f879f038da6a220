"""The sides of a node that people ask about, each in words: who, when, why, which form, what it says and does."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.catalogue import listed
from app.engine.changes import DUTIES, FORMS, MESSAGES, PEOPLE, REST, STEPS, TIMES, Words
from app.engine.names import PROPERTIES, WAIVED
from app.engine.shapes import EventDefinition, Node
from app.engine.words import kind_in_words

Side = tuple[str, str, str]


def sides(node: Node, words: Words) -> Iterator[Side]:
    """(group, side, in words) for every side of a node; an empty text where it has nothing to say."""
    yield STEPS, "Name", node.name
    yield STEPS, "Kind", kind_in_words(node.type)
    yield STEPS, "Stands in", node.scope.name if node.scope.parent is not None else ""
    yield STEPS, "Sits on", _host(node)
    yield STEPS, "Interrupts", _interrupts(node)
    yield STEPS, "Called pathway", node.attributes.get("calledElement", "")
    yield STEPS, "Repeated", _repeated(node)
    yield PEOPLE, "Lane", node.lane or ""
    yield PEOPLE, "Role", _role(node.properties.get("role", ""), words)
    yield PEOPLE, "Given to", node.properties.get("assign", "")
    yield PEOPLE, "Signed off by", _role(node.properties.get("sign_off", ""), words)
    yield TIMES, "Due", words.due(node.properties.get("due", ""))
    yield TIMES, "When it is late", _late(node.properties.get("overdue", ""))
    yield DUTIES, "Duties", "; ".join(_duty(one, words) for one in listed(node.properties.get("duty", "")))
    yield FORMS, "Form", node.properties.get("form", "")
    yield FORMS, "Answers kept", ", ".join(listed(node.properties.get("copy", "")))
    yield FORMS, "Shows the answers of", ", ".join(listed(node.properties.get("builds_on", "")))
    yield from _events(node, words)
    yield REST, "Instructions", node.documentation
    yield REST, "Accepted findings", "; ".join(node.properties.get(WAIVED, "").splitlines())
    yield REST, "Script", node.script or ""
    yield REST, "What the service does", _operator(node)
    yield REST, "Other properties", _others(node)


def _events(node: Node, words: Words) -> Iterator[Side]:
    events = [*node.events, *[EventDefinition("none")] * (2 - len(node.events))]
    for number, event in enumerate(events):
        nth = "" if number == 0 else f" {number + 1}"
        time = words.due(event.text or "") if event.kind == "timer" else ""
        length = {"timeDuration": "for ", "timeDate": "until ", "timeCycle": "every "}.get(
            event.timer_kind or "", ""
        )
        yield TIMES, f"Time{nth}", f"{length}{time}" if time else ""
        message = event.message.name if event.message else event.reference or ""
        yield MESSAGES, f"Message{nth}", message if event.kind == "message" else ""
        yield MESSAGES, f"What the message brings{nth}", event.payload or ""
        yield MESSAGES, f"The message is kept as{nth}", event.variable or ""
        other = event.kind if event.kind not in ("timer", "message", "none") else ""
        yield STEPS, f"Event{nth}", f"{other} {event.reference or ''}".strip()


def _host(node: Node) -> str:
    host = node.scope.nodes.get(node.attributes.get("attachedToRef", ""))
    return (host.name or host.id) if host is not None else ""


def _interrupts(node: Node) -> str:
    if node.type != "boundaryEvent":
        return ""
    return "yes, what it sits on ends" if node.interrupting else "no, what it sits on goes on"


def _repeated(node: Node) -> str:
    if not node.loop:
        return ""
    one_by_one = node.attributes.get("isSequential") == "true"
    return f"{node.cardinality or 'over a list'} times{', one after the other' if one_by_one else ''}"


def _role(key: str, words: Words) -> str:
    return words.roles.get(key, key)


def _duty(key: str, words: Words) -> str:
    asks = words.duties.get(key)
    return f"{key} ({asks})" if asks else key


def _late(overdue: str) -> str:
    return {"escalate": "it climbs the ladder", "mark": "it is marked"}.get(overdue, overdue)


def _operator(node: Node) -> str:
    if node.operator is None:
        return ""
    given = ", ".join(f"{name}={text}" for name, text in node.operator.parameters.items())
    return f"{node.operator.name}({given})"


def _others(node: Node) -> str:
    unknown = {name: text for name, text in node.properties.items() if name not in PROPERTIES}
    return ", ".join(f"{name}={text}" for name, text in sorted(unknown.items()))
