"""The copy for the council's case system: which completed tasks have been recorded there, and which have not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, acts_for, require
from app.domain.clock import now
from app.domain.errors import BadInput, StaleTask
from app.services import advance, task_lookup
from app.services.listing import page_within
from app.services.lists import TaskRow, as_task_row, task_rows
from app.store.audit import Entry
from app.store.corrections import EarlierAnswer
from app.store.db import reading, transaction
from app.store.documents import RecordedElsewhere
from app.store.people import name_of
from app.store.tasks import UserTask
from app.store.ties import sees_child

PAGE_SIZE = 25
BACK = timedelta(days=90)
LONGEST_REFERENCE = 100


@dataclass(frozen=True)
class Recorded:
    """That a task is recorded in the case system: by whom, when, and its number there ("" for none).

    `is_outdated` when the answers were corrected since: what stands there is no longer what stands here.
    """

    by: str
    at: datetime
    reference: str
    is_outdated: bool


@dataclass(frozen=True)
class ToRecord:
    """One page of what somebody has completed and nobody has recorded in the case system yet, newest first."""

    tasks: tuple[TaskRow, ...]
    total: int
    page: int
    pages: int


def of_task(viewer: Viewer, task_id: str) -> Recorded | None:
    """Whether and how a task is recorded there. Raises NotFound."""
    with reading() as session:
        task = task_lookup.row(session, viewer.authority_id, task_id)
        require(viewer, "see_task", task_lookup.thing(session, task))
        found = session.get(RecordedElsewhere, (viewer.authority_id, task_id))
        if found is None:
            return None
        by = name_of(session, viewer.authority_id, found.by) or "somebody"
        return Recorded(by, found.at, found.reference, _is_outdated(session, found))


def record(viewer: Viewer, task_id: str, reference: str) -> None:
    """Tick that a completed task is recorded there; again with another reference corrects it.

    Raises NotFound, NotAllowed, BadInput for a reference that is too long, StaleTask while the task is not completed.
    """
    reference = " ".join(reference.split())
    if len(reference) > LONGEST_REFERENCE:
        sentence = f"The reference must be {LONGEST_REFERENCE} characters or fewer"
        raise BadInput(sentence, {"reference": [sentence]})
    with transaction() as session:
        instance = advance.lock_of_task(session, viewer.authority_id, task_id)
        task = task_lookup.row(session, viewer.authority_id, task_id)
        task_thing = task_lookup.thing(session, task)
        require(viewer, "record_elsewhere", task_thing, seen_by="see_task")
        if task.state != "completed":
            raise StaleTask("The task is not completed yet, so there is nothing to record elsewhere.")
        before = session.get(RecordedElsewhere, (viewer.authority_id, task_id))
        if before is not None and before.reference == reference and not _is_outdated(session, before):
            return
        values = {"reference": reference, "at": now(), "by": viewer.person_id}
        own = {"authority_id": viewer.authority_id, "task_id": task_id}
        if before is None:
            session.execute(insert(RecordedElsewhere).values(**own, **values))
        else:
            session.execute(
                update(RecordedElsewhere)
                .where(
                    RecordedElsewhere.authority_id == viewer.authority_id,
                    RecordedElsewhere.task_id == task_id,
                )
                .values(**values)
            )
        entry = Entry(
            kind="task_recorded_elsewhere",
            child_id=task.child_id,
            person_id=viewer.person_id,
            for_id=acts_for(viewer, task_thing),
            task_id=task_id,
            facts={"element": task.element_id, "name": task.name, "detail": reference},
        )
        advance.record(session, instance, [entry])


def not_recorded(session: Session, authority_id: str, tasks: Iterable[TaskRow]) -> frozenset[str]:
    """The ids of those completed tasks that nobody has recorded there, or that were corrected since."""
    done = {task.id for task in tasks if task.state == "completed"}
    there = session.scalars(
        select(RecordedElsewhere.task_id).where(
            RecordedElsewhere.authority_id == authority_id,
            RecordedElsewhere.task_id.in_(done),
            ~_corrected_since().exists(),
        )
    )
    return frozenset(done - set(there))


def _corrected_since() -> Select[str]:
    """The corrections of a task that came after the tick of the row of RecordedElsewhere beside it."""
    return select(EarlierAnswer.task_id).where(
        EarlierAnswer.authority_id == RecordedElsewhere.authority_id,
        EarlierAnswer.task_id == RecordedElsewhere.task_id,
        EarlierAnswer.corrected_at > RecordedElsewhere.at,
    )


def _is_outdated(session: Session, ticked: RecordedElsewhere) -> bool:
    later = select(EarlierAnswer.task_id).where(
        EarlierAnswer.authority_id == ticked.authority_id,
        EarlierAnswer.task_id == ticked.task_id,
        EarlierAnswer.corrected_at > ticked.at,
    )
    return session.scalar(later.limit(1)) is not None


def to_record(viewer: Viewer, page: int = 1) -> ToRecord:
    """What the viewer, or whom they cover for, completed in the last 90 days and nobody has ticked as it is now."""
    corrected_since = _corrected_since().correlate(RecordedElsewhere)
    chosen = (
        UserTask.authority_id == viewer.authority_id,
        UserTask.state == literal_column("'completed'"),
        UserTask.completed_by.in_(sorted(viewer.stands_for)),
        sees_child(viewer, UserTask.authority_id, UserTask.child_id),
        UserTask.completed_at > now() - BACK,
        ~select(RecordedElsewhere.task_id)
        .where(
            RecordedElsewhere.authority_id == UserTask.authority_id,
            RecordedElsewhere.task_id == UserTask.id,
            ~corrected_since.exists(),
        )
        .exists(),
    )
    with reading() as session:
        total = session.scalar(select(func.count()).select_from(UserTask).where(*chosen)) or 0
        page, pages = page_within(page, total, PAGE_SIZE)
        rows = session.execute(
            task_rows()
            .where(*chosen)
            .order_by(UserTask.completed_at.desc(), UserTask.id.desc())
            .limit(PAGE_SIZE)
            .offset((page - 1) * PAGE_SIZE)
        )
        return ToRecord(tuple(as_task_row(row) for row in rows), total, page, pages)
