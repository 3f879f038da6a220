"""The receipt of a completed task, told on the page to which the person comes back."""

from __future__ import annotations

from flask import flash, g, session

from app.domain.errors import NotFound
from app.domain.moments import day_in_words, london_day
from app.services import receipts, sign_offs
from app.services.receipts import Receipt
from app.web.local_words import local

DONE = "done"  # the place in the cookie of the task that has just been completed


def keep(task_id: str) -> None:
    """Remember the task until the next page; what it has set going is looked up there."""
    session[DONE] = task_id


def tell() -> None:
    """Say what was recorded and what comes next, once."""
    task_id = session.pop(DONE, None)
    if task_id is None:
        return
    try:
        manager = sign_offs.waits_for(g.viewer, task_id)
        began = receipts.of_task(g.viewer, task_id)
        sent = f"“{local(began.name)}” is sent for sign-off to: {local(manager)}." if manager else ""
        flash(sent or _words(began), "success")
    except NotFound:  # somebody else has signed in since
        return


def _words(receipt: Receipt) -> str:
    words = f"“{local(receipt.name)}” is recorded."
    for task in receipt.tasks[:1]:
        due = f", due {day_in_words(london_day(task.due_at))}" if task.due_at else ""
        is_own = task.assignee_id == g.viewer.person_id
        who = "yours" if is_own else f"for {local(task.assignee or task.role_name)}"
        words += f" Next: {local(task.name)}{due}, {who}."
    if not receipt.tasks and receipt.clock:
        name, due_at = receipt.clock
        words += f" {local(name)}: {day_in_words(london_day(due_at))}."
    return words
