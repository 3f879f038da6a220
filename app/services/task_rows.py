"""Creating tasks: whose role, team and person each is, and moving their due times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.deadlines import Deadline
from app.domain.ids import new_id
from app.engine.contracts import EngineContext, ReadyTask, Step, WaitingTimer
from app.services import asking_rows, hands, messages_out, reference
from app.services.projection import IS_OPEN, Mirror, timer_row
from app.store.audit import Entry
from app.store.db import execute, table_of
from app.store.tasks import UserTask
from app.store.ties import tie
from app.store.timers import Timer

LADDER = "ladder_"
_TASKS, _TIMERS = table_of(UserTask), table_of(Timer)
_ADD_TASKS = insert(_TASKS)
_LATE_TASK = (
    select(_TASKS.c.role, _TASKS.c.name)
    .where(
        _TASKS.c.authority_id == bindparam("of_authority"),
        _TASKS.c.instance_id == bindparam("of_instance"),
        _TASKS.c.element_id == bindparam("of_element"),
    )
    .order_by(_TASKS.c.created_at.desc())
    .limit(1)
)


def create(
    session: Session,
    instance: Row[Any],
    step: Step,
    mirror: Mirror,
    context: EngineContext,
) -> tuple[list[dict[str, Any]], list[Entry]]:
    """Open the tasks that are new in a step: their rows as written, and the audit entries that say so.

    What the step escalates before anybody could be late with it (a dispute) is born escalated, so that its ladder
    ends with it.
    """
    fresh = [task for task in step.tasks if task.ref not in mirror.tasks]
    if not fresh:
        return [], []
    asked = asking_rows.whose(session, instance)
    named = [(task, *role_and_name(session, instance, task, context, asked)) for task in fresh]
    roles = {role for _, role, _ in named}
    known = mirror.hands
    if known is None or not roles <= known.roles:
        known = hands.read(session, instance, roles)
    rows = [
        _row(instance, task, role, name, known.teams.get(role), task.assign or known.workers.get(role))
        for task, role, name in named
    ]
    raised = {
        sent.payload.get("correlation_key") for sent in step.messages if sent.name == messages_out.ESCALATE
    }
    for row in rows:
        row["escalated_at"] = now() if row["element_id"] in raised else None
    if asked is not None:
        rows = [_as_asked(row, asked) for row in rows]
    execute(session, _ADD_TASKS, rows)
    table = reference.roles().by_key
    tie(
        session,
        instance.authority_id,
        instance.child_id,
        {table[role].agency for role in roles if role in table and role != asking_rows.ROLE},
        known=known.agencies,
    )
    return rows, [_created(instance, row, context) for row in rows]


def role_and_name(
    session: Session,
    instance: Row[Any],
    task: ReadyTask,
    context: EngineContext,
    asked: Row[Any] | None,
) -> tuple[str, str]:
    """The role that answers for a task, and its name. `asked` is what the instance was started by asking for.

    A step of the ladder belongs to whoever the profile names for the agency of the late task, and a contribution to
    whoever was asked; their names say which task they are about.
    """
    role = task.element.role or ""
    if role == asking_rows.ROLE and asked is not None:
        joined = asking_rows.PATHWAYS[asked.pathway].joined
        return asked.role, f"{task.element.name} {joined}: {asked.name}"
    if not role.startswith(LADDER):
        return role, task.element.name
    late = execute(
        session,
        _LATE_TASK,
        {
            "of_authority": instance.authority_id,
            "of_instance": instance.parent_id,
            "of_element": instance.correlation_key,
        },
    ).first()
    known = reference.roles().by_key.get(late.role) if late else None
    answering = context.profile.ladder_role(int(role.removeprefix(LADDER)), known.agency if known else "csc")
    return answering or role, f"{task.element.name}: {late.name}" if late else task.element.name


def _row(
    instance: Row[Any], task: ReadyTask, role: str, name: str, team_id: str | None, person_id: str | None
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
        "name": name,
        "role": role,
        "form": task.element.form,
        "duty": list(task.element.duty),
        "team_id": team_id,
        "assignee_id": person_id,
        "state": "open",
        "created_at": now(),
        "due_at": task.due.due_at if task.due else None,
        **limits(task.due),
        "overdue": task.element.overdue,
    }


def limits(due: Deadline | None) -> dict[str, Any]:
    """The columns that say what a deadline is, beside `due_at`: whole, and where each of its sides ends.

    A time that comes from no rule is a local one.
    """
    if due is None:
        return {"due": None, "local_due_at": None, "statutory_due_at": None}
    is_plain = due.local is None and due.statutory is None
    return {
        "due": due.to_json(),
        "local_due_at": due.due_at if is_plain else due.local.due_at if due.local else None,
        "statutory_due_at": due.statutory.due_at if due.statutory else None,
    }


def _as_asked(row: dict[str, Any], asked: Row[Any]) -> dict[str, Any]:
    """A contribution's task as its asking wants it: the person or the team that was asked, why it is due then."""
    if asked.team_id or asked.person_id:
        row |= {"team_id": asked.team_id, "assignee_id": asked.person_id}
    if row["due"]:
        row["due"] = {**row["due"], "explanation": asking_rows.in_words(asked)}
    return row


def _created(instance: Row[Any], row: Mapping[str, Any], context: EngineContext) -> Entry:
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
            "duty": duties_in(context.profile.area, row["duty"]),
            "due_at": due.get("due_at"),
            "due_explanation": due.get("explanation"),
        },
    )


def duties_in(area: str | None, ids: Iterable[str]) -> list[str]:
    """Those duties that the protocol of `area` states; all of them where there is no protocol of its own."""
    known = reference.register().by_id
    return [duty for duty in ids if area is None or (duty in known and known[duty].area == area)]


def move_due_times(
    session: Session, instance: Row[Any], deadlines: Mapping[str, Deadline], reason: str
) -> list[Entry]:
    """Give open tasks their newly worked-out due times where they differ; an entry for each that moved.

    A date that a manager agreed to stays beside the new one.
    """
    entries: list[Entry] = []
    rows = session.execute(
        select(_TASKS.c.id, _TASKS.c.ref, _TASKS.c.element_id, _TASKS.c.name, _TASKS.c.due_at, _TASKS.c.due)
        .where(_TASKS.c.authority_id == instance.authority_id, _TASKS.c.instance_id == instance.id, IS_OPEN)
        .order_by(_TASKS.c.id)
    ).all()
    for row in rows:
        deadline = deadlines.get(row.ref)
        if deadline is None:
            continue
        deadline = with_agreed(row, deadline)
        if deadline.due_at != row.due_at:
            entries.append(_move(session, instance, row, deadline, reason))
        elif deadline.agreed is not None:
            write_due(session, instance, row, deadline)
    return entries


def with_agreed(row: Any, deadline: Deadline) -> Deadline:
    """A newly worked-out deadline, with the date that was agreed for the task of `row` before."""
    return deadline.keeping(Deadline.from_json(row.due).agreed) if row.due else deadline


def write_due(session: Session, instance: Row[Any], row: Any, deadline: Deadline) -> None:
    """Give an open task a due time; where it moves, it is watched anew and no longer marked as overdue."""
    moves = {"due_at": deadline.due_at, "overdue_at": None} if deadline.due_at != row.due_at else {}
    session.execute(
        update(_TASKS)
        .where(_TASKS.c.authority_id == instance.authority_id, _TASKS.c.id == row.id)
        .values(**limits(deadline), **moves)
    )
    if not moves:
        return
    session.execute(
        delete(_TIMERS).where(
            _TIMERS.c.authority_id == instance.authority_id,
            _TIMERS.c.instance_id == instance.id,
            _TIMERS.c.kind == "overdue",
            _TIMERS.c.ref == row.id,
        )
    )
    timer = WaitingTimer(row.id, row.element_id, row.name, deadline.due_at)
    session.execute(insert(_TIMERS).values(**timer_row(instance, "overdue", timer)))


def _move(session: Session, instance: Row[Any], row: Any, deadline: Deadline, reason: str) -> Entry:
    write_due(session, instance, row, deadline)
    return Entry(
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
