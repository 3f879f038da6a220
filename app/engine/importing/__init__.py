"""Foreign BPMN 2.0: any file that keeps to the standard becomes pathways, with a list of everything that was changed.

Bytes in, bundles and changes out. Nothing is dropped in silence, and what cannot be carried out here becomes a step
for a person: an import may be clumsy, it may not be wrong without a word.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import Any

from app.domain.roles import RoleTable
from app.engine import gate
from app.engine.importing import decisions, events, leftovers, naming, parting, roles, talk, tasks, tree, ways
from app.engine.importing.encoding import as_utf8
from app.engine.importing.report import Change, Imported, Work
from app.engine.names import BPMN, PROPERTIES, SPIFF

__all__ = ["Change", "Imported", "bring_in"]

MOST_FLOWS = 1500
MOST_PROCESSES = 100
MOST_ELEMENTS = 30_000


def bring_in(content: bytes, stem: str, table: RoleTable) -> Imported:
    """The pathways in a BPMN 2.0 file; `stem` names one that has no name of its own.

    Raises PathwayRefused, with one sentence, for what is no BPMN, hostile, too large or without a single step.
    """
    plain, encoding = as_utf8(content)
    root = gate.read(plain)
    _refuse_too_much(root)
    whole = _is_whole(root) and not encoding and not content.startswith(codecs.BOM_UTF8)
    if whole and root.get("exporter") == parting.OURS:
        return parting.as_it_is(root, content.decode("utf-8"))
    work = Work(root, table)
    if encoding:
        work.note("", "encoding", f"The file was {encoding} text. It is UTF-8 now.")
    ours = any(one.get("name") in PROPERTIES for one in root.iter(f"{{{SPIFF}}}property"))
    naming.tidy(work)
    leftovers.take_out(work)
    parting.event_sub_processes(work)
    parting.empty_processes(work)
    if root.find(f"{{{BPMN}}}process") is None:
        raise gate.refusal(
            "no_steps", "The file has no process with steps. Draw at least one task, and try again."
        )
    naming.key_of_processes(work, naming.snake(stem))
    if not ours:  # what was drawn here is left as it is: the checks say what is wrong with it
        _make_ours(work)
    leftovers.loose_lines(work)
    tree.close(work)
    found = parting.part(work)
    return found if work.changes or not whole else _word_for_word(found, content)


def _is_whole(root: Any) -> bool:
    """Whether the file is one process that says of itself that it can be carried out, and what it is called."""
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1 or processes[0].get("isExecutable") != "true" or not processes[0].get("name"):
        return False
    return naming.KEY.fullmatch(processes[0].get("id", "")) is not None


def _word_for_word(found: Imported, content: bytes) -> Imported:
    """A file in which nothing had to be changed is kept to the byte, as whoever saved it wrote it."""
    (first, *more) = found.bundles
    if more or found.undrawn or len(first.files) != 1 or first.forms:
        return found
    return replace(found, bundles=(replace(first, files={first.main_path: content.decode("utf-8")}),))


def _make_ours(work: Work) -> None:
    talk.sort_out(work)
    ways.empty_boxes(work)
    tasks.convert(work)
    events.convert(work)
    ways.mend(work)
    decisions.ask(work)
    roles.give(work)


def _refuse_too_much(root: object) -> None:
    elements = flows = processes = 0
    for one in root.iter("*"):  # type: ignore[attr-defined]
        elements += 1
        flows += one.tag == f"{{{BPMN}}}sequenceFlow"
        processes += one.tag == f"{{{BPMN}}}process"
    if elements > MOST_ELEMENTS or flows > MOST_FLOWS or processes > MOST_PROCESSES:
        raise gate.refusal(
            "size",
            "The file holds more than a pathway can. Split it into processes of their own, and try again.",
        )
