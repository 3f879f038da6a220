"""The numbers by which an operator knows whether the service does its work: counts, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal_column, select

from app.domain.clock import now
from app.services import timers
from app.store.db import reading
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.outbox import Notification, OutboxMessage
from app.store.tasks import UserTask
from app.store.timers import Timer


@dataclass(frozen=True)
class Measures:
    """How much is waiting now; `timer_lag_seconds` is how long the oldest timer that is due has been so."""

    timer_lag_seconds: float
    timers_due: int
    tasks_open: int
    tasks_overdue: int
    instances_running: int
    instances_suspended: int
    incidents_open: int
    messages_queued: int
    letters_queued: int
    letters_failed: int


def take() -> Measures:
    """Count it now, in the database that all processes share. Raises Busy when it does not answer."""
    is_open = UserTask.state == literal_column("'open'")
    lag = timers.lag().total_seconds()
    with reading() as session:

        def count(table: type, *conditions: ColumnElement[bool]) -> int:
            return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

        return Measures(
            timer_lag_seconds=lag,
            timers_due=count(Timer, Timer.due_at <= now()),
            tasks_open=count(UserTask, is_open),
            tasks_overdue=count(UserTask, is_open, UserTask.due_at < now()),
            instances_running=count(ProcessInstance, ProcessInstance.status == literal_column("'running'")),
            instances_suspended=count(
                ProcessInstance, ProcessInstance.status == literal_column("'suspended'")
            ),
            incidents_open=count(Incident, Incident.resolved_at.is_(None)),
            messages_queued=count(OutboxMessage, OutboxMessage.state == literal_column("'queued'")),
            letters_queued=count(Notification, Notification.state == literal_column("'queued'")),
            letters_failed=count(Notification, Notification.state == literal_column("'failed'")),
        )
