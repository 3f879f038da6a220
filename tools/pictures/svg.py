"""A diagram as a small, still SVG: bpmn-js draws it in a real Chromium; what only an editor needs is taken out.

The same drawing gives the same text: ids are counted, numbers are short, styles are classes in order of appearance.
"""

from __future__ import annotations

import re

from lxml import etree
from playwright.sync_api import Page

from tools.pictures.diagrams import PROJECT, Diagram

VIEWER = PROJECT / "node_modules" / "bpmn-js" / "dist" / "bpmn-viewer.production.min.js"
SVG = "{http://www.w3.org/2000/svg}"
PADDING = 10
# The tints of the service's own pages: a reader finds at once where it begins, and what waits for a day.
INK, PAPER, POOL, LANE = "#0b0c0c", "#ffffff", "#d2dce6", "#eef2f6"
BY_ITSELF, BEGINS, WAITS = "#eeefef", "#cce2d8", "#fff7bf"
TINTS = {
    "bpmn:ScriptTask": BY_ITSELF,
    "bpmn:ServiceTask": BY_ITSELF,
    "bpmn:StartEvent": BEGINS,
    "bpmn:TimerEventDefinition": WAITS,
}
SEAL = re.compile(r"<metadata>drawing sha256 ([0-9a-f]{64})</metadata>")
USELESS = re.compile(r"\b(?:djs-hit|djs-outline|djs-dragger)\b")
KEPT_ATTRIBUTES = {"id", "d", "x", "y", "x1", "x2", "y1", "y2", "rx", "ry", "r", "cx", "cy", "width", "height",
                   "points", "transform", "style", "viewBox", "refX", "refY", "markerWidth", "markerHeight",
                   "orient"}  # fmt: skip

DRAW = """
async ({ xml, ink, paper, tints }) => {
  document.body.replaceChildren(Object.assign(document.createElement('div'), { id: 'canvas' }));
  const viewer = new BpmnJS({
    container: '#canvas',
    bpmnRenderer: { defaultStrokeColor: ink, defaultFillColor: paper, defaultLabelColor: ink },
  });
  const { warnings } = await viewer.importXML(xml);
  if (warnings.length) throw new Error(warnings.map((warning) => warning.message).join('; '));
  const registry = viewer.get('elementRegistry');
  registry.forEach(({ id, type, businessObject, labelTarget }) => {
    const waits = (businessObject.eventDefinitions || []).map((definition) => definition.$type);
    const tint = [...waits, type].map((name) => tints[name]).find(Boolean);
    const body = !labelTarget && tint && registry.getGraphics(id).querySelector('.djs-visual > :first-child');
    if (body) Object.assign(body.style, { fill: tint, fillOpacity: 1 });
  });
  // The lanes inside a box are drawn over its frame: the frame once more, on top of them.
  registry.filter(({ type, children }) => type === 'bpmn:SubProcess' && children.length).forEach(({ id }) => {
    const drawn = registry.getGraphics(id), frame = drawn.querySelector('.djs-visual > rect').cloneNode();
    frame.style.fill = 'none';
    frame.setAttribute('transform', drawn.getAttribute('transform'));
    drawn.parentNode.querySelector(':scope > .djs-children').append(frame);
  });
  const { svg } = await viewer.saveSVG();
  viewer.destroy();
  return svg;
}
"""


def seal_of(svg: str) -> str | None:
    """The seal of the drawing that a picture shows, or None where the text is no picture of ours."""
    found = SEAL.search(svg)
    return found.group(1) if found else None


def is_current(diagram: Diagram) -> bool:
    """Whether the picture that is kept shows the drawing as it is."""
    return diagram.picture.exists() and seal_of(diagram.picture.read_text(encoding="utf-8")) == diagram.seal


def prepare(page: Page) -> None:
    """Load bpmn-js into an empty page, once for all diagrams."""
    page.set_content("<!DOCTYPE html><html lang='en-GB'><body></body></html>")
    page.add_script_tag(path=VIEWER)


def picture_of(page: Page, diagram: Diagram) -> str:
    """The SVG of a diagram; `page` has been prepared. Raises playwright's Error when bpmn-js cannot draw it."""
    drawn = page.evaluate(DRAW, {"xml": diagram.xml, "ink": INK, "paper": PAPER, "tints": TINTS})
    root = etree.fromstring(drawn.encode(), etree.XMLParser(remove_comments=True))
    _only_what_is_seen(root)
    _shade(root)
    _counted_markers(root)
    _short_numbers(root)
    styles = _styles_as_classes(root)
    _furnish(root, diagram, styles)
    etree.cleanup_namespaces(root, keep_ns_prefixes=[])
    text = etree.tostring(root, encoding="unicode")
    return re.sub(r">\s*<(g|defs|path|rect|metadata|desc|style|/svg)\b", r">\n<\1", text) + "\n"


def _only_what_is_seen(root: etree._Element) -> None:
    for node in [node for node in root.iter() if USELESS.search(node.get("class", ""))]:
        node.getparent().remove(node)
    for node in root.iter(f"{SVG}*"):
        is_visual = node.get("class") == "djs-visual"
        for name in set(node.keys()) - KEPT_ATTRIBUTES:
            del node.attrib[name]
        if is_visual:
            node.set("class", "djs-visual")
    for node in reversed(list(root.iter(f"{SVG}g"))):
        if not len(node):
            node.getparent().remove(node)


def _shade(root: etree._Element) -> None:
    """The strips that bear the names of pool and lanes get a quiet tone: their text is the one that stands upright."""
    for visual in root.iter(f"{SVG}g"):
        if visual.get("class") != "djs-visual":
            continue
        del visual.attrib["class"]
        frame, text = visual.find(f"{SVG}rect"), visual.find(f"{SVG}text")
        if frame is None or text is None or "matrix(" not in text.get("transform", ""):
            continue
        tone = POOL if visual.find(f"{SVG}path") is not None else LANE
        size = {name: frame.get(name) for name in ("x", "y", "height")}
        strip = etree.Element(f"{SVG}rect", {**size, "width": "30", "style": f"fill: {tone}; stroke: {INK}"})
        frame.addnext(strip)


def _counted_markers(root: etree._Element) -> None:
    """bpmn-js gives its arrowheads random names: count them instead, and leave out those drawn already."""
    known: dict[bytes, str] = {}
    names: dict[str, str] = {}
    for marker in list(root.iter(f"{SVG}marker")):
        name = marker.attrib.pop("id")
        looks = etree.tostring(marker, with_tail=False)
        names[name] = known.setdefault(looks, f"arrow-{len(known) + 1}")
        marker.set("id", names[name])
        if list(names.values()).count(names[name]) > 1:
            marker.getparent().remove(marker)
    for node in root.iter():
        style = node.get("style")
        if style and "url(" in style:
            node.set(
                "style", re.sub(r"""url\(["']?#([^"')]+)["']?\)""", lambda m: f"url(#{names[m[1]]})", style)
            )


def _short_numbers(root: etree._Element) -> None:
    for node in root.iter():
        for name in ("d", "x", "y", "width", "height", "points", "transform"):
            if node.get(name):
                node.set(
                    name,
                    re.sub(r"-?\d+\.\d+(?:e-?\d+)?", lambda m: f"{round(float(m[0]), 1):g}", node.get(name)),
                )


def _styles_as_classes(root: etree._Element) -> str:
    classes: dict[str, str] = {}
    for node in root.iter():
        style = node.attrib.pop("style", None)
        if style:
            style = ";".join(sorted(part.strip() for part in style.split(";") if part.strip()))
            node.set("class", classes.setdefault(style, f"s{len(classes) + 1}"))
    return "".join(f".{name}{{{style}}}" for style, name in classes.items())


def _furnish(root: etree._Element, diagram: Diagram, styles: str) -> None:
    """White paper, a margin, the title for those who cannot see it, and the seal of the drawing."""
    x, y, width, height = (float(part) for part in root.get("viewBox").split())
    x, y, width, height = x - PADDING, y - PADDING, width + 2 * PADDING, height + 2 * PADDING
    for name, value in (("width", width), ("height", height)):
        root.set(name, f"{value:g}")
    root.set("viewBox", f"{x:g} {y:g} {width:g} {height:g}")
    paper = etree.Element(
        f"{SVG}rect", x=f"{x:g}", y=f"{y:g}", width=f"{width:g}", height=f"{height:g}", fill=PAPER
    )
    furniture = [("title", diagram.name), ("desc", diagram.documentation),
                 ("metadata", f"drawing sha256 {diagram.seal}"), ("style", styles)]  # fmt: skip
    root.insert(0, paper)
    for name, text in reversed(furniture):
        node = etree.Element(f"{SVG}{name}")
        node.text = text
        root.insert(0, node)
