"""What has changed from one version of a pathway to another, for people: pure, over two bundles.

Where something only stands elsewhere in the drawing it is counted and not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine import difference_forms, drawing, gate, picture
from app.engine.changes import DUTIES, GROUPS, MESSAGES, PEOPLE, REST, STEPS, Change, Words
from app.engine.contracts import Bundle
from app.engine.difference_pairs import all_flows, everything, pair_flows, pair_nodes
from app.engine.difference_rest import unsaid
from app.engine.difference_sides import sides
from app.engine.difference_ways import ways, with_new_ids
from app.engine.names import BPMN
from app.engine.shapes import Drawing, DrawnMessage, Flow, Node, Scope
from app.engine.words import kind_in_words

__all__ = ["GROUPS", "Change", "Difference", "Marks", "Words", "difference"]


@dataclass(frozen=True)
class Marks:
    """What to mark on the drawings of one file: ids of nodes and flows, `added` and `changed` on the new one."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Every change, by file and in the order of GROUPS; `moved` are the elements that only stand elsewhere."""

    changes: tuple[Change, ...]
    moved: tuple[str, ...] = ()
    marks: Mapping[str, Marks] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the two mean the same, whatever their drawings look like."""
        return not self.changes

    def by_group(self) -> list[tuple[str, list[Change]]]:
        """The changes under their headings, without the empty ones."""
        found = [(group, [one for one in self.changes if one.group == group]) for group in GROUPS]
        return [(group, changes) for group, changes in found if changes]


@dataclass(frozen=True)
class _File:
    """A file, read in the three ways that are needed."""

    path: str
    root: Any
    read: Drawing
    process: Scope


def difference(old: Bundle, new: Bundle, words: Words | None = None) -> Difference:
    """The changes from `old` to `new`. Raises PathwayRefused where a file cannot be read."""
    words = words or Words()
    before, after = _files(old), _files(new)
    changes: list[Change] = []
    moved: list[str] = []
    marks: dict[str, Marks] = {}
    for key, file in after.items():
        if key not in before:
            changes.append(
                Change("added", STEPS, key, file.process.name, "The called pathway", path=file.path)
            )
            marks[file.path] = Marks()
            continue
        found = _between(before[key], file, words)
        changes += found.changes
        moved += found.moved
        marks |= found.marks or {}
    for key, file in before.items():
        if key not in after:
            changes.append(
                Change("removed", STEPS, key, file.process.name, "The called pathway", path=file.path)
            )
    changes += difference_forms.changes(old.forms, new.forms)
    return Difference(tuple(sorted(changes, key=lambda one: GROUPS.index(one.group))), tuple(moved), marks)


def _files(bundle: Bundle) -> dict[str, _File]:
    found = {}
    for path, text in bundle.files.items():
        root = gate.read(text)
        read = drawing.read(root)
        for process in read.processes:
            found[process.id] = _File(path, root, read, process)
    return found


def _between(old: _File, new: _File, words: Words) -> Difference:
    before, after = everything(old.process), everything(new.process)
    pairs = pair_nodes(before, after)
    flows_before = {flow.id: flow for flow in all_flows(old.process)}
    flows_after = {flow.id: flow for flow in all_flows(new.process)}
    flows = pair_flows(flows_before.values(), flows_after.values(), pairs)
    renamed = {was: now for now, was in pairs.items() if was != now}
    changes = [
        *_nodes(before, after, pairs, renamed, words, new.path),
        *ways(before, after, pairs, flows_before, flows_after, flows, new.path),
        *_process(old, new),
        *_messages(old.read.messages, new.read.messages, new.path),
    ]
    changes += unsaid(
        old.root, new.root, {**pairs, **flows}, changes, (new.process.id, new.process.name, new.path)
    )
    return Difference(
        tuple(changes),
        _moved(old, new, {**pairs, **flows}),
        {new.path: _marks(changes, flows, flows_before, flows_after)},
    )


def _nodes(
    before: Mapping[str, Node],
    after: Mapping[str, Node],
    pairs: Mapping[str, str],
    renamed: Mapping[str, str],
    words: Words,
    path: str,
) -> Iterator[Change]:
    for key, node in after.items():
        if key not in pairs:
            what = kind_in_words(node.type).capitalize()
            yield Change("added", STEPS, key, node.name or key, what, new=_in_short(node, words), path=path)
            continue
        was = {(group, side): text for group, side, text in sides(before[pairs[key]], words)}
        for group, side, text in sides(node, words):
            old_text = was.get((group, side), "")
            if text not in (old_text, with_new_ids(old_text, renamed)):
                old_text, text = _only_what_differs(group, old_text, text)
                yield Change("changed", group, key, node.name or key, side, old_text, text, path)
        if pairs[key] != key:
            yield Change("changed", REST, key, node.name or key, "Id", pairs[key], key, path)
    for key, node in before.items():
        if key not in pairs.values():
            what = kind_in_words(node.type).capitalize()
            yield Change("removed", STEPS, key, node.name or key, what, old=_in_short(node, words), path=path)


def _in_short(node: Node, words: Words) -> str:
    wanted = ("Lane", "Due", "Duties", "Form", "Time", "Message", "Called pathway")
    return "; ".join(
        f"{side[:1].lower()}{side[1:]} {text}"
        for _, side, text in sides(node, words)
        if side in wanted and text
    )


def _only_what_differs(group: str, old: str, new: str) -> tuple[str, str]:
    """Of a list of duties those alone that are lost or won."""
    if group != DUTIES:
        return old, new
    before, after = (dict.fromkeys(text.split("; ")) for text in (old, new))
    lost, won = ("; ".join(one for one in a if one not in b) for a, b in ((before, after), (after, before)))
    return (lost, won) if lost or won else (old, new)


def _process(old: _File, new: _File) -> Iterator[Change]:
    one, other = old.process, new.process
    for what, was, now in (
        ("Name of the pathway", one.name, other.name),
        ("What it is for", one.documentation, other.documentation),
        ("Whom it is about", one.properties.get("about", "child"), other.properties.get("about", "child")),
        ("Accepted findings", one.properties.get("waived", ""), other.properties.get("waived", "")),
    ):
        if was != now:
            yield Change("changed", REST, other.id, other.name, what, was, now, new.path)
    lanes = [list(dict.fromkeys(name for _, name, leaf in file.read.lanes if leaf)) for file in (old, new)]
    yield from (
        Change("added", PEOPLE, other.id, name, "Lane", path=new.path)
        for name in lanes[1]
        if name not in lanes[0]
    )
    yield from (
        Change("removed", PEOPLE, other.id, name, "Lane", path=new.path)
        for name in lanes[0]
        if name not in lanes[1]
    )
    notes = [_notes(file.root) for file in (old, new)]
    if notes[0] != notes[1]:
        said = [" / ".join(one) for one in notes]
        yield Change(
            "changed", REST, other.id, other.name, "Notes on the drawing", said[0], said[1], new.path
        )


def _notes(root: Any) -> list[str]:
    return sorted("".join(note.itertext()).strip() for note in root.iter(f"{{{BPMN}}}textAnnotation"))


def _messages(
    old: Mapping[str, DrawnMessage], new: Mapping[str, DrawnMessage], path: str
) -> Iterator[Change]:
    before = {message.name: message for message in old.values()}
    after = {message.name: message for message in new.values()}
    for name, message in after.items():
        if name not in before:
            yield Change("added", MESSAGES, message.id, name, "The message", path=path)
        elif before[name].correlate != message.correlate:
            reach = {
                "root": "its own tree of pathways",
                "child": "every pathway of the child",
                "parent": "the pathway that started this one",
            }
            said = [reach.get(one.correlate, one.correlate) for one in (before[name], message)]
            yield Change(
                "changed", MESSAGES, message.id, name, "Whom the message reaches", said[0], said[1], path
            )
    for name, message in before.items():
        if name not in after:
            yield Change("removed", MESSAGES, message.id, name, "The message", path=path)


def _moved(old: _File, new: _File, pairs: Mapping[str, str]) -> tuple[str, ...]:
    before, after = picture.read(old.root), picture.read(new.root)
    return tuple(
        key
        for key, was in pairs.items()
        if (before.boxes.get(was), before.lines.get(was), before.labels.get(was))
        != (after.boxes.get(key), after.lines.get(key), after.labels.get(key))
    )


def _marks(
    changes: Iterable[Change],
    flows: Mapping[str, str],
    before: Mapping[str, Flow],
    after: Mapping[str, Flow],
) -> Marks:
    added = [one.element for one in changes if one.kind == "added" and one.group == STEPS]
    removed = [one.element for one in changes if one.kind == "removed" and one.group == STEPS]
    added += [key for key in after if key not in flows]
    removed += [key for key in before if key not in flows.values()]
    changed = dict.fromkeys(one.element for one in changes if one.kind == "changed")
    return Marks(tuple(added), tuple(changed), tuple(removed))
