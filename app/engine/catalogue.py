"""From the processes and forms of the project to versions: bundles, and bundles compiled once each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.domain.errors import PathwayRefused
from app.domain.roles import RoleTable
from app.engine import assembly, drawing, gate, grammar, names
from app.engine.contracts import Bundle, CompiledVersion, Element, Message, reach_of
from app.engine.shapes import Drawing, Node, Scope

__all__ = ["Bundle", "compile", "reachable", "read_bundles"]


def read_bundles(processes: Path, forms: Path) -> dict[str, Bundle]:
    """A bundle for every process in `processes/*/*.bpmn`, by key, with the processes it calls and its forms.

    Raises PathwayRefused when a file cannot be read, its stem is not the id of its process, or a called process
    does not exist.
    """
    texts: dict[str, tuple[str, str]] = {}
    drawings: dict[str, Drawing] = {}
    for path in sorted(processes.glob("*/*.bpmn")):
        name = f"{path.parent.name}/{path.name}"
        text = path.read_text(encoding="utf-8")
        read = drawn(text)
        ids = [process.id for process in read.processes]
        if ids != [path.stem]:
            raise gate.refusal("file_name", f"{name} must hold one process, with the id {path.stem}.")
        if path.stem in texts:
            raise gate.refusal("file_name", f"There are two processes called {path.stem}.")
        texts[path.stem], drawings[path.stem] = (name, text), read
    known_forms = {
        f"{path.parent.name}/{path.stem}": json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(forms.glob("*/*.json"))
    }
    return {key: _bundle(key, texts, drawings, known_forms) for key in texts}


def one_bundle(key: str, texts: Mapping[str, tuple[str, str]], forms: Mapping[str, dict[str, Any]]) -> Bundle:
    """The bundle of one process: what it calls is taken from `texts` (key -> name, text), its forms from `forms`.

    Raises PathwayRefused when a called process is not there.
    """
    return _bundle(key, texts, {name: drawn(text) for name, (_, text) in texts.items()}, forms)


def reachable(key: str, bundles: Mapping[str, Bundle], told: Iterable[str] = ()) -> list[str]:
    """The keys of every pathway that can come to run once `key` runs, itself first.

    A pathway starts another by a message; `told` are the messages that come from outside all of them.
    """
    starting: dict[str, list[str]] = {}
    for other, bundle in bundles.items():
        for name in _messages_at(bundle, lambda node: node.type == "startEvent"):
            starting.setdefault(name, []).append(other)
    found = list(dict.fromkeys([key, *(other for name in told for other in starting.get(name, ()))]))
    for one in found:
        for name in sorted(_messages_at(bundles[one], lambda node: node.type in _THROWING)):
            found += [other for other in starting.get(name, ()) if other not in found]
    return found


_THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})


def _messages_at(bundle: Bundle, where: Callable[[Node], bool]) -> set[str]:
    return {
        event.message.name
        for text in bundle.files.values()
        for scope in drawn(text).processes
        for node in scope.everything()
        if where(node)
        for event in node.events
        if event.message is not None
    }


@lru_cache(maxsize=1024)
def drawn(text: str) -> Drawing:
    """A file for looking only, read once: what is compiled reads its files anew, because it changes them."""
    return drawing.read(gate.read(text))


def with_what_it_uses(bundle: Bundle, offered: Mapping[str, dict[str, Any]]) -> Bundle:
    """The bundle with just the forms that its drawings use, from its own and those `offered`; its own come first."""
    there = {**offered, **bundle.forms}
    scopes = [scope for text in bundle.files.values() for scope in drawn(text).processes]
    wanted = {node.properties.get("form", "") for scope in scopes for node in scope.everything()}
    wanted |= {f"{bundle.folder}/{message}" for message in _subscribed(scopes)}
    forms = {name: there[name] for name in sorted(wanted) if name in there}
    return Bundle(bundle.key, dict(bundle.files), forms)


def name_of(bundle: Bundle) -> str:
    """What a pathway is called; its key where its own file cannot be found."""
    for text in bundle.files.values():
        for process in drawn(text).processes:
            if process.id == bundle.key:
                return process.name
    return bundle.key


def called(scope: Scope) -> list[str]:
    """The ids of the processes that a process calls, in the order drawn."""
    found = [n.attributes.get("calledElement", "") for n in scope.everything() if n.type == "callActivity"]
    return list(dict.fromkeys(found))


def compile(bundle: Bundle, roles: RoleTable) -> CompiledVersion:  # noqa: A001 - the word that fits
    """The bundle, parsed once for each version and role table. Raises PathwayRefused if it cannot be read at all.

    Whether a diagram may be published is for app.engine.check; this only makes it run.
    """
    return _compiled(bundle.version_id(), _ByVersion(bundle), roles)


def forget() -> None:
    """Drop every version that this process has compiled; they are parsed again when next asked for."""
    _compiled.cache_clear()


class _ByVersion:
    """A bundle that counts as equal to every other of the same content."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByVersion) and other.bundle.version_id() == self.bundle.version_id()

    def __hash__(self) -> int:
        return hash(self.bundle.version_id())


@lru_cache(maxsize=256)
def _compiled(version_id: str, holder: _ByVersion, roles: RoleTable) -> CompiledVersion:
    bundle = holder.bundle
    trees = {path: gate.read(text) for path, text in bundle.files.items()}
    drawings = {path: drawing.read(tree) for path, tree in trees.items()}
    scopes = {process.id: process for read in drawings.values() for process in read.processes}
    main = scopes.get(bundle.key)
    if main is None:
        raise gate.refusal("no_process", f"There is no process with the id {bundle.key} in the file.")
    used = _reachable(main, scopes)
    for tree in trees.values():
        for process in tree.iter("{*}process"):
            process.set("isExecutable", "true")
    by_node = {id(node): element_of(node, roles) for scope in scopes.values() for node in scope.everything()}
    elements = tuple(by_node[id(node)] for scope in used for node in scope.everything())
    machine = assembly.assemble(bundle.key, trees, drawings, by_node)
    starts = [node for node in main.nodes.values() if node.type == "startEvent"]
    start_messages = [e.message.name for n in starts for e in n.events if e.kind == "message" and e.message]
    return CompiledVersion(
        version_id=version_id,
        key=bundle.key,
        name=main.name,
        documentation=main.documentation,
        start_message=start_messages[0] if start_messages else None,
        start_form=next((n.properties["form"] for n in starts if n.properties.get("form")), None),
        elements=elements,
        messages=_messages(drawings),
        subscribes=frozenset(_subscribed(used)),
        hangs_on=frozenset(_hangs_on(used)),
        about=main.properties.get("about") or names.CHILD,
        machine=machine,
    )


def element_of(node: Node, roles: RoleTable) -> Element:
    """What the rest of the platform needs to know of a drawn node."""
    properties = node.properties
    lane_role = roles.by_name(node.lane) if node.lane else None
    return Element(
        id=node.id,
        type=node.type,
        name=node.name,
        lane=node.lane,
        role=properties.get("role") or (lane_role.key if lane_role else None),
        form=properties.get("form") or None,
        due=properties.get("due") or None,
        duty=listed(properties.get("duty", "")),
        assign=properties.get("assign") or None,
        copy=listed(properties.get("copy", "")),
        overdue=properties.get("overdue") or None,
        documentation=node.documentation,
        sign_off=properties.get("sign_off") or None,
        builds_on=listed(properties.get("builds_on", "")),
    )


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated property."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _bundle(
    key: str,
    texts: Mapping[str, tuple[str, str]],
    drawings: Mapping[str, Drawing],
    forms: Mapping[str, dict[str, Any]],
) -> Bundle:
    scopes = {process: read.processes[0] for process, read in drawings.items()}
    used = [scope.id for scope in _reachable(scopes[key], scopes)]
    wanted = {node.properties.get("form", "") for name in used for node in scopes[name].everything()}
    folder = texts[key][0].partition("/")[0]
    wanted |= {f"{folder}/{message}" for message in _subscribed([scopes[name] for name in used])}
    return Bundle(
        key=key,
        files={texts[name][0]: texts[name][1] for name in sorted(used)},
        forms={name: forms[name] for name in sorted(wanted) if name in forms},
    )


def _reachable(main: Scope, scopes: Mapping[str, Scope]) -> list[Scope]:
    found = [main]
    for scope in found:
        for name in called(scope):
            if name not in scopes:
                raise gate.refusal(
                    "call_unknown", f"{scope.id} calls the process {name}, which is not there."
                )
            if scopes[name] not in found:
                found.append(scopes[name])
    _refuse_circles(main.id, scopes, ())
    return found


def _refuse_circles(name: str, scopes: Mapping[str, Scope], path: tuple[str, ...]) -> None:
    if name in path:
        raise PathwayRefused(f"The process {name} calls itself, by way of {' and '.join(path)}.")
    for inner in called(scopes[name]):
        _refuse_circles(inner, scopes, (*path, name))


def _messages(drawings: Mapping[str, Drawing]) -> dict[str, Message]:
    return {
        message.name: Message(message.name, reach_of(message.correlate))
        for read in drawings.values()
        for message in read.messages.values()
        if message.name
    }


def _hangs_on(scopes: list[Scope]) -> Iterator[str]:
    for node in (node for scope in scopes for node in scope.everything()):
        yield from grammar.facts_in(node.properties.get("due", ""))
        for event in node.events:
            if event.kind == "timer":
                yield from grammar.facts_in(event.text or "")


def _subscribed(scopes: list[Scope]) -> Iterator[str]:
    for scope in scopes:
        for node in scope.everything():
            if node.type in ("boundaryEvent", "intermediateCatchEvent", "receiveTask"):
                for event in node.events:
                    if event.kind == "message" and event.message is not None:
                        yield event.message.name
