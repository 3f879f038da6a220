"""Checks on what is written in a diagram: lanes, properties, expressions, scripts, and the keys they refer to."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from app.domain.errors import ExpressionRefused
from app.engine import functions, grammar, written
from app.engine.catalogue import listed
from app.engine.check_elements import Known
from app.engine.contracts import Finding
from app.engine.findings import fault, hint, title
from app.engine.moments import is_duration, is_moment
from app.engine.names import ABOUT, PERSON_TASKS, PROPERTIES
from app.engine.shapes import Drawing, Node, Scope
from app.engine.words import KEPT
from app.engine.written import DUE

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_CYCLE = re.compile(r"['\"]?R\d*/")
_DRAWN_DATE = re.compile(r"\d{4}-")
_TASK_PROPERTIES = frozenset({"due", "assign", "copy", "overdue", "sign_off", "builds_on"})
Vocabulary = Mapping[str, tuple[str, ...]]


def vocabulary(process: Scope) -> dict[str, tuple[str, ...]]:
    """The answers that each element of a process copies, by the element's id."""
    return {node.id: listed(node.properties.get("copy", "")) for node in process.everything()}


def lanes(read: Drawing, known: Known) -> Iterator[Finding]:
    """Findings about lanes: a name that is no role's, a node in two lanes."""
    for lane_id, name, leaf in read.lanes:
        if leaf and known.roles.by_name(name) is None:
            yield fault(
                lane_id,
                "lane",
                f"The lane “{name}” is not the name of a role. Give it a name of the table of roles.",
            )
    for node_id in read.in_two_lanes:
        yield fault(node_id, "lane", f"The element {node_id} lies in two lanes. Leave it in one.")


def about(process: Scope) -> Iterator[Finding]:
    """Findings about whom a process says that it is about."""
    said = process.properties.get("about")
    if said is not None and said not in ABOUT:
        yield fault(
            process.id,
            "about",
            f"{process.name} is about “{said}”. A pathway is about a child or about the partnership.",
        )


def check(node: Node, known: Known, words: Vocabulary) -> Iterator[Finding]:
    """Findings about the texts of one node."""
    yield from _role(node, known)
    yield from _references(node, known)
    yield from _misplaced(node)
    for earlier in listed(node.properties.get("builds_on", "")):
        if earlier not in words:
            yield fault(
                node.id,
                "builds_on",
                f"{title(node)} shows the step {earlier} beside its questions, and there is none. Check its id.",
            )
    for what, text in written.expressions(node):
        yield from expression(node, what, text, known, words)
    for event in node.events:
        if event.kind == "timer":
            yield from timer(node, event.timer_kind, event.text or "", known, words)
        if event.variable and not _usable(event.variable, words):
            yield fault(
                node.id,
                "variable",
                f"The message of {title(node)} goes to “{event.variable}”, which cannot "
                "be a name here. Choose another.",
            )
    if node.type == "scriptTask":
        yield from script(node, known, words)


def _role(node: Node, known: Known) -> Iterator[Finding]:
    role = node.properties.get("role")
    if role and role not in known.roles:
        yield fault(
            node.id,
            "role",
            f"The role {role} of {title(node)} is not in the table of roles. Choose one that is.",
        )
    manager = node.properties.get("sign_off")
    if manager and manager not in known.roles:
        yield fault(
            node.id,
            "sign_off",
            f"The role {manager}, which signs off {title(node)}, is not in the table of roles. Choose one that is.",
        )
    if manager and not node.properties.get("form"):
        yield fault(
            node.id,
            "sign_off",
            f"{title(node)} has no form, so there is nothing to sign off. Give it a form.",
        )
    if node.type in PERSON_TASKS and not role and not node.lane:
        yield fault(
            node.id,
            "role",
            f"{title(node)} belongs to nobody. Draw it in a lane, or choose who does it (the property role).",
        )


def _references(node: Node, known: Known) -> Iterator[Finding]:
    form = node.properties.get("form")
    if form and known.forms is not None and form not in known.forms:
        yield fault(
            node.id,
            "form",
            f"The form {form} of {title(node)} does not exist. Choose one that does, or make it.",
        )
    for duty in listed(node.properties.get("duty", "")):
        if known.duties is not None and duty not in known.duties:
            yield fault(
                node.id, "duty", f"The duty {duty} of {title(node)} is not in the register. Check its number."
            )
    overdue = node.properties.get("overdue")
    if overdue and overdue not in ("escalate", "mark"):
        yield fault(node.id, "overdue", f"What happens when {title(node)} is late must be escalate or mark.")
    if overdue and not node.properties.get("due"):
        yield fault(
            node.id,
            "overdue",
            f"{title(node)} says what happens when it is late, and not when it is due. Choose when it is due.",
        )
    for name in listed(node.properties.get("copy", "")):
        if not _NAME.fullmatch(name):
            yield fault(
                node.id,
                "copy",
                f"{title(node)} keeps “{name}” for later steps, which cannot be the name of an answer.",
            )


def _misplaced(node: Node) -> Iterator[Finding]:
    for name in node.properties:
        if name not in PROPERTIES:
            yield hint(
                node.id,
                "property",
                f"The property “{name}” of {title(node)} means nothing here. Check its name.",
            )
        elif name in _TASK_PROPERTIES and node.type not in PERSON_TASKS:
            yield fault(
                node.id,
                "property",
                f"The property “{name}” of {title(node)} belongs on a task for a person.",
            )
        elif name == "form" and node.type not in ("userTask", "startEvent"):
            yield fault(
                node.id,
                "property",
                f"{title(node)} has a form. Forms belong on tasks for a person and on starts.",
            )


def expression(node: Node, what: str, text: str, known: Known, words: Vocabulary) -> Iterator[Finding]:
    """Findings about one expression; `what` is what a sentence calls it."""
    try:
        tree = grammar.expression(text)
    except ExpressionRefused as error:
        yield fault(node.id, "expression", f"The {what} of {title(node)}: {error.sentence} (“{text[:80]}”)")
        return
    if what == DUE and _DRAWN_DATE.match(text.strip("'\"")):
        yield fault(
            node.id,
            "expression",
            f"The {what} of {title(node)} is not a date, or a time with its offset.",
        )
    yield from _tree(node, what, tree, known, words)


def _tree(node: Node, what: str, tree: ast.expr, known: Known, words: Vocabulary) -> Iterator[Finding]:
    where = f"The {what} of {title(node)}"
    for call in grammar.calls(tree):
        if not isinstance(call.func, ast.Name):
            continue
        name = call.func.id
        if name not in functions.NAMES:
            yield fault(
                node.id,
                "function",
                f"{where} calls {name}(), which does not exist. Use {_nearest(name)}.",
            )
        elif not _fits(name, call):
            yield fault(node.id, "function", f"{where} calls {name}() with the wrong number of values.")
        else:
            yield from _asked_of_profile(node, where, name, call, known)
    for name, attribute in grammar.names(tree):
        if name in functions.NAMES:
            yield fault(
                node.id,
                "name",
                f"{where} uses {name} as a value. It is a function: write {name}(...).",
            )
        elif name in words and attribute is not None and attribute not in ("get", *words[name]):
            yield fault(
                node.id,
                "copy",
                f"{where} reads {name}.{attribute}. Add {attribute} to {KEPT} of {name}.",
            )


def _asked_of_profile(node: Node, where: str, name: str, call: ast.Call, known: Known) -> Iterator[Finding]:
    """A rule, switch, amount, word or list of recipients that no profile has."""
    first = call.args[0] if call.args else None
    if not isinstance(first, ast.Constant):
        return
    if name == "deadline" and known.rules is not None and str(first.value) not in known.rules:
        yield fault(
            node.id,
            "rule",
            f"{where} names the time limit {first.value!r}, which is in no profile. Check its name, or add it.",
        )
    elif name in known.named and first.value not in known.named[name]:
        yield fault(
            node.id,
            "profile",
            f"{where} asks the profile for {name}({first.value!r}), which it does not have. Check the name, or add "
            "it to the default profile.",
        )


def timer(node: Node, kind: str | None, text: str, known: Known, words: Vocabulary) -> Iterator[Finding]:
    """Findings about the time of an event."""
    if kind == "timeCycle" or _CYCLE.match(text):
        yield fault(
            node.id,
            "time_cycle",
            f"{title(node)} repeats by itself, which drifts and fires in bursts. Draw a "
            "loop with a timer of one date, or a "
            "small process for the cycle.",
        )
        return
    if kind is None or not text:
        yield fault(
            node.id,
            "timer",
            f"{title(node)} has no time. Write a date, a length of time or deadline().",
        )
        return
    literal = is_duration if kind == "timeDuration" else _is_point
    if literal(text):
        return
    try:
        tree = grammar.expression(text)
    except ExpressionRefused as error:
        yield fault(node.id, "timer", f"The time of {title(node)}: {error.sentence} (“{text[:80]}”)")
        return
    written = tree.value if isinstance(tree, ast.Constant) else None
    if isinstance(tree, ast.Constant) and not (isinstance(written, str) and literal(written)):
        example = "P14D or PT1H" if kind == "timeDuration" else "2026-12-24T17:40:00+00:00"
        yield fault(node.id, "timer", f"The time of {title(node)} cannot be read. Write it like {example}.")
        return
    yield from _tree(node, "time", tree, known, words)


def _is_point(text: str) -> bool:
    return is_moment(text) or is_duration(text)


def script(node: Node, known: Known, words: Vocabulary) -> Iterator[Finding]:
    """Findings about what a script sets."""
    if not node.script:
        yield fault(
            node.id,
            "script",
            f"{title(node)} does not say what the system works out (script task). Write what it sets, or take it away.",
        )
        return
    try:
        assigned = grammar.assignments(node.script)
    except ExpressionRefused as error:
        yield fault(node.id, "script", f"The script of {title(node)}: {error.sentence}")
        return
    for name, tree in assigned:
        if not _usable(name, words):
            yield fault(node.id, "script", f"The script of {title(node)} sets {name}, a name that is taken.")
        yield from _tree(node, "script", tree, known, words)


def _usable(name: str, words: Vocabulary) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in functions.NAMES and not words.get(name)


def _fits(name: str, call: ast.Call) -> bool:
    function: Callable[..., Any] = functions.SIGNATURES[name]
    words = {word.arg: None for word in call.keywords if word.arg}
    try:
        inspect.signature(function).bind(*call.args, **words)
    except TypeError:
        return False
    return True


def _nearest(name: str) -> str:
    near = get_close_matches(name, functions.NAMES, n=2)
    return (
        " or ".join(f"{found}()" for found in near)
        or "deadline(), today(), fact() or another function of the guide"
    )
