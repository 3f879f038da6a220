"""The receipt of a completed task, told on the page to which the person comes back.

Which task it was stands in the address, as for everything that has a receipt: a tab tells its own, a page that was cut
off tells it when it is loaded again, and completing does not write a cookie.
"""

from __future__ import annotations

from flask import flash, g, request, url_for

from app.domain.errors import NotFound
from app.domain.moments import day_in_words, london_day
from app.services import reach, receipts, sign_offs
from app.services.receipts import Receipt
from app.web.addresses import COMPLETED
from app.web.local_words import local


def address(task_id: str) -> str:
    """Where a person goes from a completed task, and reads its receipt."""
    return url_for("work.mine", completed=task_id)


def tell() -> None:
    """Say what was recorded and what comes next: to whoever completed it or sent it for sign-off, nobody else."""
    task_id = request.args.get(COMPLETED)
    if not task_id:
        return
    try:
        manager = sign_offs.waits_for(g.viewer, task_id)
        began = receipts.of_task(g.viewer, task_id)
        sent = f"“{local(began.name)}” is sent for sign-off to: {local(manager)}." if manager else ""
        if sent or began.is_own:
            flash(sent or _told(began), "success")  # type: ignore[arg-type]  # base.html draws a mapping with its link
    except NotFound:  # somebody else has signed in since
        return


def _told(receipt: Receipt) -> str | dict[str, str]:
    """The words; with the next task as a link in the middle of them where the viewer may open it."""
    words = f"“{local(receipt.name)}” is recorded."
    for task in receipt.tasks[:1]:
        due = f", due {day_in_words(london_day(task.due_at))}" if task.due_at else ""
        is_own = task.assignee_id == g.viewer.person_id
        who = "yours" if is_own else f"for {local(task.assignee or task.role_name)}"
        before, name, after = f"{words} Next: ", local(task.name), f"{due}, {who}."
        if task.id in reach.openable(g.viewer, receipt.child_id, [task]):
            href = url_for("tasks.show", task_id=task.id)
            return {"before": before, "link": name, "href": href, "after": after}
        words = before + name + after
    if not receipt.tasks and receipt.clock:
        name, due_at = receipt.clock
        words += f" {local(name)}: {day_in_words(london_day(due_at))}."
    return words
