"""Events of other kinds: what cannot be waited for here becomes a step or a message that a person sees to."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from app.engine import editing
from app.engine.importing import talk
from app.engine.importing.report import Work
from app.engine.importing.tree import (
    add_after,
    called,
    definitions,
    flows,
    kind_of,
    leaving,
    link,
    name_of,
    nodes,
    remember,
    remove,
    scopes,
    turn_into,
)
from app.engine.moments import is_duration, is_moment
from app.engine.names import BPMN, EVENTS, local_name

_CYCLE = re.compile(r"R\d*/(?:\d{4}-[^/]*/)?(P[^/]*)")
_ON_BOXES = ("error", "escalation")
_WORDS = {
    "signal": "a signal",
    "conditional": "a condition",
    "message": "a message that nothing in this file sends",
    "multiple": "one of several things",
    "timer": "a time that cannot be read here",
    "error": "an error",
    "escalation": "an escalation",
    "cancel": "the cancelling of a transaction",
    "compensate": "an undoing",
    "link": "a jump",
    "none": "nothing in particular",
}


def convert(work: Work) -> None:
    """Every event of the file becomes one that can happen here."""
    _resolve(work)
    for scope in list(scopes(work.root)):
        _links(work, scope)
        for element in nodes(scope):
            if local_name(element) in EVENTS and element.getparent() is not None:
                _cancel(work, element)
                _timer(work, element)
                _CONVERT[local_name(element)](work, element)


def _resolve(work: Work) -> None:
    """Definitions that an event only points to are written into it."""
    known = {
        one.get("id"): one
        for one in work.root.iter(f"{{{BPMN}}}*")
        if local_name(one).endswith("EventDefinition")
    }
    for reference in list(work.root.iter(f"{{{BPMN}}}eventDefinitionRef")):
        found = known.get((reference.text or "").strip())
        if found is not None:
            copy = deepcopy(found)
            copy.set("id", editing.fresh_id(work.root, f"{found.get('id')} copy", "event"))
            reference.addprevious(copy)
        reference.getparent().remove(reference)


def _links(work: Work, scope: Any) -> None:
    """A jump is drawn as a flow from where it leaves to where it arrives."""
    ends: dict[str, list[Any]] = {}
    for element in nodes(scope):
        if kind_of(element) == "link" and local_name(element).startswith("intermediate"):
            words = (definitions(element)[0].get("name") or element.get("name") or "").strip()
            ends.setdefault(words, []).append(element)
    for words, there in ends.items():
        arrive = [one for one in there if local_name(one) == "intermediateCatchEvent"]
        leave = [one for one in there if local_name(one) == "intermediateThrowEvent"]
        for one in there:
            turn_into(work, one, "intermediateThrowEvent")
            if one not in leave or not arrive:
                work.note(one, "link", f"{called(one)} only marks a point now: a jump begins or ends there.")
        for one in leave if arrive else ():
            link(work, one, arrive[0])
            work.note(one, "link", f"The jump “{words}” is drawn as a flow.")


def _cancel(work: Work, element: Any) -> None:
    """Cancelling a transaction is an error that its border catches."""
    for one in definitions(element):
        if local_name(one) == "cancelEventDefinition" and local_name(element) in (
            "endEvent",
            "boundaryEvent",
        ):
            one.tag = f"{{{BPMN}}}errorEventDefinition"
            work.note(
                element, "cancel", f"{called(element)} cancelled a transaction. It is an error event now."
            )


def _timer(work: Work, element: Any) -> None:
    if kind_of(element) != "timer":
        return
    definition = definitions(element)[0]
    time = next(
        (one for one in definition if local_name(one) in ("timeDate", "timeDuration", "timeCycle")), None
    )
    text = (time.text or "").strip() if time is not None else ""
    plain = text.strip("\"'= ").strip()
    cycle = _CYCLE.fullmatch(plain)
    if cycle and is_duration(cycle.group(1)):
        new, kind = cycle.group(1), "timeDuration"
        said = f"{called(element)} came round by itself ({text}). It happens once, after {new}."
    elif is_duration(plain):
        new, kind, said = plain, "timeDuration", f"The time of {called(element)} is written {plain} here."
    elif is_moment(plain):
        new, kind, said = plain, "timeDate", f"The time of {called(element)} is written {plain} here."
    elif is_moment(f"{plain}Z"):
        new, kind = f"{plain}Z", "timeDate"
        said = f"The time of {called(element)} had no time zone. It is Greenwich time now."
    else:
        if text:
            remember(element, f"The time was: {text[:300]}")
        if time is not None:
            definition.remove(time)
        return
    if (text, local_name(time)) != (new, kind):
        work.note(element, "timer", said)
    for one in list(definition):
        definition.remove(one)
    editing.child(definition, kind).text = new


def _has_time(element: Any) -> bool:
    return any(local_name(one) in ("timeDate", "timeDuration") for one in definitions(element)[0])


def _start(work: Work, element: Any) -> None:
    kind = kind_of(element)
    inside = local_name(element.getparent()) != "process"
    if kind == "none" or (kind == "message" and element.get("id") in work.kept and not inside):
        return
    _forget(work, element)
    work.note(
        element, "start", f"{called(element)} began with {_WORDS.get(kind, kind)}. A person starts it now."
    )


def _end(work: Work, element: Any) -> None:
    kind = kind_of(element)
    if kind in ("none", "terminate") or (kind == "message" and element.get("id") in work.kept):
        return
    if kind in _ON_BOXES:
        if _is_caught(element, kind):
            return
        _forget(work, element)
        if kind == "error":
            editing.child(element, "terminateEventDefinition")
        work.note(
            element, "not_caught", f"Nothing caught the {kind} of {called(element)}. It is a plain end now."
        )
        return
    turn_into(work, element, "userTask")
    _say(work, element, kind, "Send: ")
    end = add_after(work, element, "endEvent", "Finished")
    link(work, element, end)


def _catch(work: Work, element: Any) -> None:
    kind = kind_of(element)
    if kind == "message" and element.get("id") in work.kept:
        return
    if kind == "timer" and _has_time(element):
        return
    if _follows_events(element):
        return  # the gateway before it asks a person what has happened
    turn_into(work, element, "userTask")
    name = name_of(element)
    element.set("name", name if name.lower().startswith("wait") else f"Wait for: {name}")
    sentence = f"{called(element)} waited for {_WORDS.get(kind, kind)}. A person says when it has come."
    work.note(element, kind, sentence)


def _throw(work: Work, element: Any) -> None:
    kind = kind_of(element)
    if kind == "none" or (kind == "message" and element.get("id") in work.kept):
        return
    if kind == "escalation":
        if not _is_caught(element, kind):
            _forget(work, element)
            work.note(
                element,
                "not_caught",
                f"Nothing caught the escalation of {called(element)}. It only marks a point.",
            )
        return
    turn_into(work, element, "userTask")
    _say(work, element, kind, "Put right: " if kind == "compensate" else "Send: ")


def _say(work: Work, element: Any, kind: str, verb: str) -> None:
    name = name_of(element)
    element.set("name", name if name.lower().startswith(("send", "tell", "put right")) else f"{verb}{name}")
    what = (
        "what was done was put right by the system"
        if kind == "compensate"
        else f"a {kind} went out by itself"
    )
    work.note(element, kind, f"At {called(element)} {what}. It is a task for a person now.")


def _boundary(work: Work, element: Any) -> None:
    kind = kind_of(element)
    host = next(
        (one for one in nodes(element.getparent()) if one.get("id") == element.get("attachedToRef")), None
    )
    if (
        host is None
        or local_name(host) in EVENTS
        or local_name(host).endswith("Gateway")
        or kind == "compensate"
    ):
        rule, why = (
            ("compensation", "undid a step") if kind == "compensate" else ("boundary", "sat on nothing")
        )
        work.note(element, rule, f"{called(element)} {why} and was taken out.", loses=True)
        for flow in leaving(element):
            remove(work, flow)
        remove(work, element)
        return
    if kind == "timer" and _has_time(element):
        return
    if kind == "message" and element.get("id") in work.kept:
        return
    if kind in _ON_BOXES and local_name(host) in ("subProcess", "callActivity"):
        if kind == "error":
            element.attrib.pop("cancelActivity", None)
        return
    _by_hand(work, element, kind)


def _by_hand(work: Work, element: Any, kind: str) -> None:
    """What happens during a step is told by a person, with a form of its own."""
    _forget(work, element)
    made = talk.message(work, f"{name_of(element)} happened")
    editing.child(element, "messageEventDefinition", messageRef=made.get("id"))
    if kind == "error":
        element.attrib.pop("cancelActivity", None)
    process = element
    while local_name(process) != "process":
        process = process.getparent()
    question = {
        "type": "textarea",
        "key": "what_happened",
        "label": "What has happened?",
        "validate": {"required": True, "maxLength": 2000},
        "properties": {"called": "what has happened"},
    }
    form = {
        "type": "default",
        "id": made.get("id"),
        "title": f"Record: {name_of(element)}"[:100],
        "schemaVersion": 19,
        "components": [question],
    }
    work.forms.setdefault(process.get("id"), {})[made.get("id")] = form
    work.kept.add(element.get("id"))
    sentence = (
        f"{called(element)} happened with {_WORDS.get(kind, kind)}. A person records it now with a form."
    )
    work.note(element, kind, sentence)


def _forget(work: Work, element: Any) -> None:
    for one in definitions(element):
        element.remove(one)
    work.kept.discard(element.get("id"))


def _follows_events(element: Any) -> bool:
    gateways = {one.get("id") for one in nodes(element.getparent()) if local_name(one) == "eventBasedGateway"}
    ways = [one for one in flows(element.getparent()) if one.get("targetRef") == element.get("id")]
    return any(one.get("sourceRef") in gateways for one in ways)


def _is_caught(element: Any, kind: str) -> bool:
    scope = element.getparent()
    while local_name(scope) != "process":
        for one in scope.getparent():
            if one.get("attachedToRef") == scope.get("id") and kind_of(one) == kind:
                return True
        scope = scope.getparent()
    return False


def _implicit(work: Work, element: Any) -> None:
    turn_into(work, element, "intermediateThrowEvent")
    work.note(element, "implicit", f"{called(element)} was an implicit event. It only marks a point now.")


_CONVERT = {
    "startEvent": _start,
    "endEvent": _end,
    "intermediateCatchEvent": _catch,
    "intermediateThrowEvent": _throw,
    "boundaryEvent": _boundary,
    "implicitThrowEvent": _implicit,
}
