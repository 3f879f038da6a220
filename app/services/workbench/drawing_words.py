"""The words that stand at a drawing: when each task is due and each timer fires, and the names that may be typed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.duties import Duty
from app.domain.errors import BadInput, ExpressionRefused
from app.domain.explanations import rule_in_words
from app.domain.forms import Field, Form
from app.domain.profiles import Profile
from app.engine import catalogue, check_properties, check_typed, functions, grammar, operators
from app.engine.contracts import Bundle
from app.engine.shapes import Node, Scope
from app.services import checks, definitions, reference
from app.services.due_words import condition_in_words, due_in_one_line
from app.services.manual.meanings import forms_of, meanings
from app.services.workbench.usual_starts import usual_starts

LONGEST_BADGE = 90


@dataclass(frozen=True)
class Name:
    """A name that an expression may use: what it stands for, whether it is a time, and the answers to choose from.

    `answers` are (as an expression writes it, as a person reads it); none where the question is not such a one.
    """

    name: str
    words: str
    is_time: bool = False
    answers: tuple[tuple[str, str], ...] = ()


def due_words(bundle: Bundle, path: str, profile: Profile, longest: int = LONGEST_BADGE) -> dict[str, str]:
    """By element: when it is due or fires, in the profile's own limits. Raises PathwayRefused."""
    scopes = catalogue.drawn(bundle.files[path]).processes
    said = meanings(scopes, forms_of(bundle))
    found = {}
    for node in _nodes(scopes):
        for text in _times(node):
            words = due_in_one_line(text, profile, said, reference.called)
            found[node.id] = words if len(words) <= longest else f"{words[:longest].rstrip()}…"
    return found


def vocabulary(bundle: Bundle, path: str, profile: Profile) -> dict[str, Any]:
    """What a designer chooses from and may type: roles, forms, rules with their words, duties, names, functions."""
    return {
        "roles": [{"key": role.key, "name": role.name} for role in reference.roles()],
        "forms": [{"key": key, "name": name} for key, name in form_names(bundle).items()],
        "rules": [
            asdict(rule) for rule in rules(profile, usual_starts((bundle, *definitions.shipped().values())))
        ],
        "duties": [{"key": duty.id, "words": duty_in_words(duty)} for duty in reference.register()],
        "names": [asdict(name) for name in names(bundle, path)],
        "functions": sorted(functions.NAMES),
        "operators": {name: list(parameters) for name, parameters in operators.OPERATORS.items()},
        "profiles": [
            {"key": one.key, "name": one.name} for one in reference.profiles().values() if "@" not in one.key
        ],
        "processes": sorted(bundle_key for bundle_key in _processes(bundle)),
    }


def form_names(bundle: Bundle) -> dict[str, str]:
    """The forms of a pathway by key, each as people call it."""
    return {key: _title(key, form) for key, form in sorted(bundle.forms.items())}


def said_of(
    bundle: Bundle, path: str, profile: Profile, *, kind: str, text: str
) -> tuple[tuple[str, ...], str]:
    """What the checks say of an expression while it is typed, and what it means. `kind` is a property or "condition".

    Raises BadInput for a kind that nothing is typed for.
    """
    scopes = catalogue.drawn(bundle.files[path]).processes
    words: dict[str, tuple[str, ...]] = {}
    for scope in scopes:
        words |= check_properties.vocabulary(scope)
    if kind not in KINDS:
        raise BadInput("There is no such thing to type.")
    found = check_typed.typed(kind, text, checks.known(set(bundle.forms)), words)
    meaning = ""
    if kind == "condition" and not found and text.strip():
        said = meanings(scopes, forms_of(bundle))
        meaning = f"When {condition_in_words(text, profile, said, reference.called)}."
    if kind in ("due", "time") and not found and text.strip():
        meaning = due_in_one_line(text, profile, meanings(scopes, forms_of(bundle)), reference.called)
    return tuple(one.sentence for one in found), meaning


KINDS = frozenset({"due", "assign", "condition", "payload", "parameter", "time", "duration", "script"})


@dataclass(frozen=True)
class OfferedRule:
    """A time limit as it is offered, in an area's own numbers."""

    key: str
    title: str
    words: str
    counted_from: str
    starts: tuple[str, ...]  # the names that it is counted from elsewhere, the most frequent first


def rules(profile: Profile, starts: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[OfferedRule]:
    """Every time limit of a profile; `starts` are the names from which each is counted elsewhere."""
    for rule in profile.deadlines.values():
        sides = " or ".join(rule_in_words(side) for side in (rule.local, rule.statutory) if side)
        yield OfferedRule(rule.key, rule.title, sides, rule.counted_from, (starts or {}).get(rule.key, ()))


def duty_in_words(duty: Duty) -> str:
    """How strict a duty is, what it asks for and where it stands."""
    return f"{duty.strength_in_words}: {duty.sentence} ({duty.clause})"


def names(bundle: Bundle, path: str) -> list[Name]:
    """The names that an expression of that drawing may use."""
    return list(_names(bundle, catalogue.drawn(bundle.files[path]).processes))


def _names(bundle: Bundle, scopes: list[Scope]) -> Iterator[Name]:
    forms = forms_of(bundle)
    said = meanings(scopes, forms)
    seen = set()
    for node in _nodes(scopes):
        for name, field in _own_names(forms, node):
            if name not in seen:
                seen.add(name)
                is_time = name.endswith(TIMES) or bool(field and field.kind in ("date", "datetime"))
                yield Name(name, said(name) or "", is_time, _answers(field) if field else ())
    for fact in sorted(_facts(bundle)):
        yield Name(f"fact('{fact}')", reference.called(fact), is_time=True)


TIMES = ("_at", "_on", "_from")
"""How the name of a time ends in our drawings; what a form asks for says it by its kind of question."""


def _own_names(forms: Mapping[str, Form], node: Node) -> Iterator[tuple[str, Field | None]]:
    form = forms.get(node.properties.get("form", ""))
    asked = {field.key: field for field in form.fields} if form else {}
    for answer in catalogue.listed(node.properties.get("copy", "")):
        yield f"{node.id}.{answer}", asked.get(answer)
    if node.type == "startEvent":
        yield from asked.items()
    for event in node.events:
        if event.variable:
            yield event.variable, None
    if node.script:
        try:
            yield from ((name, None) for name, _ in grammar.assignments(node.script))
        except ExpressionRefused:
            return  # the checks say so at the script


def _answers(field: Field) -> tuple[tuple[str, str], ...]:
    if field.kind not in ("radio", "select", "checkbox"):
        return ()
    if field.boolean or field.kind == "checkbox":
        return (("True", "Yes"), ("False", "No"))
    return tuple((json.dumps(one.value), one.label) for one in field.options)


def _facts(bundle: Bundle) -> set[str]:
    found: set[str] = set()
    for shipped in (*definitions.shipped().values(), bundle):
        for text in shipped.files.values():
            for node in _nodes(catalogue.drawn(text).processes):
                for time in _times(node):
                    found |= grammar.facts_in(time)
    return found


def _nodes(scopes: list[Scope]) -> Iterator[Node]:
    for scope in scopes:
        yield from scope.everything()


def _times(node: Node) -> Iterator[str]:
    if node.properties.get("due"):
        yield node.properties["due"]
    yield from (event.text for event in node.events if event.kind == "timer" and event.text)


def _title(key: str, form: Mapping[str, Any]) -> str:
    return str(form.get("title") or key.rpartition("/")[2].replace("_", " ").capitalize())


def _processes(bundle: Bundle) -> Iterator[str]:
    for text in bundle.files.values():
        yield from (scope.id for scope in catalogue.drawn(text).processes if scope.id != bundle.key)
