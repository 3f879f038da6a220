"""How far the viewer reaches from a page: which tasks they may open, which record they may start from."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.access import TaskThing, Viewer, keeps_out, may
from app.domain.errors import NotFound
from app.domain.viewer import UNGUARDED, Record
from app.services import reference
from app.services.children import get
from app.services.lists import TaskRow
from app.store.db import reading
from app.store.team_members import workers_of_each
from app.store.ties import child_thing, record_of_child, records_of_each, workers_of


def openable(viewer: Viewer, child_id: str, tasks: Iterable[TaskRow]) -> frozenset[str]:
    """The ids of those of a child's tasks whose pages the viewer may see."""
    with reading() as session:
        workers = workers_of(session, viewer.authority_id, child_id)
        record = record_of_child(session, viewer.authority_id, child_id)
    return frozenset(
        task.id for task in tasks if may(viewer, "see_task", _thing(viewer, task, workers, record))
    )


def openable_of_many(viewer: Viewer, tasks: Iterable[TaskRow]) -> frozenset[str]:
    """Like `openable`, for tasks of any number of children."""
    listed = list(tasks)
    with reading() as session:
        children = {task.child.id for task in listed}
        workers = workers_of_each(session, viewer.authority_id, children)
        records = records_of_each(session, viewer.authority_id, children)
    return frozenset(
        task.id
        for task in listed
        if may(
            viewer,
            "see_task",
            _thing(viewer, task, workers[task.child.id], records.get(task.child.id, UNGUARDED)),
        )
    )


def of_child(viewer: Viewer, child_id: str, actions: Iterable[str]) -> frozenset[str]:
    """Those of the actions that the viewer may take on the child."""
    with reading() as session:
        thing = child_thing(session, viewer.authority_id, child_id)
    return frozenset(action for action in actions if may(viewer, action, thing))


def require_record(viewer: Viewer, child_id: str) -> bool:
    """Whether the viewer sees the child, or only links a record that the other agency holds.

    Raises NotFound when the viewer's authority has no such record at all, or it is closed to the viewer.
    """
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        thing = child_thing(session, viewer.authority_id, child_id)
    if keeps_out(viewer, thing.record):
        raise NotFound()
    return may(viewer, "see_child", thing)


def _thing(viewer: Viewer, task: TaskRow, workers: frozenset[str], record: Record) -> TaskThing:
    role = reference.roles().by_key.get(task.role)
    return TaskThing(
        authority_id=viewer.authority_id,
        role=task.role,
        team_id=task.team_id,
        assignee_id=task.assignee_id,
        agency=role.agency if role else None,
        worker_ids=workers,
        record=record,
    )
