"""Ways through a scope: one start, no loose ends, no splits that are only implied."""

from __future__ import annotations

from typing import Any

from app.engine.importing.report import Work
from app.engine.importing.tree import (
    add_after,
    add_before,
    aim,
    arriving,
    called,
    flows,
    leaving,
    link,
    name_of,
    nodes,
    remove,
    scopes,
    turn_into,
)
from app.engine.names import BPMN, GATEWAYS, local_name

_CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway"})


def mend(work: Work) -> None:
    """Let every scope have one start, a way to every step and an end to every way."""
    for scope in list(scopes(work.root)):
        _ends_that_go_on(work, scope)
        _one_start(work, scope)
        _splits(work, scope)
        _reach_everything(work, scope)
        _ends(work, scope)
        _conditions(work, scope)


def empty_boxes(work: Work) -> None:
    """A box in which nothing is drawn is one step; so is a box in which there are only such boxes."""
    for scope in reversed(list(scopes(work.root))):
        if not nodes(scope) and local_name(scope) != "process":
            turn_into(work, scope, "userTask")
            work.note(
                scope, "empty", f"Nothing was drawn inside {called(scope)}. It is one task for a person now."
            )


def _ends_that_go_on(work: Work, scope: Any) -> None:
    for element in nodes(scope):
        if local_name(element) == "endEvent" and leaving(element):
            turn_into(work, element, "intermediateThrowEvent")
            work.note(
                element,
                "flow_ends",
                f"{called(element)} was an end with a flow out. It only marks a point now.",
            )
        if local_name(element) == "startEvent":
            for flow in arriving(element):
                after = leaving(element)
                if after and after[0].get("targetRef") != element.get("id"):
                    flow.set("targetRef", after[0].get("targetRef"))
                    work.rerouted.add(flow.get("id"))
                    work.note(
                        flow,
                        "flow_ends",
                        f"A flow led back into the start {called(element)}, now to what follows.",
                    )
                else:
                    remove(work, flow)
                    work.note(flow, "flow_ends", f"A flow led into the start {called(element)}.", loses=True)


def _one_start(work: Work, scope: Any) -> None:
    starts = [one for one in nodes(scope) if local_name(one) == "startEvent"]
    if len(starts) > 1:
        _choose_start(work, starts)
    elif not starts:
        first = _roots(scope) or nodes(scope)[:1]
        start = add_before(work, first[0], "startEvent", "Started", otherwise=f"{scope.get('id')} started")
        work.note(
            start, "start", f"“{name_of(scope)}” had no start event. One was added before {called(first[0])}."
        )
        _begin_with(work, start, first)


def _choose_start(work: Work, starts: list[Any]) -> None:
    """Several starts are one start and a question: how has it begun?"""
    gateway = add_after(work, starts[0], "exclusiveGateway", "How has it begun?")
    for start in starts:
        for flow in leaving(start):
            aim(work, flow, source=gateway)
            flow.set("name", name_of(start))
        if not any(flow.get("name") == name_of(start) for flow in leaving(gateway)):
            end = add_after(work, gateway, "endEvent", name_of(start))
            link(work, gateway, end, name_of(start))
    link(work, starts[0], gateway)
    names = ", ".join(name_of(one) for one in starts)
    work.note(
        starts[0],
        "one_start",
        f"There were {len(starts)} starts: {names}. A person says which of them it was.",
    )
    for one in list(starts[0]):
        if local_name(one).endswith("EventDefinition"):
            starts[0].remove(one)
    work.kept.discard(starts[0].get("id"))
    starts[0].set("name", "Started")
    for start in starts[1:]:
        remove(work, start)


def _begin_with(work: Work, start: Any, first: list[Any]) -> None:
    """Lead from a start to what nothing else leads to, side by side where it is more than one."""
    before = leaving(start)
    if not before and len(first) == 1:
        link(work, start, first[0])
        return
    fork = add_after(work, start, "parallelGateway", "")
    for flow in before:
        aim(work, flow, source=fork)
    link(work, start, fork)
    for one in first:
        link(work, fork, one)


def _roots(scope: Any) -> list[Any]:
    aimed = {flow.get("targetRef") for flow in flows(scope)}
    return [
        one
        for one in nodes(scope)
        if one.get("id") not in aimed and local_name(one) not in ("startEvent", "boundaryEvent")
    ]


def _reach_everything(work: Work, scope: Any) -> None:
    start = next(one for one in nodes(scope) if local_name(one) == "startEvent")
    for _ in range(len(nodes(scope))):
        reached = _reached(scope, start)
        missed = [
            one for one in nodes(scope) if one.get("id") not in reached and local_name(one) != "boundaryEvent"
        ]
        if not missed:
            return
        first = [one for one in _roots(scope) if one in missed] or missed[:1]
        names = ", ".join(called(one) for one in first)
        work.note(first[0], "unreachable", f"Nothing led to {names}. It begins together with the start now.")
        _begin_with(work, start, first)


def _reached(scope: Any, start: Any) -> set[str]:
    ways: dict[str, list[str]] = {}
    for flow in flows(scope):
        ways.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
    for one in nodes(scope):
        if one.get("attachedToRef"):
            ways.setdefault(one.get("attachedToRef"), []).append(one.get("id"))
    seen, pending = {start.get("id")}, [start.get("id")]
    while pending:
        for target in ways.get(pending.pop(), ()):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return seen


def _ends(work: Work, scope: Any) -> None:
    for element in nodes(scope):
        if local_name(element) != "endEvent" and not leaving(element):
            end = add_after(work, element, "endEvent", "Finished")
            link(work, element, end)
            work.note(end, "end", f"Nothing followed {called(element)}. An end was added behind it.")


def _splits(work: Work, scope: Any) -> None:
    """Several flows out of a step mean all of them, or those whose condition holds."""
    for element in nodes(scope):
        after = leaving(element)
        if local_name(element) in GATEWAYS or len(after) < 2:
            continue
        asks = any(flow.find(f"{{{BPMN}}}conditionExpression") is not None for flow in after)
        word = "inclusiveGateway" if asks or element.get("default") else "parallelGateway"
        gateway = add_after(work, element, word, "")
        if element.attrib.get("default"):
            gateway.set("default", element.attrib.pop("default"))
        for flow in after:
            aim(work, flow, source=gateway)
        link(work, element, gateway)
        how = "those that are chosen" if word == "inclusiveGateway" else "all of them, side by side"
        work.note(gateway, "split", f"{len(after)} flows left {called(element)}. A gateway leads to {how}.")


def _conditions(work: Work, scope: Any) -> None:
    """Conditions that nothing would ask."""
    for element in nodes(scope):
        after = leaving(element)
        chooses = local_name(element) in _CHOOSES and len(after) > 1
        ids = {flow.get("id") for flow in after}
        if element.get("default") and (
            local_name(element) not in _CHOOSES or element.get("default") not in ids
        ):
            del element.attrib["default"]
        for flow in after:
            condition = flow.find(f"{{{BPMN}}}conditionExpression")
            if condition is not None and not chooses:
                flow.remove(condition)
                text = (condition.text or "").strip()
                work.note(
                    flow,
                    "condition_ignored",
                    f"A condition on the only way out of {called(element)} was taken out: {text[:120]}",
                    loses=True,
                )
