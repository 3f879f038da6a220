"""What of a pathway can be tried out: every version of it, and its draft for those who design."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.errors import NotFound
from app.engine.contracts import Bundle
from app.services import definitions
from app.services.workbench import drafts, versions
from app.services.workbench.versions import Version
from app.store.db import reading

VERSION, DRAFT = "version-", "draft-"


@dataclass(frozen=True)
class Subject:
    """A drawing that can be simulated. `number` is a version's, `draft_id` a draft's."""

    called: str
    bundle: Bundle
    number: int | None = None
    draft_id: str | None = None


def offered(viewer: Viewer, key: str) -> dict[str, str]:
    """What there is, by its code: the draft, then the newest version. Raises NotFound when there is nothing."""
    found = {
        f"{VERSION}{one.number}": f"Version {one.number}{', in force' if one.is_current else ''}"
        for one in _versions(viewer, key)
    }
    if may(viewer, "design", AuthorityThing(viewer.authority_id)):
        mine = [one for one in drafts.listed(viewer) if one.key == key]
        found = {f"{DRAFT}{one.id}": f"The draft as it is saved now ({one.revision})" for one in mine} | found
    if not found:
        raise NotFound(f"There is no pathway called {key}.")
    return found


def find(viewer: Viewer, key: str, of: str) -> Subject:
    """The drawing by its code. Raises NotFound."""
    require(viewer, "simulate", AuthorityThing(viewer.authority_id))
    if of.startswith(DRAFT):
        draft = drafts.show(viewer, of.removeprefix(DRAFT))
        if draft.key == key:
            return Subject(f"the draft (saved as {draft.revision})", draft.bundle, draft_id=draft.id)
    number = of.removeprefix(VERSION)
    if not of.startswith(VERSION) or not number.isdecimal():
        raise NotFound("There is no such version of this pathway.")
    with reading() as session:
        version_id = versions.version_id_of(session, key, int(number))
        return Subject(f"version {number}", definitions.bundle_of(session, version_id), int(number))


def first(viewer: Viewer, key: str) -> str:
    """The code of the version in force; of what else there is, where none is. Raises NotFound."""
    current = [f"{VERSION}{one.number}" for one in _versions(viewer, key) if one.is_current]
    return current[0] if current else next(iter(offered(viewer, key)))


def _versions(viewer: Viewer, key: str) -> list[Version]:
    try:
        return versions.listed(viewer, key)
    except NotFound:
        return []  # a pathway that is new has a draft alone
