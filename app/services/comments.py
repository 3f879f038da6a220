"""Remarks on a task, for the team and its managers; and the colleague that one is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, acts_for, may, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotAllowed, NotFound
from app.domain.ids import new_id
from app.services import accounts, advance, letters, stand_ins, submissions
from app.services.children import ChildRow
from app.services.crashpoints import crash_point
from app.services.lists import child_rows
from app.services.task_lookup import row, thing
from app.store.askings import Comment
from app.store.audit import Entry
from app.store.db import known_as, reading, transaction
from app.store.people import Person, for_somebody
from app.store.record_rules import is_open_to
from app.store.tasks import UserTask
from app.store.ties import sees_child

LONGEST = 4000
PAGE_SIZE = 50


@dataclass(frozen=True)
class CommentRow:
    """A remark: who, when, what, for whom (and for whom before, where their work was handed over).

    Withdrawn ones are kept for the record and shown without their words.
    """

    id: str
    text: str
    at: datetime
    by: str
    mentioned: str
    first_mentioned: str
    is_withdrawn: bool
    is_own: bool


@dataclass(frozen=True)
class Mention:
    """A remark that is meant for the viewer, on a task of a child."""

    id: str
    text: str
    at: datetime
    by: str
    task_id: str
    task: str
    child: ChildRow
    is_unread: bool


def add(
    viewer: Viewer, task_id: str, text: str, mentioned_id: str = "", *, submission: str | None = None
) -> None:
    """Put a remark on a task, open or not. Raises NotFound, NotAllowed, BadInput."""
    said = text.strip()
    errors: dict[str, list[str]] = {}
    if not said or len(said) > LONGEST:
        errors["comment"] = [
            "Enter a comment" if not said else f"The comment must be {LONGEST:,} characters or fewer"
        ]
    colleagues = {person.person_id for person in mentionable(viewer, task_id)}
    if mentioned_id and mentioned_id not in colleagues:
        errors["mentioned_id"] = ["Select a colleague who can see this task"]
    if errors:
        raise BadInput("There is a problem with the comment.", errors)
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        its_thing = thing(session, task)
        require(viewer, "comment", its_thing, seen_by="see_task")
        if submissions.earlier_result(session, viewer.authority_id, submission) is not None:
            return
        comment_id = new_id()
        session.execute(
            insert(Comment).values(
                authority_id=task.authority_id,
                id=comment_id,
                child_id=task.child_id,
                task_id=task.id,
                text=said,
                at=now(),
                by=viewer.person_id,
                mentioned_id=mentioned_id or None,
            )
        )
        _note(session, instance, viewer, task, "comment_added", comment_id, acts_for(viewer, its_thing))
        if mentioned_id:
            who, by = mentioned_id, viewer.person_id
            letters.tell(session, who, "mentioned", task, occasion=comment_id, by=by)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, comment_id)
        crash_point("before_commit")


def withdraw(viewer: Viewer, comment_id: str) -> str:
    """Take back one's own remark; its words are kept for the record. The task's id. Raises NotFound, NotAllowed."""
    with transaction() as session:
        comment = session.get(Comment, (viewer.authority_id, comment_id))
        if comment is None:
            raise NotFound()
        task_id = comment.task_id
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", thing(session, task))
        if comment.by != viewer.person_id:
            raise NotAllowed("Only who wrote a comment can withdraw it.")
        taken = session.execute(
            update(Comment)
            .where(
                Comment.authority_id == viewer.authority_id,
                Comment.id == comment_id,
                Comment.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=now())
            .returning(Comment.id)
            .execution_options(synchronize_session=False)
        ).first()
        if taken is not None:
            _note(session, instance, viewer, task, "comment_withdrawn", comment_id, None)
    return str(task_id)


def mentionable(viewer: Viewer, task_id: str) -> list[Viewer]:
    """The colleagues who can see a task, by name, without the viewer. Raises NotFound."""
    with reading() as session:
        its_thing = thing(session, row(session, viewer.authority_id, task_id))
        require(viewer, "see_task", its_thing)
    return [
        person
        for person in accounts.colleagues(viewer)
        if person.person_id != viewer.person_id and may(person, "comment", its_thing)
    ]


def of_task(session: Session, viewer: Viewer, task_id: str) -> tuple[CommentRow, ...]:
    """The remarks on a task, oldest first. Whether the viewer sees the task is the caller's question."""
    author = known_as(Person, "author")
    mentioned = known_as(Person, "mentioned")
    first = known_as(Person, "first")
    found = session.execute(
        select(
            Comment,
            author.name.label("author"),
            mentioned.name.label("mentioned"),
            first.name.label("first_mentioned"),
        )
        .outerjoin(author, (author.authority_id == Comment.authority_id) & (author.id == Comment.by))
        .outerjoin(
            mentioned,
            (mentioned.authority_id == Comment.authority_id) & (mentioned.id == Comment.mentioned_id),
        )
        .outerjoin(
            first, (first.authority_id == Comment.authority_id) & (first.id == Comment.first_mentioned_id)
        )
        .where(Comment.authority_id == viewer.authority_id, Comment.task_id == task_id)
        .order_by(Comment.at, Comment.id)
    ).all()
    absent = stand_ins.commented_for(session, viewer.authority_id, task_id) if found else {}
    return tuple(
        CommentRow(
            id=comment.id,
            text="" if comment.withdrawn_at else comment.text,
            at=comment.at,
            by=for_somebody(by, absent.get(comment.id)) or "",
            mentioned=name or "",
            first_mentioned=first_name or "",
            is_withdrawn=comment.withdrawn_at is not None,
            is_own=comment.by == viewer.person_id,
        )
        for comment, by, name, first_name in found
    )


def mentions(viewer: Viewer) -> tuple[Mention, ...]:
    """The newest remarks that are meant for the viewer, or for whom they cover, on tasks that they see."""
    author = known_as(Person, "author")
    with reading() as session:
        found = session.execute(
            select(Comment, author.name.label("author"), UserTask.name.label("task"))
            .join(
                UserTask, (UserTask.authority_id == Comment.authority_id) & (UserTask.id == Comment.task_id)
            )
            .outerjoin(author, (author.authority_id == Comment.authority_id) & (author.id == Comment.by))
            .where(*_meant_for(viewer), Comment.withdrawn_at.is_(None), _still_seen(viewer))
            .order_by(Comment.at.desc(), Comment.id.desc())
            .limit(PAGE_SIZE)
        ).all()
        children = child_rows(session, viewer.authority_id, [comment.child_id for comment, _, _ in found])
        return tuple(
            Mention(
                id=comment.id,
                text=comment.text,
                at=comment.at,
                by=by or "",
                task_id=comment.task_id,
                task=task,
                child=children[comment.child_id],
                is_unread=comment.seen_at is None,
            )
            for comment, by, task in found
        )


def unread(viewer: Viewer) -> int:
    """How many mentions the viewer has not marked as read."""
    with reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Comment)
                .join(
                    UserTask,
                    (UserTask.authority_id == Comment.authority_id) & (UserTask.id == Comment.task_id),
                )
                .where(
                    *_meant_for(viewer),
                    Comment.seen_at.is_(None),
                    Comment.withdrawn_at.is_(None),
                    _still_seen(viewer),
                )
            )
            or 0
        )


def mark_read(viewer: Viewer) -> None:
    """Note that the viewer has read every mention."""
    with transaction() as session:
        session.execute(
            update(Comment)
            .where(*_meant_for(viewer), Comment.seen_at.is_(None))
            .values(seen_at=now())
            .execution_options(synchronize_session=False)
        )


def _meant_for(viewer: Viewer) -> tuple[Any, Any]:
    return (
        Comment.authority_id == viewer.authority_id,
        Comment.mentioned_id.in_(sorted(viewer.stands_for)),
    )


def _still_seen(viewer: Viewer) -> ColumnElement[bool]:
    """Whoever was meant saw the task then; this leaves out the children whom they have no more to do with."""
    return and_(
        is_open_to(viewer, Comment.child_id, "tasks"),
        or_(
            sees_child(viewer, Comment.authority_id, Comment.child_id),
            UserTask.assignee_id.in_(sorted(viewer.stands_for)),
        ),
    )


def _note(
    session: Session,
    instance: advance.InstanceRow,
    viewer: Viewer,
    task: Any,
    kind: str,
    comment_id: str,
    for_id: str | None,
) -> None:
    """The audit says that there is a comment, and not what it says."""
    facts = {"definition": task.definition_key, "name": task.name, "comment": comment_id}
    entry = Entry(
        kind=kind,
        child_id=task.child_id,
        person_id=viewer.person_id,
        for_id=for_id,
        task_id=task.id,
        facts=facts,
    )
    advance.record(session, instance, [entry])
