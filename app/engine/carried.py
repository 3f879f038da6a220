"""What a drawing carries beside its picture, element by element: so that a modeller never loses any of it unseen.

A modeller rewrites the whole file each time. Copying, or changing an element's type, loses what it has no description
of, without a word; nobody would miss a due time until a date passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from app.engine import gate
from app.engine.names import BPMN, SPIFF, local_name

_EXTENSIONS = f"{{{BPMN}}}extensionElements"
Carried = dict[str, Counter[str]]


def carried(xml: bytes | str) -> Carried:
    """By element id, how often each thing stands in its extension elements. Raises PathwayRefused.

    A property is called by its name ("due"), anything else by its tag. What an event definition carries counts for
    its event, under "kind/tag".
    """
    return _read(gate.read(xml))


def lost(
    before: bytes | str,
    after: bytes | str,
    *,
    removed: Collection[tuple[str, str]],
    deleted: Collection[str],
) -> list[tuple[str, str]]:
    """What `after` no longer carries, as (element, thing), that nobody meant to take away.

    `removed` are the things taken away on purpose, `deleted` the elements. What belongs to a kind of event goes with
    that kind. Raises PathwayRefused.
    """
    old_root, new_root = gate.read(before), gate.read(after)
    old, new = _read(old_root), _read(new_root)
    kinds = _event_kinds(new_root)
    missing = []
    for element, things in old.items():
        if element in deleted and element not in new:
            continue
        for thing in things - new.get(element, Counter()):
            kind, slash, _ = thing.partition("/")
            if slash and element in kinds and kind not in kinds[element]:
                continue
            if (element, thing) not in removed:
                missing.append((element, thing))
    return missing


def _read(root: Any) -> Carried:
    found: Carried = {}
    for extensions in root.iter(_EXTENSIONS):
        holder, prefix = _holder(extensions)
        counter = found.setdefault(holder.get("id", ""), Counter())
        for thing in extensions:
            if not isinstance(thing.tag, str):
                continue
            if thing.tag == f"{{{SPIFF}}}properties":
                counter.update(f"{prefix}{one.get('name', '')}" for one in thing)
            else:
                counter[prefix + thing.tag.rpartition("}")[2]] += 1
    return found


def _holder(extensions: Any) -> tuple[Any, str]:
    owner = extensions.getparent()
    kind = local_name(owner)
    if kind.endswith("EventDefinition") and owner.getparent() is not None:
        return owner.getparent(), f"{kind}/"
    return owner, ""


def _event_kinds(root: Any) -> dict[str, set[str]]:
    return {
        element.get("id", ""): {local_name(child) for child in element}
        for element in root.iter(f"{{{BPMN}}}*")
        if local_name(element).endswith("Event")
    }


__all__ = ["carried", "lost"]
