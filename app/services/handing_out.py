"""Many tasks at once: take them, or give them to somebody; what could not be done is said of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, func, literal_column, select

from app.domain.access import TeamThing, Viewer, may
from app.domain.clock import now
from app.domain.errors import BadInput, Busy, NotAllowed, NotFound, StaleTask, ThroughcareError
from app.services import submissions, tasks
from app.services.lists import TeamRow, people_of
from app.services.work_queries import task_rows
from app.services.work_rows import TaskRow, as_task_row
from app.store.db import reading, transaction
from app.store.instances import Submission
from app.store.people import name_of
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask

MOST_AT_ONCE = 50
NOT_THERE = "This task is not there any more, or it is not yours to give out."


@dataclass(frozen=True)
class Load:
    """A person whom work can be given to, and how much they have already."""

    person_id: str
    name: str
    open: int
    overdue: int

    @property
    def words(self) -> str:
        """Such as “Ash Assistant: 12 open, 3 overdue”."""
        late = f", {self.overdue} overdue" if self.overdue else ""
        return f"{self.name}: {self.open} open{late}"


@dataclass(frozen=True)
class Outcome:
    """What came of it: how many were taken or given, to whom, and for each that was not, why."""

    done: int
    to: str | None
    refused: tuple[tuple[TaskRow | None, str], ...]


def loads(viewer: Viewer, of_teams: Iterable[TeamRow]) -> tuple[Load, ...]:
    """The people of those of the teams whose work the viewer gives out, by name, with what they have open."""
    own = [team for team in of_teams if gives_out(viewer, team)]
    if not own:
        return ()
    people = people_of(viewer, own)
    if any(team.id in viewer.team_ids for team in own):
        people = sorted([*people, (viewer.person_id, viewer.name)], key=lambda person: person[1])
    is_late = UserTask.due_at < now()
    with reading() as session:
        rows = session.execute(
            select(
                UserTask.assignee_id,
                func.count().label("open"),
                func.sum(case((is_late, 1), else_=0)).label("late"),
            )
            .where(
                UserTask.authority_id == viewer.authority_id,
                UserTask.state == literal_column("'open'"),
                UserTask.assignee_id.in_([person_id for person_id, _ in people]),
                is_open_to(viewer, UserTask.child_id, "tasks"),
            )
            .group_by(UserTask.assignee_id)
        )
        has = {row.assignee_id: (row.open, int(row.late)) for row in rows}
    return tuple(Load(person_id, name, *has.get(person_id, (0, 0))) for person_id, name in people)


def gives_out(viewer: Viewer, team: TeamRow) -> bool:
    """Whether the viewer may give out the work of a team: its manager, or an administrator."""
    return viewer.is_admin or may(
        viewer, "assign_in_team", TeamThing(viewer.authority_id, team.id, team.agency)
    )


def hand_out(
    viewer: Viewer, task_ids: Iterable[str], person_id: str | None, submission: str, reason: str = ""
) -> None:
    """Take the tasks, or give them to a person: each in a transaction of its own, and the outcome is kept.

    One that somebody else has needs the reason. Read it with `outcome`. The same `submission` again does nothing.
    Raises BadInput when nothing is chosen, or more than MOST_AT_ONCE.
    """
    chosen = list(dict.fromkeys(task_ids))
    if not chosen:
        raise BadInput("Select at least one task.", {"task_id": ["Select at least one task"]})
    if len(chosen) > MOST_AT_ONCE:
        sentence = f"Select {MOST_AT_ONCE} tasks or fewer"
        raise BadInput(f"{sentence}.", {"task_id": [sentence]})
    if person_id == "":
        raise BadInput("Select who the tasks are for.", {"person_id": ["Select who the tasks are for"]})
    with reading() as session:
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
    refused: list[list[str]] = []
    for task_id in chosen:
        try:
            if person_id is None:
                tasks.claim(viewer, task_id)
            else:
                tasks.assign(viewer, task_id, person_id, reason)
        except (NotFound, NotAllowed, StaleTask, BadInput, Busy) as error:
            refused.append([task_id, _why(error)])
    result = json.dumps({"done": len(chosen) - len(refused), "to": person_id, "refused": refused})
    with transaction() as session:
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, result)


def _why(error: ThroughcareError) -> str:
    if isinstance(error, NotFound):
        return NOT_THERE
    if isinstance(error, BadInput):
        return next((f"{said[0].rstrip('.')}." for said in error.errors.values()), error.sentence)
    return error.sentence


def outcome(viewer: Viewer, submission: str) -> Outcome | None:
    """What came of the viewer's own `hand_out`; nothing when there was none."""
    with reading() as session:
        result = session.scalar(
            select(Submission.result).where(
                Submission.authority_id == viewer.authority_id,
                Submission.token == submission,
                Submission.person_id == viewer.person_id,
            )
        )
        if result is None or not result.startswith("{"):
            return None
        kept = json.loads(result)
        named = [task_id for task_id, why in kept["refused"] if why != NOT_THERE]
        rows = session.execute(
            task_rows().where(
                UserTask.authority_id == viewer.authority_id,
                UserTask.id.in_(named),
                is_open_to(viewer, UserTask.child_id, "tasks"),
            )
        )
        found = {row.id: as_task_row(row) for row in rows}
        to = name_of(session, viewer.authority_id, kept["to"])
    return Outcome(kept["done"], to, tuple((found.get(task_id), why) for task_id, why in kept["refused"]))
