"""Which steps and messages of a bundle ask a form, and what reads the answers to one of its questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.engine import catalogue, grammar, written
from app.engine.catalogue import listed
from app.engine.check_answers import read_forms
from app.engine.contracts import Bundle
from app.engine.findings import called, title
from app.engine.shapes import Node
from app.engine.words import KEPT, as_sentence

WAITING = ("boundaryEvent", "intermediateCatchEvent", "receiveTask")


@dataclass(frozen=True)
class Use:
    """A step that asks a form, or an event that waits for the message of its name."""

    element: str
    name: str
    path: str
    is_start: bool = False


def uses(bundle: Bundle) -> dict[str, list[Use]]:
    """By form, what asks it, in the order drawn; a form that nothing asks is not in it."""
    found: dict[str, list[Use]] = {}
    for path, node in _nodes(bundle):
        name = as_sentence(called(node))
        keys = [node.properties.get("form", "")]
        if node.type in WAITING:
            keys += [f"{bundle.folder}/{one.message.name}" for one in node.events if one.message is not None]
        for key in keys:
            if key in bundle.forms:
                found.setdefault(key, []).append(Use(node.id, name, path, node.type == "startEvent"))
    return found


def readers(bundle: Bundle, form_key: str, question: str) -> list[str]:
    """What reads the answer to a question outside its form, one phrase each: copies, expressions, `carries`."""
    asking = {use.element: use for use in uses(bundle).get(form_key, ())}
    found = []
    for _, node in _nodes(bundle):
        if node.id in asking and question in listed(node.properties.get("copy", "")):
            found.append(f"{KEPT} of {title(node)}")
        for what, tree in written.trees(node):
            if any(_is_read(pair, asking, question) for pair in grammar.names(tree)):
                found.append(f"the {what} of {title(node)}")
    for key, form in read_forms(bundle.forms)[0].items():
        for field in form.fields:
            element, _, wanted = field.carries.partition(".")
            if element in asking and wanted == question:
                found.append(f"“{field.label}” in the form {key}, which starts with it")
    return list(dict.fromkeys(found))


def reads_from(bundle: Bundle, elements: set[str]) -> set[str]:
    """The elements with an expression that reads the answers of one of these."""
    return {
        node.id
        for _, node in _nodes(bundle)
        for _, tree in written.trees(node)
        if any(name in elements for name, _ in grammar.names(tree))
    }


def _is_read(read: tuple[str, str | None], asking: Mapping[str, Use], question: str) -> bool:
    """A step's answers are read as step.question, those of a start by the question's name alone."""
    name, attribute = read
    if name in asking and attribute == question:
        return True
    return name == question and any(use.is_start for use in asking.values())


def _nodes(bundle: Bundle) -> Iterator[tuple[str, Node]]:
    for path, text in bundle.files.items():
        for process in catalogue.drawn(text).processes:
            for node in process.everything():
                yield path, node
