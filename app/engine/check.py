"""The publishing check: what in a diagram would lose work, be passed over in silence or never end.

SpiffWorkflow parses much that it does not carry out (docs: the engine's traps). Each finding says what to draw
instead; a pathway with an error among its findings is not published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.domain.errors import PathwayRefused
from app.domain.roles import RoleTable
from app.engine import (
    check_elements,
    check_graph,
    check_properties,
    check_silent,
    check_tokens,
    drawing,
    gate,
)
from app.engine.check_elements import Known
from app.engine.contracts import CORRELATE, Finding
from app.engine.findings import fault
from app.engine.shapes import Drawing, Scope
from app.engine.words import KEPT

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def check(
    xml: bytes,
    *,
    roles: RoleTable,
    forms: Collection[str] | None = None,
    rules: Collection[str] | None = None,
    duties: Collection[str] | None = None,
    processes: Collection[str] | None = None,
) -> list[Finding]:
    """Every finding about a BPMN file on its own, errors first. An empty list means that it can be published.

    `forms`, `rules`, `duties` and `processes` are the keys that exist; None leaves that reference unchecked.
    What hangs together across files and forms is for app.engine.check_bundle.
    """
    known = Known(roles=roles, forms=forms, rules=rules, duties=duties, processes=processes)
    return check_file(xml, known)


def check_file(xml: bytes, known: Known) -> list[Finding]:
    """Every finding about a BPMN file on its own, errors first."""
    try:
        root = gate.read(xml)
        read = drawing.read(root)
    except PathwayRefused as refused:
        return list(refused.findings)
    findings = [*_everything(read, known), *check_silent.check(root)]
    unique = list(dict.fromkeys(findings))
    return sorted(unique, key=lambda finding: finding.severity != "error")


def _everything(read: Drawing, known: Known) -> Iterator[Finding]:
    yield from _file(read)
    yield from check_properties.lanes(read, known)
    for process in read.processes:
        vocabulary = check_properties.vocabulary(process)
        yield from check_properties.about(process)
        for scope in process.all_scopes():
            yield from _strangers(scope)
            yield from check_graph.check(scope)
            yield from check_tokens.check(scope)
        for node in process.everything():
            yield from check_elements.check(node, known)
            yield from check_properties.check(node, known, vocabulary)


def _file(read: Drawing) -> Iterator[Finding]:
    if len(read.processes) != 1:
        yield fault(
            "",
            "one_process",
            f"The file holds {len(read.processes)} processes. Save each process in a file of its own.",
        )
    seen: set[str] = set()
    for element_id in read.ids:
        if not _ID.fullmatch(element_id):
            yield fault(
                element_id[:64],
                "id",
                f"The id {element_id[:64]!r} cannot be used. Start it with a letter, then "
                "letters, digits or _ (64 at most).",
            )
        elif element_id in seen:
            yield fault(element_id, "id", f"The id {element_id} is used twice. Give each element its own.")
        seen.add(element_id)
    for element_id, kind in read.strangers:
        yield _unsupported(element_id, kind)
    for message in read.messages.values():
        if not message.name:
            yield fault(message.id, "message", "A message has no name. Give it the name it is sent by.")
        if message.correlate not in CORRELATE:
            yield fault(
                message.id,
                "message",
                f"The message {message.name} has correlate={message.correlate}. "
                "Use root (its own tree), child or parent.",
            )


def _strangers(scope: Scope) -> Iterator[Finding]:
    for element_id, kind in scope.strangers:
        yield _unsupported(element_id, kind)


def _unsupported(element_id: str, kind: str) -> Finding:
    if kind in ("dataStore", "dataStoreReference"):
        sentence = f"Data stores are not used. Name the answers that are needed later in {KEPT} of the task."
    elif kind in ("ioSpecification", "property", "dataInput", "dataOutput"):
        sentence = f"Data inputs and outputs are not used: every answer named in {KEPT} is known to the whole pathway."
    elif kind == "sequenceFlow":
        sentence = f"The flow {element_id} is drawn outside a process. Draw it inside."
    else:
        sentence = (
            f"The element {kind} is not supported. Draw it with tasks, decisions, events and boxes of steps."
        )
    return fault(element_id, "unsupported", sentence)


__all__ = ["Finding", "check", "check_file"]
