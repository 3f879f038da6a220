"""What a drawing shows besides its boxes and lines: names, lanes, kinds of events, default ways, notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine import gate, picture
from app.engine.names import BPMN, FLOW_NODES, SUB_PROCESSES, local_name
from app.engine.picture import Box, Picture, Point

Say = Callable[[str], str]
ROOM = 12.0


@dataclass(frozen=True)
class Sketch:
    """A diagram as it is to be drawn. All maps are by the id of the element.

    `title` and `about` are the name of the process and what it says of itself; `names` has the words to be read at
    an element, `events` what an event is about ("timer", "message", ..., several: "multiple"). `dashed` are events
    that do not interrupt, `defaults` the flows that are taken when no other applies, `loops` how a step is repeated,
    `by_event` the sub-processes that an event starts.
    """

    picture: Picture
    title: str
    about: str
    names: Mapping[str, str]
    kinds: Mapping[str, str]
    events: Mapping[str, str]
    dashed: frozenset[str]
    defaults: frozenset[str]
    loops: Mapping[str, str]
    by_event: frozenset[str]

    @property
    def extent(self) -> Box:
        """The smallest rectangle around all that is drawn, with a margin."""
        seen = [*self._corners()] or [(0.0, 0.0), (100.0, 60.0)]
        across, down = [x for x, _ in seen], [y for _, y in seen]
        return Box(min(across) - ROOM, min(down) - ROOM, max(across) + ROOM, max(down) + ROOM)

    def is_drawn(self, key: str) -> bool:
        """Whether the element stands in this picture, and not in a sub-process that is drawn closed."""
        return not self.picture.is_hidden(key)

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Box]]:
        """The drawn boxes of elements of these kinds."""
        return (
            (key, box)
            for key, box in self.picture.boxes.items()
            if self.kinds.get(key) in kinds and self.is_drawn(key)
        )

    def _corners(self) -> Iterator[Point]:
        boxes = {**self.picture.boxes, **{f"{key}.label": box for key, box in self.picture.labels.items()}}
        for key, box in boxes.items():
            if self.is_drawn(key.removesuffix(".label")):
                yield box.left, box.top
                yield box.right, box.bottom
        for key, points in self.picture.lines.items():
            if self.is_drawn(key):
                yield from points


def read(xml: str, say: Say = str) -> Sketch:
    """The sketch of a BPMN file; `say` turns its names into an area's own words. Raises PathwayRefused."""
    root = gate.read(xml)
    kinds: dict[str, str] = {}
    names: dict[str, str] = {}
    events: dict[str, str] = {}
    loops: dict[str, str] = {}
    dashed: set[str] = set()
    defaults: set[str] = set()
    by_event: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        key, kind = element.get("id"), local_name(element)
        if not key:
            continue
        kinds[key] = kind
        words = _text_of(element) if kind == "textAnnotation" else element.get("name") or ""
        names[key] = say(" ".join(words.split()))
        if kind in FLOW_NODES:
            if event := _event(element):
                events[key] = event
            if _lets_go_on(element):
                dashed.add(key)
            if default := element.get("default"):
                defaults.add(default)
            if loop := _loop(element):
                loops[key] = loop
            if element.get("triggeredByEvent") == "true":
                by_event.add(key)
    process = root.find(f"{{{BPMN}}}process")
    title = (process.get("name") or process.get("id") or "") if process is not None else ""
    about = process.findtext(f"{{{BPMN}}}documentation") if process is not None else ""
    return Sketch(
        picture=picture.read(root),
        title=say(" ".join(title.split())),
        about=say(" ".join((about or "").split())),
        names=names,
        kinds=kinds,
        events=events,
        dashed=frozenset(dashed),
        defaults=frozenset(defaults),
        loops=loops,
        by_event=frozenset(by_event),
    )


def _text_of(annotation: Any) -> str:
    return annotation.findtext(f"{{{BPMN}}}text") or ""


def _event(element: Any) -> str:
    found = [
        name.removesuffix("EventDefinition")
        for name in map(local_name, element)
        if name.endswith("EventDefinition")
    ]
    return "multiple" if len(found) > 1 else "".join(found)


def _lets_go_on(element: Any) -> bool:
    """Whether an event leaves running what it comes to: drawn with a dashed circle."""
    return bool("false" in (element.get("cancelActivity"), element.get("isInterrupting")))


def _loop(element: Any) -> str:
    for child in element:
        if local_name(child) == "multiInstanceLoopCharacteristics":
            return "sequential" if child.get("isSequential") == "true" else "parallel"
        if local_name(child) == "standardLoopCharacteristics":
            return "again"
    return ""


FRAMES = ("participant", "lane", *sorted(SUB_PROCESSES))
