"""The versions of a pathway: which there are, which is in force, who goes by which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.errors import NotFound
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.instances import ProcessInstance

RUNNING = ("running", "suspended")


@dataclass(frozen=True)
class Version:
    """A version of a pathway with its place in history; `running` counts the pathways that still go by it."""

    id: str
    key: str
    number: int
    name: str
    note: str
    at: datetime
    by: str
    is_current: bool
    since: datetime | None
    running: int


def listed(viewer: Viewer, key: str) -> list[Version]:
    """Every version of a pathway, newest first. Raises NotFound when there is none."""
    require(viewer, "see_pathways", AuthorityThing(viewer.authority_id))
    version, instance = DefinitionVersion, ProcessInstance
    running = (
        select(func.count())
        .where(
            instance.version_id == version.id,
            instance.status.in_(RUNNING),
            instance.authority_id == viewer.authority_id,
        )
        .scalar_subquery()
    )
    query = (
        select(
            version.id,
            version.key,
            version.number,
            version.name,
            version.note,
            version.published_at,
            version.published_by_name,
            version.is_current,
            version.in_force_at,
            running.label("running"),
        )
        .where(version.key == key)
        .order_by(version.number.desc())
    )
    with reading() as session:
        found = [
            Version(
                id=row.id,
                key=row.key,
                number=row.number,
                name=row.name,
                note=row.note,
                at=row.published_at,
                by=row.published_by_name or "a release",
                is_current=row.is_current,
                since=row.in_force_at,
                running=row.running,
            )
            for row in session.execute(query)
        ]
    if not found:
        raise NotFound(f"There is no pathway called {key}.")
    return found


def version_id_of(session: Session, key: str, number: int) -> str:
    """The id of a version by its number. Raises NotFound."""
    found = session.scalar(
        select(DefinitionVersion.id).where(DefinitionVersion.key == key, DefinitionVersion.number == number)
    )
    if found is None:
        raise NotFound(f"There is no version {number} of {key}.")
    return found


def in_force(session: Session, key: str) -> str | None:
    """The id of the version that new pathways start on; None for a pathway that was never published."""
    version = DefinitionVersion
    return session.scalar(select(version.id).where(version.key == key, version.is_current))
