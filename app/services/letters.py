"""Letters to the people who do the work, written in the transaction of what caused them.

Only rows are written here, and as few as can be: who is away, who wants what and when it may go is asked by the
postman (`app.services.letter_post`), after the commit. Nobody is written to for what they did themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.ids import new_id
from app.domain.letter_times import KINDS
from app.store.db import execute, is_postgresql, table_of
from app.store.letters import Letter

GATHERED = timedelta(minutes=1)
"""What is given to one person within a minute goes in one letter."""
GATHERING = frozenset({"assigned", "queued"})
OF_PATHWAY = {"escalation": "escalated", "contribution": "asked", "agreed_action": "asked"}
"""Pathways whose tasks are a kind of letter of their own."""
_LETTERS = table_of(Letter)
_ADD = {
    True: postgresql.insert(_LETTERS).on_conflict_do_nothing(),
    False: sqlite.insert(_LETTERS).on_conflict_do_nothing(),
}


def tell(
    session: Session,
    person_id: str,
    kind: str,
    task: Any,
    *,
    occasion: str | None = None,
    by: str | None = None,
) -> None:
    """Write a person a letter about a task: `kind` is a key of `letter_times.KINDS`.

    Call it within the transaction of what caused it. `task` is anything with authority_id, id and child_id;
    `occasion` (a comment's id, say) makes it the same letter when it is told again, and without one each call is
    an occasion of its own; `by` is who caused it: whoever did it themselves gets none. Raises ValueError for an
    unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no letter for “{kind}”")
    if person_id != by:
        what = f"{task.id} {occasion or now().isoformat()}"
        own = row_of(task.authority_id, kind, what, task.child_id, task.id, person_id=person_id, by=by)
        write(session, [own])


def tell_team(session: Session, team_id: str, kind: str, task: Any, *, occasion: str | None = None) -> None:
    """The same to everybody of a team who wants letters of this kind."""
    if kind not in KINDS:
        raise ValueError(f"there is no letter for “{kind}”")
    what = f"{task.id} {occasion or now().isoformat()}"
    write(session, [row_of(task.authority_id, kind, what, task.child_id, task.id, team_id=team_id)])


def opened(session: Session, instance: Row[Any], tasks: Sequence[Mapping[str, Any]], by: str | None) -> None:
    """The letters for the tasks that a step has opened (their rows as written): one insert, or none."""
    rows = []
    for task in tasks:
        to = task["assignee_id"]
        if to is not None and to == by:
            continue
        usual = "assigned" if to else "queued"
        kind = OF_PATHWAY.get(instance.definition_key, usual)
        if to is None and kind != "escalated" and task["team_id"] is None:
            continue
        rows.append(
            row_of(
                instance.authority_id,
                kind,
                task["id"],
                instance.child_id,
                task["id"],
                person_id=to,
                team_id=task["team_id"],
                role=task["role"],
                by=by,
            )
        )
    write(session, rows)


def handed(session: Session, task: Any, person_id: str | None, by: str | None) -> None:
    """The letter for a task that was given to a person; none when they took it themselves or it went back."""
    if person_id is not None:
        tell(session, person_id, "assigned", task, by=by)


def given(session: Session, authority_id: str, tasks: Iterable[tuple[str, str, str]], by: str | None) -> None:
    """The letters for tasks that were given out together: (task, child, person) of each, by their ids."""
    at = now().isoformat()
    write(
        session,
        [
            row_of(authority_id, "assigned", f"{task} {at}", child, task, person_id=person, by=by)
            for task, child, person in tasks
            if person != by
        ],
    )


def allocated(session: Session, authority_id: str, child_id: str, person_id: str, by: str | None) -> None:
    """The letter to a child's new worker. None for what the house did by itself (the first people of a demo)."""
    if by is not None and by != person_id:
        occasion = f"{child_id} {now().isoformat()}"
        write(
            session, [row_of(authority_id, "assigned", occasion, child_id, None, person_id=person_id, by=by)]
        )


def overdue(session: Session, instance: Row[Any], task: Row[Any]) -> None:
    """The letter for a task whose due time has passed: to whoever has it, else to its team."""
    row = row_of(
        instance.authority_id,
        "overdue",
        f"{task.id} {task.due_at.isoformat()}",
        instance.child_id,
        task.id,
        person_id=task.assignee_id,
        team_id=task.team_id,
    )
    if task.assignee_id or task.team_id:
        write(session, [row])


def readdress(
    session: Session, authority_id: str, person_id: str, to: Mapping[str, str], by: str | None
) -> None:
    """Letters to a person that have not gone yet go to whoever has the task now: task id -> person.

    What tells that a task is theirs or due soon is left: the new person gets their own.
    """
    if not to:
        return
    columns = _LETTERS.c
    waiting = (
        columns.authority_id == authority_id,
        columns.person_id == person_id,
        columns.state.in_(("queued", "held")),
        columns.kind.not_in((*GATHERING, "due_soon")),
        columns.task_id.in_(sorted(to)),
    )
    found = session.execute(
        select(columns.kind, columns.occasion, columns.child_id, columns.task_id).where(*waiting)
    )
    rows = [
        row_of(
            authority_id, one.kind, one.occasion, one.child_id, one.task_id, person_id=to[one.task_id], by=by
        )
        for one in found
    ]
    session.execute(
        update(_LETTERS)
        .where(*waiting)
        .values(state="not_sent", error="Their work was handed over.")
        .execution_options(synchronize_session=False)
    )
    write(session, [one for one in rows if one["person_id"] != by])


def answered(session: Session, instance: Row[Any], asking: Row[Any], by: str | None) -> None:
    """The letter that a contribution was given: to whoever does the task that asked, else to whoever asked."""
    to = asking.doing_it or asking.taken_over_by or asking.asked_by_id
    if to is not None and to != by:
        write(
            session,
            [
                row_of(
                    instance.authority_id,
                    "answered",
                    asking.id,
                    instance.child_id,
                    asking.task_id,
                    person_id=to,
                    by=by,
                )
            ],
        )


def write(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows of letters; one that is there already (the same person, kind and occasion) stays as it is."""
    written = list(rows)
    if written:
        execute(session, _ADD[is_postgresql(session)], written)


def row_of(
    authority_id: str,
    kind: str,
    occasion: str,
    child_id: str | None,
    task_id: str | None,
    *,
    person_id: str | None = None,
    team_id: str | None = None,
    role: str | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """A letter as it is written: to a person, or to those of a team or a role who want it."""
    at = now()
    return {
        "authority_id": authority_id,
        "id": new_id(),
        "person_id": person_id,
        "team_id": team_id,
        "role": role,
        "kind": kind,
        "occasion": occasion,
        "child_id": child_id,
        "task_id": task_id,
        "caused_by": by,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": at + GATHERED if kind in GATHERING else at,
        "created_at": at,
    }
