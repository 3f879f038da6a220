"""The findings of a draft as its designer reads them: at which element, what to draw instead, what is accepted and why.

Publishing asks here too, so that a page never promises what publishing refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.errors import BadInput, Conflict, PathwayRefused
from app.engine import catalogue, waivers
from app.engine.check_duties import LOST
from app.engine.contracts import Bundle, Finding
from app.engine.findings import called as called_of
from app.engine.shapes import Drawing
from app.engine.words import as_sentence, kind_in_words
from app.services import checks, definitions
from app.services.workbench import drafting, drafts
from app.services.workbench.drafts import Draft, require_design
from app.store.db import reading


@dataclass(frozen=True)
class Place:
    """An element with what was found at it. `kind` is what people call such an element, `path` its file."""

    element: str
    name: str
    kind: str
    path: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Checked:
    """The findings of a draft; places with an error first, then by file as drawn."""

    places: tuple[Place, ...]

    @property
    def findings(self) -> list[Finding]:
        """All of them, waived or not."""
        return [finding for place in self.places for finding in place.findings]

    @property
    def errors(self) -> list[Finding]:
        """Those that stop the draft from being published."""
        return [finding for finding in self.findings if finding.stops]

    @property
    def warnings(self) -> list[Finding]:
        """Those that stop nothing and that nobody has accepted."""
        return [one for one in self.findings if one.severity == "warning" and not one.waived]

    @property
    def waived(self) -> list[Finding]:
        """Those that somebody has accepted."""
        return [finding for finding in self.findings if finding.waived]

    def place(self, element: str, rule: str) -> tuple[Place, Finding] | None:
        """Where a finding stands, and the finding; None where there is no such finding."""
        return next(
            (
                (place, finding)
                for place in self.places
                for finding in place.findings
                if place.element == element and finding.rule == rule
            ),
            None,
        )


def of_draft(viewer: Viewer, draft: Draft) -> Checked:
    """What is found in a draft, and which duties of the version in force it no longer meets."""
    require_design(viewer)
    with reading() as session:
        return of_bundle(session, draft.bundle)


def of_bundle(session: Session, bundle: Bundle) -> Checked:
    """`of_draft`, inside a transaction, for any content that may come into force."""
    current = {one.key: one for one in definitions.in_force(session)}
    before = current.pop(bundle.key, None)
    found = checks.findings_by_file(bundle, checks.around([*current.values(), bundle]))
    lost = checks.lost_duties(before, bundle, current.values()) if before is not None else []
    places = [
        place
        for path, findings in found.items()
        for place in _places(path, bundle, findings, lost if path == bundle.main_path else [])
    ]
    return Checked(tuple(sorted(places, key=lambda place: not any(one.stops for one in place.findings))))


def refuse_unless_publishable(session: Session, bundle: Bundle) -> None:
    """Raises PathwayRefused with the findings when there is an error or a lost duty that nobody has accepted."""
    errors = of_bundle(session, bundle).errors
    if errors:
        raise PathwayRefused(f"{bundle.key} cannot be published: {errors[0].sentence}", errors)


def waive(viewer: Viewer, draft_id: str, *, revision: int, element: str, rule: str, reason: str) -> Draft:
    """Accept a finding at an element, with the reason, in the next revision of the draft.

    Raises BadInput without a reason or without such a finding, Conflict when it may not be accepted, and what
    `drafting.save` raises.
    """
    draft = drafts.show(viewer, draft_id)
    found = of_draft(viewer, draft).place(element, rule)
    if found is None:
        raise BadInput("This is no longer found. Nothing was saved.")
    place, finding = found
    if not waivers.may_be_waived(finding):
        raise Conflict(
            "This cannot be accepted, because work or answers would be lost by it. Draw it otherwise."
        )
    text = waivers.waive(draft.bundle.files[place.path], element, rule, reason)
    return _save(viewer, draft, revision, place.path, text, f"Accepted a finding at {place.name}")


def withdraw(viewer: Viewer, draft_id: str, *, revision: int, element: str, rule: str) -> Draft:
    """Take the acceptance of a finding back, in the next revision of the draft. Raises BadInput when there is none."""
    draft = drafts.show(viewer, draft_id)
    for path, text in draft.bundle.files.items():
        if any((one.element, one.rule) == (element, rule) for one in waivers.read(text)[0]):
            return _save(
                viewer, draft, revision, path, waivers.withdraw(text, element, rule), "Withdrew an acceptance"
            )
    raise BadInput("Nobody has accepted this. Nothing was saved.")


def _save(viewer: Viewer, draft: Draft, revision: int, path: str, text: str, what: str) -> Draft:
    bundle = Bundle(draft.bundle.key, {**draft.bundle.files, path: text}, draft.bundle.forms)
    return drafting.save(viewer, draft.id, revision=revision, bundle=bundle, what=what)


def _places(path: str, bundle: Bundle, findings: Iterable[Finding], lost: list[Finding]) -> list[Place]:
    try:
        drawn = catalogue.drawn(bundle.files[path])
    except PathwayRefused:
        drawn = None
    whole = drawn.processes[0].id if drawn is not None and drawn.processes else bundle.key
    by_element: dict[str, list[Finding]] = {}
    for finding in [*lost, *findings]:
        by_element.setdefault(finding.element or whole, []).append(finding)
    called = _called(drawn) if drawn is not None else {}
    return [
        Place(element, *called.get(element, (element, "element")), path, tuple(found))
        for element, found in by_element.items()
    ]


def _called(drawn: Drawing) -> dict[str, tuple[str, str]]:
    """What people call each element that a finding may stand at, and what kind of thing it is."""
    called = {lane: (name, "lane") for lane, name, _ in drawn.lanes}
    called |= {message.id: (message.name or message.id, "message") for message in drawn.messages.values()}
    for process in drawn.processes:
        called[process.id] = (process.name, "pathway")
        nodes = {node.id: node for node in process.everything()}
        for scope in process.all_scopes():
            for flow in scope.flows:
                ends = [called_of(nodes[end]) if end in nodes else end for end in (flow.source, flow.target)]
                called[flow.id] = (flow.name or f"{ends[0]} to {ends[1]}", "flow")
        called |= {
            node.id: (as_sentence(called_of(node)), kind_in_words(node.type)) for node in nodes.values()
        }
    return called


def may_be_waived(finding: Finding) -> bool:
    """Whether a designer may accept a finding."""
    return not finding.waived and waivers.may_be_waived(finding)


def is_lost_duty(finding: Finding) -> bool:
    """Whether a finding is about a duty that the version in force still meets."""
    return finding.rule.startswith(LOST)
