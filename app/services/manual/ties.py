"""How pathways hang together: by the messages that one sends and another begins with or waits for, and by calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.errors import PathwayRefused
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.services.manual.contents import Link

_THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})


@dataclass(frozen=True)
class _Own:
    """The name of a pathway and the messages that it begins with, waits for and sends, and what it calls."""

    name: str
    begins: frozenset[str]
    waits: frozenset[str]
    sends: frozenset[str]
    calls: frozenset[str]


@dataclass(frozen=True)
class Ties:
    """The pathways in force, by what they say to each other."""

    own: Mapping[str, _Own] = field(default_factory=dict)

    def hearing(self, message: str, sender: str) -> tuple[Link, ...]:
        """The pathways that a message starts, then those that it reaches while they run."""
        starts = [Link(key, one.name, "starts") for key, one in self.own.items() if message in one.begins]
        tells = [Link(key, one.name, "tells") for key, one in self.own.items()
                 if message in one.waits and message not in one.begins and key != sender]  # fmt: skip
        return (*starts, *tells)

    def sending(self, messages: Iterable[str], hearer: str) -> tuple[Link, ...]:
        """The pathways that send one of these messages."""
        wanted = frozenset(messages)
        return tuple(
            Link(key, one.name) for key, one in self.own.items() if one.sends & wanted and key != hearer
        )

    def calling(self, called: str) -> tuple[Link, ...]:
        """The pathways that have another as a step of theirs."""
        return tuple(Link(key, one.name) for key, one in self.own.items() if called in one.calls)

    def name_of(self, key: str) -> str:
        """The name of a pathway, or its key in words."""
        return self.own[key].name if key in self.own else key.replace("_", " ").capitalize()


def ties(bundles: Iterable[Bundle]) -> Ties:
    """The ties between these versions; one whose file cannot be read is left out."""
    found = {}
    for bundle in sorted(bundles, key=lambda one: one.key):
        try:
            found[bundle.key] = _own(bundle.main)
        except (PathwayRefused, StopIteration):
            continue
    return Ties(found)


@lru_cache(maxsize=512)
def _own(xml: str) -> _Own:
    processes = catalogue.drawn(xml).processes
    nodes = [node for process in processes for node in process.everything()]
    begins, waits, sends = set[str](), set[str](), set[str]()
    for node in nodes:
        for event in node.events:
            if event.message is None:
                continue
            kept = sends if node.type in _THROWING else begins if node.type == "startEvent" else waits
            kept.add(event.message.name)
    return _Own(
        name=processes[0].name if processes else "",
        begins=frozenset(begins),
        waits=frozenset(waits),
        sends=frozenset(sends),
        calls=frozenset(name for process in processes for name in catalogue.called(process)),
    )
