"""Parts of a child's record with a page of their own: people, and where the child was, hearings, money, readiness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.clock import today
from app.domain.errors import NotFound
from app.domain.moments import london_day
from app.services import facts, need_to_know, reference
from app.services.children import get
from app.services.messages_out import FACTS_CHANGED
from app.services.need_to_know import Item
from app.services.plan_record import as_day
from app.store.children import BedNights, ChildWorker
from app.store.db import reading
from app.store.outbox import OutboxMessage
from app.store.people import Person
from app.store.tasks import Answer
from app.store.ties import child_thing

NAMED_IN_FACTS = {
    "solicitor": "Solicitor",
    "social_care_team": "Social care team",
    "school": "School",
    "parental_responsibility": "Who has parental responsibility",
    "family_contact": "Contact with the family",
    "lead_professional": "Lead professional",
    "supervising_service": "Supervising service",
    "probation_officer": "Probation officer",
    "probation_manager": "Probation manager",
    "case_supervisor": "Case supervisor",
    "leaving_care_manager": "Leaving care manager",
    "collector": "Who collects the child",
}
"""Facts that name somebody around the child who does not sign in here."""
PAYMENTS: Mapping[str, tuple[str, str, str]] = {
    "remand_yda/pay_allowance": ("Allowance", "paid_on", "allowance_amount"),
    "remand_yda/pay_clothing": ("Clothing money", "paid_on", "clothing_amount"),
    "remand_yda/start_payments": ("Clothing money", "clothing_paid_on", "clothing_amount"),
}
"""Forms that say that money was paid: what for, the question with the day, the question with the amount in pounds."""
PANELS = (
    "remand_yda/present_to_care_panel",
    "remand_yda/return_to_panel",
    "remand_yda/present_parallel_plans",
    "custodial_sentence/refer_to_care_panel",
    "custodial_sentence/return_to_panel",
)
"""Forms that record what a panel decided in the search for a placement, under `panel_on` and `decision`."""
SOON = timedelta(days=14)


@dataclass(frozen=True)
class Held:
    """Somebody who holds or held a role for the child, with the days."""

    role_name: str
    name: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class People:
    """Who is around the child: workers now and before, others who are named, whom notifications go to."""

    now: tuple[Held, ...]
    before: tuple[Held, ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Hearing:
    """A court date as it was recorded, newest first; `moved_to` is the day that took its place."""

    on: date
    recorded_at: datetime
    moved_to: date | None


@dataclass(frozen=True)
class Stay:
    """Nights in youth detention accommodation, both days counted; open while `until_on` is None."""

    from_on: date
    until_on: date | None
    nights: int


@dataclass(frozen=True)
class Payment:
    """Money that was paid for or to the child, in pounds."""

    what: str
    on: date | None
    amount: float | None


@dataclass(frozen=True)
class PanelDecision:
    """What a panel decided in the search for a placement; `task_id` is the task that recorded it."""

    on: date | None
    decision: str
    task_id: str
    recorded_at: datetime


@dataclass(frozen=True)
class Readiness:
    """The ten things before release: each with a colour; what panels decided on the way, newest first.

    `release_on` is the earliest day, where it is known.
    """

    release_on: date | None
    lines: tuple[tuple[Item, str], ...]
    panels: tuple[PanelDecision, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many are red, amber and green."""
        return {colour: sum(one == colour for _, one in self.lines) for colour in ("red", "amber", "green")}


def people(viewer: Viewer, child_id: str) -> People:
    """Who works with the child and who did. Raises NotFound."""
    with reading() as session:
        _require(session, viewer, child_id, "see_network")
        held = _held(session, viewer.authority_id, child_id)
        known = facts.known(session, viewer.authority_id, child_id)
        others = tuple((label, str(known[key])) for key, label in NAMED_IN_FACTS.items() if known.get(key))
    return People(
        now=tuple(one for one in held if one.until_at is None),
        before=tuple(one for one in held if one.until_at is not None),
        others=others,
    )


def readiness(viewer: Viewer, child_id: str) -> Readiness:
    """How far the release is prepared. Raises NotFound.

    Green is known. Red is not known although its day has passed, or although the release is less than a fortnight
    away; amber is everything else that is not known.
    """
    with reading() as session:
        _require(session, viewer, child_id, "see_child")
        prepared = need_to_know.prepare(session, viewer, get(session, viewer.authority_id, child_id))
        release_on = as_day(facts.known(session, viewer.authority_id, child_id).get("release_on"))
        thing = child_thing(session, viewer.authority_id, child_id)
        panels = _panels(session, viewer, child_id) if may(viewer, "see_network", thing) else ()
    return Readiness(release_on, tuple((item, _colour(item, release_on)) for item in prepared.items), panels)


def _panels(session: Session, viewer: Viewer, child_id: str) -> tuple[PanelDecision, ...]:
    rows = session.scalars(
        select(Answer)
        .where(
            Answer.authority_id == viewer.authority_id, Answer.child_id == child_id, Answer.form.in_(PANELS)
        )
        .order_by(Answer.at.desc())
    )
    return tuple(
        PanelDecision(as_day(row.answers.get("panel_on")), row.answers["decision"], row.id, row.at)
        for row in rows
        if row.answers.get("decision")
    )


def _colour(item: Item, release_on: date | None) -> str:
    if item.is_known:
        return "green"
    is_late = item.by_on is not None and item.by_on < today()
    is_near = release_on is not None and release_on - today() < SOON
    return "red" if is_late or is_near else "amber"


def hearings(session: Session, viewer: Viewer, child_id: str) -> tuple[Hearing, ...]:
    """Court dates that were recorded, from the messages that a changed day leaves behind; the newest first."""
    rows = session.execute(
        select(OutboxMessage.payload, OutboxMessage.created_at)
        .where(
            OutboxMessage.authority_id == viewer.authority_id,
            OutboxMessage.child_id == child_id,
            OutboxMessage.name == FACTS_CHANGED,
        )
        .order_by(OutboxMessage.id)
    )
    found: list[Hearing] = []
    for row in rows:
        _, after = row.payload.get("facts", {}).get("next_hearing_on", (None, None))
        day = as_day(after)
        if day is None or (found and found[-1].on == day):
            continue
        if found and found[-1].on > london_day(
            row.created_at
        ):  # it had not been held: the new day took its place
            found[-1] = Hearing(found[-1].on, found[-1].recorded_at, day)
        found.append(Hearing(day, row.created_at, None))
    return tuple(reversed(found))


def stays(session: Session, viewer: Viewer, child_id: str) -> tuple[Stay, ...]:
    """Stays in youth detention accommodation, the newest first."""
    rows = session.scalars(
        select(BedNights)
        .where(BedNights.authority_id == viewer.authority_id, BedNights.child_id == child_id)
        .order_by(BedNights.from_at.desc())
    )
    return tuple(_stay(row) for row in rows)


def _stay(row: BedNights) -> Stay:
    first = london_day(row.from_at)
    last = london_day(row.until_at) if row.until_at else None
    return Stay(first, last, ((last or today()) - first).days)


def payments(session: Session, viewer: Viewer, child_id: str) -> tuple[Payment, ...]:
    """Money paid as completed tasks recorded it, the newest first; nothing for those who may not see money."""
    if not may(viewer, "see_money", child_thing(session, viewer.authority_id, child_id)):
        return ()
    rows = session.scalars(
        select(Answer)
        .where(
            Answer.authority_id == viewer.authority_id,
            Answer.child_id == child_id,
            Answer.form.in_(sorted(PAYMENTS)),
        )
        .order_by(Answer.at.desc())
    )
    found = []
    for row in rows:
        what, day, amount = PAYMENTS[row.form or ""]
        if row.answers.get(amount) or row.answers.get(day):
            found.append(Payment(what, as_day(row.answers.get(day)), row.answers.get(amount)))
    return tuple(found)


def _held(session: Session, authority_id: str, child_id: str) -> tuple[Held, ...]:
    rows = session.execute(
        select(ChildWorker.role, ChildWorker.from_at, ChildWorker.until_at, Person.name)
        .join(
            Person, (Person.authority_id == ChildWorker.authority_id) & (Person.id == ChildWorker.person_id)
        )
        .where(ChildWorker.authority_id == authority_id, ChildWorker.child_id == child_id)
        .order_by(ChildWorker.from_at.desc())
    )
    roles = reference.roles()
    return tuple(Held(roles.name_of(row.role), row.name, row.from_at, row.until_at) for row in rows)


def _require(session: Session, viewer: Viewer, child_id: str, action: str) -> None:
    get(session, viewer.authority_id, child_id)
    thing = child_thing(session, viewer.authority_id, child_id)
    require(viewer, action, thing)
    if thing.is_partnership:
        raise NotFound()
