"""A manager's word on answers: sending them for sign-off, and handing the task back to whose it was.

A step of a pathway asks for it by its property `sign_off`. While the answers wait, the task is the manager's in
every list, with its due time; the engine knows nothing of it until the step is completed. See app.services.signing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import now
from app.services import advance, definitions, letters, reference
from app.store.askings import SignOff
from app.store.audit import Entry
from app.store.children import ChildWorker
from app.store.db import reading
from app.store.people import TeamRole
from app.store.tasks import Draft, UserTask
from app.store.ties import tie


def role_at(session: Session, version_id: str, element_id: str) -> str | None:
    """The role whose holder has to agree before the step is completed; None where nobody has to."""
    element = definitions.compiled(session, version_id).element(element_id)
    return element.sign_off if element else None


def submit(
    session: Session,
    instance: advance.InstanceRow,
    task: Row[Any],
    answers: Mapping[str, Any],
    person_id: str,
    for_id: str | None = None,
) -> bool:
    """Send valid answers of an open task of a locked instance for sign-off; False where the step asks for none."""
    role = role_at(session, instance.version_id, task.element_id)
    if role is None:
        return False
    earlier = latest(session, task.authority_id, task.id)
    session.execute(
        insert(SignOff).values(
            authority_id=task.authority_id,
            task_id=task.id,
            number=earlier.number + 1 if earlier else 1,
            answers=dict(answers),
            submitted_at=now(),
            submitted_by=person_id,
            submitted_for=for_id,
            role=task.role,
            team_id=task.team_id,
            assignee_id=task.assignee_id,
            state="waiting",
        )
    )
    session.execute(delete(Draft).where(Draft.authority_id == task.authority_id, Draft.task_id == task.id))
    assignee_id = earlier.decided_by if earlier else worker_of(session, task, role)
    place(
        session,
        task,
        sign_off="waiting",
        role=role,
        team_id=_team(session, task.authority_id, role),
        assignee_id=None if assignee_id == person_id else assignee_id,
    )
    known = reference.roles().by_key.get(role)
    if known is not None:
        tie(session, task.authority_id, task.child_id, {known.agency})
    facts = {"lane": task.role, "role": role}
    advance.record(
        session, instance, [entry(task, "task_submitted", facts, person_id=person_id, for_id=for_id)]
    )
    _tell(session, task, by=person_id)
    return True


def _tell(session: Session, task: Row[Any], *, by: str) -> None:
    """A letter to the manager who has it now, or to the team where it waits for one."""
    found = session.execute(
        select(UserTask.assignee_id, UserTask.team_id).where(
            UserTask.authority_id == task.authority_id, UserTask.id == task.id
        )
    ).one()
    if found.assignee_id:
        letters.tell(session, found.assignee_id, "assigned", task, by=by)
    elif found.team_id:
        letters.tell_team(session, found.team_id, "queued", task)


def waits_for(viewer: Viewer, task_id: str) -> str | None:
    """The name of the role whose word a task waits for; None when it waits for none."""
    with reading() as session:
        found = session.execute(
            select(UserTask.role, UserTask.sign_off).where(
                UserTask.authority_id == viewer.authority_id, UserTask.id == task_id
            )
        ).first()
    return reference.roles().name_of(found.role) if found and found.sign_off == "waiting" else None


def latest(session: Session, authority_id: str, task_id: str) -> SignOff | None:
    """The last time that a task was sent for sign-off; None when it never was."""
    return session.scalar(
        select(SignOff)
        .where(SignOff.authority_id == authority_id, SignOff.task_id == task_id)
        .order_by(SignOff.number.desc())
        .limit(1)
    )


def place(session: Session, task: Row[Any], **values: Any) -> None:
    """Change whose a task is, and how its sign-off stands."""
    session.execute(
        update(UserTask)
        .where(UserTask.authority_id == task.authority_id, UserTask.id == task.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def entry(
    task: Row[Any], kind: str, facts: Mapping[str, Any], *, person_id: str, for_id: str | None
) -> Entry:
    """The audit entry about a task's sign-off."""
    about = {"definition": task.definition_key, "element": task.element_id, "name": task.name}
    return Entry(
        kind=kind,
        child_id=task.child_id,
        person_id=person_id,
        for_id=for_id,
        task_id=task.id,
        facts={**about, **facts},
    )


def worker_of(session: Session, task: Row[Any], role: str) -> str | None:
    """Who has the role for the task's child."""
    return session.scalar(
        select(ChildWorker.person_id)
        .where(
            ChildWorker.authority_id == task.authority_id,
            ChildWorker.child_id == task.child_id,
            ChildWorker.role == role,
            ChildWorker.until_at.is_(None),
        )
        .limit(1)
    )


def _team(session: Session, authority_id: str, role: str) -> str | None:
    return session.scalar(
        select(TeamRole.team_id).where(TeamRole.authority_id == authority_id, TeamRole.role == role)
    )
