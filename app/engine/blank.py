"""A pathway to begin with: somebody starts it, one step is done, it ends. It is drawn, and passes every check."""

from __future__ import annotations

from lxml import etree

from app.engine.names import BPMN

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_LINE = "http://www.omg.org/spec/DD/20100524/DI"
_NAMESPACES = {"bpmn": BPMN, "bpmndi": _DI, "dc": _DC, "di": _LINE}
_SHAPES = (
    ("pool", (160, 80, 500, 160), True),
    ("lane", (190, 80, 470, 160), True),
    ("started", (250, 142, 36, 36), False),
    ("first_step", (350, 120, 110, 80), False),
    ("finished", (530, 142, 36, 36), False),
)
_FLOWS = (("started", "first_step", (286, 350)), ("first_step", "finished", (460, 530)))
_MIDDLE = 160


def blank(key: str, name: str, lane: str) -> str:
    """The BPMN text of a new pathway with the id `key`, called `name`, whose one lane is a role's plain name."""
    root = etree.Element(_in(BPMN, "definitions"), nsmap=_NAMESPACES, id=f"{key}_definitions")
    root.set("targetNamespace", "http://bpmn.io/schema/bpmn")
    root.set("exporter", "Throughcare")
    collaboration = _add(root, BPMN, "collaboration", id=f"{key}_collaboration")
    _add(collaboration, BPMN, "participant", id=f"{key}_pool", name=name, processRef=key)
    process = _add(root, BPMN, "process", id=key, name=name, isExecutable="true")
    lanes = _add(process, BPMN, "laneSet", id=f"{key}_lanes")
    band = _add(lanes, BPMN, "lane", id=f"{key}_lane", name=lane)
    for node in ("started", "first_step", "finished"):
        _add(band, BPMN, "flowNodeRef").text = node
    _node(process, "startEvent", "started", "Started", goes_to="first_step")
    _node(process, "userTask", "first_step", "First step", comes_from="started", goes_to="finished")
    _node(process, "endEvent", "finished", "Finished", comes_from="first_step")
    for source, target, _ in _FLOWS:
        _add(process, BPMN, "sequenceFlow", id=f"{source}__{target}", sourceRef=source, targetRef=target)
    _draw(root, key)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()


def _node(process: etree._Element, kind: str, node: str, name: str, **ways: str) -> None:
    drawn = _add(process, BPMN, kind, id=node, name=name)
    if "comes_from" in ways:
        _add(drawn, BPMN, "incoming").text = f"{ways['comes_from']}__{node}"
    if "goes_to" in ways:
        _add(drawn, BPMN, "outgoing").text = f"{node}__{ways['goes_to']}"


def _draw(root: etree._Element, key: str) -> None:
    diagram = _add(root, _DI, "BPMNDiagram", id=f"{key}_diagram")
    plane = _add(diagram, _DI, "BPMNPlane", id=f"{key}_plane", bpmnElement=f"{key}_collaboration")
    for node, (x, y, width, height), is_band in _SHAPES:
        element = f"{key}_{node}" if is_band else node
        shape = _add(plane, _DI, "BPMNShape", id=f"{element}_di", bpmnElement=element)
        if is_band:
            shape.set("isHorizontal", "true")
        _add(shape, _DC, "Bounds", x=str(x), y=str(y), width=str(width), height=str(height))
        if width == 36:
            label = _add(shape, _DI, "BPMNLabel")
            _add(label, _DC, "Bounds", x=str(x - 9), y=str(y + 42), width="54", height="14")
    for source, target, ends in _FLOWS:
        line = f"{source}__{target}"
        edge = _add(plane, _DI, "BPMNEdge", id=f"{line}_di", bpmnElement=line)
        for x in ends:
            _add(edge, _LINE, "waypoint", x=str(x), y=str(_MIDDLE))


def _in(namespace: str, word: str) -> str:
    return f"{{{namespace}}}{word}"


def _add(parent: etree._Element, namespace: str, word: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _in(namespace, word), **attributes)
