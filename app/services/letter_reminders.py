"""What the passing of days causes: letters about what is due soon, and forgetting those that were never sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, delete, literal_column, select
from sqlalchemy.orm import Session

from app.domain.clock import now, today
from app.domain.letter_times import DUE_DAYS, due_soon_until
from app.domain.moments import end_of_day, london_day
from app.services import letter_choices
from app.services.letters import row_of, write
from app.services.work_rows import is_away
from app.store.db import reading, table_of, transaction
from app.store.letters import Letter
from app.store.people import Authority
from app.store.tasks import UserTask
from app.store.work import Snooze

KIND = "due_soon"
KEPT = timedelta(days=30)
"""How long a letter that was shared out, or never sent, is kept for those who ask why."""


def remind() -> int:
    """Write the letters about what will be due, as many working days before as each person wants; how many.

    What was opened today has a letter with its due day already, and waits until tomorrow. What the person has put
    off waits until it is back on their list, which is on the day it is due at the latest.
    """
    with reading() as session:
        authorities = list(session.scalars(select(Authority.id).order_by(Authority.id)))
    return sum(_remind(authority_id) for authority_id in authorities)


def _remind(authority_id: str) -> int:
    with reading() as session:
        rows = _to_remind(session, authority_id)
    if rows:
        with transaction() as session:
            write(session, rows)
    return len(rows)


def _to_remind(session: Session, authority_id: str) -> list[dict[str, Any]]:
    day = today()
    calendar = letter_choices.working_days(session, authority_id)
    edges = {days: due_soon_until(day, days, calendar) for days in DUE_DAYS}
    found: Any = session.execute(
        select(
            *table_of(UserTask).c["id", "child_id", "assignee_id", "due_at", "created_at"],
            Snooze.for_id.label("put_off_by"),
            Snooze.until_at.label("put_off_at"),
        )
        .outerjoin(Snooze, (Snooze.authority_id == UserTask.authority_id) & (Snooze.task_id == UserTask.id))
        .where(
            UserTask.authority_id == authority_id,
            UserTask.state == literal_column("'open'"),
            UserTask.assignee_id.is_not(None),
            UserTask.due_at > now(),
            UserTask.due_at <= end_of_day(max(edges.values())),
        )
        .order_by(UserTask.due_at, UserTask.id)
    ).all()
    due: list[Row[Any]] = [row for row in found if london_day(row.created_at) < day and not _is_put_off(row)]
    chosen = letter_choices.of(session, authority_id, {row.assignee_id for row in due})
    wanted = [row for row in due if _is_near(row, edges[chosen[row.assignee_id].due_days])]
    known = _known(session, authority_id, wanted)
    return [
        row_of(authority_id, KIND, _occasion(row), row.child_id, row.id, person_id=row.assignee_id)
        for row in wanted
        if (row.assignee_id, _occasion(row)) not in known
    ]


def _is_put_off(task: Row[Any]) -> bool:
    return task.put_off_at is not None and is_away(
        due_at=task.due_at,
        assignee_id=task.assignee_id,
        put_off_by=task.put_off_by,
        put_off_at=task.put_off_at,
        at=now(),
    )


def _is_near(task: Row[Any], last: date) -> bool:
    return london_day(task.due_at) <= last


def _occasion(task: Row[Any]) -> str:
    return f"{task.id} {task.due_at.isoformat()}"


def _known(session: Session, authority_id: str, tasks: Iterable[Row[Any]]) -> set[tuple[str | None, str]]:
    """Who has been written to about which of these already."""
    occasions = [_occasion(task) for task in tasks]
    people = {task.assignee_id for task in tasks}
    found = session.execute(
        select(Letter.person_id, Letter.occasion).where(
            Letter.authority_id == authority_id,
            Letter.person_id.in_(people),
            Letter.kind == KIND,
            Letter.occasion.in_(occasions),
        )
    )
    return {(row.person_id, row.occasion) for row in found}


def forget_what_was_never_sent() -> None:
    """Housekeeping: letters to teams that were shared out, and those that became needless, go after a while."""
    with transaction() as session:
        session.execute(
            delete(Letter)
            .where(Letter.state.in_(("shared", "not_sent")), Letter.created_at < now() - KEPT)
            .execution_options(synchronize_session=False)
        )
