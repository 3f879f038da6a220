"""Pathways of children as another system lists them: those that the viewer may see, narrowed and counted in SQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from app.domain.access import Viewer
from app.domain.clock import now
from app.services.instance_view import InstanceRow, instance_row
from app.services.listing import Page, Paged, in_order
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask
from app.store.ties import sees_child

STATES = ("running", "suspended", "ended", "cancelled")
ORDERS = {
    "started_at": ProcessInstance.started_at,
    "created_at": ProcessInstance.created_at,
    "ended_at": ProcessInstance.ended_at,
    "name": ProcessInstance.name,
}


@dataclass(frozen=True)
class InstanceFilter:
    """What the list is narrowed to; what is None narrows nothing. `overdue`: whether one of its tasks is."""

    child_id: str | None = None
    pathway: str | None = None
    state: str | None = None
    overdue: bool | None = None


@dataclass(frozen=True)
class ListedInstance:
    """A pathway of a child, with whose it is."""

    row: InstanceRow
    child_id: str


def find(viewer: Viewer, narrowed: InstanceFilter, sort: str | None, paged: Paged) -> Page[ListedInstance]:
    """One page of the pathways of children whom the viewer may see, the newest first unless `sort` says otherwise."""
    chosen = [
        ProcessInstance.authority_id == viewer.authority_id,
        sees_child(viewer, ProcessInstance.authority_id, ProcessInstance.child_id),
        is_open_to(viewer, ProcessInstance.child_id, "pathways"),
        *_narrowing(narrowed),
    ]
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(ProcessInstance).where(*chosen)) or 0
        found = session.scalars(
            select(ProcessInstance)
            .where(*chosen)
            .order_by(*in_order(ORDERS, sort, (), ProcessInstance.id.desc()))
            .limit(paged.page_size)
            .offset(paged.offset)
        )
        rows = tuple(ListedInstance(instance_row(one), one.child_id) for one in found)
    return Page(rows, total, paged.page, paged.page_size)


def _narrowing(narrowed: InstanceFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (ProcessInstance.child_id, narrowed.child_id),
        (ProcessInstance.definition_key, narrowed.pathway),
        (ProcessInstance.status, narrowed.state),
    ):
        if value is not None:
            found.append(column == value)
    if narrowed.overdue is not None:
        late = exists().where(
            UserTask.authority_id == ProcessInstance.authority_id,
            UserTask.instance_id == ProcessInstance.id,
            UserTask.state == "open",
            UserTask.due_at < now(),
        )
        found.append(late if narrowed.overdue else ~late)
    return found
