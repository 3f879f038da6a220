"""Findings that a designer accepts, with the reason, written into the model itself.

The property `waived` of any element holds one waiver a line, `rule: reason`, such as

    crossing: Both lines are short, and either order would cross.
    lost_duty.WAN-8-10: The panel took the duty over on 1 November.

A warning can always be waived, an error only where nothing is lost by it (WAIVABLE). Findings without an element of
their own are waived at the process. A waived finding is still listed; a waiver without a finding is one itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from app.domain.errors import BadInput, NotFound
from app.engine import gate
from app.engine.check_duties import LOST
from app.engine.contracts import Finding
from app.engine.findings import hint
from app.engine.names import BPMN, SPIFF, WAIVED

LONGEST_REASON = 500
WAIVABLE = frozenset({"used_before_asked"})
"""The errors, apart from lost duties, with which a pathway still runs and keeps everything that it is told."""
_LINE = re.compile(r"([a-z_]+(?:\.[A-Z0-9.-]+)?):\s*(\S.*)")
_EXTENSIONS, _PROPERTIES, _PROPERTY = (
    f"{{{BPMN}}}extensionElements",
    f"{{{SPIFF}}}properties",
    f"{{{SPIFF}}}property",
)


@dataclass(frozen=True)
class Waiver:
    """That a finding by `rule` at `element` is accepted, and why; `rule` is empty where the line cannot be read."""

    element: str
    rule: str
    reason: str


def may_be_waived(finding: Finding) -> bool:
    """Whether somebody may accept a finding with a reason."""
    if finding.rule in ("waiver", "waiver_idle"):
        return False
    return finding.severity == "warning" or finding.rule in WAIVABLE or finding.rule.startswith(LOST)


def read(xml: bytes | str) -> tuple[list[Waiver], frozenset[str]]:
    """The waivers of a file, and the ids of its processes. Raises PathwayRefused."""
    root = gate.read(xml)
    found = [
        waiver
        for element in root.iter(f"{{{BPMN}}}*")
        for own in element.iterfind(f"{_EXTENSIONS}/{_PROPERTIES}/{_PROPERTY}[@name='{WAIVED}']")
        for waiver in _lines(element.get("id", ""), own.get("value") or "")
    ]
    return found, frozenset(process.get("id", "") for process in root.iterchildren(f"{{{BPMN}}}process"))


def _lines(element: str, text: str) -> list[Waiver]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        read_line = _LINE.fullmatch(line)
        found.append(Waiver(element, read_line[1], read_line[2]) if read_line else Waiver(element, "", line))
    return found


def apply(
    findings: Iterable[Finding], waivers: Iterable[Waiver], processes: Collection[str]
) -> list[Finding]:
    """The findings of a file with the reasons of those that are waived, and a hint for each waiver that is idle.

    Whether a duty is lost shows only beside the last version, so a waiver of that is never called idle here.
    """
    found, given = list(findings), list(waivers)
    reasons = {(waiver.element, waiver.rule): waiver.reason for waiver in given if waiver.rule}
    used: set[tuple[str, str]] = set()
    result = []
    for finding in found:
        holders = (finding.element,) if finding.element else sorted(processes)
        place = next(((one, finding.rule) for one in holders if (one, finding.rule) in reasons), None)
        if place is not None:
            used.add(place)
        accepted = place is not None and may_be_waived(finding)
        result.append(replace(finding, waived=reasons[place]) if place and accepted else finding)
    return [*result, *_about(given, found, used)]


def _about(given: list[Waiver], found: list[Finding], used: set[tuple[str, str]]) -> Iterable[Finding]:
    stopping = {(finding.element, finding.rule) for finding in found if not may_be_waived(finding)}
    for waiver in given:
        place = (waiver.element, waiver.rule)
        if not waiver.rule:
            sentence = f"The waiver “{waiver.reason[:80]}” cannot be read. Write it as rule: reason."
            yield hint(waiver.element, "waiver", sentence)
        elif place in stopping:
            sentence = (
                f"The finding {waiver.rule} cannot be waived, because work or answers would be lost by it."
            )
            yield hint(waiver.element, "waiver", sentence)
        elif place not in used and not waiver.rule.startswith(LOST):
            sentence = (
                f"The finding {waiver.rule} is waived here and is no longer found. Withdraw the waiver."
            )
            yield hint(waiver.element, "waiver_idle", sentence)


def waive(text: str, element: str, rule: str, reason: str) -> str:
    """The file with a waiver of `rule` at `element` (in the place of an earlier one). Raises BadInput, NotFound."""
    words = " ".join(reason.split())
    if not words:
        raise BadInput(
            "Enter why this finding is accepted.", {"reason": ["Enter why this finding is accepted"]}
        )
    if len(words) > LONGEST_REASON:
        sentence = f"The reason must be {LONGEST_REASON} characters or fewer"
        raise BadInput(f"{sentence}.", {"reason": [sentence]})
    if not _LINE.fullmatch(f"{rule}: x"):
        raise BadInput(f"There is no finding called {rule[:80]}.")
    return _rewritten(text, element, rule, f"{rule}: {words}")


def withdraw(text: str, element: str, rule: str) -> str:
    """The file without the waivers of `rule` at `element`. Raises NotFound."""
    return _rewritten(text, element, rule, None)


def _rewritten(text: str, element_id: str, rule: str, line: str | None) -> str:
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    element = next((one for one in root.iter(f"{{{BPMN}}}*") if one.get("id") == element_id), None)
    if element is None:
        raise NotFound(f"There is no element {element_id} in this pathway.")
    own = element.find(f"{_EXTENSIONS}/{_PROPERTIES}/{_PROPERTY}[@name='{WAIVED}']")
    before = (own.get("value") or "").splitlines() if own is not None else []
    lines = [one.strip() for one in before if one.strip() and not one.strip().startswith(f"{rule}:")]
    if line is not None:
        lines.append(line)
    if own is None and lines:
        own = etree.SubElement(_holder(element), _PROPERTY, name=WAIVED)
    if own is not None and lines:
        own.set("value", "\n".join(lines))
    elif own is not None:
        _remove(own, element)
    etree.indent(element, space="  ", level=len(list(element.iterancestors())))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode()


def _holder(element: Any) -> Any:
    """The `properties` of an element, made where BPMN's schema wants them: after the documentation."""
    extensions = element.find(_EXTENSIONS)
    if extensions is None:
        extensions = etree.Element(_EXTENSIONS)
        documented = [child for child in element if child.tag == f"{{{BPMN}}}documentation"]
        element.insert(len(documented), extensions)
    properties = extensions.find(_PROPERTIES)
    return properties if properties is not None else etree.SubElement(extensions, _PROPERTIES)


def _remove(own: Any, element: Any) -> None:
    """Take a property away, and what is empty without it."""
    holder = own.getparent()
    holder.remove(own)
    while len(holder) == 0 and holder is not element:
        holder, empty = holder.getparent(), holder
        holder.remove(empty)
