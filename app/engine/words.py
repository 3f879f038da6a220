"""What people call the elements of a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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

KEPT = "“Answers that later steps know” (copy)"
"""What the workbench calls the property in which a step keeps answers for later ones, and its name in the file."""
_FAR = 40
"""How many elements are looked through for one with a name: a drawing without any is not searched for each of them."""


def kind_in_words(kind: str) -> str:
    """BPMN's tag as people say it: "task for a person" for userTask."""
    return _KINDS.get(kind, kind)


def without_a_name(kind: str, before: Iterable[str], after: Iterable[str], host: str = "") -> str:
    """What people call an element that has no name: what it is, and the names of what stands beside it."""
    words = kind_in_words(kind)
    if host:
        return f"{words} of “{host}”"
    for place, names in (("after", list(dict.fromkeys(before))), ("before", list(dict.fromkeys(after)))):
        if names:
            more = f" and “{names[1]}”" if len(names) == 2 else " and others" if len(names) > 2 else ""
            return f"{words} {place} “{names[0]}”{more}"
    return f"{words} without a name"


def nearest_names(
    key: str, neighbours: Callable[[str], Iterable[str]], name_of: Callable[[str], str]
) -> list[str]:
    """The names of the elements that stand next to one in a direction; past those that have none themselves."""
    seen, level = {key}, [key]
    while level and len(seen) < _FAR:
        level = list(dict.fromkeys(one for had in level for one in neighbours(had) if one not in seen))
        seen.update(level)
        names = [name for one in level if (name := name_of(one))]
        if names:
            return names
    return []


def as_sentence(words: str) -> str:
    """With a capital letter, whatever it begins with."""
    return f"{words[:1].upper()}{words[1:]}"
