"""Ids of a foreign file: prefixes are taken off, bad and double ones are replaced, missing ones are given."""

from __future__ import annotations

import re
from typing import Any

from app.engine.editing import fresh_id
from app.engine.importing.report import Work
from app.engine.importing.tree import called
from app.engine.names import BPMN, FLOW_NODES, local_name

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""What the id of a process can be here."""
_GOOD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_SNAKE = re.compile(r"[^a-z0-9]+")
_ATTRIBUTES = (
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "default",
    "processRef",
    "messageRef",
    "signalRef",
    "errorRef",
    "escalationRef",
    "calledElement",
    "bpmnElement",
    "dataObjectRef",
    "dataStoreRef",
    "activityRef",
)
_TEXTS = ("flowNodeRef", "incoming", "outgoing", "eventDefinitionRef", "source", "target")
_ALWAYS_NAMED = FLOW_NODES | {"process", "sequenceFlow", "message", "lane", "laneSet", "participant"}


def tidy(work: Work) -> None:
    """Give every element an id that can be used here, and let whatever points to it follow."""
    elements = list(work.root.iter(f"{{{BPMN}}}*"))
    there = {one.get("id") for one in elements if one.get("id")}
    _plain_references(work.root, there)
    renamed: dict[str, str] = {}
    seen: set[str] = set()
    for one in elements:
        key, kind = one.get("id"), local_name(one)
        if key is None:
            if kind in _ALWAYS_NAMED:
                one.set("id", _free(seen | there, one.get("name") or kind, kind))
                if kind in FLOW_NODES or kind == "process":
                    work.note(one, "id", f"{called(one)} had no id and was given one.")
                seen.add(one.get("id"))
            continue
        if key in seen:
            one.set("id", _free(seen | there, one.get("name") or key, kind))
            work.note(one, "id", f"The id {key[:60]} was used twice. The second is now {one.get('id')}.")
        elif not _GOOD.fullmatch(key):
            renamed[key] = _free(seen | there, key, kind)
            one.set("id", renamed[key])
            work.note(one, "id", f"The id {key[:60]} cannot be used here. It is now {renamed[key]}.")
        seen.add(one.get("id"))
    if renamed:
        _follow(work.root, renamed)


def key_of_processes(work: Work, stem: str) -> None:
    """Name each process after what it is called, in small letters; the file's own name where it has none."""
    pools = {
        pool.get("processRef"): pool.get("name") or "" for pool in work.root.iter(f"{{{BPMN}}}participant")
    }
    processes = list(work.root.iterchildren(f"{{{BPMN}}}process"))
    renamed: dict[str, str] = {}
    for process in processes:
        old = process.get("id")
        name = " ".join((process.get("name") or pools.get(old) or "").split())
        if not name:
            name = stem if len(processes) == 1 else f"{stem} {old}"
        process.set("name", name[:120])
        own = KEY.fullmatch(old)
        wanted = old if own else snake(name)
        if wanted == old:
            continue
        new = wanted if len(wanted) > 2 else f"pathway_{wanted}".rstrip("_")
        process.set("id", "")
        new = fresh_id(work.root, new, "pathway")
        process.set("id", new)
        renamed[old] = new
        work.note(process, "key", f"The process {old} is called {new} here.")
    _follow(work.root, renamed)


def snake(words: str) -> str:
    """Words as a key: small letters, digits and underscores, a letter first."""
    key = _SNAKE.sub("_", words.lower()).strip("_")[:50].rstrip("_")
    return key if key[:1].isalpha() else f"pathway_{key}".rstrip("_")


def _free(taken: set[Any], words: str, otherwise: str) -> str:
    base = _SNAKE.sub("_", words.lower()).strip("_")[:50].rstrip("_") or otherwise.lower()
    base = base if base[0].isalpha() else f"{otherwise.lower()}_{base}"
    number, found = 2, base
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found


def _plain_references(root: Any, there: set[Any]) -> None:
    """Take the namespace prefix off what points to an element."""
    for one in root.iter("*"):
        for name in _ATTRIBUTES:
            text = one.get(name)
            if text and ":" in text and text not in there:
                one.set(name, text.rpartition(":")[2])
        if local_name(one) in _TEXTS and one.text and ":" in one.text and one.text.strip() not in there:
            one.text = one.text.strip().rpartition(":")[2]


def _follow(root: Any, renamed: dict[str, str]) -> None:
    for one in root.iter("*"):
        for name in _ATTRIBUTES:
            if one.get(name) in renamed:
                one.set(name, renamed[one.get(name)])
        if local_name(one) in _TEXTS and (one.text or "").strip() in renamed:
            one.text = renamed[(one.text or "").strip()]
