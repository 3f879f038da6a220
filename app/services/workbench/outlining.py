"""The outline of a draft: the drawing as a tree that can be read and changed without seeing it.

Everything that can be drawn can be done here, one change a saving, each with a sentence that the history keeps.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.access import Viewer
from app.domain.errors import BadInput, ExpressionRefused, NotFound
from app.engine import drawing, editing, gate, grammar
from app.engine.shapes import Flow, Node, Scope
from app.services import reference
from app.services.workbench import drafting, drafts, drawing_words
from app.services.workbench.drafts import Draft

LAYOUT = Path(__file__).resolve().parents[3] / "tools" / "layout" / "index.mjs"
LAYOUT_SECONDS = 40
LONGEST_DUE = 300
_ISO = re.compile(r"P[0-9TDHMWY.]+|[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9T:+Z.-]*")
WORDS = {
    "startEvent": "Start",
    "endEvent": "End",
    "userTask": "Task for a person",
    "manualTask": "Task for a person",
    "task": "Task for a person",
    "serviceTask": "Done by the system",
    "scriptTask": "Worked out by the system",
    "sendTask": "Sends a message",
    "receiveTask": "Waits for a message",
    "callActivity": "Another pathway, called here",
    "subProcess": "Box of steps",
    "exclusiveGateway": "Decision",
    "parallelGateway": "At the same time",
    "inclusiveGateway": "One or several ways",
    "eventBasedGateway": "Whatever comes first",
    "intermediateCatchEvent": "Waits",
    "intermediateThrowEvent": "Sends a message",
    "boundaryEvent": "Meanwhile",
}
"""What each kind of element is called."""


@dataclass(frozen=True)
class Way:
    """A way out of a step: where it leads, its name and when it is taken."""

    flow_id: str
    target_id: str
    target: str
    name: str
    condition: str
    is_otherwise: bool


@dataclass(frozen=True)
class Step:
    """An element of the outline with what stands inside it and what hangs on it."""

    id: str
    type: str
    kind: str
    name: str
    who: str
    due: str
    duties: tuple[str, ...]
    form: str
    ways: tuple[Way, ...]
    inside: tuple[Step, ...] = ()
    meanwhile: tuple[Step, ...] = ()
    scope_id: str = ""

    def everything(self) -> Iterator[Step]:
        """The step, what stands in it and what hangs on it."""
        yield self
        for one in (*self.inside, *self.meanwhile):
            yield from one.everything()


def tree(draft: Draft, profile: str = "default") -> tuple[Step, ...]:
    """The steps of the pathway in the order in which they come; what nothing leads to stands at the end.

    Time limits are in the words of the area `profile`.
    """
    due = drawing_words.due_words(
        draft.bundle, draft.bundle.main_path, reference.profile(profile), longest=LONGEST_DUE
    )
    return _steps(_scope(draft), due)


def everything(draft: Draft, profile: str = "default") -> list[Step]:
    """Every step of the outline, flat."""
    return [one for step in tree(draft, profile) for one in step.everything()]


def ways(draft: Draft) -> list[tuple[str, str]]:
    """Every way of the drawing with its two ends in words, for choosing where something goes."""
    names = {one.id: one.name for one in everything(draft)}
    scope = _scope(draft)
    return [
        (flow.id, f"between {names.get(flow.source, flow.source)} and {names.get(flow.target, flow.target)}")
        for one in scope.all_scopes()
        for flow in one.flows
    ]


def lanes(draft: Draft) -> list[str]:
    """The lanes of the drawing."""
    return [name for _, name, holds in drawing.read(gate.read(draft.bundle.main)).lanes if holds]


def way(draft: Draft, flow_id: str) -> tuple[Step, Way]:
    """A way and the step that it leaves. Raises NotFound."""
    for step in everything(draft):
        for one in step.ways:
            if one.flow_id == flow_id:
                return step, one
    raise NotFound("There is no such way in this draft.")


def change(
    viewer: Viewer, draft_id: str, *, revision: int, what: str, how: Callable[[editing.Tree], Any]
) -> Draft:
    """Save a change of the drawing as the next revision. Raises BadInput from the change, and like `drafting.save`."""
    draft = drafts.show(viewer, draft_id, revision)
    text = editing.edited(draft.bundle.main, how)
    return save(viewer, draft, revision, text, what)


def tidy(viewer: Viewer, draft_id: str, *, revision: int) -> Draft:
    """Draw the whole anew with the project's layout. Raises BadInput where that cannot be done here."""
    draft = drafts.show(viewer, draft_id, revision)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawing.bpmn"
        file.write_text(draft.bundle.main, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - our own tool and a file of our own making
                ["node", str(LAYOUT), "--effort", "quick", str(file)],  # noqa: S607
                capture_output=True,
                timeout=LAYOUT_SECONDS,
            )
        except (FileNotFoundError, subprocess.TimeoutExpired):
            raise BadInput("The drawing cannot be tidied here now. It is unchanged.") from None
        if done.returncode:
            raise BadInput("The drawing cannot be tidied as it is. See the checks for what is loose.")
        text = file.read_text(encoding="utf-8")
    return save(viewer, draft, revision, text, "Tidied the drawing")


def refuse_unless_expression(name: str, text: str) -> None:
    """Raises BadInput at the question `name` for a text that no engine could work out."""
    plain = text.strip().strip("\"'")
    if not plain or _ISO.fullmatch(plain):
        return
    try:
        grammar.expression(text.strip())
    except ExpressionRefused as refused:
        raise BadInput(refused.sentence, {name: [refused.sentence]}) from None


def save(viewer: Viewer, draft: Draft, revision: int, text: str, what: str) -> Draft:
    """Keep a changed drawing as the next revision, like `drafting.save`."""
    bundle = replace(draft.bundle, files={**draft.bundle.files, draft.bundle.main_path: text})
    return drafting.save(viewer, draft.id, revision=revision, bundle=bundle, what=what)


def _scope(draft: Draft) -> Scope:
    processes = drawing.read(gate.read(draft.bundle.main)).processes
    return next(process for process in processes if process.id == draft.key)


def node_of(draft: Draft, element_id: str) -> Node:
    """A step as it is drawn."""
    return next(node for node in _scope(draft).everything() if node.id == element_id)


def _steps(scope: Scope, due: Mapping[str, str]) -> tuple[Step, ...]:
    return tuple(_step(node, scope, due) for node in _in_order(scope) if node.type != "boundaryEvent")


def _in_order(scope: Scope) -> list[Node]:
    """From the starts on, ways before what comes after them; then whatever nothing leads to."""
    found: dict[str, Node] = {}
    stack = [node for node in reversed(scope.nodes.values()) if node.type == "startEvent"]
    while stack:
        node = stack.pop()
        if node.id in found:
            continue
        found[node.id] = node
        after = [flow for one in (node, *node.boundaries) for flow in one.outgoing]
        stack += [scope.nodes[flow.target] for flow in reversed(after) if flow.target in scope.nodes]
    return [*found.values(), *(node for node in scope.nodes.values() if node.id not in found)]


def _step(node: Node, scope: Scope, due: Mapping[str, str]) -> Step:
    inner = next((one for one in scope.scopes if one.id == node.id), None)
    role = reference.roles().by_key.get(node.properties.get("role", ""))
    return Step(
        id=node.id,
        type=node.type,
        kind=_kind(node),
        name=node.name or node.id.replace("_", " "),
        who=role.name if role else (node.lane or ""),
        due=due.get(node.id, ""),
        duties=tuple(one.strip() for one in node.properties.get("duty", "").split(",") if one.strip()),
        form=node.properties.get("form", ""),
        ways=tuple(_way(flow, node, scope) for flow in node.outgoing),
        inside=_steps(inner, due) if inner else (),
        meanwhile=tuple(_step(event, scope, due) for event in node.boundaries),
        scope_id=scope.id,
    )


def _kind(node: Node) -> str:
    words = WORDS.get(node.type, node.type)
    if node.type.endswith("Gateway") and len(node.incoming) > 1 and len(node.outgoing) < 2:
        return "Ways come together"
    kinds = {event.kind for event in node.events}
    if "timer" in kinds:
        return f"{words}: until a moment" if node.type != "boundaryEvent" else f"{words}, at a moment"
    if "message" in kinds and node.type in ("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        return f"{words}, when a message comes"
    return words


def _way(flow: Flow, node: Node, scope: Scope) -> Way:
    target = scope.nodes.get(flow.target)
    name = target.name or target.id.replace("_", " ") if target else flow.target
    is_otherwise = node.attributes.get("default") == flow.id
    return Way(flow.id, flow.target, name, flow.name, flow.condition or "", is_otherwise)
