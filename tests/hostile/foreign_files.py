"""500 damaged or hostile files, each made from a number: the same every time, and none of them kept on disk."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from app.engine.blank import blank
from app.services import definitions
from tests.engine.foreign import BPMN, DRAWINGS
from tests.hostile import bombs, strange_files, strange_models

_SHIPPED = ("rilaa_visit_cycle", "escalation", "complaint", "remand_yda", "charged_support", "transfer_in")
_ATTRIBUTE = re.compile(rb'(\s[A-Za-z:]+=")([^"]{0,200})(")')
_TAG = re.compile(rb"<(/?)((?:[a-z]+:)?[A-Za-z]+)")
_VALUES = (
    b"",
    b"0",
    b"-1",
    b"..",
    b"../../etc/passwd",
    b"${x}",
    b"&#10;",
    b"a:b:c",
    b"x" * 5000,
    b"None",
    b"\xf0\x9f\x92\xa3",
)
_WORDS = (
    b"process",
    b"subProcess",
    b"task",
    b"endEvent",
    b"boundaryEvent",
    b"lane",
    b"definitions",
    b"inclusiveGateway",
)


@dataclass(frozen=True)
class Foreign:
    """A file that somebody chooses, and the kind of harm that it does."""

    kind: str
    name: str
    content: bytes


@lru_cache(maxsize=1)
def sources() -> tuple[bytes, ...]:
    """What is damaged: diagrams of ours, and drawings as other modellers write them."""
    shipped = definitions.shipped()
    return (
        *(shipped[key].main.encode() for key in _SHIPPED),
        *DRAWINGS.values(),
        strange_models.lifelike(),
        blank("b", "B", "Boss").encode(),
    )


def _cut(chance: random.Random, text: bytes) -> bytes:
    return text[: chance.randrange(1, len(text))]


def _flipped(chance: random.Random, text: bytes) -> bytes:
    damaged = bytearray(text)
    for _ in range(chance.choice((1, 3, 20, 200))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _pieces(chance: random.Random, text: bytes) -> bytes:
    """A piece is missing, stands twice or stands elsewhere."""
    start = chance.randrange(len(text))
    end = min(len(text), start + chance.randrange(1, 4000))
    piece, rest = text[start:end], text[:start] + text[end:]
    at = chance.randrange(len(rest))
    return chance.choice((rest, text[:end] + piece + text[end:], rest[:at] + piece + rest[at:]))


def _attributes(chance: random.Random, text: bytes) -> bytes:
    """Values are replaced by others of the file, or by nonsense."""
    there = [found[1] for found in _ATTRIBUTE.findall(text)]
    share = chance.choice((0.02, 0.1, 0.5))

    def other(found: re.Match[bytes]) -> bytes:
        keep = chance.random() > share or b"xmlns" in found[1]
        return found[0] if keep else found[1] + chance.choice((*_VALUES, chance.choice(there))) + found[3]

    return _ATTRIBUTE.sub(other, text)


def _tags(chance: random.Random, text: bytes) -> bytes:
    """Elements are called something else, from their beginning to their end."""
    names = sorted({found[1] for found in _TAG.findall(text)})
    for _ in range(chance.randrange(1, 4)):
        old = chance.choice(names)
        prefix, colon, _local = old.rpartition(b":")
        new = prefix + colon + chance.choice(_WORDS)
        text = re.sub(rb"(</?)" + re.escape(old) + rb"(?=[\s>/])", rb"\1" + new, text)
    return text


def _tree(chance: random.Random, text: bytes) -> bytes:
    """Elements are taken out, doubled, or moved to where they do not belong."""
    root = ElementTree.fromstring(text)
    for _ in range(chance.choice((1, 5, 25))):
        parents = [one for one in root.iter() if len(one)]
        if not parents:
            break
        parent = chance.choice(parents)
        child = chance.choice(list(parent))
        how = chance.randrange(3)
        if how == 0:
            parent.remove(child)
        elif how == 1:
            parent.append(child)
        else:
            inside = set(child.iter())
            parent.remove(child)
            chance.choice([one for one in root.iter() if one not in inside]).append(child)
    return ElementTree.tostring(root)


def _no_ids(chance: random.Random, text: bytes) -> bytes:
    """Ids stand twice, are missing, or are those of something else."""
    root = ElementTree.fromstring(text)
    named = [one for one in root.iter() if one.get("id") and one.tag.startswith(f"{{{BPMN}}}")]
    for one in chance.sample(named, k=max(1, len(named) // chance.choice((2, 5, 20)))):
        if chance.random() < 0.3:
            del one.attrib["id"]
        else:
            one.set("id", chance.choice(named).get("id") or "twice")
    return ElementTree.tostring(root)


_DAMAGE: tuple[tuple[str, int, Callable[[random.Random, bytes], bytes]], ...] = (
    ("cut short", 25, _cut),
    ("bits flipped", 32, _flipped),
    ("pieces missing or moved", 28, _pieces),
    ("attributes replaced", 38, _attributes),
    ("elements renamed", 28, _tags),
    ("elements moved or doubled", 38, _tree),
    ("ids missing or doubled", 20, _no_ids),
)
_HOSTILE = (bombs.KINDS, strange_files.KINDS, strange_models.KINDS)


def files() -> Iterator[Foreign]:
    """All 500, kind by kind."""
    for kind, number, damage in _DAMAGE:
        for at in range(number):
            chance = random.Random(f"{kind} {at}")
            text = sources()[at % len(sources())]
            yield Foreign(kind, f"{kind} {at}.bpmn", damage(chance, text))
    for kinds in _HOSTILE:
        for kind, made in kinds.items():
            for at, content in enumerate(made()):
                yield Foreign(kind, f"{kind} {at}.bpmn", content)
