"""Finding a task, and what the permission table needs to know of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import TaskThing, Viewer
from app.domain.errors import BadInput, NotFound, StaleTask
from app.domain.moments import moment_in_words
from app.domain.viewer import UNGUARDED
from app.services import advance, reference
from app.services.advance import InstanceRow
from app.store import people
from app.store.askings import Asking, SignOff
from app.store.db import ask, execute, table_of
from app.store.record_rules import RecordRule
from app.store.tasks import UserTask
from app.store.ties import record_of_child, workers_of

LONGEST_REASON = 2000
_TASKS = table_of(UserTask)
_SIGN_OFFS, _ASKINGS = table_of(SignOff), table_of(Asking)
_RULES = table_of(RecordRule)
_AUTHOR = (
    select(_SIGN_OFFS.c.submitted_by)
    .where(
        _SIGN_OFFS.c.authority_id == _TASKS.c.authority_id,
        _SIGN_OFFS.c.task_id == _TASKS.c.id,
        _SIGN_OFFS.c.state == literal_column("'waiting'"),
        _TASKS.c.sign_off == literal_column("'waiting'"),
    )
    .scalar_subquery()
)
_SIGNER = (
    select(_SIGN_OFFS.c.decided_by)
    .where(
        _SIGN_OFFS.c.authority_id == _TASKS.c.authority_id,
        _SIGN_OFFS.c.task_id == _TASKS.c.id,
        _TASKS.c.sign_off == literal_column("'approved'"),
    )
    .order_by(_SIGN_OFFS.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
_REQUIRED = (
    select(func.count())
    .where(
        _ASKINGS.c.authority_id == _TASKS.c.authority_id,
        _ASKINGS.c.task_id == _TASKS.c.id,
        _ASKINGS.c.state == literal_column("'open'"),
        _ASKINGS.c.is_required,
    )
    .scalar_subquery()
)
_IS_GUARDED = (
    select(literal_column("1"))
    .where(
        _RULES.c.authority_id == _TASKS.c.authority_id,
        _RULES.c.child_id == _TASKS.c.child_id,
        _RULES.c.ended_at.is_(None),
    )
    .limit(1)
    .scalar_subquery()
)
_TASK = select(
    _TASKS.c.authority_id,
    _TASKS.c.id,
    _TASKS.c.instance_id,
    _TASKS.c.child_id,
    _TASKS.c.ref,
    _TASKS.c.definition_key,
    _TASKS.c.element_id,
    _TASKS.c.name,
    _TASKS.c.role,
    _TASKS.c.form,
    _TASKS.c.duty,
    _TASKS.c.team_id,
    _TASKS.c.assignee_id,
    _TASKS.c.state,
    _TASKS.c.created_at,
    _TASKS.c.due_at,
    _TASKS.c.due,
    _TASKS.c.overdue_at,
    _TASKS.c.escalated_at,
    _TASKS.c.completed_at,
    _TASKS.c.completed_by,
    _TASKS.c.sign_off,
    _TASKS.c.asked_on,
    _AUTHOR.label("author_id"),
    _SIGNER.label("signed_by"),
    _REQUIRED.label("needs_contribution"),
    _IS_GUARDED.label("is_guarded"),
).where(_TASKS.c.authority_id == bindparam("of_authority"), _TASKS.c.id == bindparam("of_task"))


def row(session: Session, authority_id: str, task_id: str) -> Row[Any]:
    """A task's row. Raises NotFound."""
    found = execute(session, _TASK, {"of_authority": authority_id, "of_task": task_id}).first()
    if found is None:
        raise NotFound()
    return found


def locked(session: Session, authority_id: str, task_id: str) -> tuple[InstanceRow, Row[Any]]:
    """A task's instance, locked until the transaction ends, and the task as it is then. Raises NotFound."""
    keys = {"of_authority": authority_id, "of_task": task_id}
    instance, task = ask(session, (advance.LOCK_OF_TASK, keys), (_TASK, keys))
    return advance.locked(instance.first()), task.one()


def thing(session: Session, task: Row[Any], viewer: Viewer | None = None) -> TaskThing:
    """The task as the permission table sees it.

    Asked for a `viewer` whom the task's team or assignee already ties to it, the child's workers are left out.
    """
    is_tied = viewer is not None and (
        task.team_id in viewer.team_ids or task.assignee_id in viewer.stands_for
    )
    role = reference.roles().by_key.get(task.role)
    return TaskThing(
        authority_id=task.authority_id,
        role=task.role,
        team_id=task.team_id,
        assignee_id=task.assignee_id,
        agency=role.agency if role else None,
        worker_ids=frozenset() if is_tied else workers_of(session, task.authority_id, task.child_id),
        author_id=task.author_id,
        completed_by=task.completed_by,
        signed_by=task.signed_by,
        record=record_of_child(session, task.authority_id, task.child_id) if task.is_guarded else UNGUARDED,
    )


def refuse_unless_open(session: Session, task: Row[Any]) -> None:
    """Raises StaleTask, saying who completed the task and when, or that it is no longer needed."""
    if task.state == "open":
        return
    if task.state == "cancelled":
        raise StaleTask("This task is no longer needed: the pathway has moved on.", state=task.state)
    who = name_of(session, task.completed_by, task.authority_id)
    when = moment_in_words(task.completed_at) if task.completed_at else ""
    raise StaleTask(f"This task was completed by {who} on {when}.", state=task.state, by=who, at=when)


def refuse_while_signing(session: Session, task: Row[Any]) -> None:
    """Raises StaleTask while the answers wait for a manager's word: they are not the author's to change."""
    if task.author_id is not None:
        who = name_of(session, task.author_id, task.authority_id)
        raise StaleTask(f"{who} has sent this task for sign-off. It can be changed when it is returned.")


def name_of(session: Session, person_id: str | None, authority_id: str) -> str:
    """A person's name, for sentences."""
    return people.name_of(session, authority_id, person_id) or "somebody else"


def refuse_without_reason(
    session: Session, viewer: Viewer, task: Row[Any], person_id: str, reason: str
) -> None:
    """Whoever takes a task from somebody else says why. Raises BadInput."""
    is_taken_away = task.assignee_id not in (None, person_id, viewer.person_id)
    if not is_taken_away and not reason.strip():
        return
    holder = people.name_of(session, task.authority_id, task.assignee_id) or "somebody else"
    if wrong := reasons.problem(reason, most=LONGEST_REASON, missing=f"Enter why it is taken from {holder}"):
        raise BadInput("The task cannot be given to somebody else like this.", {"reason": [wrong]})
