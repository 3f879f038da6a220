"""Children who are to leave and have no home: who was told of it, when, what they answered; by child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from app.domain.access import CASEWORK_AGENCIES, AuthorityThing, Viewer, require
from app.domain.clock import today
from app.domain.errors import NotFound
from app.services import acknowledging, reference
from app.services.acknowledging import Told
from app.services.child_rows import ChildRow
from app.services.director_pages import ASKS
from app.services.listing import page_within
from app.services.oversight.scope import ALL, Scope
from app.services.plan_record import as_day
from app.services.work_rows import child_rows
from app.store.children import ChildFact
from app.store.db import known_as, reading
from app.store.people import names_of
from app.store.tasks import Answer, UserTask
from app.store.ties import sees_child

PAGE_SIZE = 25
OPEN, OVER = "open", "over"
ANSWERS = MappingProxyType(
    {"release_preparation/escalate_to_service": "release_preparation/answer_as_service", **ASKS}
)
"""The forms by which a missing home is escalated, and those by which it is answered."""
FORMS = tuple(sorted({*ANSWERS, *ANSWERS.values()}))
_DAYS = ("release_on", "next_hearing_on", "release_address")


@dataclass(frozen=True)
class Raised:
    """One time that the missing home was, or is to be, taken to somebody. `answer_id` is their task once it is there.

    `words` are for those who read answers.
    """

    ask_id: str
    is_for_director: bool
    is_sent: bool
    is_open: bool
    due_at: datetime | None
    sent_at: datetime | None
    sent_by: str
    to: str
    answer_id: str
    answer_due_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    words: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Home:
    """A child, the day on which they may leave, the address if there is one now, and whom it was taken to."""

    child: ChildRow
    on: date | None
    is_release: bool
    address: str
    raised: tuple[Raised, ...]

    @property
    def days(self) -> int | None:
        """Days from today; None where no day is known."""
        return (self.on - today()).days if self.on else None


@dataclass(frozen=True)
class HomePage:
    """One page of the list; `total` is of children."""

    homes: tuple[Home, ...]
    total: int
    page: int
    pages: int


def number(viewer: Viewer, scope: Scope) -> int:
    """Of how many children somebody has to take it further, or to answer. Raises NotFound."""
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _number(session, viewer, scope, OPEN)


def page_of(viewer: Viewer, scope: Scope, which: str = OPEN, page: int = 1) -> HomePage:
    """Children with something open of it, the earliest due first; or those for whom it is over, the latest first.

    Raises NotFound for another list, or when it is not the viewer's to see.
    """
    require(viewer, "see_escalations", AuthorityThing(viewer.authority_id))
    if which not in (OPEN, OVER):
        raise NotFound()
    with reading() as session:
        total = _number(session, viewer, scope, which)
        page, pages = page_within(page, total, PAGE_SIZE)
        child = func.coalesce(
            UserTask.child_id, ""
        )  # or the index by child would be read instead of that by form
        order = func.min(UserTask.due_at) if which == OPEN else func.max(UserTask.created_at).desc()
        found = session.scalars(
            select(child)
            .where(*_conditions(viewer, scope, which))
            .group_by(child)
            .order_by(order, child)
            .limit(PAGE_SIZE)
            .offset((page - 1) * PAGE_SIZE)
        ).all()
        return HomePage(tuple(_homes(session, viewer, found)), total, page, pages)


def _number(session: Session, viewer: Viewer, scope: Scope, which: str) -> int:
    counting = select(func.count(UserTask.child_id.distinct())).where(*_conditions(viewer, scope, which))
    return session.scalar(counting) or 0


def _conditions(viewer: Viewer, scope: Scope, which: str) -> list[ColumnElement[bool]]:
    found = [
        UserTask.authority_id == viewer.authority_id,
        UserTask.form.in_(FORMS),
        sees_child(viewer, UserTask.authority_id, UserTask.child_id),
    ]
    if scope.chosen != ALL:
        found.append(func.coalesce(UserTask.team_id, "").in_([team.id for team in scope.teams]))
    if scope.role:
        found.append(UserTask.role == scope.role)
    if scope.pathway:
        found.append(UserTask.definition_key == scope.pathway)
    if which == OPEN:
        return [*found, UserTask.state == "open"]
    other = known_as(UserTask, "other")
    still_open = exists().where(
        other.authority_id == UserTask.authority_id,
        other.child_id == UserTask.child_id,
        other.form.in_(FORMS),
        other.state == "open",
    )
    return [*found, ~still_open]


def _homes(session: Session, viewer: Viewer, child_ids: Sequence[str]) -> list[Home]:
    """The children in their order, by a fixed number of statements."""
    if not child_ids:
        return []
    tasks = session.execute(
        select(
            UserTask.id, UserTask.authority_id, UserTask.child_id, UserTask.instance_id, UserTask.form, UserTask.role,
            UserTask.assignee_id, UserTask.state, UserTask.created_at, UserTask.due_at, UserTask.completed_at,
            UserTask.completed_by, Answer.answers,
        )
        .outerjoin(Answer, and_(Answer.authority_id == UserTask.authority_id, Answer.id == UserTask.id))
        .where(
            UserTask.authority_id == viewer.authority_id,
            UserTask.child_id.in_(child_ids),
            UserTask.form.in_(FORMS),
        )
        .order_by(UserTask.created_at, UserTask.id)
    ).all()  # fmt: skip
    told = acknowledging.told(session, [task for task in tasks if task.form not in ANSWERS])
    names = names_of(session, viewer.authority_id, [task.completed_by for task in tasks if task.completed_by])
    children = child_rows(session, viewer.authority_id, child_ids)
    known: dict[str, dict[str, str]] = {child_id: {} for child_id in child_ids}
    for fact in session.execute(
        select(ChildFact.child_id, ChildFact.name, ChildFact.value).where(
            ChildFact.authority_id == viewer.authority_id,
            ChildFact.child_id.in_(child_ids),
            ChildFact.name.in_(_DAYS),
        )
    ):
        known[fact.child_id][fact.name] = str(fact.value["value"] or "")
    may_read = viewer.is_admin or not viewer.agencies.isdisjoint(CASEWORK_AGENCIES)
    return [
        _home(
            children[one], known[one], _raised([t for t in tasks if t.child_id == one], told, names, may_read)
        )
        for one in child_ids
    ]


def _home(child: ChildRow, known: Mapping[str, str], raised: tuple[Raised, ...]) -> Home:
    release, hearing = as_day(known.get("release_on")), as_day(known.get("next_hearing_on"))
    return Home(child, release or hearing, release is not None, known.get("release_address", ""), raised)


def _raised(
    tasks: Sequence[Any], told: Mapping[str, tuple[Told, ...]], names: Mapping[str, str], may_read: bool
) -> tuple[Raised, ...]:
    """Each asking of a child with the answer that came of it: the first in the same pathway afterwards."""
    found = []
    for ask in tasks:
        if ask.form not in ANSWERS or ask.state == "cancelled":
            continue
        answer = next(
            (
                one
                for one in tasks
                if one.form == ANSWERS[ask.form]
                and one.instance_id == ask.instance_id
                and ask.completed_at is not None
                and one.created_at >= ask.completed_at
            ),
            None,
        )
        is_done = answer is not None and answer.state == "completed"
        role = answer.role if answer else "dcs" if ask.form in ASKS else "head_of_service"
        found.append(
            Raised(
                ask_id=ask.id,
                is_for_director=ask.form in ASKS,
                is_sent=ask.state == "completed",
                is_open=ask.state == "open" or (answer is not None and answer.state == "open"),
                due_at=ask.due_at,
                sent_at=ask.completed_at,
                sent_by=names.get(ask.completed_by or "", ""),
                to=reference.roles().name_of(role),
                answer_id=answer.id if answer else "",
                answer_due_at=answer.due_at if answer else None,
                answered_at=answer.completed_at if answer and is_done else None,
                answered_by=names.get(answer.completed_by or "", "") if answer and is_done else "",
                words=str((answer.answers or {}).get("answer") or "")
                if answer and is_done and may_read
                else "",
                told=told.get(answer.id, ()) if answer else (),
            )
        )
    return tuple(found)
