"""Which of the tasks on a page the viewer may open: the others are shown without a link."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.access import TaskThing, Viewer, may
from app.services import reference
from app.services.lists import TaskRow
from app.store.db import reading
from app.store.ties import workers_of


def openable(viewer: Viewer, child_id: str, tasks: Iterable[TaskRow]) -> frozenset[str]:
    """The ids of those of a child's tasks whose pages the viewer may see."""
    with reading() as session:
        workers = workers_of(session, viewer.authority_id, child_id)
    return frozenset(task.id for task in tasks if may(viewer, "see_task", _thing(viewer, task, workers)))


def _thing(viewer: Viewer, task: TaskRow, workers: frozenset[str]) -> TaskThing:
    role = reference.roles().by_key.get(task.role)
    return TaskThing(
        authority_id=viewer.authority_id,
        role=task.role,
        team_id=task.team_id,
        assignee_id=task.assignee_id,
        agency=role.agency if role else None,
        worker_ids=workers,
    )
