"""What one step of the outline says, and saving it: from lists where they have it, else by expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.access import Viewer
from app.domain.errors import NotFound
from app.engine import editing, editing_system, editing_words
from app.engine.catalogue import listed
from app.engine.shapes import Node
from app.services import reference
from app.services.workbench import choosing, drafts, duty_choices, outlining
from app.services.workbench.choosing import OTHER, Offered
from app.services.workbench.drafts import Draft
from app.services.workbench.outlining import Step, refuse_unless_expression

PROPERTIES = ("form", "due", "duty", "overdue", "assign", "copy", "sign_off", "builds_on")
PARAMETER = "parameter_"
EXPRESSIONS = ("due", "timer", "assign", "payload")


@dataclass(frozen=True)
class Detail:
    """A step with everything that its form asks about; what a step of its kind cannot say is not in `answers`."""

    step: Step
    answers: Mapping[str, Any]
    can_go_on: bool
    is_attachable: bool
    timer: bool
    message: bool
    has_properties: bool
    duties_as_drawn: str


def detail(draft: Draft, element_id: str, lists: Offered) -> Detail:
    """One step. Raises NotFound."""
    step = next((one for one in outlining.everything(draft, lists.profile) if one.id == element_id), None)
    if step is None:
        raise NotFound("There is no such step in this draft.")
    node = outlining.node_of(draft, element_id)
    is_gateway = node.type.endswith("Gateway")
    kinds = {event.kind for event in node.events}
    role = reference.roles().by_key.get(node.properties.get("role", ""))
    rule, counted_from = choosing.limit_in(node.properties.get("due", ""), lists)
    answers = {
        "name": node.name,
        "lane": role.name if role else node.lane or "",
        "instructions": node.documentation,
        **{name: node.properties.get(name, "") for name in PROPERTIES},
        "due": node.properties.get("due", "") if rule == OTHER else "",
        "duties": [key for key, _ in duty_choices.named(node.properties.get("duty", ""))],
        "duty": "",
        "rule": rule,
        "counted_from": counted_from,
        **dict(_of_events(node, lists)),
        **dict(_of_the_system(node)),
    }
    return Detail(
        step,
        answers,
        can_go_on=node.type != "endEvent" and (is_gateway or not node.outgoing),
        is_attachable=not is_gateway and not node.type.endswith("Event"),
        timer="timer" in kinds,
        message="message" in kinds,
        has_properties=any(node.properties.get(name) for name in PROPERTIES),
        duties_as_drawn=node.properties.get("duty", ""),
    )


def describe(
    viewer: Viewer, draft_id: str, element_id: str, *, revision: int, typed: Mapping[str, str]
) -> Draft:
    """Save what a step is called and says; of its duties those in `duties` stay, and `duty` adds some.

    Raises BadInput with a sentence for each question.
    """
    draft = drafts.show(viewer, draft_id, revision)
    before = detail(draft, element_id, choosing.offered(viewer, draft))
    typed = _as_written(before, typed)
    for name in typed:
        if name in EXPRESSIONS or name.startswith(PARAMETER):
            refuse_unless_expression(name, typed[name])

    def how(root: editing.Tree) -> None:
        editing_words.call(root, element_id, typed["name"])
        if "instructions" in typed:
            editing_words.instruct(root, element_id, typed["instructions"])
        values = {name: typed[name] for name in PROPERTIES if name in typed}
        if any(values.values()) or before.has_properties:
            editing_words.describe(root, element_id, values)
        if typed.get("lane") and typed["lane"] != before.answers["lane"]:
            _give_to(root, element_id, typed["lane"])
        if before.timer:
            way = "duration" if typed["meant_as"] in ("duration", "length") else "date"
            editing_words.time(root, element_id, meant_as=way, expression=typed.get("timer", ""))
        if before.message:
            editing_words.message(root, element_id, typed.get("message", ""))
        _tell_the_system(root, element_id, typed)

    text = editing.edited(draft.bundle.main, how)
    return outlining.save(viewer, draft, revision, text, f"Changed “{before.step.name}”")


def _of_events(node: Node, lists: Offered) -> Iterator[tuple[str, Any]]:
    for event in node.events:
        if event.kind == "timer":
            text, number, unit = event.text or "", *choosing.length_in(event.text or "")
            rule, counted_from = choosing.limit_in(text, lists)
            way = "limit" if rule != OTHER else "date"
            if event.timer_kind == "timeDuration":
                way = "duration" if number or not text else "length"
            yield from {"meant_as": way, "amount": number, "unit": unit or "D", "timer": text}.items()
            yield from {"rule": rule if way == "limit" else "", "counted_from": counted_from}.items()
        elif event.kind == "message":
            yield "message", event.message.name if event.message else ""
            sends = node.type in ("intermediateThrowEvent", "endEvent")
            yield ("payload", event.payload or "") if sends else ("variable", event.variable or "")


def _of_the_system(node: Node) -> Iterator[tuple[str, Any]]:
    if node.type == "scriptTask":
        yield "script", node.script or ""
    if node.type == "serviceTask":
        yield "operation", node.operator.name if node.operator else ""
        for name, value in (node.operator.parameters if node.operator else {}).items():
            yield f"{PARAMETER}{name}", value


def _as_written(before: Detail, typed: Mapping[str, str]) -> dict[str, str]:
    """What was chosen from lists as the drawing writes it."""
    found = dict(typed)
    kept = listed(found.pop("duties", ""))
    if "duty" in found:
        found["duty"] = duty_choices.written(before.duties_as_drawn, kept, found["duty"])
    rule = found.pop("rule", "")
    said = choosing.limit(rule, found.pop("counted_from", "")) if rule not in ("", OTHER) else ""
    if before.timer:
        way = found.get("meant_as", "")
        if way == "duration":
            said = choosing.length(found.get("amount", ""), found.get("unit", ""))
        found["timer"] = said if way in ("limit", "duration") else found.get("timer", "")
    elif said:
        found["due"] = said
    return found


def _give_to(root: editing.Tree, element_id: str, role_name: str) -> None:
    """A step with a role of its own keeps having one; any other goes into the lane, which is drawn if there is none."""
    role = next((one.key for one in reference.roles() if one.name == role_name), "")
    if role and (editing_words.has_role(root, element_id) or not editing_words.has_lanes(root)):
        editing_words.describe(root, element_id, {"role": role})
    else:
        editing_words.assign_lane(root, element_id, role_name)


def _tell_the_system(root: editing.Tree, element_id: str, typed: Mapping[str, str]) -> None:
    if "script" in typed:
        editing_system.script(root, element_id, typed["script"])
    if "operation" in typed:
        given = {name.removeprefix(PARAMETER): typed[name] for name in typed if name.startswith(PARAMETER)}
        editing_system.operate(root, element_id, typed["operation"], given)
    for name, word in (("payload", "messagePayload"), ("variable", "messageVariable")):
        if name in typed:
            editing_system.message_part(root, element_id, word, typed[name])
