"""What the names in a drawing's expressions stand for, from the forms that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.domain.errors import BadInput, ExpressionRefused
from app.domain.forms import Field, Form, read_form
from app.engine import grammar
from app.engine.contracts import Bundle
from app.engine.shapes import Node, Scope


def forms_of(bundle: Bundle) -> dict[str, Form]:
    """The forms of a bundle that can be read, by key."""
    found = {}
    for key, form in bundle.forms.items():
        try:
            found[key] = read_form(key, form)
        except BadInput:
            continue  # a draft may hold a form that is not finished; the checks say what is wrong with it
    return found


def meanings(scopes: Iterable[Scope], forms: Mapping[str, Form]) -> Callable[[str], str | None]:
    """A function from a name of an expression to its words; None where no form and no step says.

    A plain name is a question of the start form, of a message or of a step that copies it; `step.question` is what
    that step asks; what a script sets to the moment is the moment of that step.
    """
    nodes = [node for scope in scopes for node in scope.everything()]
    by_step = {node.id: forms[form] for node in nodes if (form := node.properties.get("form", "")) in forms}
    plain: dict[str, str] = {}
    for node in sorted(nodes, key=lambda one: one.type != "startEvent"):
        for field in by_step[node.id].fields if node.id in by_step else ():
            plain.setdefault(field.key, _words(field))
    for known in forms.values():
        for field in known.fields:
            plain.setdefault(field.key, _words(field))
    moments = dict(_moments(nodes))

    def said(name: str) -> str | None:
        step, _, key = name.rpartition(".")
        if not step:
            return moments.get(key) or plain.get(key)
        form = by_step.get(step)
        fields = [field for field in form.fields if field.key == key] if form else []
        return _words(fields[0]) if fields else plain.get(key)

    return said


def _words(field: Field) -> str:
    return field.called or f"“{field.label.rstrip('?')}”"


def _moments(nodes: Iterable[Node]) -> Iterable[tuple[str, str]]:
    """The names that a single script sets to the moment at which it runs."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        if node.script:
            try:
                set_here = grammar.assignments(node.script)
            except ExpressionRefused:
                continue
            for name, value in set_here:
                is_moment = any(_is_now(call) for call in grammar.calls(value))
                found.setdefault(name, []).append(node.name if is_moment else "")
    for name, steps in found.items():
        if len(steps) == 1 and steps[0]:
            yield name, f"the moment of “{steps[0]}”"


def _is_now(call: object) -> bool:
    return getattr(getattr(call, "func", None), "id", "") in ("now", "today")
