"""Why a person sees a task: what it is a step of, since when, and what ties the two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from app.domain.access import Viewer, require
from app.domain.moments import moment_in_words
from app.services import reference, task_lookup
from app.store.children import ChildWorker
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.people import Team, name_of


def sentences(viewer: Viewer, task_id: str) -> tuple[str, ...]:
    """Plain sentences, the most telling last: the pathway and its beginning, whose work it is, why it is yours.

    Raises NotFound.
    """
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", task_lookup.thing(session, task))
        own = ProcessInstance.authority_id == viewer.authority_id
        instance = session.execute(
            select(ProcessInstance.name, ProcessInstance.started_at, ProcessInstance.root_id).where(
                own, ProcessInstance.id == task.instance_id
            )
        ).one()
        root = session.execute(
            select(ProcessInstance.name, ProcessInstance.started_at).where(
                own, ProcessInstance.id == instance.root_id
            )
        ).one()
        team = session.scalar(
            select(Team.name).where(Team.authority_id == viewer.authority_id, Team.id == task.team_id)
        )
        held = set(
            session.scalars(
                select(ChildWorker.role).where(
                    ChildWorker.authority_id == viewer.authority_id,
                    ChildWorker.child_id == task.child_id,
                    ChildWorker.person_id == viewer.person_id,
                    ChildWorker.until_at.is_(None),
                )
            )
        )
        absent = name_of(session, viewer.authority_id, task.assignee_id)
    role = reference.roles().name_of(task.role) if task.role in reference.roles() else task.role
    told = [f"It is a step of “{instance.name}”, counted from {moment_in_words(instance.started_at)}."]
    if instance.root_id != task.instance_id:
        told.append(f"That was set going by “{root.name}”, counted from {moment_in_words(root.started_at)}.")
    told.append(f"The protocol gives it to: {role}.")
    return (*told, _yours(viewer, task, team, absent, held))


def _yours(viewer: Viewer, task: Row[Any], team: str | None, absent: str | None, held: set[str]) -> str:
    """What ties the viewer to the task, the strongest tie alone."""
    if task.assignee_id == viewer.person_id:
        is_theirs = task.role in held
        return (
            "It is yours because you hold that role for this child." if is_theirs else "It was given to you."
        )
    if task.assignee_id in viewer.covers:
        return f"You cover for {absent}, who has it."
    if task.team_id in viewer.team_ids:
        return f"You see it because it is your team’s: {team}."
    if task.role in viewer.roles:
        return "You see it because you hold that role."
    if held:
        return "You see it because you work with this child."
    return "You see it because you manage that work, or keep the service."
