"""Checks on what is asked and what is read: forms, the answers that are copied, and the expressions that use them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.domain.errors import BadInput
from app.domain.form_parts import Field
from app.domain.forms import Form, read_form
from app.engine import functions, grammar, written
from app.engine.catalogue import listed
from app.engine.contracts import Finding
from app.engine.findings import fault, hint, title
from app.engine.shapes import Node, Scope
from app.engine.words import KEPT

ALWAYS_KNOWN = frozenset({"started_at"})
Forms = Mapping[str, Form]


def read_forms(raw: Mapping[str, Any]) -> tuple[dict[str, Form], dict[str, list[str]]]:
    """The forms that can be read, and for each that cannot the sentences that say why."""
    forms: dict[str, Form] = {}
    refused: dict[str, list[str]] = {}
    for key, form in raw.items():
        try:
            forms[key] = read_form(key, form, functions.NAMES)
        except BadInput as error:
            refused[key] = error.errors.get(key, [error.sentence])
    return forms, refused


def check_forms(process: Scope, forms: Forms, refused: Mapping[str, list[str]]) -> Iterator[Finding]:
    """What the forms of a process cannot show, and answers that they do not ask for."""
    by_id = {node.id: node for node in process.everything()}
    for node in by_id.values():
        key = node.properties.get("form", "")
        for sentence in refused.get(key, ()):
            yield fault(node.id, "form_content", f"The form of {title(node)}: {sentence}")
        if key in refused:
            continue
        asked = {field.key for field in forms[key].fields} if key in forms else set()
        for name in listed(node.properties.get("copy", "")):
            if name not in asked and (key in forms or not key):
                yield fault(
                    node.id,
                    "copy_unasked",
                    f"{title(node)} keeps the answer {name} for later steps, and its form does not ask it. Add the "
                    f"question to the form, or take {name} out of {KEPT}.",
                )
        if key in forms:
            yield from _carried(node, forms[key], by_id, forms)


def _carried(node: Node, form: Form, by_id: Mapping[str, Node], forms: Forms) -> Iterator[Finding]:
    for field in form.fields:
        element, _, question = field.carries.partition(".")
        earlier = by_id.get(element)
        if earlier is None or (source := forms.get(earlier.properties.get("form", ""))) is None:
            continue  # the step of another pathway of the same child
        if question not in {one.key for one in source.fields}:
            yield hint(
                node.id,
                "carries_unasked",
                f"“{field.label}” of {title(node)} starts with the answer {field.carries}, which is not asked there.",
            )


def names_in(processes: Iterable[Scope], forms: Forms) -> set[str]:
    """Every name that something in these processes sets: records of answers, variables, the start's questions."""
    found = set(ALWAYS_KNOWN)
    for node in (node for process in processes for node in process.everything()):
        if node.properties.get("copy"):
            found.add(node.id)
        found.update(name for name, _ in written.assigned(node))
        found.update(event.variable for event in node.events if event.variable)
        form = forms.get(node.properties.get("form", "")) if node.type == "startEvent" else None
        if form is not None:
            found.update(field.key for field in form.fields)
    return found


def check_names(process: Scope, names: Iterable[str]) -> Iterator[Finding]:
    """Names that an expression reads and nothing sets: there the pathway would stand still."""
    known = set(names) | functions.NAMES
    for node in process.everything():
        for what, tree in written.trees(node):
            for name in dict.fromkeys(name for name, _ in grammar.names(tree) if name not in known):
                yield fault(
                    node.id,
                    "name_unknown",
                    f"The {what} of {title(node)} uses {name}, which nothing here asks or sets. Ask for it on a form "
                    f"and name it in {KEPT} of that step, or let a step of the system work it out (script task).",
                )


def check_order(process: Scope, forms: Forms) -> Iterator[Finding]:
    """Answers that are read before anybody can have given them, and choices that a form does not offer."""
    nodes = {node.id: node for node in process.everything()}
    after = _Order(process)
    for node in nodes.values():
        for what, tree in written.trees(node):
            for name in dict.fromkeys(name for name, _ in grammar.names(tree)):
                asked = nodes.get(name)
                if asked is not None and asked.properties.get("copy") and after.is_too_early(node.id, name):
                    yield fault(
                        node.id,
                        "used_before_asked",
                        f"The {what} of {title(node)} reads the answers of {title(asked)}, which is only done "
                        "afterwards. Move it, or read an earlier answer.",
                    )
            yield from _choices(node, what, tree, nodes, forms)


def _choices(
    node: Node, what: str, tree: ast.expr, nodes: Mapping[str, Node], forms: Forms
) -> Iterator[Finding]:
    for compared in (one for one in ast.walk(tree) if isinstance(one, ast.Compare)):
        sides = [compared.left, *compared.comparators]
        field = next((found for side in sides if (found := _question(side, nodes, forms))), None)
        if field is None or not field.options or field.values_key:
            continue
        offered = {option.value for option in field.options}
        for value in _texts(sides):
            if value not in offered:
                yield fault(
                    node.id,
                    "choice_unknown",
                    f"The {what} of {title(node)} compares “{field.label}” with {value!r}, which is none of its "
                    f"choices ({', '.join(sorted(offered))[:200]}).",
                )


def _question(side: ast.expr, nodes: Mapping[str, Node], forms: Forms) -> Field | None:
    if not isinstance(side, ast.Attribute) or not isinstance(side.value, ast.Name):
        return None
    node = nodes.get(side.value.id)
    form = forms.get(node.properties.get("form", "")) if node is not None else None
    if form is None:
        return None
    return next((field for field in form.fields if field.key == side.attr), None)


def _texts(sides: Iterable[ast.expr]) -> Iterator[str]:
    for side in sides:
        values = side.elts if isinstance(side, ast.List | ast.Tuple) else [side]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


class _Order:
    """What can come after what in a process, its sub-processes included."""

    def __init__(self, process: Scope) -> None:
        self._next: dict[str, set[str]] = {node.id: set() for node in process.everything()}
        self._later: dict[str, set[str]] = {}
        for scope in process.all_scopes():
            self._within(scope)

    def _within(self, scope: Scope) -> None:
        for flow in scope.flows:
            self._next.get(flow.source, set()).add(flow.target)
        for node in scope.nodes.values():
            self._next[node.id].update(boundary.id for boundary in node.boundaries)
        host = scope.parent.nodes.get(scope.id) if scope.parent is not None else None
        if host is None:
            return
        leaving = {flow.target for flow in host.outgoing}
        events = {boundary.id for boundary in host.boundaries}
        for node in scope.nodes.values():
            if node.type == "startEvent":
                self._next[host.id].add(node.id)
            self._next[node.id] |= events | (leaving if node.type == "endEvent" else set())

    def is_too_early(self, reader: str, asked: str) -> bool:
        """Whether `asked` comes after `reader` and never before it; branches side by side are neither."""
        if asked == reader:
            return reader not in self._after(reader)
        return asked in self._after(reader) and reader not in self._after(asked)

    def _after(self, start: str) -> set[str]:
        if start not in self._later:
            seen: set[str] = set()
            pending = [start]
            while pending:
                fresh = self._next.get(pending.pop(), set()) - seen
                seen |= fresh
                pending.extend(fresh)
            self._later[start] = seen
        return self._later[start]
