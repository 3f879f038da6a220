"""The feed of what happened, for other systems: the audit's entries that the viewer may see, oldest first.

It holds ids, names of steps and times, never what somebody answered: whoever may read that asks for the task. An entry
gets its place in the feed before it is committed, and on a server two writers commit in any order; what is younger
than the oldest open writing transaction is therefore held back, so that no reader's cursor runs past it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import LONDON, now
from app.store.audit import AuditEntry
from app.store.db import is_postgresql, reading
from app.store.people import names_of
from app.store.record_rules import is_open_to
from app.store.ties import sees_child

NOT_FOR_OTHERS = ("child_looked_at", "person_barred", "access_ended")
"""Who has looked at a child, and who is related to one, is for those who control the record."""

MOST_COUNTED = 10_000
SKEW = timedelta(seconds=2)
"""By how much the clocks of our machines may differ."""
TOLD = ("definition", "element", "name", "due_at", "message", "lane")
_OLDEST_WRITER = text(
    "SELECT min(xact_start) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class FeedEvent:
    """One thing that happened. `about` has the facts of TOLD that the entry holds."""

    id: str
    kind: str
    at: datetime
    child_id: str | None
    instance_id: str | None
    task_id: str | None
    person_id: str | None
    person: str | None
    about: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """JSON values only; the time with London's offset."""
        return {**vars(self), "at": self.at.astimezone(LONDON).isoformat(), "about": dict(self.about)}


@dataclass(frozen=True)
class Feed:
    """What comes after a cursor; `next_after` is the cursor for the next request. `total` counts up to MOST_COUNTED."""

    events: tuple[FeedEvent, ...]
    next_after: str
    total: int


def after(viewer: Viewer, cursor: str, at_most: int, kinds: tuple[str, ...] = ()) -> Feed:
    """At most so many events behind `cursor` (the id of the last one that was read; empty for the beginning).

    Those of children whom the viewer may see; what is about no child is for administrators alone.
    """
    require(viewer, "see_own_work", AuthorityThing(viewer.authority_id))
    with reading() as session:
        chosen = _chosen(session, viewer, cursor, kinds)
        events = _read(session, viewer, chosen, at_most)
        some = select(AuditEntry.id).where(*chosen).limit(MOST_COUNTED).subquery()
        total = session.scalar(select(func.count()).select_from(some)) or 0
    return Feed(events, events[-1].id if events else cursor, total)


def behind(
    session: Session, viewer: Viewer, cursor: str, at_most: int, kinds: tuple[str, ...] = ()
) -> tuple[FeedEvent, ...]:
    """The same events within a transaction, uncounted."""
    return _read(session, viewer, _chosen(session, viewer, cursor, kinds), at_most)


def newest(session: Session, authority_id: str) -> str:
    """The cursor behind which only what happens from now on will come."""
    found = session.scalar(
        select(AuditEntry.id)
        .where(AuditEntry.authority_id == authority_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return found or ""


def _chosen(
    session: Session, viewer: Viewer, cursor: str, kinds: tuple[str, ...]
) -> list[ColumnElement[bool]]:
    chosen = [
        AuditEntry.authority_id == viewer.authority_id,
        AuditEntry.id > cursor,
        *_settled(session),
        _seen(viewer),
    ]
    return [*chosen, AuditEntry.kind.in_(kinds)] if kinds else chosen


def _read(
    session: Session, viewer: Viewer, chosen: list[ColumnElement[bool]], at_most: int
) -> tuple[FeedEvent, ...]:
    rows = session.execute(
        select(
            AuditEntry.id,
            AuditEntry.kind,
            AuditEntry.at,
            AuditEntry.child_id,
            AuditEntry.instance_id,
            AuditEntry.task_id,
            AuditEntry.person_id,
            AuditEntry.facts,
        )
        .where(*chosen)
        .order_by(AuditEntry.id)
        .limit(at_most)
    ).all()
    names = names_of(session, viewer.authority_id, {row.person_id for row in rows if row.person_id})
    return tuple(_event(row, names) for row in rows)


def _settled(session: Session) -> list[ColumnElement[bool]]:
    """On PostgreSQL: nothing that an open transaction could still come before. SQLite lets one write at a time."""
    if not is_postgresql(session):
        return []
    oldest = session.execute(_OLDEST_WRITER).scalar()
    return [AuditEntry.at < oldest - SKEW] if oldest is not None else [AuditEntry.at <= now()]


def _seen(viewer: Viewer) -> ColumnElement[bool]:
    of_child = and_(
        AuditEntry.child_id.is_not(None),
        sees_child(viewer, AuditEntry.authority_id, AuditEntry.child_id),
        is_open_to(viewer, AuditEntry.child_id, "timeline"),
    )
    seen = or_(AuditEntry.child_id.is_(None), of_child) if viewer.is_admin else of_child
    return and_(seen, AuditEntry.kind.not_in(NOT_FOR_OTHERS))


def _event(row: Any, names: Mapping[str, str]) -> FeedEvent:
    about = {name: row.facts[name] for name in TOLD if row.facts.get(name) is not None}
    return FeedEvent(
        row.id, row.kind, row.at, row.child_id, row.instance_id, row.task_id, row.person_id,
        names.get(row.person_id or ""), about,
    )  # fmt: skip
