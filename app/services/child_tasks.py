"""The tasks of one child: what is open, and page by page what is over."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.access import Viewer, require
from app.services import case_system
from app.services.children import get
from app.services.listing import page_within
from app.services.lists import TaskRow, as_task_row, task_rows
from app.store.db import reading
from app.store.tasks import UserTask
from app.store.ties import child_thing

PAGE_SIZE = 25


@dataclass(frozen=True)
class ChildTasks:
    """`open` is earliest due first, `over` newest first: one page of each, with their totals and pages.

    `to_record` are the ids of those completed tasks on the page that nobody has recorded in the case system.
    """

    open: tuple[TaskRow, ...]
    over: tuple[TaskRow, ...]
    total: int
    page: int
    pages: int
    open_total: int
    open_page: int
    open_pages: int
    to_record: frozenset[str]


def show(viewer: Viewer, child_id: str, page: int = 1, open_page: int = 1) -> ChildTasks:
    """The tasks of a child, for somebody who sees the child. Raises NotFound."""
    of_child = (UserTask.authority_id == viewer.authority_id, UserTask.child_id == child_id)
    is_over = (*of_child, UserTask.state.in_(("completed", "cancelled")))
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        require(viewer, "see_child", child_thing(session, viewer.authority_id, child_id))
        total = session.scalar(select(func.count()).select_from(UserTask).where(*is_over)) or 0
        page, pages = page_within(page, total, PAGE_SIZE)
        is_open = (*of_child, UserTask.state == "open")
        open_total = session.scalar(select(func.count()).select_from(UserTask).where(*is_open)) or 0
        open_page, open_pages = page_within(open_page, open_total, PAGE_SIZE)
        opened = session.execute(
            task_rows()
            .where(*is_open)
            .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
            .limit(PAGE_SIZE)
            .offset((open_page - 1) * PAGE_SIZE)
        )
        over = session.execute(
            task_rows()
            .where(*is_over)
            .order_by(UserTask.completed_at.desc(), UserTask.id.desc())
            .limit(PAGE_SIZE)
            .offset((page - 1) * PAGE_SIZE)
        )
        rows = tuple(as_task_row(row) for row in over)
        return ChildTasks(
            tuple(as_task_row(row) for row in opened),
            rows,
            total,
            page,
            pages,
            open_total,
            open_page,
            open_pages,
            case_system.not_recorded(session, viewer.authority_id, rows),
        )
