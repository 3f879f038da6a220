"""Drafts of pathways, read: what there is, what each holds now, and what it held at every revision.

What changes them is in `drafting`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound, PathwayRefused
from app.engine import drawing, gate
from app.engine.contracts import Bundle
from app.services import definitions
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.people import Person
from app.store.workbench import DraftRevision, PathwayDraft

UNFINISHED = ("open", "waiting")
State = Literal["open", "waiting", "published", "discarded"]


_QUERY = (
    select(
        PathwayDraft.id,
        PathwayDraft.key,
        PathwayDraft.state,
        PathwayDraft.base_version_id,
        PathwayDraft.report,
        DefinitionVersion.number.label("base_number"),
        DraftRevision.number,
        DraftRevision.bundle,
        DraftRevision.saved_at,
        DraftRevision.saved_by_name,
    )
    .join(DraftRevision, DraftRevision.draft_id == PathwayDraft.id)
    .outerjoin(DefinitionVersion, DefinitionVersion.id == PathwayDraft.base_version_id)
)


@dataclass(frozen=True)
class Draft:
    """A draft with what it holds now. `base_number` is the number of the version it began from, if any."""

    id: str
    key: str
    name: str
    state: State
    revision: int
    base_version_id: str | None
    base_number: int | None
    bundle: Bundle
    changed_at: datetime
    changed_by: str
    report: tuple[Any, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it can be changed: not while the second person reads it, and not afterwards."""
        return self.state == "open"


@dataclass(frozen=True)
class DraftRow:
    """A draft as lists show it."""

    id: str
    key: str
    state: State
    revision: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class Revision:
    """One saving of a draft."""

    number: int
    what: str
    at: datetime
    by: str


def listed(viewer: Viewer) -> list[DraftRow]:
    """Every draft that is not finished, the last changed first."""
    require_design(viewer)
    draft = PathwayDraft
    query = (
        select(draft.id, draft.key, draft.state, draft.revision, draft.changed_at, Person.name)
        .outerjoin(Person, Person.id == draft.changed_by)
        .where(draft.state.in_(UNFINISHED))
        .order_by(draft.changed_at.desc())
    )
    with reading() as session:
        return [
            DraftRow(row.id, row.key, cast("State", row.state), row.revision, row.changed_at, row.name or "")
            for row in session.execute(query)
        ]


def show(viewer: Viewer, draft_id: str, revision: int | None = None) -> Draft:
    """The draft as it is now, or as it was at a revision. Raises NotFound."""
    require_design(viewer)
    with reading() as session:
        return read(session, draft_id, revision)


def read(session: Session, draft_id: str, revision: int | None = None) -> Draft:
    """`show`, for services that are inside a transaction of their own."""
    wanted = PathwayDraft.revision if revision is None else revision
    row = session.execute(_QUERY.where(PathwayDraft.id == draft_id, DraftRevision.number == wanted)).first()
    if row is None:
        raise NotFound("There is no such draft.")
    bundle = definitions.from_text(row.bundle)
    return Draft(
        id=row.id,
        key=row.key,
        name=_name_in(bundle),
        state=row.state,
        revision=row.number,
        base_version_id=row.base_version_id,
        base_number=row.base_number,
        bundle=bundle,
        changed_at=row.saved_at,
        changed_by=row.saved_by_name,
        report=tuple(json.loads(row.report)) if row.report else (),
    )


def revisions(viewer: Viewer, draft_id: str) -> list[Revision]:
    """Every saving that is kept, the newest first."""
    require_design(viewer)
    saved = DraftRevision
    query = (
        select(saved.number, saved.what, saved.saved_at, saved.saved_by_name)
        .where(saved.draft_id == draft_id)
        .order_by(saved.number.desc())
    )
    with reading() as session:
        return [Revision(*row) for row in session.execute(query)]


def _name_in(bundle: Bundle) -> str:
    try:
        found = drawing.read(gate.read(bundle.main)).processes
    except PathwayRefused:
        return bundle.key
    return next((process.name for process in found if process.id == bundle.key), "") or bundle.key


def require_design(viewer: Viewer) -> None:
    """Raises NotAllowed unless the viewer draws pathways."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
