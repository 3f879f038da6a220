"""The picture that the server draws: all that is in the drawing, readable words, marks in more than colour."""

from __future__ import annotations

import re

from lxml import etree

from app.engine import drawing_svg
from app.engine.names import FLOW_NODES
from app.engine.picture import Box
from app.engine.symbols import MARKS
from app.engine.text_lines import broken
from app.engine.text_width import text_width
from app.services import definitions

SVG = "{http://www.w3.org/2000/svg}"
KINDS = (
    "timer", "message", "error", "escalation", "signal", "conditional", "link", "terminate", "compensate", "cancel",
)  # fmt: skip


def _everything() -> str:
    """A drawing with a node of every kind, an event of every sort, a note, and names that are hostile."""
    nodes = [f'<bpmn:{kind} id="{kind}" name="{kind} &lt;b&gt;&amp;"/>' for kind in sorted(FLOW_NODES)]
    nodes += [
        f'<bpmn:intermediateThrowEvent id="e_{kind}"><bpmn:{kind}EventDefinition/></bpmn:intermediateThrowEvent>'
        for kind in KINDS
    ]
    ids = [*sorted(FLOW_NODES), *(f"e_{kind}" for kind in KINDS), "note"]
    shapes = [
        f'<bpmndi:BPMNShape bpmnElement="{key}">'
        f'<dc:Bounds x="{150 * n}" y="10" width="100" height="80"/></bpmndi:BPMNShape>'
        for n, key in enumerate(ids)
    ]
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
        ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">'
        f'<bpmn:process id="all" name="All of it">{"".join(nodes)}'
        '<bpmn:textAnnotation id="note"><bpmn:text>A note to read</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:sequenceFlow id="way" name="a way" sourceRef="task" targetRef="userTask"/></bpmn:process>'
        f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{''.join(shapes)}"
        '<bpmndi:BPMNEdge bpmnElement="way"><di:waypoint x="0" y="0"/><di:waypoint x="90" y="50"/></bpmndi:BPMNEdge>'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )


def _words(svg: str) -> str:
    root = etree.fromstring(svg.encode())
    return " ".join(" ".join(text.itertext()) for text in root.iter(f"{SVG}text"))


def test_every_shipped_pathway_has_a_picture_with_all_its_words() -> None:
    for key, bundle in definitions.shipped().items():
        shown = drawing_svg.read(bundle.main)
        svg = drawing_svg.draw(shown)
        root = etree.fromstring(svg.encode())
        assert root.get("role") == "img", key
        assert root.findtext(f"{SVG}title") == shown.title, key
        assert root.findtext(f"{SVG}desc"), key
        read = re.sub(r"\s", "", _words(svg))
        missing = [
            name
            for element_id, name in shown.names.items()
            if element_id in shown.picture.nodes and re.sub(r"\s", "", name) not in read
        ]
        assert not missing, (key, missing)
        assert len(svg) < 100_000, key


def test_a_picture_holds_nothing_that_a_strict_page_would_refuse() -> None:
    svg = drawing_svg.draw(drawing_svg.read(_everything()), marks={"task": "added"})

    assert not re.search(r"style=|<style|class=|href|<script|\son\w+=|url\(", svg)


def test_every_kind_of_element_is_drawn_and_hostile_names_stay_words() -> None:
    shown = drawing_svg.read(_everything())
    svg = drawing_svg.draw(shown, is_inline=True)

    root = etree.fromstring(svg.encode())
    drawn = {group.get("data-element"): group for group in root.iter(f"{SVG}g") if group.get("data-element")}
    assert set(drawn) == {*FLOW_NODES, *(f"e_{kind}" for kind in KINDS), "note", "way"}
    assert all(len(group) for group in drawn.values())
    signs = [etree.tostring(drawn[f"e_{kind}"][-1]) for kind in KINDS if kind != "terminate"]
    assert len(set(signs)) == len(KINDS) - 1
    assert "<b>" not in svg
    assert "A note to read" in _words(svg)


def test_a_mark_has_a_sign_and_a_word_besides_its_colour() -> None:
    shown = drawing_svg.read(definitions.shipped()["arrest"].main)
    plain = drawing_svg.draw(shown)
    signs = set()
    for mark, (colour, word) in MARKS.items():
        marked = drawing_svg.draw(shown, marks={"tell_of_arrest": mark})  # type: ignore[dict-item]
        root = etree.fromstring(marked.encode())
        assert f"{word}: Tell social care of the arrest." in (root.findtext(f"{SVG}desc") or "")
        assert colour in marked
        assert marked.count("<path") == plain.count("<path") + 1
        signs.add(list(root.iter(f"{SVG}path"))[-1].get("d"))
    assert len(signs) == len(MARKS)
    assert drawing_svg.draw(shown, marks={"gone": "removed"}).count("<path") == plain.count("<path")


def test_a_wide_drawing_is_cut_into_overlapping_windows_that_miss_nothing() -> None:
    shown = drawing_svg.read(definitions.shipped()["remand_yda"].main)

    windows = drawing_svg.strips(shown, 1400, 860)

    assert len(windows) > 4
    assert all(one.width <= 1400.1 and one.height <= 860.1 for one in windows)
    for key, box in shown.picture.solid():
        if box.width <= drawing_svg.OVERLAP and box.height <= drawing_svg.OVERLAP:
            assert any(one.holds(box) for one in windows), key
    first, second = windows[0], windows[1]
    assert isinstance(first, Box)
    assert first.right > second.left
    small = drawing_svg.read(definitions.shipped()["tell_by_phone"].main)
    assert drawing_svg.strips(small, 1400, 860) == (small.extent,)


def test_a_window_repeats_the_names_of_the_lanes_at_its_edge() -> None:
    shown = drawing_svg.read(definitions.shipped()["remand_yda"].main)
    lanes = {shown.names[key] for key, _ in shown.of_kind("lane")}

    windows = drawing_svg.strips(shown, 1400, 860)
    inner = next(one for one in windows if one.left > shown.extent.left + 500)

    assert any(name in _words(drawing_svg.draw(shown, window=inner)) for name in lanes)


def test_words_are_broken_so_that_each_line_fits() -> None:
    text = "Schulbesuchsverordnungsdurchsetzungsgesetz and a line of ordinary words after it"

    lines = broken(text, 90, 12)

    assert all(text_width(line, 12) <= 90 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
