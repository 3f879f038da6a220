"""Signing off: a manager sees the answers and what has changed since they were returned, approves or returns them.

Nobody signs off their own work, unless nobody else holds the role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.domain.access import TaskThing, Viewer, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, EngineFailure, NotAllowed, StaleTask
from app.services import advance, drafts, letters, messages, reference, sign_offs, submissions, tasks
from app.services.crashpoints import crash_point
from app.services.poison import one_step
from app.services.read_first import read_first
from app.services.task_lookup import refuse_unless_open, row, thing
from app.store.askings import SignOff
from app.store.audit import Entry
from app.store.db import db, known_as, transaction
from app.store.people import Person, PersonRole

LONGEST_COMMENT = 2000
NOBODY = "Nobody else holds this role here. An administrator has to give it to somebody."
ONLY_ONE = "This is your own work. You may sign it off because nobody else holds the role."
OWN_WORK = "You sent this for sign-off yourself. Somebody else who holds the role has to look at it."


@dataclass(frozen=True)
class Submission:
    """One time that the answers were sent, and what was said to them."""

    number: int
    answers: Mapping[str, Any]
    submitted_at: datetime
    submitted_by: str
    state: str
    decided_at: datetime | None
    decided_by: str
    comment: str


@dataclass(frozen=True)
class SignOffView:
    """How the sign-off of a task stands: every time that it was sent, oldest first, and what the viewer may do.

    `why_not` says why somebody who holds the role may not sign it off; `caution` what they should know when they may.
    `may_sign_again` is about answers that were corrected afterwards (see app.services.signing_again).
    """

    role: str
    submissions: tuple[Submission, ...]
    may_sign: bool
    why_not: str
    caution: str
    may_sign_again: bool = False

    @property
    def waiting(self) -> Submission | None:
        """What waits for a word now."""
        return next((one for one in self.submissions if one.state == "waiting"), None)

    @property
    def returned(self) -> Submission | None:
        """What was returned last, while nothing newer was sent."""
        last = self.submissions[-1] if self.submissions else None
        return last if last and last.state == "returned" else None

    @property
    def approved(self) -> Submission | None:
        """What was agreed to last."""
        return next((one for one in reversed(self.submissions) if one.state == "approved"), None)

    @property
    def corrected(self) -> Submission | None:
        """The correction after it that waits for a word: `decided_by` is whose."""
        last = self.submissions[-1] if self.submissions else None
        return last if last and last.state == "corrected" else None

    @property
    def before(self) -> Submission | None:
        """What was sent the last time, where something newer waits."""
        return self.submissions[-2] if self.waiting and len(self.submissions) > 1 else None


def of_task(session: Session, viewer: Viewer, task: Row[Any], its_thing: TaskThing) -> SignOffView | None:
    """How the sign-off of a task stands; None where the step asks for none. The caller asks whether it may be seen."""
    version = advance.version_id(session, viewer.authority_id, task.instance_id)
    role = sign_offs.role_at(session, version, task.element_id)
    if role is None:
        return None
    is_holder = task.author_id is not None and may(viewer, "sign_off", its_thing)
    is_own = is_holder and task.author_id == viewer.person_id
    has_others = _others(session, viewer.authority_id, role, task.author_id)
    return SignOffView(
        role=reference.roles().name_of(role),
        submissions=_submissions(session, viewer.authority_id, task.id),
        may_sign=is_holder and not (is_own and has_others),
        why_not=OWN_WORK if is_own and has_others else "" if has_others or is_own else NOBODY,
        caution=ONLY_ONE if is_own and not has_others else "",
        may_sign_again=may(viewer, "sign_off_again", its_thing),
    )


@read_first
def approve(viewer: Viewer, task_id: str, *, submission: str | None = None) -> str:
    """Agree with the answers: the task is completed with them, in the author's name. The task's name.

    Raises NotFound, NotAllowed, StaleTask, EngineFailure when the pathway cannot go on: it is suspended then with an
    incident, and the answers wait as they did.
    """
    try:
        with transaction() as session:
            instance = advance.lock_of_task(session, viewer.authority_id, task_id)
            task, sent = _waiting(session, viewer, task_id, submission)
            if sent is None:
                return str(task.name)
            entry = _said(viewer, task, "task_signed_off", {"author": sent.submitted_by})
            _decide(session, task, sent, viewer, "approved", None)
            mine = row(session, viewer.authority_id, task_id)
            with one_step():
                by, for_id = sent.submitted_by, sent.submitted_for
                tasks.take(session, instance, mine, sent.answers, by, for_id, before=(entry,))
            submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
    except EngineFailure as failure:
        _suspend(viewer, task_id, failure)
        raise
    crash_point("after_commit")
    messages.deliver_queued(db.session())
    return str(task.name)


def send_back(viewer: Viewer, task_id: str, comment: str, *, submission: str | None = None) -> str:
    """Return the answers to their author with a comment: the task is theirs again. The task's name.

    Raises NotFound, NotAllowed, StaleTask, BadInput.
    """
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task, sent = _waiting(session, viewer, task_id, submission)
        said = comment_of(comment)
        if sent is None:
            return str(task.name)
        _decide(session, task, sent, viewer, "returned", said)
        drafts.keep(session, task, sent.answers, sent.submitted_by)
        entry = _said(viewer, task, "task_returned", {"author": sent.submitted_by, "to": sent.submitted_by})
        advance.record(session, instance, [entry])
        letters.tell(session, sent.submitted_by, "returned", task, by=viewer.person_id)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, task_id)
        crash_point("before_commit")
    crash_point("after_commit")
    return str(task.name)


def comment_of(comment: str) -> str:
    """The comment with which answers are returned. Raises BadInput."""
    said = comment.strip()
    if not said or len(said) > LONGEST_COMMENT:
        sentence = (
            "Enter what has to be changed"
            if not said
            else f"The comment must be {LONGEST_COMMENT:,} characters or fewer"
        )
        raise BadInput(sentence, {"comment": [sentence]})
    return said


def _waiting(
    session: Session, viewer: Viewer, task_id: str, submission: str | None
) -> tuple[Row[Any], SignOff | None]:
    """A task that waits for the viewer's word, and what was sent; nothing sent when the same form was taken before."""
    task = row(session, viewer.authority_id, task_id)
    if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
        return task, None
    its_thing = thing(session, task)
    require(viewer, "see_task", its_thing)
    refuse_unless_open(session, task)
    sent = sign_offs.latest(session, viewer.authority_id, task_id)
    if task.author_id is None or sent is None:
        raise StaleTask("This task does not wait for sign-off any more.")
    require(viewer, "sign_off", its_thing, seen_by="see_task")
    is_own = task.author_id == viewer.person_id
    if is_own and _others(session, viewer.authority_id, task.role, task.author_id):
        raise NotAllowed(OWN_WORK)
    return task, sent


def _said(viewer: Viewer, task: Row[Any], kind: str, facts: Mapping[str, Any]) -> Entry:
    for_id = task.assignee_id if task.assignee_id in viewer.covers else None
    own = {"lane": task.role, "own_work": facts["author"] == viewer.person_id}
    return sign_offs.entry(task, kind, {**facts, **own}, person_id=viewer.person_id, for_id=for_id)


def _decide(
    session: Session, task: Row[Any], sent: SignOff, viewer: Viewer, state: str, comment: str | None
) -> None:
    """The manager's word, and the task back to whose it was."""
    session.execute(
        update(SignOff)
        .where(
            SignOff.authority_id == sent.authority_id,
            SignOff.task_id == sent.task_id,
            SignOff.number == sent.number,
        )
        .values(state=state, decided_at=now(), decided_by=viewer.person_id, comment=comment)
        .execution_options(synchronize_session=False)
    )
    assignee_id = sent.submitted_by if state == "returned" else sent.assignee_id
    sign_offs.place(
        session, task, sign_off=state, role=sent.role, team_id=sent.team_id, assignee_id=assignee_id
    )


def _others(session: Session, authority_id: str, role: str, author_id: str | None) -> bool:
    """Whether anybody but the author holds the role."""
    found = session.scalar(
        select(Person.id)
        .join(
            PersonRole,
            (PersonRole.authority_id == Person.authority_id) & (PersonRole.person_id == Person.id),
        )
        .where(
            Person.authority_id == authority_id,
            PersonRole.role == role,
            Person.id != (author_id or ""),
            Person.disabled_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


def _submissions(session: Session, authority_id: str, task_id: str) -> tuple[Submission, ...]:
    author, manager = known_as(Person, "author"), known_as(Person, "manager")
    found = session.execute(
        select(SignOff, author.name.label("author"), manager.name.label("manager"))
        .outerjoin(
            author, (author.authority_id == SignOff.authority_id) & (author.id == SignOff.submitted_by)
        )
        .outerjoin(
            manager, (manager.authority_id == SignOff.authority_id) & (manager.id == SignOff.decided_by)
        )
        .where(SignOff.authority_id == authority_id, SignOff.task_id == task_id)
        .order_by(SignOff.number)
    )
    return tuple(
        Submission(
            number=sent.number,
            answers=dict(sent.answers),
            submitted_at=sent.submitted_at,
            submitted_by=by or "",
            state=sent.state,
            decided_at=sent.decided_at,
            decided_by=manager_name or "",
            comment=sent.comment or "",
        )
        for sent, by, manager_name in found
    )


def _suspend(viewer: Viewer, task_id: str, failure: EngineFailure) -> None:
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        if instance.status == "running":
            advance.suspend(session, instance, failure, {"do": "complete", "task": task_id})
