"""What a person sees of a child: who they are, what is open, their pathways, the people around them, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.moments import london_day
from app.services import child_keys, child_record, child_story, chronology, facts
from app.services.child_record import Hearing, Held, Payment, Stay
from app.services.child_story import Known
from app.services.children import ChildRow, get
from app.services.chronology import Happening
from app.services.instance_view import InstanceRow, of_child
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.services.task_view import badges
from app.store.children import LegalStatus
from app.store.db import reading
from app.store.tasks import UserTask
from app.store.ties import child_thing

NEWEST = 8
PARTS = (
    "start_pathway",
    "edit_child",
    "settle_status",
    "see_money",
    "see_instance",
    "see_plans",
    "see_documents",
    "see_timeline",
    "see_network",
    "add_document",
    "share",
)
"""What the child's page asks the permission table for."""


@dataclass(frozen=True)
class ChildHead:
    """The child as the head of a page has it, and what the viewer may do (`can`)."""

    child: ChildRow
    identifiers: Mapping[str, str]
    facts: Mapping[str, Any]
    badges: tuple[str, ...]
    can: frozenset[str]


@dataclass(frozen=True)
class ChildView:
    """Everything that the child's page shows."""

    child: ChildRow
    identifiers: Mapping[str, str]
    facts: Mapping[str, Any]
    badges: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    pathways: tuple[InstanceRow, ...]
    workers: tuple[Held, ...]
    story: tuple[str, ...]
    newest: tuple[Happening, ...]
    hearings: tuple[Hearing, ...]
    stays: tuple[Stay, ...]
    payments: tuple[Payment, ...]
    can: frozenset[str]


def show(viewer: Viewer, child_id: str) -> ChildView:
    """A child for the person who looks at the record. Raises NotFound."""
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "see_child", thing)
        view: dict[str, Any] = {
            "child": child_rows(session, viewer.authority_id, [child_id])[child_id],
            "identifiers": child_keys.numbers_of(session, viewer.authority_id, child_id),
            "facts": facts.known(session, viewer.authority_id, child_id),
            "badges": badges(session, viewer.authority_id, child_id),
            "tasks": _tasks(session, viewer.authority_id, child_id),
            "newest": _newest(session, viewer, child_id) if may(viewer, "see_timeline", thing) else (),
            "hearings": child_record.hearings(session, viewer, child_id),
            "stays": child_record.stays(session, viewer, child_id),
            "payments": child_record.payments(session, viewer, child_id),
            "can": frozenset(action for action in PARTS if may(viewer, action, thing)),
        }
        since = _looked_after_since(session, viewer.authority_id, child_id)
    sees_pathways = "see_instance" in view["can"]
    pathways = of_child(viewer, child_id) if sees_pathways else ()
    sees_network = "see_network" in view["can"] and not view["child"].is_partnership
    workers = child_record.people(viewer, child_id).now if sees_network else ()
    story = child_story.sentences(
        Known(
            view["child"].given_name,
            view["facts"],
            pathways if sees_pathways else None,
            view["tasks"],
            view["newest"],
            since,
        )
    )
    return ChildView(pathways=pathways, workers=workers, story=story, **view)


def head(viewer: Viewer, child_id: str) -> ChildHead:
    """What stands above every page of a child: the identity bar. Raises NotFound."""
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
        require(viewer, "see_child", thing)
        return ChildHead(
            child=child_rows(session, viewer.authority_id, [child_id])[child_id],
            identifiers=child_keys.numbers_of(session, viewer.authority_id, child_id),
            facts=facts.known(session, viewer.authority_id, child_id),
            badges=badges(session, viewer.authority_id, child_id),
            can=frozenset(action for action in PARTS if may(viewer, action, thing)),
        )


def _looked_after_since(session: Session, authority_id: str, child_id: str) -> date | None:
    moment = session.scalar(
        select(func.min(LegalStatus.from_at)).where(
            LegalStatus.authority_id == authority_id,
            LegalStatus.child_id == child_id,
            LegalStatus.status.like("looked_after%"),
            LegalStatus.until_at.is_(None),
        )
    )
    return london_day(moment) if moment else None


def _newest(session: Session, viewer: Viewer, child_id: str) -> tuple[Happening, ...]:
    return chronology.newest(session, viewer.authority_id, child_id, NEWEST)


def _tasks(session: Session, authority_id: str, child_id: str) -> tuple[TaskRow, ...]:
    rows = session.execute(
        task_rows()
        .where(UserTask.authority_id == authority_id, UserTask.child_id == child_id, UserTask.state == "open")
        .order_by(UserTask.due_at.is_(None), UserTask.due_at)
    )
    return tuple(as_task_row(row) for row in rows)
