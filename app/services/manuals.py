"""The procedure manual of a pathway: of the version in force, of any version, and of a draft."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.domain.profiles import Profile
from app.engine.contracts import Bundle
from app.services import changed_profiles, definitions, reference
from app.services.manual import making
from app.services.manual.contents import Manual
from app.services.manual.ties import Ties, ties
from app.services.workbench import drafts, versions
from app.services.workbench.drafts import Draft
from app.store.db import reading
from app.store.definitions import DefinitionVersion


def areas() -> list[tuple[str, str]]:
    """The areas for which a manual can be read: key and name, by name."""
    return sorted(((one.key, one.name) for one in reference.profiles().values()), key=lambda one: one[1])


def of_pathway(viewer: Viewer, key: str, area: str | None = None) -> Manual:
    """The manual of the version in force, for the viewer's area or the one that is asked for. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        version_id = versions.in_force(session, key)
        if version_id is None:
            raise NotFound(f"There is no pathway called {key}.")
        number = definitions.number_of(session, version_id)
        bundle = definitions.bundle_of(session, version_id)
        around = _around(session)
    return making.manual_of(bundle, f"Version {number}, in force", _profile(viewer, area), around)


def of_version(viewer: Viewer, key: str, number: int, area: str | None = None) -> Manual:
    """The manual of a published version, in force or not. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        version_id = versions.version_id_of(session, key, number)
        is_current = versions.in_force(session, key) == version_id
        bundle = definitions.bundle_of(session, version_id)
        around = _around(session)
    words = f"Version {number}, {'in force' if is_current else 'not in force'}"
    return making.manual_of(bundle, words, _profile(viewer, area), around)


def of_draft(viewer: Viewer, draft_id: str, area: str | None = None) -> tuple[Draft, Manual]:
    """A draft and its manual as it would read. Raises NotFound, PathwayRefused."""
    draft = drafts.show(viewer, draft_id)
    with reading() as session:
        around = _around(session)
    words = f"Draft, as saved at revision {draft.revision}: not in force"
    return draft, making.manual_of(draft.bundle, words, _profile(viewer, area), around)


def of_all(bundles: dict[str, Bundle], area: str) -> list[Manual]:
    """The manuals of all these pathways, those that people start first, in the order of their pages."""
    profile, around = reference.profile(area), ties(bundles.values())
    made = [making.manual_of(bundle, "As shipped", profile, around) for bundle in bundles.values()]
    return sorted(made, key=lambda one: (not one.start_questions, one.name))


def _profile(viewer: Viewer, area: str | None) -> Profile:
    if area is not None and area not in reference.profiles():
        raise NotFound(f"There is no area called “{area[:40]}”.")
    is_own = area is None or area == changed_profiles.base_of(viewer.profile)
    return reference.profile(
        viewer.profile if is_own else str(area)
    )  # the viewer's own with what it has changed


def _around(session: Session) -> Ties:
    """The pathways in force."""
    current = session.scalars(select(DefinitionVersion.id).where(DefinitionVersion.is_current))
    return ties(definitions.bundle_of(session, version_id) for version_id in current.all())
