"""What a person sees of a running pathway: where it stands on the diagram, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.domain.access import Viewer, may, require
from app.domain.errors import NotFound
from app.domain.forms import Form
from app.services import chronology, definitions, instance_history, instance_leads, instance_messages
from app.services.children import ChildRow
from app.services.chronology import Happening
from app.services.instance_history import ElementTimes, HistoryLine
from app.services.instance_leads import Drawn
from app.services.instance_messages import MessageLine, MoveLine
from app.services.lists import TaskRow, as_task_row, child_rows, task_rows
from app.services.task_view import badges
from app.store.children import Child
from app.store.db import reading
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.outbox import Notification, Subscription
from app.store.people import name_of
from app.store.tasks import UserTask
from app.store.ties import child_thing, sees_child
from app.store.timers import Timer

NEWS_SHOWN = 6
ACTIONS = (
    "send_message", "cancel_instance", "retry_incident", "see_incident",
    "suspend_instance", "resume_instance", "correct_start", "change_course",
)  # fmt: skip
"""What a person may be offered on the page of a pathway."""


@dataclass(frozen=True)
class TimerLine:
    """A timer that waits."""

    element_id: str
    name: str
    due_at: datetime


@dataclass(frozen=True)
class LetterLine:
    """Somebody who was (to be) told."""

    recipient: str
    role: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    error: str | None
    phone: str = ""


@dataclass(frozen=True)
class IncidentLine:
    """What went wrong, and why. `stands_still` is False where only the move to another version failed."""

    id: str
    element_id: str | None
    sentence: str
    created_at: datetime
    resolved_at: datetime | None
    stands_still: bool


@dataclass(frozen=True)
class InstanceRow:
    """A pathway of a child as lists show it."""

    id: str
    name: str
    definition_key: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    end_event: str | None
    parent_id: str | None
    root_id: str


@dataclass(frozen=True)
class InstanceView:
    """Everything that the page of a pathway instance shows. `accepts` are the messages that a person can send."""

    instance: InstanceRow
    version_number: int
    started_by: str | None
    child: ChildRow
    badges: tuple[str, ...]
    drawn: Drawn
    active: tuple[str, ...]
    done: tuple[str, ...]
    due: Mapping[str, datetime]
    tasks: tuple[TaskRow, ...]
    timers: tuple[TimerLine, ...]
    history: tuple[HistoryLine, ...]
    elements: tuple[ElementTimes, ...]
    moves: tuple[MoveLine, ...]
    news: tuple[Happening, ...]
    messages: tuple[MessageLine, ...]
    letters: tuple[LetterLine, ...]
    incidents: tuple[IncidentLine, ...]
    related: tuple[InstanceRow, ...]
    accepts: tuple[tuple[str, Form], ...]
    can: frozenset[str]

    @property
    def xml(self) -> str:
        """The BPMN text of what is drawn."""
        return self.drawn.xml


def show(viewer: Viewer, instance_id: str, process: str | None = None) -> InstanceView:
    """A pathway instance for the person who looks at it, with its drawing or that of a `process` that it calls.

    `news` are the newest lines of the child's chronology, for who may see that. Raises NotFound.
    """
    with reading() as session:
        found = session.get(ProcessInstance, (viewer.authority_id, instance_id))
        if found is None:
            raise NotFound()
        thing = child_thing(session, viewer.authority_id, found.child_id)
        require(viewer, "see_instance", thing)
        tasks = _open_tasks(session, found)
        timers = _timers(session, found)
        version = definitions.compiled(session, found.version_id)
        elements = instance_history.elements(session, found, version)
        related = _related(session, found)
        can = {action for action in ACTIONS if may(viewer, action, thing)}
        due = {line.element_id: line.due_at for line in timers}
        waiting = _waiting(session, found)
        return InstanceView(
            instance=instance_row(found),
            version_number=definitions.number_of(session, found.version_id),
            started_by=name_of(session, viewer.authority_id, found.created_by),
            child=child_rows(session, viewer.authority_id, [found.child_id])[found.child_id],
            badges=badges(session, viewer.authority_id, found.child_id),
            drawn=instance_leads.drawn(session, found, related, process),
            active=tuple(sorted({one.element_id for one in elements if one.is_open} | set(due) | waiting)),
            done=tuple(sorted(one.element_id for one in elements if one.completed)),
            due=due,
            tasks=tasks,
            timers=timers,
            history=instance_history.lines(session, found, version),
            elements=elements,
            moves=instance_messages.moves(session, found),
            news=_news(session, found) if may(viewer, "see_timeline", thing) else (),
            messages=instance_messages.messages(session, found, {one.id: one.name for one in related}),
            letters=_letters(session, found),
            incidents=_incidents(session, found),
            related=tuple(instance_row(one) for one in related),
            accepts=_accepts(session, found) if "send_message" in can else (),
            can=frozenset(can),
        )


def instance_row(found: ProcessInstance) -> InstanceRow:
    """The list's view of an instance's row."""
    return InstanceRow(
        found.id,
        found.name,
        found.definition_key,
        found.status,
        found.started_at,
        found.ended_at,
        found.end_event,
        found.parent_id,
        found.root_id,
    )


def _of(table: Any, found: ProcessInstance) -> Any:
    return (table.authority_id == found.authority_id) & (table.instance_id == found.id)


def _open_tasks(session: Session, found: ProcessInstance) -> tuple[TaskRow, ...]:
    rows = session.execute(
        task_rows()
        .where(_of(UserTask, found), UserTask.state == "open")
        .order_by(UserTask.due_at.is_(None), UserTask.due_at)
    )
    return tuple(as_task_row(row) for row in rows)


def _timers(session: Session, found: ProcessInstance) -> tuple[TimerLine, ...]:
    rows = session.scalars(select(Timer).where(_of(Timer, found)).order_by(Timer.due_at))
    return tuple(TimerLine(row.element_id, row.name, row.due_at) for row in rows)


def _waiting(session: Session, found: ProcessInstance) -> set[str]:
    return set(session.scalars(select(Subscription.element_id).where(_of(Subscription, found))))


def _news(session: Session, found: ProcessInstance) -> tuple[Happening, ...]:
    return chronology.newest(session, found.authority_id, found.child_id, NEWS_SHOWN)


def _letters(session: Session, found: ProcessInstance) -> tuple[LetterLine, ...]:
    rows = session.scalars(select(Notification).where(_of(Notification, found)))
    return tuple(
        LetterLine(
            row.recipient, row.role, row.state, row.created_at, row.sent_at, row.error, row.phone or ""
        )
        for row in sorted(
            rows, key=lambda one: (one.created_at, one.id)
        )  # in SQL, by the moments of all letters
    )


def _incidents(session: Session, found: ProcessInstance) -> tuple[IncidentLine, ...]:
    rows = session.scalars(select(Incident).where(_of(Incident, found)).order_by(Incident.created_at.desc()))
    return tuple(
        IncidentLine(
            row.id,
            row.element_id,
            row.sentence,
            row.created_at,
            row.resolved_at,
            row.command.get("do") != "migrate",
        )
        for row in rows
    )


def _related(session: Session, found: ProcessInstance) -> list[ProcessInstance]:
    query = select(ProcessInstance).where(
        ProcessInstance.authority_id == found.authority_id,
        ProcessInstance.root_id == found.root_id,
        ProcessInstance.id != found.id,
    )
    return list(session.scalars(query.options(defer(ProcessInstance.state)).order_by(ProcessInstance.id)))


def _accepts(session: Session, found: ProcessInstance) -> tuple[tuple[str, Form], ...]:
    """What people can tell this pathway or one that it started, by a form: the messages that one of them waits for."""
    if found.status not in ("running", "suspended"):
        return ()
    waits = session.execute(
        select(Subscription.message, ProcessInstance.version_id)
        .join(
            ProcessInstance,
            (ProcessInstance.authority_id == Subscription.authority_id)
            & (ProcessInstance.id == Subscription.instance_id),
        )
        .where(
            Subscription.authority_id == found.authority_id,
            Subscription.child_id == found.child_id,
            Subscription.root_id == found.root_id,
        )
        .distinct()
    )
    forms = {row.message: definitions.message_form(session, row.version_id, row.message) for row in waits}
    return tuple((name, form) for name, form in sorted(forms.items()) if form is not None)


def of_child(viewer: Viewer, child_id: str) -> tuple[InstanceRow, ...]:
    """The pathways of a child, newest first; none when the viewer may not see the child."""
    with reading() as session:
        rows = session.scalars(
            select(ProcessInstance)
            .join(
                Child,
                (Child.authority_id == ProcessInstance.authority_id) & (Child.id == ProcessInstance.child_id),
            )
            .where(
                ProcessInstance.authority_id == viewer.authority_id,
                ProcessInstance.child_id == child_id,
                sees_child(viewer, ProcessInstance.authority_id, ProcessInstance.child_id),
            )
            .order_by(ProcessInstance.id.desc())
        )
        return tuple(instance_row(row) for row in rows)
