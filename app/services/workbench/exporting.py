"""Pathways to take away: exactly what was saved, as `engine.packing` packs it; `importing` reads it again."""

from __future__ import annotations

from app.domain.access import AuthorityThing, Viewer, require
from app.engine.packing import Packed, pack
from app.services import definitions
from app.services.workbench import drafts, versions
from app.store.db import reading


def of_draft(viewer: Viewer, draft_id: str) -> Packed:
    """What a draft holds now. Raises NotFound."""
    return pack(drafts.show(viewer, draft_id).bundle)


def of_version(viewer: Viewer, key: str, number: int) -> Packed:
    """What a version was published with. Raises NotFound."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return pack(definitions.bundle_of(session, versions.version_id_of(session, key, number)))
