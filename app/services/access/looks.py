"""Who has looked at which child, when and as what; and the looks that a manager should ask about.

One row for a person, a child and a day, and another for each token of the API by which a system looked as that person.
The first look of a day also stands in the audit, in the stream of the child. A look that comes within a quarter of an
hour of the last one writes nothing. Systems read at night and many children, so theirs are never unusual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, extract, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, ChildThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import NotFound
from app.domain.looking_times import REASONS, is_odd_time, why
from app.services.access import rules
from app.services.letter_choices import working_days
from app.services.listing import page_within
from app.store.api import ApiToken
from app.store.children import CHILD, Child
from app.store.db import reading, transaction
from app.store.people import name_of, names_of
from app.store.record_rules import Look
from app.store.tasks import UserTask
from app.store.ties import child_thing, sees_child

VISIT = timedelta(minutes=15)
PAGE_SIZE = 50
DAYS = 30
MANY = 15
"""So many children opened for the first time in a day within one hour are many."""
AS_WHAT = {
    "worker": "Worker of the child",
    "cover": "Covers for a worker of the child",
    "named": "Named for the restricted record",
    "manager": "Manager",
    "task": "Has work on the child",
    "colleague": "No role with the child",
    "out_of_hours": "Emergency duty team",
    "emergency": "Opened in an emergency",
    "guest": "Guest",
    "administrator": "Administrator",
}
"""What somebody looked as, in words."""


@dataclass(frozen=True)
class LookRow:
    """A look at a child by a person on a day. `why` are sentences of what is unusual about it; none where nothing is.

    `through` names the token by which another system looked as this person.
    """

    child_id: str
    child: str
    person_id: str
    person: str
    as_what: str
    first_at: datetime
    last_at: datetime
    visits: int
    why: tuple[str, ...] = ()
    through: str = ""


@dataclass(frozen=True)
class Many:
    """Somebody who opened many children within an hour of a day: how many, of those whom the viewer sees."""

    person_id: str
    person: str
    on_day: date
    children: int


@dataclass(frozen=True)
class LookPage:
    """One page of looks, the latest first."""

    rows: tuple[LookRow, ...]
    total: int
    page: int
    pages: int


def remember(viewer: Viewer, child_id: str, *, token_id: str = "") -> None:
    """The viewer has just been shown something of the child; or a system was, by a token of theirs."""
    moment, day = now(), today()
    own = (
        Look.authority_id == viewer.authority_id,
        Look.child_id == child_id,
        Look.person_id == viewer.person_id,
        Look.on_day == day,
        Look.token_id == token_id,
    )
    with reading() as session:
        last = session.execute(select(Look.last_at, Look.as_what).where(*own)).one_or_none()
    if last is not None and moment - last.last_at < VISIT:
        return
    try:
        with transaction() as session:
            if last is not None:
                changed: dict[str, Any] = {"last_at": moment, "visits": Look.visits + 1}
                if is_odd_time(viewer, last.as_what, moment, working_days(session, viewer.authority_id)):
                    changed["is_out_of_hours"] = True
                session.execute(
                    update(Look).where(*own).values(**changed).execution_options(synchronize_session=False)
                )
                return
            thing = child_thing(session, viewer.authority_id, child_id)
            if thing.is_partnership:
                return
            as_what = _as_what(session, viewer, child_id, thing)
            session.execute(
                insert(Look).values(
                    authority_id=viewer.authority_id,
                    child_id=child_id,
                    person_id=viewer.person_id,
                    on_day=day,
                    token_id=token_id,
                    as_what=as_what,
                    first_at=moment,
                    last_at=moment,
                    visits=1,
                    is_out_of_hours=is_odd_time(
                        viewer, as_what, moment, working_days(session, viewer.authority_id)
                    ),
                )
            )
            facts = {"as_what": as_what, **({"token": token_id} if token_id else {})}
            rules.note(session, viewer, child_id, "child_looked_at", **facts)
    except IntegrityError:
        return  # another page of the same person was first


def _as_what(session: Session, viewer: Viewer, child_id: str, thing: ChildThing) -> str:
    """What lets them see the child; the closest tie first."""
    record = thing.record
    if viewer.is_guest:
        return "guest"
    if record.is_restricted and viewer.person_id in record.let_in:
        return "named"
    if record.is_restricted and viewer.is_out_of_hours:
        return "out_of_hours"
    if viewer.person_id in record.opened:
        return "emergency"
    if viewer.person_id in thing.worker_ids:
        return "worker"
    if not viewer.covers.isdisjoint(thing.worker_ids):
        return "cover"
    if viewer.is_out_of_hours:
        return "out_of_hours"
    if viewer.agencies.isdisjoint(thing.agencies):
        return "administrator" if viewer.is_admin else "colleague"
    if viewer.is_manager:
        return "manager"
    return "task" if _has_work(session, viewer, child_id) else "colleague"


def _has_work(session: Session, viewer: Viewer, child_id: str) -> bool:
    found = session.scalar(
        select(UserTask.id)
        .where(
            UserTask.authority_id == viewer.authority_id,
            UserTask.child_id == child_id,
            or_(
                UserTask.assignee_id.in_(sorted(viewer.stands_for)),
                UserTask.team_id.in_(sorted(viewer.team_ids)),
                UserTask.completed_by == viewer.person_id,
            ),
        )
        .limit(1)
    )
    return found is not None


def of_child(viewer: Viewer, child_id: str, page: int = 1) -> LookPage:
    """Who has looked at the child, the latest first, 50 a page. Raises NotFound for who does not control the record."""
    with reading() as session:
        require(viewer, "control_access", child_thing(session, viewer.authority_id, child_id))
        chosen = (Look.authority_id == viewer.authority_id, Look.child_id == child_id)
        return _page(session, viewer, chosen, page)


def of_person(viewer: Viewer, person_id: str, page: int = 1) -> tuple[str, LookPage]:
    """A colleague's name, and at which children they have looked, of those whom the viewer sees; the latest first.

    Raises NotFound for nobody of the authority, and for who may not see it.
    """
    require(viewer, "see_access", AuthorityThing(viewer.authority_id))
    with reading() as session:
        name = name_of(session, viewer.authority_id, person_id)
        if name is None:
            raise NotFound()
        chosen = (
            Look.authority_id == viewer.authority_id,
            Look.person_id == person_id,
            sees_child(viewer, Look.authority_id, Look.child_id),
        )
        return name, _page(session, viewer, chosen, page)


def unusual(viewer: Viewer, page: int = 1) -> LookPage:
    """Looks of the last 30 days, at children whom the viewer sees, that a manager should ask about; latest first."""
    require(viewer, "see_access", AuthorityThing(viewer.authority_id))
    odd = or_(Look.as_what.in_(sorted(REASONS)), Look.is_out_of_hours)
    with reading() as session:
        return _page(session, viewer, (*_of_colleagues(viewer), odd), page)


def many(viewer: Viewer) -> tuple[Many, ...]:
    """Who opened many children for the first time in a day within one hour, in the last 30 days; the latest day first.

    Raises NotFound.
    """
    require(viewer, "see_access", AuthorityThing(viewer.authority_id))
    hour = extract("hour", Look.first_at).cast(Integer)
    number = func.count(Look.child_id)
    with reading() as session:
        rows = session.execute(
            select(Look.person_id, Look.on_day, number)
            .where(*_of_colleagues(viewer))
            .group_by(Look.person_id, Look.on_day, hour)
            .having(number >= MANY)
        ).all()
        names = names_of(session, viewer.authority_id, {row[0] for row in rows})
    most: dict[tuple[str, date], int] = {}
    for person_id, day, children in rows:
        most[person_id, day] = max(children, most.get((person_id, day), 0))
    found = (Many(one, names.get(one, "somebody"), day, children) for (one, day), children in most.items())
    return tuple(sorted(found, key=lambda one: (-one.on_day.toordinal(), -one.children, one.person_id)))


def _of_colleagues(viewer: Viewer) -> tuple[Any, ...]:
    """Looks at pages by others than the viewer in the last 30 days, at children whom the viewer sees."""
    return (
        Look.authority_id == viewer.authority_id,
        Look.on_day >= today() - timedelta(days=DAYS),
        Look.person_id != viewer.person_id,
        Look.token_id == "",
        sees_child(viewer, Look.authority_id, Look.child_id),
    )


def _page(session: Session, viewer: Viewer, chosen: Iterable[Any], page: int) -> LookPage:
    wanted = tuple(chosen)
    total = session.scalar(select(func.count()).select_from(Look).where(*wanted)) or 0
    page, pages = page_within(page, total, PAGE_SIZE)
    found = session.execute(
        select(Look, Child.given_name, Child.family_name, ApiToken.name)
        .join(Child, (Child.authority_id == Look.authority_id) & (Child.id == Look.child_id))
        .outerjoin(ApiToken, (ApiToken.authority_id == Look.authority_id) & (ApiToken.id == Look.token_id))
        .where(*wanted, Child.kind == CHILD)
        .order_by(Look.last_at.desc(), Look.child_id, Look.person_id, Look.token_id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    names = names_of(session, viewer.authority_id, {row[0].person_id for row in found})
    rows = (
        LookRow(
            look.child_id,
            f"{given} {family}",
            look.person_id,
            names.get(look.person_id, "somebody"),
            AS_WHAT[look.as_what],
            look.first_at,
            look.last_at,
            look.visits,
            _why(look),
            token or "",
        )
        for look, given, family, token in found
    )
    return LookPage(tuple(rows), total, page, pages)


def _why(look: Look) -> tuple[str, ...]:
    if look.token_id:
        return ()
    return why(look.as_what, look.first_at, look.last_at, is_odd=look.is_out_of_hours)
