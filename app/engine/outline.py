"""A diagram as a list of what follows what: for "what happens next", and for readers who cannot see the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from app.engine.names import BPMN, FLOW_NODES, local_name

PERSON = frozenset({"userTask", "manualTask", "task"})
SILENT = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "scriptTask", "startEvent"})
DEEPEST = 12
STRAND_ENDS = "This strand ends: "


@dataclass(frozen=True)
class Flow:
    """A sequence flow with what is written on it."""

    source: str
    target: str
    name: str


@dataclass(frozen=True)
class Node:
    """A flow node: BPMN's word, its name, the sub-process that it stands in."""

    id: str
    type: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Outline:
    """The flow nodes of a diagram by id, in the order of the file, and the flows out of each."""

    nodes: dict[str, Node]
    flows: dict[str, tuple[Flow, ...]]

    def what_follows(self, element_id: str) -> tuple[str, ...]:
        """Sentences on what the completion of an element leads to, up to the next thing that somebody does."""
        sentences: list[str] = []
        self._follow(element_id, "", sentences, frozenset({element_id}), 0)
        found = list(dict.fromkeys(sentences))
        going_on = [sentence for sentence in found if STRAND_ENDS not in sentence]
        return tuple(going_on or found)

    def _follow(
        self, element_id: str, condition: str, sentences: list[str], seen: frozenset[str], depth: int
    ) -> None:
        for flow in self.flows.get(element_id, ()):
            target = self.nodes[flow.target]
            if target.id in seen or depth > DEEPEST:
                continue
            words = condition or self._condition(element_id, flow)
            if target.type in SILENT:
                self._follow(target.id, words, sentences, seen | {target.id}, depth + 1)
            elif target.type == "subProcess":
                for first in self._starts_of(target.id):
                    self._follow(first, words, sentences, seen | {target.id, first}, depth + 1)
            elif target.type == "endEvent":
                self._end(target, words, sentences, seen, depth)
            else:
                sentences.append(_sentence(words, target))
                if target.type not in PERSON and not target.type.endswith("CatchEvent"):
                    self._follow(target.id, words, sentences, seen | {target.id}, depth + 1)

    def _end(self, end: Node, words: str, sentences: list[str], seen: frozenset[str], depth: int) -> None:
        """The end of a sub-process with a single strand leads on; every other end is one."""
        after = self.flows.get(end.parent or "", ())
        if end.parent and len(after) == 1 and after[0].target not in seen and self._is_single(end.parent):
            self._follow(end.parent, words, sentences, seen | {end.id}, depth + 1)
        elif end.name:
            sentences.append(_sentence(words, end))

    def _is_single(self, parent: str) -> bool:
        return not any(
            node.parent == parent and node.type == "parallelGateway" for node in self.nodes.values()
        )

    def _starts_of(self, parent: str) -> list[str]:
        return [
            node.id for node in self.nodes.values() if node.parent == parent and node.type == "startEvent"
        ]

    def _condition(self, source: str, flow: Flow) -> str:
        node = self.nodes.get(source)
        if node is None or node.type != "exclusiveGateway" or not flow.name:
            return ""
        return f"{node.name} {flow.name.capitalize()}" if node.name else flow.name.capitalize()


def _sentence(condition: str, node: Node) -> str:
    name = node.name or node.id.replace("_", " ")
    if node.type == "endEvent":
        name = f"{STRAND_ENDS}{name[:1].lower()}{name[1:]}"
    return f"{condition}: {name}" if condition else name


@lru_cache(maxsize=256)
def outline(xml: str) -> Outline:
    """The outline of one BPMN file that has been through the gate."""
    root = etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    nodes: dict[str, Node] = {}
    flows: dict[str, list[Flow]] = {}
    for element in root.iter():
        word = local_name(element)
        if word in FLOW_NODES:
            parent = element.getparent()
            box = parent.get("id") if parent is not None and local_name(parent) == "subProcess" else None
            nodes[element.get("id")] = Node(element.get("id"), word, element.get("name") or "", box)
        elif word == "sequenceFlow":
            flow = Flow(element.get("sourceRef"), element.get("targetRef"), element.get("name") or "")
            flows.setdefault(flow.source, []).append(flow)
    return Outline(nodes, {source: tuple(found) for source, found in flows.items()})


__all__ = ["BPMN", "Flow", "Node", "Outline", "outline"]
