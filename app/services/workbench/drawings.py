"""Drawing in the browser: what the modeller opens with, and saving what it wrote without losing any of it unseen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.domain.access import Viewer
from app.domain.errors import BadInput, Conflict, NotFound, PathwayRefused
from app.domain.profiles import Profile
from app.engine import carried
from app.engine.contracts import Bundle
from app.services import reference
from app.services.workbench import checking, drafting, drafts, drawing_words
from app.services.workbench.drafts import Draft


class WouldBeLost(Conflict):
    """Saving would take something away that nobody took away; `facts["lost"]` has (element, what) of each."""


@dataclass(frozen=True)
class Said:
    """What is said about one file of a draft: its findings, and by element when something is due."""

    revision: int
    findings: tuple[dict[str, Any], ...]
    due: dict[str, str]


def opened(viewer: Viewer, draft_id: str, path: str, profile: str = "") -> dict[str, Any]:
    """All that the modeller needs for one file of a draft. Raises NotFound for a file that the draft has not."""
    draft = drafts.show(viewer, draft_id)
    path = path_in(draft, path)
    area = _profile(viewer, profile)
    said = _said(viewer, draft, path, area)
    return {
        "path": path,
        "name": draft.name,
        "is_open": draft.is_open,
        "xml": draft.bundle.files[path],
        "revision": draft.revision,
        "profile": area.key.partition("@")[0],
        "findings": said.findings,
        "due": said.due,
        **drawing_words.vocabulary(draft.bundle, path, area),
    }


def save(
    viewer: Viewer,
    draft_id: str,
    *,
    revision: int,
    path: str,
    xml: str,
    removed: Collection[tuple[str, str]],
    deleted: Collection[str],
    profile: str = "",
) -> Said:
    """Keep a file as the modeller wrote it, as the next revision, and say what is found in it.

    `removed` and `deleted` are what was taken away on purpose (engine.carried.lost). Raises WouldBeLost, PathwayRefused
    and what `drafting.save` raises; then nothing is saved.
    """
    draft = drafts.show(viewer, draft_id)
    path = path_in(draft, path)
    if draft.revision != revision:
        raise drafting.moved(draft)
    missing = carried.lost(draft.bundle.files[path], xml, removed=removed, deleted=deleted)
    if missing:
        raise WouldBeLost(_sentence(missing), lost=missing)
    bundle = Bundle(draft.bundle.key, {**draft.bundle.files, path: xml}, draft.bundle.forms)
    saved = drafting.save(viewer, draft_id, revision=revision, bundle=bundle)
    return _said(viewer, saved, path, _profile(viewer, profile))


def said_of(
    viewer: Viewer, draft_id: str, *, path: str, kind: str, text: str, profile: str
) -> dict[str, Any]:
    """What the checks say of an expression while it is typed, and what it means."""
    draft = drafts.show(viewer, draft_id)
    sentences, meaning = drawing_words.said_of(
        draft.bundle, path_in(draft, path), _profile(viewer, profile), kind=kind, text=text
    )
    return {"sentences": sentences, "meaning": meaning}


def words_in(viewer: Viewer, draft_id: str, *, path: str, profile: str) -> dict[str, str]:
    """By element, when it is due in another area."""
    draft = drafts.show(viewer, draft_id)
    return drawing_words.due_words(draft.bundle, path_in(draft, path), _profile(viewer, profile))


def path_in(draft: Draft, path: str) -> str:
    """The file of a draft that is meant: the pathway's own where none is named. Raises NotFound."""
    if path and path not in draft.bundle.files:
        raise NotFound("This draft has no such drawing.")
    return path or draft.bundle.main_path


def _said(viewer: Viewer, draft: Draft, path: str, profile: Profile) -> Said:
    places = checking.of_draft(viewer, draft).places
    found = tuple(
        {
            "element": place.element,
            "name": place.name,
            "kind": place.kind,
            "rule": finding.rule,
            "severity": finding.severity,
            "sentence": finding.sentence,
            "waived": finding.waived,
            "may_be_waived": checking.may_be_waived(finding),
        }
        for place in places
        if place.path == path
        for finding in place.findings
    )
    try:
        due = drawing_words.due_words(draft.bundle, path, profile)
    except PathwayRefused:
        due = {}  # the findings say why it cannot be read
    return Said(draft.revision, found, due)


def _profile(viewer: Viewer, key: str) -> Profile:
    try:
        return reference.profile(key or viewer.profile)
    except BadInput:
        raise NotFound("There is no such profile.") from None


def _sentence(missing: list[tuple[str, str]]) -> str:
    things = ", ".join(f"“{thing}” of {element}" for element, thing in missing[:3])
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return (
        f"Nothing was saved, because {things}{more} would be lost without your having removed it. Undo the last step, "
        "or take it away in the details of the element."
    )
