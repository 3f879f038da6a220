"""Tables that mirror the engine's state: tasks, timers, subscriptions, history. Written with it, never alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.deadlines import Deadline
from app.domain.ids import new_id
from app.engine.contracts import CompiledVersion, EngineContext, ReadyTask, Step
from app.services import messages_out, reference
from app.store.audit import Entry
from app.store.children import ChildWorker
from app.store.instances import TaskHistory
from app.store.outbox import Subscription
from app.store.people import TeamRole
from app.store.tasks import Draft, UserTask
from app.store.ties import tie
from app.store.timers import Timer

LADDER = "ladder_"


def write_tasks(
    session: Session,
    instance: Row[Any],
    version: CompiledVersion,
    step: Step,
    done_ref: str | None,
    context: EngineContext,
) -> list[Entry]:
    """Make the open tasks those of the step. The audit entries for what was withdrawn and created."""
    known = {row.ref: row for row in _open_tasks(session, instance)}
    ready = {task.ref for task in step.tasks}
    entries = _withdraw(session, instance, [row for row in known.values() if row.ref not in ready | {done_ref}])
    if done_ref in known:
        _leave(session, instance, [known[done_ref]])
    fresh = [task for task in step.tasks if task.ref not in known]
    if fresh:
        entries += _create(session, instance, fresh, context)
    return entries


def _open_tasks(session: Session, instance: Row[Any]) -> Iterable[Row[Any]]:
    return session.execute(
        select(UserTask.id, UserTask.ref, UserTask.element_id, UserTask.name, UserTask.escalated_at).where(
            UserTask.authority_id == instance.authority_id,
            UserTask.instance_id == instance.id,
            UserTask.state == "open",
        )
    )


def _withdraw(session: Session, instance: Row[Any], gone: list[Row[Any]]) -> list[Entry]:
    if not gone:
        return []
    session.execute(
        update(UserTask)
        .where(UserTask.authority_id == instance.authority_id, UserTask.id.in_([row.id for row in gone]))
        .values(state="cancelled", completed_at=now())
        .execution_options(synchronize_session=False)
    )
    _leave(session, instance, gone)
    return [
        Entry(
            kind="task_cancelled",
            child_id=instance.child_id,
            task_id=row.id,
            facts={"definition": instance.definition_key, "element": row.element_id, "name": row.name},
        )
        for row in gone
    ]


def _leave(session: Session, instance: Row[Any], gone: list[Row[Any]]) -> None:
    """What hangs from tasks that are no longer open: their due times, drafts and escalations."""
    ids = [row.id for row in gone]
    session.execute(
        delete(Timer).where(
            Timer.authority_id == instance.authority_id,
            Timer.instance_id == instance.id,
            Timer.kind == "overdue",
            Timer.ref.in_(ids),
        )
    )
    session.execute(delete(Draft).where(Draft.authority_id == instance.authority_id, Draft.task_id.in_(ids)))
    for row in gone:
        if row.escalated_at is not None:
            messages_out.queue(
                session,
                instance,
                name="escalation_over",
                payload={"correlation_key": row.element_id, "element": row.element_id},
            )


def _create(
    session: Session, instance: Row[Any], fresh: list[ReadyTask], context: EngineContext
) -> list[Entry]:
    roles = {task.ref: _role(session, instance, task, context) for task in fresh}
    teams = _teams(session, instance.authority_id, set(roles.values()))
    workers = _workers(session, instance)
    rows: list[dict[str, Any]] = []
    for task in fresh:
        role = roles[task.ref]
        rows.append(_task_row(instance, task, role, teams.get(role), task.assign or workers.get(role)))
    session.execute(insert(UserTask), rows)
    _watch_due_times(session, instance, rows)
    _note_agencies(session, instance, set(roles.values()))
    return [_created(instance, row, context) for row in rows]


def _task_row(
    instance: Row[Any], task: ReadyTask, role: str, team_id: str | None, person_id: str | None
) -> dict[str, Any]:
    return {
        "authority_id": instance.authority_id,
        "id": new_id(),
        "instance_id": instance.id,
        "root_id": instance.root_id,
        "child_id": instance.child_id,
        "ref": task.ref,
        "definition_key": instance.definition_key,
        "element_id": task.element.id,
        "name": task.element.name,
        "role": role,
        "form": task.element.form,
        "duty": list(task.element.duty),
        "team_id": team_id,
        "assignee_id": person_id,
        "state": "open",
        "created_at": now(),
        "due_at": task.due.due_at if task.due else None,
        "due": task.due.to_json() if task.due else None,
        "overdue": task.element.overdue,
    }


def _created(instance: Row[Any], row: dict[str, Any], context: EngineContext) -> Entry:
    due: Mapping[str, Any] = row["due"] or {}
    return Entry(
        kind="task_created",
        child_id=instance.child_id,
        task_id=row["id"],
        facts={
            "definition": instance.definition_key,
            "element": row["element_id"],
            "name": row["name"],
            "lane": row["role"],
            "duty": duties_in(context, row["duty"]),
            "due_at": due.get("due_at"),
            "due_explanation": due.get("explanation"),
        },
    )


def duties_in(context: EngineContext, ids: Iterable[str]) -> list[str]:
    """Those duties that the authority's own protocol states; all of them where it has no protocol of its own."""
    area = context.profile.area
    register = reference.register()
    return [duty for duty in ids if area is None or register.by_id[duty].area == area]


def _role(session: Session, instance: Row[Any], task: ReadyTask, context: EngineContext) -> str:
    """The role that answers for the task; a step of the ladder is the one that the profile names for the agency."""
    role = task.element.role
    if not role.startswith(LADDER):
        return role
    late = session.scalar(
        select(UserTask.role)
        .where(
            UserTask.authority_id == instance.authority_id,
            UserTask.instance_id == instance.parent_id,
            UserTask.element_id == instance.correlation_key,
        )
        .order_by(UserTask.created_at.desc())
        .limit(1)
    )
    agency = reference.roles().by_key[late].agency if late else "csc"
    return context.profile.ladder_role(int(role.removeprefix(LADDER)), agency) or role


def _teams(session: Session, authority_id: str, roles: set[str]) -> dict[str, str]:
    found = session.execute(
        select(TeamRole.role, TeamRole.team_id).where(
            TeamRole.authority_id == authority_id, TeamRole.role.in_(roles)
        )
    )
    return {row.role: row.team_id for row in found}


def _workers(session: Session, instance: Row[Any]) -> dict[str, str]:
    found = session.execute(
        select(ChildWorker.role, ChildWorker.person_id).where(
            ChildWorker.authority_id == instance.authority_id,
            ChildWorker.child_id == instance.child_id,
            ChildWorker.until_at.is_(None),
        )
    )
    return {row.role: row.person_id for row in found}


def _watch_due_times(session: Session, instance: Row[Any], rows: list[dict[str, Any]]) -> None:
    timers = [
        {
            "authority_id": instance.authority_id,
            "id": new_id(),
            "instance_id": instance.id,
            "kind": "overdue",
            "ref": row["id"],
            "element_id": row["element_id"],
            "name": row["name"],
            "due_at": row["due_at"],
        }
        for row in rows
        if row["due_at"] is not None
    ]
    if timers:
        session.execute(insert(Timer), timers)


def _note_agencies(session: Session, instance: Row[Any], roles: set[str]) -> None:
    """From its first task on, an agency sees the child."""
    table = reference.roles().by_key
    agencies = {table[role].agency for role in roles if role in table}
    tie(session, instance.authority_id, instance.child_id, agencies)


def write_timers(session: Session, instance: Row[Any], step: Step, fired_timer_id: str | None) -> None:
    """Make the instance's engine timers those of the step."""
    found = session.execute(
        select(Timer.id, Timer.ref, Timer.due_at).where(
            Timer.authority_id == instance.authority_id,
            Timer.instance_id == instance.id,
            Timer.kind == "engine",
        )
    ).all()
    wanted = {(timer.ref, timer.due_at): timer for timer in step.timers}
    kept = {(row.ref, row.due_at) for row in found if row.id != fired_timer_id}
    gone = [row.id for row in found if (row.ref, row.due_at) not in wanted or row.id == fired_timer_id]
    if gone:
        session.execute(delete(Timer).where(Timer.authority_id == instance.authority_id, Timer.id.in_(gone)))
    fresh = [
        {
            "authority_id": instance.authority_id,
            "id": new_id(),
            "instance_id": instance.id,
            "kind": "engine",
            "ref": timer.ref,
            "element_id": timer.element_id,
            "name": timer.name,
            "due_at": timer.due_at,
        }
        for key, timer in wanted.items()
        if key not in kept
    ]
    if fresh:
        session.execute(insert(Timer), fresh)


def write_subscriptions(session: Session, instance: Row[Any], step: Step) -> None:
    """Make the messages that the instance waits for those of the step."""
    found = session.execute(
        select(Subscription.id, Subscription.ref, Subscription.message).where(
            Subscription.authority_id == instance.authority_id, Subscription.instance_id == instance.id
        )
    ).all()
    wanted = {(waiting.ref, waiting.name): waiting for waiting in step.subscriptions}
    gone = [row.id for row in found if (row.ref, row.message) not in wanted]
    if gone:
        session.execute(
            delete(Subscription).where(
                Subscription.authority_id == instance.authority_id, Subscription.id.in_(gone)
            )
        )
    known = {(row.ref, row.message) for row in found}
    fresh = [
        {
            "authority_id": instance.authority_id,
            "id": new_id(),
            "instance_id": instance.id,
            "root_id": instance.root_id,
            "child_id": instance.child_id,
            "correlation_key": instance.correlation_key,
            "message": waiting.name,
            "ref": waiting.ref,
            "element_id": waiting.element_id,
        }
        for key, waiting in wanted.items()
        if key not in known
    ]
    if fresh:
        session.execute(insert(Subscription), fresh)


def write_history(session: Session, instance: Row[Any], step: Step) -> list[Entry]:
    """Note which elements of the diagram were entered and left. (No audit entries: the history is its own record.)"""
    at = now()
    entered = [
        {
            "authority_id": instance.authority_id,
            "instance_id": instance.id,
            "ref": row.ref,
            "element_id": row.element_id,
            "element_type": row.element_type,
            "entered_at": at,
            "left_at": at if row.left else None,
            "how": row.left,
        }
        for row in step.history
        if row.entered
    ]
    if entered:
        session.execute(insert(TaskHistory), entered)
    for how in ("completed", "cancelled"):
        refs = [row.ref for row in step.history if not row.entered and row.left == how]
        if refs:
            session.execute(
                update(TaskHistory)
                .where(
                    TaskHistory.authority_id == instance.authority_id,
                    TaskHistory.instance_id == instance.id,
                    TaskHistory.ref.in_(refs),
                )
                .values(left_at=at, how=how)
                .execution_options(synchronize_session=False)
            )
    return []


def move_due_times(
    session: Session, instance: Row[Any], deadlines: Mapping[str, Deadline | None], reason: str
) -> list[Entry]:
    """Give open tasks their new due times where they differ; an entry for each that moved."""
    entries: list[Entry] = []
    rows = session.execute(
        select(UserTask.id, UserTask.ref, UserTask.element_id, UserTask.name, UserTask.due_at).where(
            UserTask.authority_id == instance.authority_id,
            UserTask.instance_id == instance.id,
            UserTask.state == "open",
        )
    ).all()
    for row in rows:
        deadline = deadlines.get(row.ref)
        if deadline is None or deadline.due_at == row.due_at:
            continue
        session.execute(
            update(UserTask)
            .where(UserTask.authority_id == instance.authority_id, UserTask.id == row.id)
            .values(due_at=deadline.due_at, due=deadline.to_json(), overdue_at=None)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            delete(Timer).where(
                tuple_(Timer.authority_id, Timer.instance_id, Timer.kind, Timer.ref)
                == (instance.authority_id, instance.id, "overdue", row.id)
            )
        )
        _watch_due_times(
            session, instance, [{"id": row.id, "element_id": row.element_id, "name": row.name, "due_at": deadline.due_at}]
        )
        entries.append(
            Entry(
                kind="deadline_moved",
                child_id=instance.child_id,
                task_id=row.id,
                facts={
                    "element": row.element_id,
                    "name": row.name,
                    "was": row.due_at.isoformat() if row.due_at else None,
                    "due_at": deadline.to_json()["due_at"],
                    "reason": reason,
                },
            )
        )
    return entries
