"""Choices of a foreign drawing are made by people: a task before the gateway asks which way it goes on."""

from __future__ import annotations

from typing import Any

from app.domain.errors import ExpressionRefused
from app.engine import editing, functions, grammar
from app.engine.importing.naming import snake
from app.engine.importing.report import Work
from app.engine.importing.tree import (
    add_after,
    add_before,
    aim,
    arriving,
    called,
    flows,
    kind_of,
    leaving,
    link,
    name_of,
    nodes,
    remember,
    scopes,
    turn_into,
)
from app.engine.names import BPMN, SPIFF, local_name

_FAR = 10_000


def ask(work: Work) -> None:
    """Give every gateway that chooses something to choose by."""
    told = {
        one.getparent().getparent().getparent().get("id"): set(
            one.get("value", "").replace(" ", "").split(",")
        )
        for one in work.root.iter(f"{{{SPIFF}}}property")
        if one.get("name") == "copy"
    }
    for scope in list(scopes(work.root)):
        for element in nodes(scope):
            _complex(work, element)
            _events(work, element)
            kind, after = local_name(element), leaving(element)
            if len(after) < 2 or kind not in ("exclusiveGateway", "inclusiveGateway"):
                continue
            if not all(_holds(flow, told) for flow in after if flow.get("id") != element.get("default")):
                _decide(work, element, several=kind == "inclusiveGateway")


def _complex(work: Work, element: Any) -> None:
    if local_name(element) == "complexGateway":
        turn_into(work, element, "inclusiveGateway")
        work.note(
            element, "complex", f"{called(element)} was a complex gateway. A person chooses its ways now."
        )


def _events(work: Work, element: Any) -> None:
    """A gateway that waits for what cannot be waited for here becomes a question: what has happened?"""
    if local_name(element) != "eventBasedGateway":
        return
    here = {one.get("id"): one for one in nodes(element.getparent())}
    targets = [here[flow.get("targetRef")] for flow in leaving(element)]
    timers = [one for one in targets if kind_of(one) == "timer"]
    plain = all(
        local_name(one) in ("intermediateCatchEvent", "receiveTask")
        and len(arriving(one)) == 1
        and (one.get("id") in work.kept or one in timers)
        for one in targets
    )
    if plain and len(timers) <= 1 and len(targets) > 1:
        return
    for flow, one in zip(leaving(element), targets, strict=True):
        flow.set("name", flow.get("name") or name_of(one))
        if local_name(one) in ("intermediateCatchEvent", "receiveTask") and kind_of(one) != "timer":
            turn_into(work, one, "intermediateThrowEvent")
            work.kept.discard(one.get("id"))
        elif kind_of(one) == "timer" and local_name(one) == "intermediateCatchEvent":
            turn_into(work, one, "intermediateThrowEvent")
    turn_into(work, element, "exclusiveGateway")
    if not (element.get("name") or "").strip():
        element.set("name", "What has happened?")
    work.note(
        element,
        "event_gateway",
        f"{called(element)} waited for the first of several events. A person says which came.",
    )


def _holds(flow: Any, told: dict[str, set[str]]) -> bool:
    """Whether the condition of a flow can be worked out here, from answers that this file copies."""
    condition = flow.find(f"{{{BPMN}}}conditionExpression")
    text = (condition.text or "").strip() if condition is not None else ""
    if not text:
        return False
    try:
        tree = grammar.expression(text)
    except ExpressionRefused:
        return False
    calls = {getattr(call.func, "id", "") for call in grammar.calls(tree)}
    return calls <= set(functions.NAMES) and all(
        asked == "get" or asked in told.get(name, ()) for name, asked in grammar.names(tree)
    )


def _decide(work: Work, gateway: Any, *, several: bool) -> None:
    after = leaving(gateway)
    here = {one.get("id"): one for one in nodes(gateway.getparent())}
    title = name_of(gateway) if (gateway.get("name") or "").strip() else "Decide how it goes on"
    before = arriving(gateway)
    task = add_before(work, gateway, "userTask", title, otherwise=f"decide {title}")
    task_id = task.get("id")
    for flow in before:
        aim(work, flow, target=task)
    link(work, task, gateway)
    ways: list[tuple[Any, str, str]] = []
    for flow in after:
        words = " ".join((flow.get("name") or "").split()) or name_of(here[flow.get("targetRef")])
        taken = {value for _, _, value in ways}
        value = base = snake(words)[:40]
        number = 2
        while value in taken:
            value, number = f"{base}_{number}", number + 1
        words = words if words not in {text for _, text, _ in ways} else f"{words} ({number})"
        ways.append((flow, words, value))
        _forget_condition(task, flow, words)
    default = gateway.attrib.pop("default", None)
    last = next((way for way in ways if way[0].get("id") == default), ways[-1])
    for flow, _, value in ways:
        if several:
            _condition(flow, f'"{value}" in {task_id}.ways')
        elif flow is not last[0]:
            _condition(flow, f'{task_id}.way == "{value}"')
    if several:
        last = (_nothing_chosen(work, gateway), "", "")
    gateway.set("default", last[0].get("id"))
    _form(work, task, title, _soonest_first(gateway, ways), several=several)
    offered = ", ".join(words for _, words, _ in ways)
    sentence = f"The choice at {called(gateway)} is made by a person in {called(task)}: {offered}."
    work.note(gateway, "decision", sentence)


def _forget_condition(task: Any, flow: Any, words: str) -> None:
    condition = flow.find(f"{{{BPMN}}}conditionExpression")
    if condition is None:
        return
    if (condition.text or "").strip():
        remember(task, f"{words}: when {(condition.text or '').strip()[:300]}")
    flow.remove(condition)


def _condition(flow: Any, text: str) -> None:
    xsi = "{http://www.w3.org/2001/XMLSchema-instance}type"
    prefix = next((name for name, uri in flow.nsmap.items() if uri == BPMN and name), None)
    made = editing.child(flow, "conditionExpression")
    made.set(xsi, f"{prefix}:tFormalExpression" if prefix else "tFormalExpression")
    made.text = text


def _nothing_chosen(work: Work, gateway: Any) -> Any:
    """An inclusive gateway needs a way for no answer; the form lets nobody take it."""
    end = add_after(work, gateway, "endEvent", "None of these")
    return link(work, gateway, end, "None of these")


def _soonest_first(gateway: Any, ways: list[tuple[Any, str, str]]) -> list[tuple[Any, str, str]]:
    """The way that is over soonest stands first, so that whoever takes first answers comes to an end."""
    far = _distances(gateway.getparent())
    return sorted(ways, key=lambda way: far.get(way[0].get("targetRef"), _FAR))


def _distances(scope: Any) -> dict[str, int]:
    back: dict[str, list[str]] = {}
    for flow in flows(scope):
        back.setdefault(flow.get("targetRef"), []).append(flow.get("sourceRef"))
    ends = [one.get("id") for one in nodes(scope) if local_name(one) == "endEvent"]
    far = dict.fromkeys(ends, 0)
    pending = list(ends)
    for name in pending:
        for source in back.get(name, ()):
            if source not in far:
                far[source] = far[name] + 1
                pending.append(source)
    return far


def _form(work: Work, task: Any, title: str, ways: list[tuple[Any, str, str]], *, several: bool) -> None:
    process = task
    while local_name(process) != "process":
        process = process.getparent()
    key = "ways" if several else "way"
    label = title if title.endswith("?") else f"{title}: which way does it go on?"
    question = {
        "type": "checklist" if several else "radio",
        "key": key,
        "label": label,
        "validate": {"required": True},
        "properties": {"called": "how it goes on"},
        "values": [{"label": words, "value": value} for _, words, value in ways],
    }
    form = {
        "type": "default",
        "id": task.get("id"),
        "title": title,
        "schemaVersion": 19,
        "components": [question],
    }
    work.forms.setdefault(process.get("id"), {})[task.get("id")] = form
    editing.set_properties(task, {"form": f"{process.get('id')}/{task.get('id')}", "copy": key})
