"""Checks on messages between pathways: whether somebody sends what is waited for, and hears what is sent."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.errors import ExpressionRefused
from app.engine import catalogue, grammar
from app.engine.contracts import Bundle, Finding
from app.engine.findings import hint, title
from app.engine.shapes import Scope

THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
CATCHING = frozenset({"startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask"})


@dataclass(frozen=True)
class Around:
    """What other pathways and the service say to each other.

    `sent` has each message that somebody sends, with the names that it brings, or None where nobody can say;
    `heard` are the messages that somebody waits for.
    """

    sent: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()


def around(bundles: Iterable[Bundle], told: Iterable[str] = ()) -> Around:
    """What these bundles send and wait for; `told` are the messages that the service itself sends."""
    sent: dict[str, frozenset[str] | None] = {}
    heard: set[str] = set()
    for text in dict.fromkeys(text for bundle in bundles for text in bundle.files.values()):
        said, listens = _speech(text)
        heard |= listens
        for name, brought in said:
            before = sent.get(name, frozenset())
            sent[name] = None if brought is None or before is None else before | brought
    return Around({**sent, **dict.fromkeys(told)}, frozenset(heard))


@lru_cache(maxsize=1024)
def _speech(text: str) -> tuple[tuple[tuple[str, frozenset[str] | None], ...], frozenset[str]]:
    sent: list[tuple[str, frozenset[str] | None]] = []
    heard: set[str] = set()
    for process in catalogue.drawn(text).processes:
        for node in process.everything():
            for event in node.events:
                if event.message is None:
                    continue
                if node.type in THROWING:
                    sent.append((event.message.name, _brought(event.payload)))
                elif node.type in CATCHING:
                    heard.add(event.message.name)
    return tuple(sent), frozenset(heard)


def _brought(payload: str | None) -> frozenset[str] | None:
    if not payload:
        return frozenset()
    try:
        tree = grammar.expression(payload)
    except ExpressionRefused:
        return None
    if not isinstance(tree, ast.Dict):
        return None
    keys = [key.value for key in tree.keys if isinstance(key, ast.Constant)]
    return frozenset(key for key in keys if isinstance(key, str)) if len(keys) == len(tree.keys) else None


def check(process: Scope, world: Around, sent_by_people: Iterable[str]) -> Iterator[Finding]:
    """Messages that nobody sends, or nobody waits for; `sent_by_people` are those that have a form of their own."""
    by_people = set(sent_by_people)
    for node in process.everything():
        for event in node.events:
            name = event.message.name if event.message is not None else ""
            if not name:
                continue
            if node.type in THROWING and name not in world.heard:
                yield hint(
                    node.id,
                    "message_unheard",
                    f"Nothing waits for the message {name}, which {title(node)} sends. Draw the event that waits for "
                    "it, or check its name.",
                )
            started_by_hand = node.type == "startEvent" and bool(node.properties.get("form"))
            heard = node.type in CATCHING and not started_by_hand
            if heard and name not in world.sent and name not in by_people:
                yield hint(
                    node.id,
                    "message_unsent",
                    f"Nobody sends the message {name}, which {title(node)} waits for. Draw the event that sends it, "
                    f"add a form called {name} with which people send it, or check its name.",
                )
