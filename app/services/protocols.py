"""The protocols, clause by clause: each duty, what meets it, and the open tasks that stand for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.duties import Coverage, Duty
from app.domain.errors import NotFound
from app.services import reference
from app.services.lists import TaskRow, as_task_row, task_rows
from app.services.reference import MetBy
from app.services.work_queries import IS_OPEN
from app.store.db import reading
from app.store.tasks import UserTask
from app.store.ties import sees_child

MOST_TASKS = 50
MOST_DUTIES = 45  # of one page, unless a single clause has more
STATUSES = {
    "pathway": "Met by tasks",
    "feature": "Met by the service",
    "context": "Not for software",
    "open": "Open",
}


@dataclass(frozen=True)
class DutyRow:
    """A duty with what meets it."""

    duty: Duty
    status: str
    met_by: tuple[MetBy, ...]
    feature: str
    reason: str
    actors: tuple[str, ...]

    @property
    def status_words(self) -> str:
        """How the duty is met, in three words."""
        return STATUSES[self.status]


@dataclass(frozen=True)
class Clause:
    """A clause of a protocol, its duties, and the page on which it stands."""

    name: str
    rows: tuple[DutyRow, ...]
    page: int


@dataclass(frozen=True)
class ProtocolView:
    """The protocol of an area, in pages of whole clauses; `counts` has how many duties are met in which way."""

    area: str
    name: str
    areas: tuple[tuple[str, str], ...]
    clauses: tuple[Clause, ...]
    counts: Mapping[str, int]

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return self.clauses[-1].page if self.clauses else 1


@dataclass(frozen=True)
class DutyView:
    """One duty, and the open tasks for it that the viewer may know of."""

    row: DutyRow
    area_name: str
    tasks: tuple[TaskRow, ...]


def show(viewer: Viewer, area: str | None = None, status: str | None = None) -> ProtocolView:
    """The protocol of an area (the viewer's own, unless another is asked for); only those met in one way, if asked.

    Raises NotFound for an area without a protocol.
    """
    require(viewer, "see_duties", AuthorityThing(viewer.authority_id))
    own = reference.profile(viewer.profile).area
    areas = reference.register().areas()
    chosen = area or own or areas[0]
    if chosen not in areas:
        raise NotFound()
    rows = [_row(one) for one in reference.duty_coverage(area=chosen)]
    counts = {name: sum(row.status == name for row in rows) for name in STATUSES}
    shown = [row for row in rows if status in (None, "", row.status)]
    names = tuple((one, area_name(one)) for one in areas)
    return ProtocolView(chosen, area_name(chosen), names, _clauses(shown), counts)


def _clauses(rows: list[DutyRow]) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    page, on_page = 1, 0
    for name, group in groupby(rows, key=lambda row: row.duty.clause):
        own = tuple(group)
        if on_page and on_page + len(own) > MOST_DUTIES:
            page, on_page = page + 1, 0
        on_page += len(own)
        clauses.append(Clause(name, own, page))
    return tuple(clauses)


def duty(viewer: Viewer, duty_id: str) -> DutyView:
    """One duty with what meets it and its open tasks, earliest due first. Raises NotFound."""
    require(viewer, "see_duties", AuthorityThing(viewer.authority_id))
    known = reference.register().duty(duty_id)
    (found,) = [one for one in reference.duty_coverage(area=known.area) if one.duty.id == duty_id]
    row = _row(found)
    with reading() as session:
        tasks = _tasks(session, viewer, row.met_by)
    return DutyView(row, area_name(known.area), tasks)


def area_name(area: str) -> str:
    """An area as pages say it."""
    return reference.profile(area).name if area in reference.profiles() else area.capitalize()


def _row(one: Coverage) -> DutyRow:
    roles = reference.roles().by_key
    return DutyRow(
        duty=one.duty,
        status=one.status,
        met_by=reference.met_by().get(one.duty.id, ()),
        feature=one.feature,
        reason=one.reason,
        actors=tuple(roles[role].name if role in roles else role for role in one.duty.actor),
    )


def _tasks(session: Session, viewer: Viewer, met: tuple[MetBy, ...]) -> tuple[TaskRow, ...]:
    if not met:
        return ()
    places = sorted({(one.definition, one.element) for one in met})
    rows = session.execute(
        task_rows()
        .where(
            UserTask.authority_id == viewer.authority_id,
            IS_OPEN,
            tuple_(UserTask.definition_key, UserTask.element_id).in_(places),
            sees_child(viewer, UserTask.authority_id, UserTask.child_id),
        )
        .order_by(UserTask.due_at, UserTask.id)
        .limit(MOST_TASKS)
    )
    return tuple(as_task_row(row) for row in rows)
