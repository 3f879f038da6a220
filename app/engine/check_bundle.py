"""The whole check of a pathway: each file on its own, and what only shows between files, forms and other pathways."""

from __future__ import annotations

from dataclasses import replace

from app.domain.errors import PathwayRefused
from app.engine import catalogue, check_answers, check_duties, check_messages, waivers
from app.engine.check import check_file
from app.engine.check_elements import Known
from app.engine.check_messages import Around
from app.engine.check_picture import check_picture
from app.engine.contracts import Bundle, Finding
from app.engine.shapes import Drawing, Scope

__all__ = ["Around", "check_bundle"]


def check_bundle(bundle: Bundle, known: Known, around: Around | None = None) -> dict[str, list[Finding]]:
    """Every finding about a bundle by the path of its file, errors first, with the reasons of those that are waived.

    `known.forms` are those of the bundle, `around` what other pathways say (messages are not looked at where None).
    A bundle without a key is a file on its own: which processes it calls is then for somebody else.
    """
    drawings: dict[str, Drawing] = {}
    for path, text in bundle.files.items():
        try:
            drawings[path] = catalogue.drawn(text)
        except PathwayRefused:
            continue  # the findings of its own file say why
    processes = [process for read in drawings.values() for process in read.processes]
    if known.processes is None and bundle.key:
        known = replace(known, processes={process.id for process in processes})
    forms, refused = check_answers.read_forms(bundle.forms)
    names = _names(bundle, processes, forms, around)
    everything = [node for process in processes for node in process.everything()]
    found = {}
    for path, text in bundle.files.items():
        findings = [*check_file(text.encode(), known), *check_picture(text.encode())]
        for process in drawings[path].processes if path in drawings else ():
            findings += check_answers.check_forms(process, forms, refused)
            findings += check_answers.check_order(process, forms)
            findings += check_duties.check(process, everything, known.timed)
            if names is not None:
                findings += check_answers.check_names(process, names)
            if around is not None:
                findings += check_messages.check(process, around, _sent_by_people(bundle, path))
        found[path] = _in_order(findings, text if path in drawings else None)
    return found


def _in_order(findings: list[Finding], text: str | None) -> list[Finding]:
    unique = list(dict.fromkeys(findings))
    if text is not None:
        unique = waivers.apply(unique, *waivers.read(text))
    return sorted(unique, key=lambda finding: (bool(finding.waived), finding.severity != "error"))


def _names(
    bundle: Bundle, processes: list[Scope], forms: check_answers.Forms, around: Around | None
) -> set[str] | None:
    """Every name that an expression may read; None where a message may bring names that nobody can say."""
    main = next((process for process in processes if process.id == bundle.key), None)
    if main is None or around is None:
        return None
    names = check_answers.names_in(processes, forms)
    for node in main.nodes.values():
        if node.type != "startEvent":
            continue
        if node.properties.get("form") and node.properties["form"] not in forms:
            return None
        for event in node.events:
            brought = around.sent.get(event.message.name) if event.message is not None else frozenset()
            if brought is None:
                return None
            names |= brought
    return names


def _sent_by_people(bundle: Bundle, path: str) -> set[str]:
    """The messages for which the folder of a file has a form; any folder, for a file on its own."""
    folder = f"{path.partition('/')[0]}/" if bundle.key else ""
    return {key.rpartition("/")[2] for key in bundle.forms if key.startswith(folder)}
