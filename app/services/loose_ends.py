"""What somebody leaves beside tasks and roles: questions without an answer, unread mentions, words asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, union, update
from sqlalchemy.orm import Session

from app.domain.access import TaskThing, Viewer, keeps_out, may, may_be_given
from app.domain.viewer import Record
from app.services import advance, letters, reference, sign_offs
from app.services.signing_again import CORRECTED
from app.store.askings import Asking, Comment, SignOff
from app.store.audit import Entry
from app.store.db import known_as
from app.store.instances import ProcessInstance
from app.store.people import Person
from app.store.tasks import UserTask


@dataclass(frozen=True)
class LooseEnd:
    """One of them, on a task: `id` is that of the question or the remark; `role` whose word or contribution it is."""

    kind: str
    id: str
    child_id: str
    task_id: str
    instance_id: str
    definition_key: str
    task: str
    name: str
    thing: TaskThing
    role: str | None = None

    @property
    def authority_id(self) -> str:
        """For those who take it for a task's row."""
        return self.thing.authority_id


MENTION, QUESTION, ASKED, WORD = "mention", "question", "asked", "word"


def of(session: Session, person: Viewer) -> list[LooseEnd]:
    """All that the person has, by child and task."""
    found = [*_mentions(session, person), *_questions(session, person), *_asked(session, person)]
    return sorted([*found, *_words(session, person)], key=lambda end: (end.child_id, end.task_id, end.name))


def holders(session: Session, authority_id: str) -> frozenset[str]:
    """The ids of everybody who has any."""
    mentioned = select(Comment.mentioned_id).where(
        Comment.authority_id == authority_id, *_IS_UNREAD, Comment.mentioned_id.is_not(None)
    )
    asked = select(func.coalesce(Asking.taken_over_by, Asking.asked_by)).where(
        Asking.authority_id == authority_id, Asking.state == "open"
    )
    words = select(SignOff.decided_by).where(
        SignOff.authority_id == authority_id, SignOff.state == CORRECTED, SignOff.decided_by.is_not(None)
    )
    return frozenset(session.scalars(union(mentioned, asked, words)))


def problem(
    end: LooseEnd, receiver: Viewer, worker_ids: frozenset[str], moving: Iterable[str], record: Record
) -> str:
    """Why the receiver cannot have it; empty when they can. `moving` are the tasks that go to them anyhow."""
    its_thing = replace(
        end.thing,
        worker_ids=worker_ids,
        assignee_id=receiver.person_id if end.task_id in moving else end.thing.assignee_id,
    )
    if keeps_out(receiver, record):
        return f"the record is closed to {receiver.name}"
    if end.kind == ASKED:
        able = may_be_given(receiver, its_thing)
        return "" if able else f"{receiver.name} is not in its team and does not hold its role"
    if end.kind == WORD:
        return (
            "" if end.role in receiver.roles else f"{receiver.name} does not hold the role that signs it off"
        )
    able = may(receiver, "comment" if end.kind == MENTION else "see_task", its_thing)
    return "" if able else f"{receiver.name} does not see the task"


def pass_on(
    session: Session,
    instance: advance.InstanceRow,
    viewer: Viewer,
    person_id: str,
    ends: Iterable[tuple[LooseEnd, str]],
) -> int:
    """Give what a person left in a locked instance to those who take it over, with a letter; how much it was."""
    entries = []
    for end, receiver_id in ends:
        changed: Any = session.execute(
            _MOVED[end.kind](end, person_id, receiver_id).execution_options(synchronize_session=False)
        )
        if not changed.rowcount:
            continue
        entries.append(
            Entry(
                kind="loose_end_passed_on",
                child_id=end.child_id,
                person_id=viewer.person_id,
                for_id=None,  # a manager gives work out as themselves
                task_id=end.task_id,
                facts={
                    "definition": end.definition_key,
                    "name": end.task,
                    "what": end.kind,
                    "of": end.id,
                    "from": person_id,
                    "to": receiver_id,
                },
            )
        )
        if end.kind in _LETTERS:
            about = replace(end, id=end.task_id)
            occasion = end.id if end.kind == MENTION else None
            letters.tell(
                session, receiver_id, _LETTERS[end.kind], about, occasion=occasion, by=viewer.person_id
            )
    if entries:
        advance.record(session, instance, entries)
    return len(entries)


_LETTERS = {MENTION: "mentioned", WORD: "corrected"}


def _move_mention(end: LooseEnd, person_id: str, receiver_id: str) -> Any:
    return (
        update(Comment)
        .where(
            Comment.authority_id == end.authority_id,
            Comment.id == end.id,
            Comment.mentioned_id == person_id,
            Comment.seen_at.is_(None),
        )
        .values(
            mentioned_id=receiver_id,
            first_mentioned_id=func.coalesce(Comment.first_mentioned_id, person_id),
        )
    )


def _move_question(end: LooseEnd, person_id: str, receiver_id: str) -> Any:
    return (
        update(Asking)
        .where(*_is_theirs(person_id), Asking.authority_id == end.authority_id, Asking.id == end.id)
        .values(taken_over_by=receiver_id)
    )


def _move_asked(end: LooseEnd, person_id: str, receiver_id: str) -> Any:
    return (
        update(Asking)
        .where(
            Asking.authority_id == end.authority_id,
            Asking.id == end.id,
            Asking.state == "open",
            Asking.person_id == person_id,
        )
        .values(person_id=receiver_id)
    )


def _move_word(end: LooseEnd, person_id: str, receiver_id: str) -> Any:
    return (
        update(SignOff)
        .where(
            SignOff.authority_id == end.authority_id,
            SignOff.task_id == end.task_id,
            SignOff.state == CORRECTED,
            SignOff.decided_by == person_id,
        )
        .values(decided_by=receiver_id)
    )


_MOVED = {MENTION: _move_mention, QUESTION: _move_question, ASKED: _move_asked, WORD: _move_word}


def _is_theirs(person_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Asking.state == "open", func.coalesce(Asking.taken_over_by, Asking.asked_by) == person_id


_IS_UNREAD = (Comment.seen_at.is_(None), Comment.withdrawn_at.is_(None))
_OF_TASK = (
    UserTask.authority_id,
    UserTask.id,
    UserTask.child_id,
    UserTask.instance_id,
    UserTask.definition_key,
    UserTask.element_id,
    UserTask.name,
    UserTask.role,
    UserTask.team_id,
    UserTask.assignee_id,
    UserTask.completed_by,
)


def _end(kind: str, row: Any, id: str, name: str, role: str | None = None) -> LooseEnd:
    asked = role if kind == ASKED else None
    known = reference.roles().by_key.get(asked or row.role)
    its_thing = TaskThing(
        authority_id=row.authority_id,
        role=asked or row.role,
        team_id=row.asked_team if asked else row.team_id,
        assignee_id=None if asked else row.assignee_id,
        agency=known.agency if known else None,
        completed_by=row.completed_by,
    )
    of_task: Mapping[str, str] = {
        "child_id": row.child_id,
        "task_id": row.id,
        "instance_id": row.instance_id,
        "definition_key": row.definition_key,
        "task": row.name,
    }
    return LooseEnd(kind=kind, id=id, name=name, thing=its_thing, role=role, **of_task)


def _mentions(session: Session, person: Viewer) -> list[LooseEnd]:
    rows = session.execute(
        select(*_OF_TASK, Comment.id.label("comment_id"))
        .join(Comment, (Comment.authority_id == UserTask.authority_id) & (Comment.task_id == UserTask.id))
        .where(
            Comment.authority_id == person.authority_id,
            Comment.mentioned_id == person.person_id,
            *_IS_UNREAD,
        )
    )
    return [_end(MENTION, row, row.comment_id, f"Unread mention: {row.name}") for row in rows]


def _questions(session: Session, person: Viewer) -> list[LooseEnd]:
    """What they asked and nobody has answered yet."""
    asked = known_as(Person, "asked")
    rows = session.execute(
        select(
            *_OF_TASK,
            Asking.id.label("asking_id"),
            Asking.role.label("asked_role"),
            asked.name.label("asked"),
        )
        .join(Asking, (Asking.authority_id == UserTask.authority_id) & (Asking.task_id == UserTask.id))
        .outerjoin(asked, (asked.authority_id == Asking.authority_id) & (asked.id == Asking.person_id))
        .where(Asking.authority_id == person.authority_id, *_is_theirs(person.person_id))
    )
    return [
        _end(
            QUESTION,
            row,
            row.asking_id,
            f"Question to {row.asked or reference.roles().name_of(row.asked_role)}, not answered yet: {row.name}",
        )
        for row in rows
    ]


def _asked(session: Session, person: Viewer) -> list[LooseEnd]:
    """What they were asked and is no task of theirs yet: the message that makes it one is still on its way."""
    is_a_task = exists().where(
        ProcessInstance.authority_id == Asking.authority_id,
        ProcessInstance.parent_id == Asking.instance_id,
        ProcessInstance.correlation_key == Asking.id,
    )
    rows = session.execute(
        select(
            *_OF_TASK,
            Asking.id.label("asking_id"),
            Asking.role.label("asked_role"),
            Asking.team_id.label("asked_team"),
        )
        .join(Asking, (Asking.authority_id == UserTask.authority_id) & (Asking.task_id == UserTask.id))
        .where(
            Asking.authority_id == person.authority_id,
            and_(Asking.person_id == person.person_id, Asking.state == "open"),
            ~is_a_task,
        )
    )
    return [
        _end(ASKED, row, row.asking_id, f"Contribution asked for: {row.name}", row.asked_role) for row in rows
    ]


def _words(session: Session, person: Viewer) -> list[LooseEnd]:
    """Corrections of what they signed off, which wait for their word."""
    rows = session.execute(
        select(*_OF_TASK, ProcessInstance.version_id, SignOff.number)
        .join(SignOff, (SignOff.authority_id == UserTask.authority_id) & (SignOff.task_id == UserTask.id))
        .join(
            ProcessInstance,
            (ProcessInstance.authority_id == UserTask.authority_id)
            & (ProcessInstance.id == UserTask.instance_id),
        )
        .where(
            SignOff.authority_id == person.authority_id,
            SignOff.state == CORRECTED,
            SignOff.decided_by == person.person_id,
        )
    )
    return [
        _end(
            WORD,
            row,
            f"{row.id} {row.number}",
            f"Correction to sign off: {row.name}",
            sign_offs.role_at(session, row.version_id, row.element_id),
        )
        for row in rows
    ]
