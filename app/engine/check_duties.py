"""Checks on duties: what must be done in time has a time, and none is lost from one version to the next."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from app.engine import catalogue, written
from app.engine.catalogue import listed
from app.engine.contracts import Bundle, Finding
from app.engine.findings import called, hint, title
from app.engine.names import PERSON_TASKS
from app.engine.shapes import Node, Scope

LOST = "lost_duty."


def check(process: Scope, everything: Iterable[Node], timed: Collection[str]) -> Iterator[Finding]:
    """Duties without a deadline, among all elements of a pathway, and deadlines without a duty, in one process."""
    in_time = {
        duty for node in everything if _has_time(node) for duty in listed(node.properties.get("duty", ""))
    }
    for node in process.everything():
        if node.type not in PERSON_TASKS:
            continue
        duties = listed(node.properties.get("duty", ""))
        late = [duty for duty in duties if duty in timed and duty not in in_time]
        if late:
            yield hint(
                node.id,
                "duty_without_deadline",
                f"{title(node)} meets {', '.join(late)}, which has a time limit, and nothing here says when it is due. "
                "Choose when it is due.",
            )
        if not duties and _has_rule(node):
            yield hint(
                node.id,
                "deadline_without_duty",
                f"{title(node)} has a deadline, and no duty says why. Name the duty that it meets.",
            )


def _has_time(node: Node) -> bool:
    own = any(event.kind == "timer" for event in node.events)
    return (
        own
        or bool(node.properties.get("due"))
        or any(event.kind == "timer" for boundary in node.boundaries for event in boundary.events)
    )


def _has_rule(node: Node) -> bool:
    calls = (
        call.func.id
        for what, tree in written.trees(node)
        if what == written.DUE
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    )
    return "deadline" in calls


def met_in(bundle: Bundle) -> dict[str, list[str]]:
    """For each duty that a bundle names the elements that meet it, as people read them."""
    met: dict[str, list[str]] = {}
    for text in bundle.files.values():
        for process in catalogue.drawn(text).processes:
            for node in process.everything():
                for duty in listed(node.properties.get("duty", "")):
                    met.setdefault(duty, []).append(called(node))
    return met


def lost_duties(
    old: Bundle, new: Bundle, elsewhere: Mapping[str, str], weak: Collection[str]
) -> list[Finding]:
    """A finding, at the pathway itself, for each duty that `old` meets and `new` does not.

    `elsewhere` has the duties that another pathway in force meets, with the pathway's name: of these, and of those
    in `weak` (good practice, say), the finding is a warning only. The rule is `lost_duty.` and the duty.
    """
    kept = met_in(new)
    found = []
    for duty, names in met_in(old).items():
        if duty in kept:
            continue
        before = f"{duty} was met by {_and([f'“{name}”' for name in dict.fromkeys(names)])}"
        if duty in elsewhere:
            sentence = f"{before} and is met by nothing here now, only by “{elsewhere[duty]}”."
        else:
            sentence = f"{before} and is met by nothing now. Name it at the step that meets it, or say why it may go."
        is_weak = duty in weak or duty in elsewhere
        found.append(Finding(new.key, LOST + duty, "warning" if is_weak else "error", sentence))
    return found


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
