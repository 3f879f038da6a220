"""A task that was corrected after its sign-off: the word stands for the earlier answers, so it is asked for again.

Whoever signed it off is asked: or, when they have left, another who holds the role. They agree with the answers as
they are now, or say why not; the answers stand as they were corrected meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.errors import StaleTask
from app.services import advance, letters, sign_offs, submissions
from app.services.children import ChildRow
from app.services.lists import child_rows
from app.services.signing import comment_of
from app.services.task_lookup import row, thing
from app.store.askings import SignOff
from app.store.db import known_as, reading, transaction
from app.store.people import Person, PersonRole
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask

CORRECTED, SUPERSEDED = "corrected", "superseded"


@dataclass(frozen=True)
class Corrected:
    """A task whose correction waits for the viewer's word."""

    task_id: str
    task: str
    child: ChildRow
    by: str
    at: datetime


def ask_again(
    session: Session,
    instance: advance.InstanceRow,
    task: Row[Any],
    answers: Mapping[str, Any],
    person_id: str,
    for_id: str | None,
) -> str | None:
    """Ask for the word on corrected answers of a task that was signed off, by letter; whom. None: there was no word.

    Call it in the transaction of the correction.
    """
    last = sign_offs.latest(session, task.authority_id, task.id)
    if last is None:
        return None
    _change(session, last, only=CORRECTED, state=SUPERSEDED)
    signer_id = _signer(session, instance, task, last, person_id)
    session.execute(
        insert(SignOff).values(
            authority_id=task.authority_id,
            task_id=task.id,
            number=last.number + 1,
            answers=dict(answers),
            submitted_at=now(),
            submitted_by=person_id,
            submitted_for=for_id,
            role=last.role,
            team_id=last.team_id,
            assignee_id=last.assignee_id,
            state=CORRECTED,
            decided_by=signer_id,
        )
    )
    if signer_id is not None:
        letters.tell(session, signer_id, "corrected", task, by=person_id)
    return signer_id


def agree(viewer: Viewer, task_id: str, *, submission: str | None = None) -> str:
    """Sign the corrected answers off as they are; the task's name. Raises NotFound, NotAllowed, StaleTask."""
    return _settle(viewer, task_id, "approved", None, submission)


def disagree(viewer: Viewer, task_id: str, comment: str, *, submission: str | None = None) -> str:
    """Say why not, to whoever corrected them; the task's name. Raises NotFound, NotAllowed, StaleTask, BadInput."""
    return _settle(viewer, task_id, "returned", comment_of(comment), submission)


def waiting(viewer: Viewer) -> tuple[Corrected, ...]:
    """The corrections that wait for the word of the viewer, or of whom they cover for, oldest first."""
    author = known_as(Person, "author")
    with reading() as session:
        found = session.execute(
            select(SignOff, UserTask.name, UserTask.child_id, author.name.label("author"))
            .join(
                UserTask, (UserTask.authority_id == SignOff.authority_id) & (UserTask.id == SignOff.task_id)
            )
            .outerjoin(
                author, (author.authority_id == SignOff.authority_id) & (author.id == SignOff.submitted_by)
            )
            .where(*_waits_for(viewer))
            .order_by(SignOff.submitted_at, SignOff.task_id)
        ).all()
        children = child_rows(session, viewer.authority_id, [one.child_id for one in found])
    return tuple(
        Corrected(
            one.SignOff.task_id, one.name, children[one.child_id], one.author or "", one.SignOff.submitted_at
        )
        for one in found
    )


def how_many(viewer: Viewer) -> int:
    """The number of `waiting`."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(SignOff).where(*_waits_for(viewer))) or 0


def _waits_for(viewer: Viewer) -> tuple[Any, ...]:
    return (
        SignOff.authority_id == viewer.authority_id,
        SignOff.state == CORRECTED,
        SignOff.decided_by.in_(sorted(viewer.stands_for)),
        SignOff.task_id.in_(
            select(UserTask.id).where(
                UserTask.authority_id == viewer.authority_id, is_open_to(viewer, UserTask.child_id, "tasks")
            )
        ),
    )


def _settle(viewer: Viewer, task_id: str, state: str, comment: str | None, submission: str | None) -> str:
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "see_task", its_thing)
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return str(task.name)
        sent = sign_offs.latest(session, viewer.authority_id, task_id)
        if sent is None or sent.state != CORRECTED:
            raise StaleTask("No correction of this task waits for a word any more.")
        require(viewer, "sign_off_again", its_thing, seen_by="see_task")
        for_id = sent.decided_by if sent.decided_by in viewer.covers else None
        _change(session, sent, state=state, decided_at=now(), decided_by=viewer.person_id, comment=comment)
        kind = "correction_signed_off" if state == "approved" else "correction_returned"
        facts = {"author": sent.submitted_by, "own_work": sent.submitted_by == viewer.person_id}
        said = sign_offs.entry(task, kind, facts, person_id=viewer.person_id, for_id=for_id)
        advance.record(session, instance, [said])
        if state == "returned":
            letters.tell(session, sent.submitted_by, "returned", task, by=viewer.person_id)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    return str(task.name)


def _change(session: Session, sent: SignOff, only: str | None = None, **values: Any) -> None:
    session.execute(
        update(SignOff)
        .where(
            SignOff.authority_id == sent.authority_id,
            SignOff.task_id == sent.task_id,
            SignOff.number == sent.number,
            *([SignOff.state == only] if only else []),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _signer(
    session: Session, instance: advance.InstanceRow, task: Row[Any], last: SignOff, author_id: str
) -> str | None:
    """Whose word is asked for: who gave it, the child's worker in the role, anybody who holds it, the author last."""
    role = sign_offs.role_at(session, instance.version_id, task.element_id)
    able = set(
        session.scalars(
            select(Person.id)
            .outerjoin(
                PersonRole,
                (PersonRole.authority_id == Person.authority_id) & (PersonRole.person_id == Person.id),
            )
            .where(
                Person.authority_id == task.authority_id,
                Person.disabled_at.is_(None),
                (PersonRole.role == role) | (Person.id == last.decided_by),
            )
        )
    )
    worker_id = sign_offs.worker_of(session, task, role) if role else None
    others = [one for one in (last.decided_by, worker_id, *sorted(able)) if one != author_id]
    return next((one for one in (*others, author_id) if one in able), None)
