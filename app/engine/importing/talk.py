"""Messages: what one pathway of a file sends and another waits for stays a message; people do the rest."""

from __future__ import annotations

from typing import Any

from app.engine import editing
from app.engine.editing import fresh_id
from app.engine.importing.naming import snake
from app.engine.importing.report import Work
from app.engine.importing.tree import definitions, kind_of, nodes, remove, scopes
from app.engine.names import BPMN, local_name

_THROWS = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
_CATCHES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})


def sort_out(work: Work) -> None:
    """Give both ends of each message that is sent and heard in this file one message; forget the others."""
    speaking = {node.get("id"): node for scope in scopes(work.root) for node in nodes(scope) if _speaks(node)}
    names: dict[str, str] = {}
    groups = _groups(work, speaking, names)
    for old in list(work.root.iterchildren(f"{{{BPMN}}}message")):
        work.root.remove(old)
    for inside in groups:
        kinds = {local_name(speaking[key]) for key in inside}
        if kinds & _THROWS and kinds & _CATCHES:
            named = next((names[key] for key in inside if names.get(key)), "")
            _keep(
                work, [speaking[key] for key in inside], named or speaking[inside[0]].get("name") or inside[0]
            )
    _flows(work)


def _groups(work: Work, speaking: dict[str, Any], names: dict[str, str]) -> list[list[str]]:
    """The nodes that share a message, by what they name or by a line between them; `names` gets its names."""
    groups: dict[str, str] = {key: key for key in speaking}

    def top(key: str) -> str:
        while groups[key] != key:
            key = groups[key]
        return key

    first: dict[str, str] = {}
    messages = {m.get("id"): m.get("name") or "" for m in work.root.iterchildren(f"{{{BPMN}}}message")}
    for key, node in speaking.items():
        reference = _reference(node)
        if reference in messages:
            groups[top(key)] = top(first.setdefault(reference, key))
            names.setdefault(key, messages[reference])
    for flow in work.root.iter(f"{{{BPMN}}}messageFlow"):
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if source in speaking and target in speaking:
            groups[top(source)] = top(target)
            names.setdefault(source, flow.get("name") or "")
    members: dict[str, list[str]] = {}
    for key in speaking:
        members.setdefault(top(key), []).append(key)
    return list(members.values())


def message(work: Work, words: str) -> Any:
    """A new message, which goes to the whole child."""
    key = fresh_id(work.root, snake(words), "message")
    made = editing.child(work.root, "message", id=key, name=key)
    work.root.remove(made)
    work.root.insert(0, made)
    editing.set_properties(made, {"correlate": "child"})
    return made


def _keep(work: Work, ends: list[Any], words: str) -> None:
    made = message(work, words)
    for node in ends:
        _refer(node, made.get("id"))
        work.kept.add(node.get("id"))
        work.note(
            node,
            "message",
            f"The message of “{node.get('name') or node.get('id')}” is called {made.get('id')} here.",
        )


def _refer(node: Any, key: str) -> None:
    found = definitions(node)
    (found[0] if found else node).set("messageRef", key)


def _reference(node: Any) -> str:
    found = definitions(node)
    return str((found[0] if found else node).get("messageRef") or "")


def _speaks(node: Any) -> bool:
    if local_name(node) in ("sendTask", "receiveTask"):
        return True
    return local_name(node) in _THROWS | _CATCHES and kind_of(node) == "message"


def _flows(work: Work) -> None:
    for flow in list(work.root.iter(f"{{{BPMN}}}messageFlow")):
        both = flow.get("sourceRef") in work.kept and flow.get("targetRef") in work.kept
        words = f"The message flow “{flow.get('name') or flow.get('id')}” was only a line"
        if both:
            work.note(flow, "message_flow", f"{words} and was taken out: the message itself is kept.")
        else:
            work.note(
                flow,
                "message_flow",
                f"{words} to somebody outside and was taken out: people tell each other.",
                loses=True,
            )
        remove(work, flow)
