"""An escalation as people look at it: level by level who was told, when, and what came of it; and who comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.domain.access import CASEWORK_AGENCIES, Viewer
from app.domain.clock import now
from app.services import acknowledging, reference
from app.services.acknowledging import Told
from app.services.child_rows import ChildRow
from app.services.work_rows import child_rows
from app.store.people import Team, names_of
from app.store.tasks import Answer, UserTask
from app.store.timers import Timer

LEVELS = ("first", "second", "third", "fourth")
WAITING, ANSWERED, SILENT, OVERTAKEN = "Waiting", "Answered", "No answer in time", "Over before an answer"


@dataclass(frozen=True)
class Step:
    """A level of the ladder that was reached. `runs_out_at` is when it goes on to the next unless it is answered.

    `told` are the people who were told, each with what they acknowledged. `response` is for those who read answers:
    the two agencies whose casework it is, and administrators. `is_for_viewer`: they were told, and may answer still.
    """

    level: int
    task_id: str
    role: str
    role_name: str
    team: str
    state: str
    raised_at: datetime
    runs_out_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    response: str
    settled: bool | None
    told: tuple[Told, ...]
    is_for_viewer: bool

    @property
    def is_open(self) -> bool:
        """Whether its answer is still waited for."""
        return self.state == WAITING


@dataclass(frozen=True)
class Escalation:
    """Something late or in dispute on its way up. `raised_for` is the step that it is about, by its id.

    `next_role` is empty when nobody is above the level reached.
    """

    id: str
    child: ChildRow
    what: str
    due_at: datetime | None
    pathway: str
    pathway_key: str
    raised_by_id: str | None
    raised_for: str | None
    raised_at: datetime
    steps: tuple[Step, ...]
    next_role: str
    is_open: bool
    ended_at: datetime | None
    how_it_ended: str

    @property
    def is_past_due(self) -> bool:
        """Whether what it is about was due before now; a dispute is taken up the ladder before it is late."""
        return self.due_at is not None and self.due_at < now()

    @property
    def runs_out_at(self) -> datetime | None:
        """When the clock of the level that it has reached runs out."""
        return self.steps[-1].runs_out_at if self.is_open and self.steps else None


def ladders(session: Session, viewer: Viewer, rows: Sequence[Row[Any]]) -> list[Escalation]:
    """The escalations of these instances, in their order: a fixed number of statements however many there are."""
    if not rows:
        return []
    steps = _steps(session, viewer, rows)
    late = _late_tasks(session, viewer, rows)
    children = child_rows(session, viewer.authority_id, [row.child_id for row in rows])
    return [
        _escalation(
            viewer, row, steps.get(row.id, ()), late.get((row.parent_id, row.correlation_key)), children
        )
        for row in rows
    ]


def level_of(element_id: str) -> int:
    """Which level a step of the ladder is at, by its id in the drawing."""
    return next((place for place, word in enumerate(LEVELS, 1) if f"_{word}_level" in element_id), 0)


def _escalation(
    viewer: Viewer,
    row: Row[Any],
    steps: tuple[Step, ...],
    late: Row[Any] | None,
    children: Mapping[str, ChildRow],
) -> Escalation:
    is_open = row.status in ("running", "suspended")
    role = reference.roles().by_key.get(late.role) if late else None
    above = reference.profile(viewer.profile).ladder_role(
        max((step.level for step in steps), default=0) + 1, role.agency if role else "csc"
    )
    return Escalation(
        id=row.id,
        child=children[row.child_id],
        what=late.name if late else "Something is late",
        due_at=late.due_at if late else None,
        pathway=row.raised_by or "",
        pathway_key=row.raised_by_key or "",
        raised_by_id=row.parent_id,
        raised_for=row.correlation_key,
        raised_at=row.created_at,
        steps=steps,
        next_role=reference.roles().name_of(above) if above and is_open else "",
        is_open=is_open,
        ended_at=row.ended_at,
        how_it_ended="" if is_open else _how_it_ended(row.status, row.end_event or "", steps),
    )


def _how_it_ended(status: str, end_event: str, steps: tuple[Step, ...]) -> str:
    if status == "cancelled":
        return "Cancelled"
    if "escalation_over" in end_event:
        return "What it was about is done or settled"
    if steps and steps[-1].settled:
        return f"Settled by {steps[-1].role_name}"
    return "It went to the top of the ladder and was not settled"


def _late_tasks(session: Session, viewer: Viewer, rows: Iterable[Row[Any]]) -> dict[tuple[str, str], Any]:
    """What each is about, by the instance and the step that raised it; of a step that came again the last."""
    about = {(row.parent_id, row.correlation_key) for row in rows if row.parent_id and row.correlation_key}
    if not about:
        return {}
    found = session.execute(
        select(UserTask.instance_id, UserTask.element_id, UserTask.name, UserTask.role, UserTask.due_at)
        .where(
            UserTask.authority_id == viewer.authority_id,
            UserTask.instance_id.in_(sorted({one for one, _ in about})),
            UserTask.element_id.in_(sorted({key for _, key in about})),
        )
        .order_by(UserTask.created_at, UserTask.id)
    )
    return {(row.instance_id, row.element_id): row for row in found}


def _steps(session: Session, viewer: Viewer, rows: Sequence[Row[Any]]) -> dict[str, tuple[Step, ...]]:
    """The levels reached of each escalation, in their order."""
    instances = {row.id: row for row in rows}
    tasks = session.execute(
        select(
            UserTask.id, UserTask.authority_id, UserTask.instance_id, UserTask.element_id, UserTask.role,
            UserTask.assignee_id, UserTask.state, UserTask.created_at, UserTask.due_at, UserTask.completed_at,
            UserTask.completed_by, Team.name.label("team"),
        )
        .outerjoin(Team, and_(Team.authority_id == UserTask.authority_id, Team.id == UserTask.team_id))
        .where(UserTask.authority_id == viewer.authority_id, UserTask.instance_id.in_(sorted(instances)))
        .order_by(UserTask.created_at, UserTask.id)
    ).all()  # fmt: skip
    timers = session.execute(
        select(Timer.instance_id, Timer.due_at).where(
            Timer.authority_id == viewer.authority_id,
            Timer.instance_id.in_(sorted(instances)),
            Timer.kind == "engine",
        )
    )
    clocks: dict[str, datetime] = {row.instance_id: row.due_at for row in timers}
    said = _answers(session, viewer, [task.id for task in tasks if task.state == "completed"])
    may_read = viewer.is_admin or not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)
    told = acknowledging.told(session, tasks)
    names = names_of(session, viewer.authority_id, [task.completed_by for task in tasks if task.completed_by])
    last = {task.instance_id: task.id for task in tasks}
    grouped: dict[str, list[Step]] = {}
    for task in tasks:
        given = said.get(task.id, {})
        step = Step(
            level=level_of(task.element_id),
            task_id=task.id,
            role=task.role,
            role_name=reference.roles().name_of(task.role),
            team=task.team or "",
            state=_state(task, instances[task.instance_id], is_last=last[task.instance_id] == task.id),
            raised_at=task.created_at,
            runs_out_at=clocks.get(task.instance_id) if task.state == "open" else task.due_at,
            answered_at=task.completed_at if task.state == "completed" else None,
            answered_by=names.get(task.completed_by or "", ""),
            response=str(given.get("response") or "") if may_read else "",
            settled=given.get("settled"),
            told=told.get(task.id, ()),
            is_for_viewer=task.state == "open"
            and viewer.person_id in {one.person_id for one in told[task.id]},
        )
        grouped.setdefault(task.instance_id, []).append(step)
    return {one: tuple(steps) for one, steps in grouped.items()}


def _state(task: Any, instance: Row[Any], *, is_last: bool) -> str:
    if task.state == "open":
        return WAITING
    if task.state == "completed":
        return ANSWERED
    was_overtaken = instance.status == "cancelled" or "escalation_over" in (instance.end_event or "")
    return OVERTAKEN if is_last and was_overtaken else SILENT


def _answers(session: Session, viewer: Viewer, task_ids: list[str]) -> dict[str, dict[str, Any]]:
    if not task_ids:
        return {}
    found = session.execute(
        select(Answer.id, Answer.answers).where(
            Answer.authority_id == viewer.authority_id, Answer.id.in_(task_ids)
        )
    )
    return {row.id: row.answers for row in found}
