"""Where the drawing of a running pathway leads on: to pathways that a step started or calls, and to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.engine.shapes import Node
from app.services import definitions
from app.store.instances import ProcessInstance


@dataclass(frozen=True)
class Lead:
    """An element that leads on: to another pathway of the child, or to a process that is drawn by itself."""

    element_id: str
    words: str
    instance_id: str | None = None
    process: str | None = None


@dataclass(frozen=True)
class Drawn:
    """One process of a version as it is drawn, with its name, and where it leads. `xml` is its BPMN text."""

    process: str
    name: str
    xml: str
    leads: tuple[Lead, ...]


def drawn(
    session: Session, found: ProcessInstance, related: Iterable[ProcessInstance], process: str | None
) -> Drawn:
    """The pathway's own drawing, or that of a `process` that it calls. Raises NotFound for one that it does not."""
    bundle = definitions.bundle_of(session, found.version_id)
    process = process or bundle.key
    texts = _texts(bundle)
    if process not in texts:
        raise NotFound()
    scopes = catalogue.drawn(texts[process]).processes
    name = next((scope.name for scope in scopes if scope.id == process), process)
    nodes = [node for scope in scopes for node in scope.everything()]
    steps = {node.id for node in nodes}
    others = [one for one in related if one.parent_id != found.id or one.correlation_key not in steps]
    raised = [
        Lead(one.correlation_key, one.name, one.id)
        for one in related
        if one.parent_id == found.id and one.correlation_key in steps
    ]
    leads = [*raised, *(lead for node in nodes for lead in _leads(session, found, node, others, texts))]
    return Drawn(process, name, texts[process], tuple(leads))


def _texts(bundle: Bundle) -> dict[str, str]:
    return {PurePosixPath(path).stem: text for path, text in bundle.files.items()}


def _leads(
    session: Session, found: ProcessInstance, node: Node, others: list[ProcessInstance], texts: dict[str, str]
) -> Iterator[Lead]:
    called = node.attributes.get("calledElement", "") if node.type == "callActivity" else ""
    if called in texts:
        name = catalogue.name_of(Bundle(called, {f"{called}.bpmn": texts[called]}, {}))
        yield Lead(node.id, name, process=called)
    messages = [event.message.name for event in node.events if event.message]
    if node.type == "startEvent" and messages:
        yield from (Lead(node.id, one.name, one.id) for one in others if one.id == found.parent_id)
    if node.type in ("intermediateThrowEvent", "endEvent", "sendTask"):
        started = [one for one in others if one.parent_id == found.id]
        for message in messages if started else ():
            keys = definitions.starting_on(session, message)
            yield from (Lead(node.id, one.name, one.id) for one in started if one.definition_key in keys)
