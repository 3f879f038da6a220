"""The pathways' files, read without the application: a second pair of eyes on every reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from tests.house.sources import PROJECT

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
NODES = {"task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "callActivity",
         "subProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "startEvent",
         "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}  # fmt: skip
PERSONAL = {"userTask", "manualTask"}
TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class Node:
    """A flow node: its kind in BPMN's word, its id and name, and its extension properties."""

    file: str
    kind: str
    id: str
    name: str
    properties: dict[str, str]

    def __str__(self) -> str:
        return f"{self.file}: {self.id}"

    def listed(self, name: str) -> tuple[str, ...]:
        """A property that holds several words, parted by commas."""
        return tuple(word.strip() for word in self.properties.get(name, "").split(",") if word.strip())


@dataclass(frozen=True)
class Drawing:
    """One BPMN file."""

    file: str
    tree: ElementTree.Element

    def __str__(self) -> str:
        return self.file

    @property
    def key(self) -> str:
        """The file's name without its ending: also the id of its process."""
        return Path(self.file).stem

    @cached_property
    def all_expressions(self) -> tuple[str, ...]:
        """What `expressions` gives, read once."""
        return tuple(self.expressions())

    def all(self, tag: str) -> list[ElementTree.Element]:
        """Every BPMN element of one kind."""
        return list(self.tree.iter(BPMN + tag))

    def nodes(self) -> list[Node]:
        """Every flow node, in sub-processes too."""
        return [self._node(element) for kind in sorted(NODES) for element in self.all(kind)]

    def _node(self, element: ElementTree.Element) -> Node:
        path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
        properties = {one.get("name", ""): one.get("value", "") for one in element.findall(path)}
        kind = element.tag.removeprefix(BPMN)
        return Node(self.file, kind, element.get("id", ""), element.get("name", ""), properties)

    def expressions(self) -> Iterator[str]:
        """Everything in the file that the engine evaluates."""
        for tag in ("conditionExpression", "timeDate", "timeDuration", "script"):
            yield from (element.text or "" for element in self.all(tag))
        yield from (element.text or "" for element in self.tree.iter(f"{SPIFF}messagePayload"))
        yield from (element.get("value", "") for element in self.tree.iter(f"{SPIFF}parameter"))
        for node in self.nodes():
            yield from (node.properties[name] for name in ("due", "assign") if name in node.properties)

    def asked_by_name(self, function: str) -> set[str]:
        """The names that expressions hand to a function: deadline("visit.first", ...)."""
        call = re.compile(rf"\b{function}\(\s*[\"']([^\"']+)[\"']")
        return {name for expression in self.expressions() for name in call.findall(expression)}

    def counts_from(self, answer: str) -> bool:
        """Whether a time limit is counted from an answer, `element.field`."""
        call = re.compile(rf"\bdeadline\([^()]*,[^()]*\b{re.escape(answer)}\b")
        return any(call.search(expression) for expression in self.all_expressions if answer in expression)

    def asks_about(self, answer: str) -> bool:
        """Whether a way is chosen by an answer, `element.field`."""
        return any(answer in (one.text or "") for one in self.all("conditionExpression"))

    def messages_of(self, node: ElementTree.Element) -> set[str]:
        """The names of the messages of one event."""
        names = {message.get("id"): message.get("name", "") for message in self.all("message")}
        return {names[one.get("messageRef")] for one in node.findall(f"{BPMN}messageEventDefinition")}

    def payloads(self) -> Iterator[tuple[str, set[str]]]:
        """Each message that the file sends with something in it, and the names that it brings."""
        sent = self.messages(thrown=True)
        for message in self.all("message"):
            payload = message.findtext(f"{BPMN}extensionElements/{SPIFF}messagePayload")
            if payload and message.get("name") in sent:
                yield message.get("name", ""), set(re.findall(r"[\"'](\w+)[\"']\s*:", payload))

    def messages(self, *, thrown: bool) -> set[str]:
        """The names of the messages that the file sends, or waits for."""
        names = {message.get("id"): message.get("name", "") for message in self.all("message")}
        throwing = {"intermediateThrowEvent", "endEvent", "sendTask"}
        found = set()
        for kind in sorted(NODES):
            for node in self.all(kind):
                references = [one.get("messageRef") for one in node.findall(f"{BPMN}messageEventDefinition")]
                references += [node.get("messageRef")] if kind in {"sendTask", "receiveTask"} else []
                if (kind in throwing) == thrown:
                    found |= {names[reference] for reference in references if reference}
        return found


@cache
def drawings() -> tuple[Drawing, ...]:
    """Every BPMN file of the project."""
    return tuple(
        Drawing(str(path.relative_to(PROJECT)), ElementTree.parse(path).getroot())
        for path in sorted((PROJECT / "processes").rglob("*.bpmn"))
    )


@cache
def forms() -> dict[str, dict[str, Any]]:
    """Every form by its key, `pathway/form`."""
    folder = PROJECT / "forms"
    return {
        str(path.relative_to(folder).with_suffix("")): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.json"))
    }


def fields(form: str) -> dict[str, dict[str, Any]]:
    """The fields of a form by key, those inside groups too."""

    def inside(components: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
        for component in components:
            if component.get("key"):
                yield component["key"], component
            yield from inside(component.get("components", []))

    return dict(inside(forms()[form].get("components", [])))


@cache
def settings(path: str) -> Any:
    """A YAML file under processes/."""
    return yaml.safe_load((PROJECT / "processes" / path).read_text(encoding="utf-8"))


def duty_ids() -> set[str]:
    """Every duty of the register."""
    files = sorted((PROJECT / "processes" / "duties").glob("*.yaml"))
    read = [settings(f"duties/{path.name}") for path in files if path.stem != "coverage"]
    lists = [one if isinstance(one, list) else one.get("duties", []) for one in read]
    return {duty["id"] for duties in lists for duty in duties}
