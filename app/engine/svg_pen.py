"""The pen that draws a sketch: frames at the back, then notes, lines, nodes, words and signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.names import EVENTS, GATEWAYS, SUB_PROCESSES
from app.engine.picture import Box, Point
from app.engine.sketch import FRAMES, Sketch
from app.engine.svg_lines import around, arrow, midway, pulled, slash
from app.engine.symbols import (
    INK,
    MARKS,
    PAPER,
    add,
    bottom_signs,
    event_sign,
    gateway_sign,
    mark_sign,
    number,
    task_sign,
)
from app.engine.text_lines import Lines, broken, write
from app.engine.text_width import text_width

POOL, LANE, BY_ITSELF, BEGINS, WAITS = "#d2dce6", "#eef2f6", "#eeefef", "#cce2d8", "#fff7bf"
BORDER = "#858686"
STRIP = 30.0
LABEL, NAME, LABEL_AT_FOOT = 11.0, 12.0, 13.0


class Pen:
    """Draws a sketch into an SVG element, from the back to the front."""

    def __init__(
        self, root: Any, shown: Sketch, view: Box, marks: Mapping[str, str], is_inline: bool
    ) -> None:
        self.root, self.shown, self.view, self.marks, self.is_inline = root, shown, view, marks, is_inline
        self.picture = shown.picture
        frames = [
            (key, box)
            for key, box in shown.of_kind(*FRAMES)
            if shown.kinds[key] not in SUB_PROCESSES or key in self.picture.expanded
        ]
        self.frames = dict(sorted(frames, key=lambda frame: -frame[1].width * frame[1].height))

    def draw(self) -> None:
        """Everything that is in sight."""
        self._all_frames()
        for key, box in self._in_sight(self.shown.of_kind("group", "textAnnotation")):
            self._note(self._group(key), key, box)
        for key, points in self.picture.lines.items():
            if self.shown.is_drawn(key) and self.view.overlaps(around(points)):
                self._line(self._group(key), key, points)
        self._all_nodes()
        self._names_at_the_edge()
        for key, mark in self.marks.items():
            self._sign(key, mark)

    def _all_frames(self) -> None:
        in_sight = self._in_sight(self.frames.items())
        for key, box in in_sight:
            self._frame(self._group(key), key, box)
        for key, box in in_sight:
            if self._kind(key) in SUB_PROCESSES:  # once more: the lanes inside lie over its edge
                self._edge(self.root, key, box, "none")

    def _all_nodes(self) -> None:
        nodes = [one for one in self.picture.boxes.items() if self._is_node(one[0])]
        for key, box in self._in_sight(sorted(nodes, key=lambda one: self._kind(one[0]) == "boundaryEvent")):
            self._node(self._group(key), key, box)
        for key in (*self.picture.boxes, *self.picture.lines):
            if self.shown.is_drawn(key) and self._has_label(key):
                self._label(key)

    def _in_sight(self, boxes: Iterable[tuple[str, Box]]) -> list[tuple[str, Box]]:
        return [(key, box) for key, box in boxes if self.view.overlaps(box.shrunk(-2))]

    def _kind(self, key: str) -> str:
        return self.shown.kinds.get(key, "")

    def _is_node(self, key: str) -> bool:
        kind = self._kind(key)
        return (
            key not in self.frames
            and kind not in ("group", "textAnnotation", "participant", "lane")
            and self.shown.is_drawn(key)
        )

    def _group(self, key: str) -> Any:
        return add(self.root, "g", **{"data_element": key} if self.is_inline else {})

    def _stroke(self, key: str, width: float) -> dict[str, str | float]:
        mark = self.marks.get(key)
        if mark is None:
            return {"stroke": INK, "stroke_width": width}
        dashes = {"stroke_dasharray": "6 4"} if mark in ("removed", "unreached") else {}
        return {"stroke": MARKS[mark][0], "stroke_width": max(3.0, width), **dashes}

    def _frame(self, group: Any, key: str, box: Box) -> None:
        if self._kind(key) in SUB_PROCESSES:
            self._edge(group, key, box, PAPER)
            words = broken(self.shown.names[key], box.width - 20, NAME)
            write(group, words, box.middle[0], box.top + 6, NAME, bold=True)
            bottom_signs(group, box, loop=self.shown.loops.get(key, ""), is_closed=False)
        else:
            stroke = {**self._stroke(key, 1), **({} if key in self.marks else {"stroke": BORDER})}
            add(
                group, "rect", x=box.left, y=box.top, width=box.width, height=box.height, fill="none", **stroke,
            )  # fmt: skip
            self._upright(group, key, Box(box.left, box.top, box.left + STRIP, box.bottom))

    def _edge(self, group: Any, key: str, box: Box, fill: str) -> None:
        """The outline of a sub-process that shows what is in it."""
        stroke = self._stroke(key, 2)
        if key in self.shown.by_event:
            stroke["stroke_dasharray"] = "1 4"
        add(
            group, "rect", x=box.left, y=box.top, width=box.width, height=box.height, rx=10.0, fill=fill, **stroke,
        )  # fmt: skip

    def _upright(self, group: Any, key: str, strip: Box) -> None:
        """The name of a pool or lane on its strip, read from below."""
        tone = POOL if self._kind(key) == "participant" else LANE
        add(
            group, "rect", x=strip.left, y=strip.top, width=strip.width, height=strip.height, fill=tone,
            stroke=BORDER,
        )  # fmt: skip
        x, y = strip.middle
        words = broken(self.shown.names[key], strip.height - 8, NAME)[:2]
        turned = add(group, "g", transform=f"rotate(-90 {number(x)} {number(y)})")
        write(turned, words, x, y - len(words) * NAME * 0.6, NAME)

    def _names_at_the_edge(self) -> None:
        """The lanes whose strip is out of sight get it at the left edge."""
        for key, box in self.frames.items():
            if self._kind(key) != "lane" or box.left >= self.view.left or box.right <= self.view.left + STRIP:
                continue
            top, bottom = max(box.top, self.view.top), min(box.bottom, self.view.bottom)
            if bottom - top > NAME * 2:
                self._upright(self.root, key, Box(self.view.left, top, self.view.left + STRIP, bottom))

    def _note(self, group: Any, key: str, box: Box) -> None:
        if self._kind(key) == "group":
            add(
                group, "rect", x=box.left, y=box.top, width=box.width, height=box.height, rx=10.0,
                fill="none", stroke=INK, stroke_dasharray="8 4 1 4",
            )  # fmt: skip
            return
        add(
            group,
            "path",
            d=f"M{number(box.left + 10)} {number(box.top)}h-10v{number(box.height)}h10",
            fill="none",
            stroke=INK,
        )
        words = broken(self.shown.names[key], box.width - 10, NAME)
        write(group, words, box.left + 6, box.top + 4, NAME, anchor="start")

    def _line(self, group: Any, key: str, points: tuple[Point, ...]) -> None:
        kind = self._kind(key)
        if len(points) < 2:
            return
        stroke = self._stroke(key, 1.5)
        end = points[-1] if kind == "association" else pulled(points[-2], points[-1], 6)
        way = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in (*points[:-1], end))
        if kind != "sequenceFlow":
            stroke["stroke_dasharray"] = "1 4" if kind == "association" else "8 5"
        add(group, "path", d=way, fill="none", **stroke)
        if kind == "association":
            return
        colour = stroke["stroke"] if kind == "sequenceFlow" else PAPER
        add(group, "path", d=arrow(points[-2], points[-1]), fill=colour, stroke=stroke["stroke"])
        if key in self.shown.defaults:
            add(group, "path", d=slash(points[0], points[1]), fill="none", stroke=INK, stroke_width=1.5)

    def _node(self, group: Any, key: str, box: Box) -> None:
        kind = self._kind(key)
        if kind in EVENTS:
            self._event(group, key, box)
        elif kind in GATEWAYS:
            x, y = box.middle
            path = f"M{number(x)} {number(box.top)}L{number(box.right)} {number(y)}"
            path += f"L{number(x)} {number(box.bottom)}L{number(box.left)} {number(y)}Z"
            add(group, "path", d=path, fill=PAPER, **self._stroke(key, 1.5))
            gateway_sign(group, kind, box.middle)
        else:
            self._activity(group, key, box)

    def _event(self, group: Any, key: str, box: Box) -> None:
        kind, event = self._kind(key), self.shown.events.get(key, "")
        x, y = box.middle
        radius = min(box.width, box.height) / 2
        fill = WAITS if event == "timer" else BEGINS if kind == "startEvent" else PAPER
        stroke = self._stroke(key, 4 if kind == "endEvent" else 1.5)
        if key in self.shown.dashed:
            stroke["stroke_dasharray"] = "5 3"
        add(group, "circle", cx=x, cy=y, r=radius - (1 if kind == "endEvent" else 0), fill=fill, **stroke)
        if kind not in ("startEvent", "endEvent"):
            inner = {"stroke_dasharray": "5 3"} if key in self.shown.dashed else {}
            add(group, "circle", cx=x, cy=y, r=radius - 3.5, fill="none", stroke=INK, **inner)
        throws = kind in ("endEvent", "intermediateThrowEvent")
        event_sign(group, event, (x, y), throws=throws, size=radius)

    def _activity(self, group: Any, key: str, box: Box) -> None:
        kind = self._kind(key)
        fill = BY_ITSELF if kind in ("scriptTask", "serviceTask") else PAPER
        add(
            group, "rect", x=box.left, y=box.top, width=box.width, height=box.height, rx=10.0, fill=fill,
            **self._stroke(key, 4 if kind == "callActivity" else 1.5),
        )  # fmt: skip
        task_sign(group, kind, box)
        is_closed = kind in SUB_PROCESSES or kind == "callActivity"
        bottom_signs(group, box, loop=self.shown.loops.get(key, ""), is_closed=is_closed)
        words, size = self._fitted(self.shown.names.get(key, ""), box)
        write(group, words, box.middle[0], box.middle[1] - len(words) * size * 0.6, size)

    @staticmethod
    def _fitted(name: str, box: Box) -> tuple[Lines, float]:
        """The words of a box in lines that it holds, in smaller print where there are many."""
        for size in (NAME, 11.0, 10.0, 9.0):
            lines = broken(name, box.width - 10, size)
            if len(lines) * size * 1.2 <= box.height - 8:
                return lines, size
        return lines, 9.0

    def _has_label(self, key: str) -> bool:
        kind = self._kind(key)
        is_outside = kind in EVENTS | GATEWAYS | {"sequenceFlow", "messageFlow", "dataObjectReference"}
        return is_outside and bool(self.shown.names.get(key))

    def _label(self, key: str) -> None:
        lines, middle, top = self._place(key)
        reach = Box(middle - 60, top, middle + 60, top + len(lines) * LABEL * 1.2)
        if self.view.overlaps(reach):
            write(self.root, lines, middle, top, LABEL)

    def _place(self, key: str) -> tuple[Lines, float, float]:
        """Where the words of an event, gateway or flow stand: as drawn, else under it or beside its middle."""
        name, given = self.shown.names[key], self.picture.labels.get(key)
        if given is not None:
            return broken(name, max(90.0, given.width + 2), LABEL), given.middle[0], given.top
        lines = broken(name, 90.0, LABEL)
        if key in self.picture.boxes:
            box = self.picture.boxes[key]
            return lines, box.middle[0], box.bottom + 4
        x, y = midway(self.picture.lines[key])
        return lines, x, y - len(lines) * LABEL * 1.2 - 3

    def write_at_the_foot(self, labels: Mapping[str, str]) -> None:
        """A few letters on a white tag over the lower edge of each of these elements."""
        for key, words in labels.items():
            box = self.picture.boxes.get(key)
            if box is None or not self.shown.is_drawn(key) or not self.view.overlaps(box):
                continue
            colour = MARKS[self.marks[key]][0] if key in self.marks else INK
            width = text_width(words, LABEL_AT_FOOT) * 1.15 + 12
            left = box.middle[0] - width / 2
            add(
                self.root, "rect", x=left, y=box.bottom - 10, width=width, height=20, rx=3.0, fill=PAPER,
                stroke=colour, stroke_width=2,
            )  # fmt: skip
            write(self.root, (words,), box.middle[0], box.bottom - 7.5, LABEL_AT_FOOT, bold=True)

    def _sign(self, key: str, mark: str) -> None:
        if not self.shown.is_drawn(key):
            return
        if key in self.picture.boxes:
            box = self.picture.boxes[key]
            at = (box.right - 2, box.top + 2)
        elif len(self.picture.lines.get(key, ())) > 1:
            at = midway(self.picture.lines[key])
        else:
            return
        if self.view.holds(Box(*at, *at)):
            mark_sign(self.root, mark, at)
