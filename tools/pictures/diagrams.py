"""The shipped diagrams as their pictures and the contents page need them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

PROJECT = Path(__file__).resolve().parents[2]
PROCESSES = PROJECT / "processes"
PICTURES = PROJECT / "docs" / "pathways"

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
DRAWING = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"
UNSEEN = {
    f"{BPMN}documentation",
    f"{BPMN}extensionElements",
    f"{BPMN}incoming",
    f"{BPMN}outgoing",
    f"{BPMN}conditionExpression",
    f"{BPMN}flowNodeRef",
}
SEEN_ATTRIBUTES = ("id", "name", "cancelActivity", "default", "triggeredByEvent")


@dataclass(frozen=True)
class Diagram:
    """One shipped file: `seal` is of what a reader sees of it, and is the same until that changes."""

    key: str
    folder: str
    name: str
    documentation: str
    forms: frozenset[str]
    duties: frozenset[str]
    seal: str
    xml: str

    @property
    def picture(self) -> Path:
        """Where its picture is kept."""
        return PICTURES / self.folder / f"{self.key}.svg"


def read_diagrams(processes: Path = PROCESSES) -> list[Diagram]:
    """Every shipped diagram: by folder, first the one that the folder is named after, then by name."""
    diagrams = [_read(path) for path in processes.glob("*/*.bpmn")]
    return sorted(diagrams, key=lambda one: (one.folder, one.key != one.folder, one.name))


def _read(path: Path) -> Diagram:
    root = etree.parse(path).getroot()
    process = root.find(f"{BPMN}process")
    properties = [(one.get("name"), one.get("value")) for one in process.iter(f"{SPIFF}property")]
    duties = {duty.strip() for name, value in properties if name == "duty" for duty in value.split(",")}
    return Diagram(
        key=path.stem,
        folder=path.parent.name,
        name=process.get("name"),
        documentation=" ".join((process.findtext(f"{BPMN}documentation") or "").split()),
        forms=frozenset(value for name, value in properties if name == "form"),
        duties=frozenset(duties - {""}),
        seal=_seal(root),
        xml=path.read_text(encoding="utf-8"),
    )


def _seal(root: etree._Element) -> str:
    """A sha256 of names, kinds and positions: a rule or a condition may change without a new picture."""
    seen: list[str] = []

    def look(node: etree._Element, is_drawing: bool) -> None:
        if not isinstance(node.tag, str) or node.tag in UNSEEN:
            return
        is_drawing = is_drawing or node.tag == DRAWING
        names = sorted(node.keys()) if is_drawing else [name for name in SEEN_ATTRIBUTES if node.get(name)]
        seen.append(f"{node.tag} {[(name, node.get(name)) for name in names]}")
        if node.tag == f"{BPMN}text":
            seen.append((node.text or "").strip())
        for child in node:
            look(child, is_drawing)

    look(root, is_drawing=False)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()
