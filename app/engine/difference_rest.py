"""The last net under a difference: whatever has changed in a file and was not said in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.engine.changes import REST, Change
from app.engine.difference_ways import with_new_ids
from app.engine.names import BPMN, FLOW_NODES, local_name

WITHOUT_WORDS = "something without words of its own"


def unsaid(
    old: Any, new: Any, pairs: Mapping[str, str], said: Sequence[Change], process: tuple[str, str, str]
) -> Iterator[Change]:
    """Changes that have no words of their own, so that nothing goes by unseen.

    `old` and `new` are the files' trees, `pairs` has the old id of each new one, `process` its id, name and path.
    """
    before, after = _by_id(old), _by_id(new)
    renamed = {was: now for now, was in pairs.items() if was != now}
    named = {one.element for one in said}
    process_id, name, path = process
    is_seen = bool(said)
    for key, was in pairs.items():
        if key in named or key not in after or was not in before:
            continue
        texts = _canonical(before[was]), _canonical(after[key])
        if texts[1] not in (texts[0], with_new_ids(texts[0], renamed)):
            called = after[key].get("name") or key
            yield Change("changed", REST, key, called, "Definition", "", WITHOUT_WORDS, path)
            is_seen = True
    if not is_seen and _around(old) != _around(new):
        yield Change("changed", REST, process_id, name, "Definition", "", WITHOUT_WORDS, path)


def _by_id(root: Any) -> dict[str, Any]:
    return {one.get("id"): one for one in root.iter(f"{{{BPMN}}}*") if one.get("id")}


_OWN_LINES = FLOW_NODES | {
    "sequenceFlow",
    "laneSet",
    "incoming",
    "outgoing",
    "textAnnotation",
    "association",
    "group",
}


def _canonical(element: Any, *, top: bool = True) -> str:
    """An element as text, without what is drawn in it, the order of its attributes and the ids of its parts."""
    skipped = ("id", "name", "sourceRef", "targetRef", "default", "attachedToRef") if top else ("id",)
    keep_id = not str(element.tag).startswith(f"{{{BPMN}}}")
    own = sorted((k, v) for k, v in element.attrib.items() if k not in skipped or (k == "id" and keep_id))
    inner = [
        _canonical(child, top=False)
        for child in element
        if isinstance(child.tag, str) and local_name(child) not in _OWN_LINES
    ]
    inner = [one for one in inner if one]
    text = (element.text or "").strip()
    if not top and not own and not inner and not text:
        return f"<{element.tag}>" if keep_id or "EventDefinition" in element.tag else ""
    return f"<{element.tag} {own}>{text}{''.join(inner)}"


def _around(root: Any) -> list[str]:
    """What stands in a file beside its processes, its elements and its drawing."""
    processes = [_canonical(process) for process in root.iterchildren(f"{{{BPMN}}}process")]
    tops = [
        _canonical(top)
        for top in root
        if local_name(top) and local_name(top) not in ("process", "collaboration")
    ]
    participants = [
        f"{one.get('name')}{one.get('processRef')}" for one in root.iter(f"{{{BPMN}}}participant")
    ]
    return [*processes, *sorted(tops), *participants]
