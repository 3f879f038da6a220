"""Tasks and boxes of other kinds become tasks for a person and plain sub-processes."""

from __future__ import annotations

import re
from typing import Any

from app.domain.errors import ExpressionRefused
from app.engine import functions, grammar
from app.engine.importing.report import Work
from app.engine.importing.tree import (
    add_after,
    aim,
    border,
    called,
    flows,
    leaving,
    link,
    name_of,
    nodes,
    remember,
    remove,
    scopes,
    turn_into,
)
from app.engine.names import ACTIVITIES, BPMN, SPIFF, SUB_PROCESSES, local_name

_UNBOUND = {
    "serviceTask": "a service of another system",
    "businessRuleTask": "a table of rules",
    "scriptTask": "a script",
    "sendTask": "a message that nothing here waits for",
    "receiveTask": "a message that nothing here sends",
}
_REPEATABLE = frozenset({"task", "userTask", "manualTask", "callActivity"})
MOST_REPEATS = 100


def convert(work: Work) -> None:
    """Every activity of the file becomes one that can be carried out here."""
    processes = {process.get("id"): process for process in work.root.iterchildren(f"{{{BPMN}}}process")}
    for scope in list(scopes(work.root)):
        for element in nodes(scope):
            if local_name(element) not in ACTIVITIES:
                continue
            _handler(work, element)
            if element.getparent() is None:
                continue
            _box(work, element)
            _call(work, element, processes)
            _task(work, element)
            _repetition(work, element)
    _circles(work, processes)


def _handler(work: Work, element: Any) -> None:
    if element.attrib.get("isForCompensation") != "true":
        return
    work.note(
        element,
        "compensation",
        f"{called(element)} was done only to undo another step. It was taken out: what is to be put right stands in "
        "the task of the same way.",
        loses=True,
    )
    for event in border(element):
        for flow in leaving(event):
            remove(work, flow)
        remove(work, event)
    for flow in [
        f for f in flows(element.getparent()) if element.get("id") in (f.get("sourceRef"), f.get("targetRef"))
    ]:
        remove(work, flow)
    remove(work, element)


def _box(work: Work, element: Any) -> None:
    kind = local_name(element)
    if kind not in SUB_PROCESSES or kind == "subProcess":
        return
    element.tag = f"{{{BPMN}}}subProcess"
    for name in ("method", "ordering", "cancelRemainingInstances"):
        element.attrib.pop(name, None)
    said = {
        "transaction": f"The transaction {called(element)} is a plain box of steps here: nothing is undone by itself.",
        "adHocSubProcess": f"The steps of {called(element)} could be done in any order. All are to be "
        "done, side by side.",
    }
    work.note(element, kind, said[kind])


def _call(work: Work, element: Any, processes: dict[str, Any]) -> None:
    if local_name(element) != "callActivity":
        return
    name = element.get("calledElement") or ""
    own = element
    while local_name(own) != "process":
        own = own.getparent()
    if name in processes and processes[name] is not own and nodes(processes[name]):
        return
    which = f"the process {name}, which is not in the file" if name else "no process"
    _to_a_person(work, element, "call", f"{called(element)} called {which}. It is a task for a person now.")


def _circles(work: Work, processes: dict[str, Any]) -> None:
    """A process that calls itself by way of another would never be through."""

    def reaches(name: str, aim_at: str, seen: set[str]) -> bool:
        if name == aim_at:
            return True
        if name in seen or name not in processes:
            return False
        seen.add(name)
        calls = [one.get("calledElement") for one in processes[name].iter(f"{{{BPMN}}}callActivity")]
        return any(reaches(str(inner), aim_at, seen) for inner in calls)

    for name, process in processes.items():
        for element in list(process.iter(f"{{{BPMN}}}callActivity")):
            if reaches(str(element.get("calledElement")), name, set()):
                sentence = (
                    f"{called(element)} called a process that calls this one. It is a task for a person now."
                )
                _to_a_person(work, element, "call", sentence)


def _task(work: Work, element: Any) -> None:
    kind = local_name(element)
    if kind not in _UNBOUND or _is_bound(work, element, kind):
        return
    script = element.find(f"{{{BPMN}}}script")
    if script is not None and (script.text or "").strip():
        remember(element, f"The script was: {(script.text or '').strip()[:1000]}")
    _to_a_person(
        work, element, kind, f"{called(element)} was for {_UNBOUND[kind]}. It is a task for a person now."
    )


def _is_bound(work: Work, element: Any, kind: str) -> bool:
    if kind == "serviceTask":
        return element.find(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}serviceTaskOperator") is not None
    if kind in ("sendTask", "receiveTask"):
        return element.get("id") in work.kept and not (kind == "sendTask" and border(element))
    if kind == "scriptTask":
        script = element.find(f"{{{BPMN}}}script")
        return script is not None and _is_script(script.text or "") and not border(element)
    return False


def _is_script(text: str) -> bool:
    """Whether it sets only names from plain values and functions of this service."""
    try:
        assigned = grammar.assignments(text)
    except ExpressionRefused:
        return False
    known: set[str] = set()
    for name, tree in assigned:
        calls = {getattr(call.func, "id", "") for call in grammar.calls(tree)}
        if calls - set(functions.NAMES) or {read for read, _ in grammar.names(tree)} - known:
            return False
        known.add(name)
    return bool(assigned)


def _to_a_person(work: Work, element: Any, rule: str, sentence: str) -> None:
    loop = [one for one in element if local_name(one).endswith("LoopCharacteristics")]
    turn_into(work, element, "userTask")
    for one in loop:
        element.append(one)
    work.kept.discard(element.get("id"))
    if not (element.get("name") or "").strip():
        element.set("name", "Do what the drawing left to a system")
    work.note(element, rule, sentence)


def _repetition(work: Work, element: Any) -> None:
    loop = next((one for one in element if local_name(one).endswith("LoopCharacteristics")), None)
    if loop is None:
        return
    if local_name(loop) == "standardLoopCharacteristics":
        element.remove(loop)
        _draw_loop(work, element)
        return
    text = (loop.findtext(f"{{{BPMN}}}loopCardinality") or "").strip().strip("\"'")
    others = [one for one in loop if local_name(one) not in ("loopCardinality", "")]
    plain = re.fullmatch(r"[0-9]{1,3}", text) is not None and 1 <= int(text) <= MOST_REPEATS
    if plain and not others and local_name(element) in _REPEATABLE and not border(element):
        loop.find(f"{{{BPMN}}}loopCardinality").text = text
        return
    element.remove(loop)
    remember(
        element, "This is to be done for each of several things. Do all of them before you complete the step."
    )
    work.note(
        element,
        "repetition",
        f"{called(element)} was repeated over a list. It is one step now, in which all of them are done.",
    )


def _draw_loop(work: Work, element: Any) -> None:
    """The loop as people draw it: a gateway behind the step, with a way back."""
    after = leaving(element)
    gateway = add_after(work, element, "exclusiveGateway", f"Is {name_of(element)} finished?")
    for flow in after:
        aim(work, flow, source=gateway)
        if not flow.get("name"):
            flow.set("name", "Yes, go on")
    link(work, element, gateway)
    link(work, gateway, element, "No, once more")
    if not after:
        end = add_after(work, gateway, "endEvent", "Finished")
        link(work, gateway, end, "Yes, go on")
    work.note(
        element,
        "repetition",
        f"{called(element)} was marked as a loop. The loop is drawn: a person says when it ends.",
    )
