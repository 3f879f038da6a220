"""A form as a document: what was answered, or what is typed so far, and that somebody printed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.domain.access import Viewer
from app.domain.clock import now
from app.domain.errors import NotFound
from app.services import beside_task, definitions, task_view
from app.services.beside_task import BesideTask
from app.services.task_view import TaskView
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask


@dataclass(frozen=True)
class TaskPaper:
    """A task with its answers, or with its draft, and what stands beside them (contributions, a manager's word);
    `version` is the number of the pathway's version that asked them."""

    view: TaskView
    beside: BesideTask
    version: int
    at: datetime


def read(viewer: Viewer, task_id: str) -> TaskPaper:
    """A task and what was answered so far. Raises NotFound, also for a task without a form."""
    view = task_view.show(viewer, task_id)
    if view.form is None:
        raise NotFound()
    with reading() as session:
        version_id = session.scalar(
            select(func.coalesce(UserTask.asked_on, ProcessInstance.version_id))
            .select_from(ProcessInstance)
            .join(
                UserTask,
                (UserTask.authority_id == ProcessInstance.authority_id)
                & (UserTask.instance_id == ProcessInstance.id),
            )
            .where(UserTask.authority_id == viewer.authority_id, UserTask.id == task_id)
        )
        number = definitions.number_of(session, version_id or "")
    return TaskPaper(view, beside_task.show(viewer, task_id), number, now())


def note_printed(viewer: Viewer, view: TaskView) -> None:
    """Say in the audit that the task left the app on paper, and by whom."""
    has_it = view.task.assignee_id
    entry = Entry(
        kind="document_made",
        child_id=view.child.id,
        person_id=viewer.person_id,
        for_id=has_it if has_it in viewer.covers else None,
        task_id=view.task.id,
        facts={"name": view.task.name},
    )
    with transaction() as session:
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{view.child.id}")
