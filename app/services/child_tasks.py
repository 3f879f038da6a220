"""The tasks of one child: what is open, and page by page what is over."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.access import Viewer, require
from app.services.children import get
from app.services.lists import TaskRow, as_task_row, task_rows
from app.store.db import reading
from app.store.tasks import UserTask
from app.store.ties import child_thing

PAGE_SIZE = 25
MOST_OPEN = 100


@dataclass(frozen=True)
class ChildTasks:
    """`open` is earliest due first (at most 100), `over` newest first, one page of it."""

    open: tuple[TaskRow, ...]
    over: tuple[TaskRow, ...]
    total: int
    page: int
    pages: int


def show(viewer: Viewer, child_id: str, page: int = 1) -> ChildTasks:
    """The tasks of a child, for somebody who sees the child. Raises NotFound."""
    of_child = (UserTask.authority_id == viewer.authority_id, UserTask.child_id == child_id)
    is_over = (*of_child, UserTask.state.in_(("completed", "cancelled")))
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        require(viewer, "see_child", child_thing(session, viewer.authority_id, child_id))
        total = session.scalar(select(func.count()).select_from(UserTask).where(*is_over)) or 0
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(max(1, page), pages)
        opened = session.execute(
            task_rows()
            .where(*of_child, UserTask.state == "open")
            .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
            .limit(MOST_OPEN)
        )
        over = session.execute(
            task_rows()
            .where(*is_over)
            .order_by(UserTask.completed_at.desc(), UserTask.id.desc())
            .limit(PAGE_SIZE)
            .offset((page - 1) * PAGE_SIZE)
        )
        return ChildTasks(
            tuple(as_task_row(row) for row in opened),
            tuple(as_task_row(row) for row in over),
            total,
            page,
            pages,
        )
