"""The page that is put to the director when there is no home before release: the facts, what was tried, what is asked.

It is composed from what has been recorded and from the answers of the task by which it is sent, and it is kept as it
was sent: the facts behind it may change afterwards. Sending it is completing that task, so that whatever the pathway
asks for first, a manager's word among it, has been given by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, and_, insert, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.documents import Document
from app.domain.errors import NotFound
from app.domain.moments import day_in_words, moment_in_words
from app.services import facts, reference, sign_offs
from app.services.acknowledging import Told, told
from app.services.advance import Writes, version_id
from app.services.director_document import composed, the_day, tried
from app.services.task_lookup import row, thing
from app.store.children import Child
from app.store.db import reading
from app.store.escalations import DirectorPage
from app.store.people import name_of
from app.store.tasks import Answer, UserTask

ASKS = MappingProxyType(
    {
        "release_preparation/escalate_home_to_director": "release_preparation/answer_on_home_as_director",
        "remand_yda/escalate_to_director": "remand_yda/answer_as_director",
    }
)
"""The forms by which the page is sent, and those by which the director answers."""


@dataclass(frozen=True)
class Answered:
    """What the director answered, once they have: `task_id` is theirs, `told` who has been told and has seen it."""

    task_id: str
    is_open: bool
    due_at: datetime | None
    told: tuple[Told, ...]
    words: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class PageView:
    """The page as it is now, or as it was sent. `signer` is whose word it needs before it goes to the director."""

    task_id: str
    document: Document
    is_open: bool
    is_waiting: bool
    signer: str
    sent_at: datetime | None
    sent_by: str
    answer: Answered | None


def show(viewer: Viewer, task_id: str, typed: Mapping[str, Any] | None = None) -> PageView:
    """The page of a task that is sent to the director, with what is typed so far. Raises NotFound for another task."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", thing(session, task))
        if task.form not in ASKS:
            raise NotFound()
        sent = session.get(DirectorPage, (viewer.authority_id, task_id))
        version = version_id(session, viewer.authority_id, task.instance_id)
        signer = sign_offs.role_at(session, version, task.element_id)
        return PageView(
            task_id=task_id,
            document=Document.from_json(sent.document)
            if sent
            else composed(session, task, typed or {}, now(), "Not sent yet."),
            is_open=task.state == "open",
            is_waiting=task.author_id is not None,
            signer=reference.roles().name_of(signer) if signer else "",
            sent_at=sent.sent_at if sent else None,
            sent_by=(name_of(session, viewer.authority_id, sent.sent_by) or "") if sent else "",
            answer=_answer(session, task) if sent else None,
        )


def suggested(viewer: Viewer, task_id: str, known: Mapping[str, Any]) -> dict[str, str]:
    """What the record suggests for questions of which nothing is known yet: why there is no home, what is asked."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", thing(session, task))
        reasons = [one.answers["reason"] for one in tried(session, task, now()) if one.answers.get("reason")]
        child = session.get(Child, (task.authority_id, task.child_id))
        _, on = the_day(facts.known(session, task.authority_id, task.child_id), task)
    until = f" before {day_in_words(on)}" if on else ""
    ask = f"A suitable home for {child.given_name}{until}; and who decides on it, by when." if child else ""
    found = {"reason": reasons[-1] if reasons else "", "ask": ask}
    return {name: words for name, words in found.items() if words and not known.get(name)}


def address_of(viewer: Viewer, task_id: str) -> str | None:
    """The task whose page belongs to this one: its own, or of the director's answer the one that was sent to them."""
    with reading() as session:
        task = row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", thing(session, task))
        if task.form in ASKS:
            return str(task.id)
        if task.form not in ASKS.values():
            return None
        return session.scalar(
            select(DirectorPage.task_id)
            .join(
                UserTask,
                and_(UserTask.authority_id == DirectorPage.authority_id, UserTask.id == DirectorPage.task_id),
            )
            .where(
                UserTask.authority_id == viewer.authority_id,
                UserTask.instance_id == task.instance_id,
                DirectorPage.sent_at <= task.created_at,
            )
            .order_by(DirectorPage.sent_at.desc())
            .limit(1)
        )


def kept_as_sent(
    session: Session, task: Row[Any], answers: Mapping[str, Any], person_id: str | None
) -> Writes:
    """What is written with the completion of a task by which the page is sent; nothing for any other task."""
    if task.form not in ASKS:
        return ()
    at = now()
    by = name_of(session, task.authority_id, person_id) or "the pathway"
    document = composed(session, task, answers, at, f"Sent by {by} on {moment_in_words(at)}.")
    values = {
        "authority_id": task.authority_id,
        "task_id": task.id,
        "child_id": task.child_id,
        "document": document.as_json(),
        "sent_at": at,
        "sent_by": person_id or "",
    }
    return ((insert(DirectorPage), values),)


def _answer(session: Session, task: Row[Any]) -> Answered | None:
    """The director's task that came of it, and what they answered."""
    found = session.execute(
        select(
            UserTask.id, UserTask.authority_id, UserTask.role, UserTask.assignee_id, UserTask.state,
            UserTask.due_at, UserTask.completed_at, UserTask.completed_by, Answer.answers,
        )
        .outerjoin(Answer, and_(Answer.authority_id == UserTask.authority_id, Answer.id == UserTask.id))
        .where(
            UserTask.authority_id == task.authority_id,
            UserTask.instance_id == task.instance_id,
            UserTask.form == ASKS[task.form],
            UserTask.created_at >= task.completed_at,
        )
        .order_by(UserTask.created_at)
        .limit(1)
    ).first()  # fmt: skip
    if found is None:
        return None
    is_done = found.state == "completed"
    return Answered(
        task_id=found.id,
        is_open=found.state == "open",
        due_at=found.due_at,
        told=told(session, [found])[found.id],
        words=str((found.answers or {}).get("answer") or "") if is_done else "",
        by=(name_of(session, task.authority_id, found.completed_by) or "") if is_done else "",
        at=found.completed_at if is_done else None,
    )
