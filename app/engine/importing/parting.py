"""One pathway a file: processes are parted, each with its share of the drawing, its messages and its forms."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from lxml import etree

from app.engine import check_tokens, drawing, editing
from app.engine.contracts import Bundle
from app.engine.importing.report import Imported, Work
from app.engine.importing.tree import called, name_of, nodes, remove, scopes
from app.engine.names import BPMN

OURS = "Throughcare"
"""What our files say of who wrote them: such a file is opened as it is, and the checks say what is wrong with it."""
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def event_sub_processes(work: Work) -> None:
    """What begins by an event while something else is under way becomes a pathway that a person starts."""
    boxes = [one for one in work.root.iter(f"{{{BPMN}}}subProcess") if one.get("triggeredByEvent") == "true"]
    for box in boxes:
        sentence = (
            f"{called(box)} began by an event during the rest. It is a pathway of its own now, which a person starts: "
            "it ends nothing by itself."
        )
        work.note(box, "event_sub_process", sentence)
        del box.attrib["triggeredByEvent"]
        process = editing.child(work.root, "process", id=box.get("id"), name=name_of(box))
        work.root.remove(process)
        box_parent = box.getparent()
        for one in list(box):
            process.append(one)
        box_parent.remove(box)
        last = list(work.root.iterchildren(f"{{{BPMN}}}process"))[-1:]
        last[0].addnext(process) if last else work.root.append(process)


def empty_processes(work: Work) -> None:
    """A pool in which nothing is drawn is no pathway."""
    for process in list(work.root.iterchildren(f"{{{BPMN}}}process")):
        if not nodes(process):
            work.note(process, "empty", f"{called(process)} has no steps and was taken out.", loses=True)
            for pool in list(work.root.iter(f"{{{BPMN}}}participant")):
                if pool.get("processRef") == process.get("id"):
                    del pool.attrib["processRef"]
            remove(work, process)
    for pool in list(work.root.iter(f"{{{BPMN}}}participant")):
        if not pool.get("processRef"):
            work.note(pool, "pool", f"{called(pool)} is outside: no steps are drawn in it.", loses=True)
            remove(work, pool)


def part(work: Work) -> Imported:
    """The bundles of the file, one a process, each with the processes that it calls."""
    keys = [process.get("id") for process in work.root.iterchildren(f"{{{BPMN}}}process")]
    names = {process.get("id"): name_of(process) for process in work.root.iterchildren(f"{{{BPMN}}}process")}
    trees = {key: _alone(work.root, key) for key in keys}
    undrawn = tuple(key for key, tree in trees.items() if not _is_drawn(tree))
    texts = {key: _text(work, tree) for key, tree in trees.items()}
    bundles = []
    for key in keys:
        used = _used(key, trees)
        files = {f"{one}/{one}.bpmn": texts[one] for one in sorted(used)}
        forms = {f"{one}/{name}": form for one in used for name, form in work.forms.get(one, {}).items()}
        for one in used:  # what people send to the pathway they find in its own folder
            heard = {name: form for name, form in work.forms.get(one, {}).items() if form["id"] == name}
            forms |= {f"{key}/{name}": form for name, form in heard.items() if _is_message(trees[one], name)}
        bundles.append(Bundle(key, files, forms))
    return Imported(tuple(bundles), names, tuple(work.changes), undrawn)


def as_it_is(root: Any, text: str) -> Imported:
    """A file of ours with one process, to the byte."""
    (process,) = drawing.read(root).processes
    undrawn = () if _is_drawn(root) else (process.id,)
    bundle = Bundle(process.id, {f"{process.id}/{process.id}.bpmn": text})
    return Imported((bundle,), {process.id: process.name}, (), undrawn)


def _is_message(tree: Any, name: str) -> bool:
    return any(one.get("id") == name for one in tree.iterchildren(f"{{{BPMN}}}message"))


def _used(key: str, trees: dict[str, Any]) -> list[str]:
    found = [key]
    for one in found:
        for call in trees[one].iter(f"{{{BPMN}}}callActivity"):
            if call.get("calledElement") in trees and call.get("calledElement") not in found:
                found.append(call.get("calledElement"))
    return found


def _alone(root: Any, key: str) -> Any:
    """A copy of the whole in which only one process is left."""
    tree = deepcopy(root)
    tree.set("exporter", OURS)
    tree.attrib.pop("exporterVersion", None)
    for process in list(tree.iterchildren(f"{{{BPMN}}}process")):
        if process.get("id") != key:
            tree.remove(process)
        else:
            process.set("isExecutable", "true")
    for collaboration in list(tree.iterchildren(f"{{{BPMN}}}collaboration")):
        for pool in list(collaboration.iterchildren(f"{{{BPMN}}}participant")):
            if pool.get("processRef") != key:
                collaboration.remove(pool)
        if collaboration.find(f"{{{BPMN}}}participant") is None:
            tree.remove(collaboration)
    for word in ("message", "signal", "error", "escalation"):
        asked = {one.get(f"{word}Ref") for one in tree.iter(f"{{{BPMN}}}*")}
        for one in list(tree.iterchildren(f"{{{BPMN}}}{word}")):
            if one.get("id") not in asked:
                tree.remove(one)
    _own_drawing(tree, key)
    return tree


def _own_drawing(tree: Any, key: str) -> None:
    there = {one.get("id") for one in tree.iter(f"{{{BPMN}}}*")}
    for word in ("BPMNShape", "BPMNEdge"):
        for one in list(tree.iter(f"{_DI}{word}")):
            if one.get("bpmnElement") not in there:
                one.getparent().remove(one)
    for plane in list(tree.iter(f"{_DI}BPMNPlane")):
        if plane.find(f"{_DI}BPMNShape") is None:
            diagram = plane.getparent()
            diagram.getparent().remove(diagram)
    collaboration = tree.find(f"{{{BPMN}}}collaboration")
    of = collaboration.get("id") if collaboration is not None else key
    for plane in tree.iter(f"{_DI}BPMNPlane"):
        if plane.get("bpmnElement") not in there or plane.get("bpmnElement") == key:
            plane.set("bpmnElement", of)


def _is_drawn(tree: Any) -> bool:
    drawn = {one.get("bpmnElement") for one in tree.iter(f"{_DI}BPMNShape")}
    return any(node.get("id") in drawn for scope in scopes(tree) for node in nodes(scope))


def _text(work: Work, tree: Any) -> str:
    _joins(work, tree)
    etree.cleanup_namespaces(tree, keep_ns_prefixes=[name for name in tree.nsmap if name])
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8").decode() + "\n"


def _joins(work: Work, tree: Any) -> None:
    """A join that would wait for a way that was not taken waits only for the ways that were."""
    by_id = {one.get("id"): one for one in tree.iter(f"{{{BPMN}}}parallelGateway")}
    for process in drawing.read(tree).processes:
        for scope in process.all_scopes():
            for finding in check_tokens.check(scope):
                if finding.rule == "join_waits" and finding.element in by_id:
                    element = by_id[finding.element]
                    element.tag = f"{{{BPMN}}}inclusiveGateway"
                    sentence = (
                        f"{called(element)} would have waited for ways not taken, now only for the others."
                    )
                    work.note(element, "join_waits", sentence)
