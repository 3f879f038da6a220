"""Moving the due time of one task to an agreed day, kept beside the statutory limit, which nobody can move.

The agreed day stays when facts are counted again, unless the manager says that it falls away with the worked-out one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, may, require
from app.domain.clock import now, today
from app.domain.deadlines import Deadline
from app.domain.errors import BadInput, StaleTask
from app.domain.moments import day_in_words, end_of_day, london_day
from app.services import advance, letters, submissions, task_lookup, task_rows
from app.store.audit import Entry
from app.store.db import reading, transaction

LONGEST_REASON = 2000
LONGEST = timedelta(days=2 * 366)
CANNOT = "The date cannot be moved like this."


@dataclass(frozen=True)
class Move:
    """What a manager asks for: the agreed day, why, and whether it stays when the worked-out date moves."""

    on: date | None
    reason: str
    stays: bool = True


def can_move(viewer: Viewer, task_id: str) -> bool:
    """Whether the viewer may move this task's due time, and there is one. Raises NotFound."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        may_move = may(viewer, "move_deadline", task_lookup.thing(session, task))
        return may_move and task.state == "open" and task.due is not None


def show(viewer: Viewer, task_id: str) -> Deadline:
    """The due time that would be moved. Raises NotFound, NotAllowed, StaleTask when there is none or it is done."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        return _movable(session, viewer, task)


def look(viewer: Viewer, task_id: str, move: Move) -> Deadline:
    """What the due time would become; nothing is written. Raises as `move` does."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        return _agreed(viewer, _movable(session, viewer, task), move)


def move(viewer: Viewer, task_id: str, asked: Move, *, submission: str | None = None) -> Deadline:
    """Move it, and write to whoever has the task.

    Raises NotFound, NotAllowed, StaleTask, BadInput without a reason or for a day that is past, more than two years
    ahead, the present one, or later than a date that only the law sets.
    """
    with transaction() as session:
        instance, task = task_lookup.locked(session, viewer.authority_id, task_id)
        before = _movable(session, viewer, task)
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return before
        after = _agreed(viewer, before, asked)
        facts = {"agreed_at": after.to_json()["agreed"]["due_at"], "reason": asked.reason.strip()}
        _write(session, viewer, instance, task, after, facts)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    return after


def take_back(viewer: Viewer, task_id: str, reason: str, *, submission: str | None = None) -> Deadline:
    """Let the worked-out date count again, with a reason. Raises NotFound, NotAllowed, StaleTask, BadInput."""
    with transaction() as session:
        instance, task = task_lookup.locked(session, viewer.authority_id, task_id)
        before = _movable(session, viewer, task)
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return before
        if before.agreed is None:
            raise StaleTask("No date has been agreed for this task, so there is nothing to take back.")
        if problem := reasons.problem(
            reason, most=LONGEST_REASON, missing="Enter why the date is taken back"
        ):
            raise BadInput(CANNOT, {"why_back": [problem]})
        facts = {"agreed_at": None, "reason": f"The agreed date was taken back. {reason.strip()}"}
        _write(session, viewer, instance, task, before.worked_out, facts)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    return before.worked_out


def _movable(session: Session, viewer: Viewer, task: Row[Any]) -> Deadline:
    require(viewer, "move_deadline", task_lookup.thing(session, task), seen_by="see_task")
    task_lookup.refuse_unless_open(session, task)
    if task.due is None:
        raise StaleTask("This task has no due date that could be moved.")
    return Deadline.from_json(task.due)


def _agreed(viewer: Viewer, before: Deadline, asked: Move) -> Deadline:
    errors: dict[str, list[str]] = {}
    if problem := _problem_of_day(before, asked.on):
        errors["on"] = [problem]
    if problem := reasons.problem(asked.reason, most=LONGEST_REASON, missing="Enter why the date is moved"):
        errors["reason"] = [problem]
    if errors or asked.on is None:
        raise BadInput(CANNOT, errors)
    return before.agreeing(
        end_of_day(asked.on), reason=asked.reason.strip(), by=viewer.name, at=now(), stays=asked.stays
    )


def _problem_of_day(before: Deadline, on: date | None) -> str:
    if on is None:
        return "Enter the day until which it is agreed"
    if on < today():
        return "The day must be today or in the future"
    if on > today() + LONGEST:
        return "The day must be within two years"
    if before.agreed is not None and on == london_day(before.agreed.due_at):
        return "That is the day that is agreed already"
    if before.agreed is None and end_of_day(on) == before.due_at:
        return "That is the day on which it is due already"
    law = before.statutory
    if law is not None and before.local is None and on > law.due_on:
        return f"The law sets this date, so the day must not be after {day_in_words(law.due_on)}"
    return ""


def _write(
    session: Session,
    viewer: Viewer,
    instance: advance.InstanceRow,
    task: Row[Any],
    deadline: Deadline,
    facts: dict[str, Any],
) -> None:
    task_rows.write_due(session, instance, task, deadline)
    entry = Entry(
        kind="deadline_moved",
        child_id=task.child_id,
        person_id=viewer.person_id,
        for_id=None,  # a manager moves dates as themselves
        task_id=task.id,
        facts={
            "definition": task.definition_key,
            "element": task.element_id,
            "name": task.name,
            "was": task.due_at.isoformat() if task.due_at else None,
            "due_at": deadline.to_json()["due_at"],
            **facts,
        },
    )
    advance.record(session, instance, [entry])
    if task.assignee_id is not None:
        letters.tell(session, task.assignee_id, "moved", task, by=viewer.person_id)
