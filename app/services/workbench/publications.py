"""What was asked to be put in force, and what became of it. Who asks and decides does so in `publishing`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.store.db import reading
from app.store.workbench import Publication


@dataclass(frozen=True)
class Asked:
    """What somebody asked to be put in force, and what became of it."""

    id: str
    authority_id: str
    key: str
    state: str
    note: str
    draft_id: str | None
    draft_revision: int | None
    version_id: str
    in_force_then: str | None
    effective_at: datetime | None
    asked_at: datetime
    asked_by: str
    asked_by_name: str
    decided_at: datetime | None
    decided_by_name: str | None
    comment: str | None


def show(viewer: Viewer, asked_id: str) -> Asked:
    """What was asked. Raises NotFound."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return read(session, asked_id)


def read(session: Session, asked_id: str) -> Asked:
    """`show`, for services that are inside a transaction of their own."""
    found = _asked(session, Publication.id == asked_id)
    if not found:
        raise NotFound("There is nothing here to publish.")
    return found[0]


def open_for(viewer: Viewer, key: str | None = None) -> list[Asked]:
    """What is waiting for a second person or for its day; of one pathway where `key` is given."""
    require(viewer, "design", AuthorityThing(viewer.authority_id))
    wanted = [Publication.state.in_(("waiting", "approved"))]
    with reading() as session:
        return _asked(session, *wanted, *([Publication.key == key] if key else []))


def history(viewer: Viewer, key: str) -> list[Asked]:
    """Everything that was ever asked about a pathway, newest first."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _asked(session, Publication.key == key)


def _asked(session: Session, *wanted: Any) -> list[Asked]:
    columns = [getattr(Publication, field.name) for field in fields(Asked)]
    query = select(*columns).where(*wanted).order_by(Publication.asked_at.desc(), Publication.id.desc())
    return [Asked(*row) for row in session.execute(query)]
