"""The small signs of BPMN as SVG: what a task, an event or a gateway is, and what a mark says beside its colour."""

from __future__ import annotations

from typing import Any, Literal

from lxml import etree

from app.engine.picture import Box

SVG = "http://www.w3.org/2000/svg"
INK, PAPER = "#0b0c0c", "#ffffff"
Mark = Literal[
    "added", "removed", "changed", "current", "done", "late", "reached", "unreached",
    "good", "fair", "poor", "little", "some", "much",
]  # fmt: skip
MARKS: dict[str, tuple[str, str]] = {
    "added": ("#00703c", "Added"),
    "removed": ("#ca3535", "Removed"),
    "changed": ("#54319f", "Changed"),
    "current": ("#1d70b8", "Now"),
    "done": ("#484949", "Done"),
    "late": ("#ca3535", "Late"),
    "reached": ("#0f7a52", "Reached"),
    "unreached": ("#a04b00", "Never reached"),
    "good": ("#00703c", "95 % or more on time"),
    "fair": ("#a04b00", "80 to 94 % on time"),
    "poor": ("#ca3535", "Under 80 % on time"),
    "little": ("#1d70b8", "The lowest third"),
    "some": ("#54319f", "The middle third"),
    "much": ("#0b0c0c", "The highest third"),
}
"""The colour of each mark, and its word. The sign is in _SIGNS, so that nobody needs to see colours."""
_SIGNS: dict[str, str] = {  # drawn in a field from -6 to 6
    "added": "M-5 0H5M0 -5V5",
    "removed": "M-5 0H5",
    "changed": "M-5 -2H5M-5 2H5M3 -5L-3 5",
    "current": "M-3 -5L5 0L-3 5Z",
    "done": "M-5 0L-1 4L5 -4",
    "late": "M0 -5V1M0 4V5",
    "reached": "M-4 1L-1 4L4 -4",
    "unreached": "M-4 -4L4 4M4 -4L-4 4",
    "good": "M-5 -1L-2 3L5 -5",
    "fair": "M-5 2L-2 -2L2 2L5 -2",
    "poor": "M-3 -5V1M-3 4V5M3 -5V1M3 4V5",
    "little": "M-2 4V1",
    "some": "M-3 4V1M1 4V-2",
    "much": "M-4 4V1M0 4V-2M4 4V-5",
}
TASKS: dict[str, str] = {  # drawn in a field of 16 by 16
    "userTask": "M8 1.5a3.2 3.2 0 1 0 .01 0ZM2 15v-2.5a6 4 0 0 1 12 0V15Z",
    "manualTask": "M2 8V6.5L6 2.5h2L7 5h6.5v1.8H8M13.5 6.8V9H8M13 9v2H8M12 11v2H4.5L2 11V8",
    "serviceTask": "M8 5.2a2.8 2.8 0 1 0 .01 0ZM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M13 3l-1.5 1.5"
    "M4.5 11.5L3 13M8 3a5 5 0 1 0 .01 0Z",
    "scriptTask": "M4 1h10q-3 3.5 -1 7t-1 7H2q3 -3.5 1 -7t1 -7ZM5.5 4.5h5M5 8h5M6 11.5h5",
    "sendTask": "M1 3h14v10H1Z",
    "receiveTask": "M1 3h14v10H1ZM1 3l7 6l7 -6",
    "businessRuleTask": "M1 2.5h14v11H1ZM1 6h14M1 9.8h14M5.5 6v7.5",
}
_EVENTS: dict[str, str] = {  # drawn in a field from -9 to 9
    "timer": "M0 -8.5a8.5 8.5 0 1 0 .01 0ZM0 -5.5V0L4 2.5M0 -8.5v2M0 8.5v-2M-8.5 0h2M8.5 0h-2",
    "error": "M-7 7L-2.5 -6L2.5 2L7 -7L3.5 6.5L-1.5 -1Z",
    "escalation": "M0 -8L6 7L0 1L-6 7Z",
    "signal": "M0 -7.5L7.5 6H-7.5Z",
    "conditional": "M-6 -8H6V8H-6ZM-4 -4.5H4M-4 -1.5H4M-4 1.5H4M-4 4.5H4",
    "link": "M-7 -3H2V-6.5L8 0L2 6.5V3H-7Z",
    "compensate": "M-1 -5.5V5.5L-8.5 0ZM6.5 -5.5V5.5L-1 0Z",
    "cancel": "M-6 -6L6 6M6 -6L-6 6",
    "multiple": "M0 -8L7.6 -2.5L4.7 6.5H-4.7L-7.6 -2.5Z",
    "parallelMultiple": "M0 -8V8M-8 0H8",
}
_GATEWAYS: dict[str, tuple[str, float]] = {  # drawn in a field from -9 to 9, with the width of the stroke
    "exclusiveGateway": ("M-6.5 -8.5L6.5 8.5M6.5 -8.5L-6.5 8.5", 3),
    "parallelGateway": ("M0 -10.5V10.5M-10.5 0H10.5", 3.5),
    "inclusiveGateway": ("M0 -9a9 9 0 1 0 .01 0Z", 2.5),
    "eventBasedGateway": ("M0 -10.5a10.5 10.5 0 1 0 .01 0ZM0 -6.5L6.2 -2L3.8 5.2H-3.8L-6.2 -2Z", 1),
    "complexGateway": ("M0 -10V10M-10 0H10M-7 -7L7 7M7 -7L-7 7", 3),
}
_LOOPS: dict[str, str] = {  # drawn in a field from -6 to 6
    "parallel": "M-4 -5V5M0 -5V5M4 -5V5",
    "sequential": "M-5 -4H5M-5 0H5M-5 4H5",
    "again": "M-2 5a5.2 5.2 0 1 1 4.5 0M-5.5 5H-2V1.5",
}


def number(value: float) -> str:
    """A number as short as a picture needs it."""
    return f"{round(value, 1):g}"


def add(parent: Any, tag: str, **attributes: str | float) -> Any:
    """A new element with these attributes; an underscore in a name stands for a hyphen."""
    said = {
        name.replace("_", "-"): value if isinstance(value, str) else number(value)
        for name, value in attributes.items()
    }
    return etree.SubElement(parent, f"{{{SVG}}}{tag}", said)


def task_sign(parent: Any, kind: str, box: Box) -> None:
    """What kind of work it is, in the upper left of a task."""
    if kind in TASKS:
        _path(parent, TASKS[kind], (box.left + 5, box.top + 5), fill=INK if kind == "sendTask" else PAPER)


def event_sign(parent: Any, event: str, middle: tuple[float, float], *, throws: bool, size: float) -> None:
    """What an event is about, in its circle; filled where it gives rather than waits."""
    if event == "terminate":
        add(parent, "circle", cx=middle[0], cy=middle[1], r=size * 0.6, fill=INK)
    elif event == "message":
        across, down = size * 0.6, size * 0.42
        left, top = middle[0] - across, middle[1] - down
        add(
            parent, "rect", x=left, y=top, width=2 * across, height=2 * down,
            fill=INK if throws else PAPER, stroke=INK,
        )  # fmt: skip
        flap = (
            f"M{number(left)} {number(top)}l{number(across)} {number(down)}l{number(across)} {number(-down)}"
        )
        add(parent, "path", d=flap, fill="none", stroke=PAPER if throws else INK)
    elif event in _EVENTS:
        fill = INK if throws and event not in ("timer", "conditional") else PAPER
        _path(parent, _EVENTS[event], middle, fill=fill, scale=size / 16)


def gateway_sign(parent: Any, kind: str, middle: tuple[float, float]) -> None:
    """How a gateway decides."""
    if kind in _GATEWAYS:
        path, stroke = _GATEWAYS[kind]
        _path(parent, path, middle, width=stroke)


def bottom_signs(parent: Any, box: Box, *, loop: str, is_closed: bool) -> None:
    """At the foot of an activity: that there is more inside, and that it is repeated."""
    foot = (box.middle[0], box.bottom - 9)
    if is_closed:
        add(parent, "rect", x=foot[0] - 7, y=foot[1] - 7, width=14, height=14, fill=PAPER, stroke=INK)
        _path(parent, "M-4 0H4M0 -4V4", foot)
    if loop in _LOOPS:
        _path(parent, _LOOPS[loop], (foot[0] - (18 if is_closed else 0), foot[1] - 1), width=1.5)


def mark_sign(parent: Any, mark: str, at: tuple[float, float]) -> None:
    """The sign of a mark, white on a disc of its colour; what is gone has a square."""
    colour = MARKS[mark][0]
    if mark == "removed":
        add(parent, "rect", x=at[0] - 9, y=at[1] - 9, width=18, height=18, fill=colour, stroke=PAPER)
    else:
        add(parent, "circle", cx=at[0], cy=at[1], r=10, fill=colour, stroke=PAPER)
    _path(parent, _SIGNS[mark], at, width=2, stroke=PAPER, fill=PAPER if mark == "current" else "none")


def sample(mark: str) -> tuple[str, str, str]:
    """(colour, the path of its sign in a field from -6 to 6, words): what the key of a picture shows of a mark."""
    colour, words = MARKS[mark]
    return colour, _SIGNS[mark], words


def _path(
    parent: Any,
    path: str,
    at: tuple[float, float],
    *,
    fill: str = "none",
    stroke: str = INK,
    width: float = 1,
    scale: float = 1,
) -> None:
    place = f"translate({number(at[0])} {number(at[1])})" + (
        f" scale({round(scale, 2):g})" if scale != 1 else ""
    )
    add(parent, "path", d=path, transform=place, fill=fill, stroke=stroke, stroke_width=width)
