"""Who is away and who covers for them: record it, end it, pass on what a cover who falls away covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.domain.access import PersonThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.moments import day_in_words
from app.services import submissions
from app.store import audit, people
from app.store.absences import Absence
from app.store.audit import Entry
from app.store.db import transaction
from app.store.people import Person, names_of

LONGEST = timedelta(days=400)
_LASTS = Absence.ended_at.is_(None)


@dataclass(frozen=True)
class Plan:
    """An absence as somebody wants it: both days are counted; `note` is what the cover should know."""

    person_id: str
    cover_id: str
    from_on: date
    until_on: date
    note: str = ""

    @property
    def days(self) -> str:
        """Such as “from Monday 4 January 2027 to Friday 8 January 2027”."""
        return in_days(self.from_on, self.until_on)


def in_days(from_on: date, until_on: date) -> str:
    """“on Monday 4 January 2027”, or “from ... to ...”."""
    if from_on == until_on:
        return f"on {day_in_words(from_on)}"
    return f"from {day_in_words(from_on)} to {day_in_words(until_on)}"


def may_cover(cover: Viewer, person: Viewer) -> bool:
    """Whether one may stand in for the other: of every agency that the absent person is of, so that no cover sees
    a child of an agency that is not theirs."""
    is_other = cover.person_id != person.person_id and cover.authority_id == person.authority_id
    return is_other and bool(person.agencies) and person.agencies <= cover.agencies


def record(viewer: Viewer, plan: Plan, *, submission: str | None = None) -> str:
    """Write an absence with its cover; its id. What the person covered in that time passes to their cover.

    Raises NotFound, NotAllowed, BadInput (a sentence for the field that clashes). The same `submission` again is
    answered like the first.
    """
    with transaction() as session:
        lock_people(session, viewer.authority_id, plan)
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier:
            return earlier
        require(viewer, "record_absence", thing_of(colleague(session, viewer, plan.person_id)))
        refuse_clashes(session, viewer, plan)
        absence_id = insert_row(session, viewer, plan)
        _note_plan(session, viewer, "absence_recorded", absence_id, plan)
        pass_on_what_is_covered(session, viewer, plan)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, absence_id)
    return absence_id


def end(viewer: Viewer, absence_id: str) -> Row[Any]:
    """End an absence now, or call off one that lies ahead; its row as it was. Ending it again changes nothing.

    Raises NotFound, NotAllowed.
    """
    with transaction() as session:
        found = row(session, viewer.authority_id, absence_id, lock=True)
        require(viewer, "record_absence", person_of(session, found), seen_by="see_absence")
        if found.ended_at is None:
            change_row(session, found, ended_at=now())
            _note_plan(session, viewer, "absence_ended", found.id, plan_of(found))
    return found


def mark_read(viewer: Viewer, absence_id: str) -> None:
    """The person has read what was done for them. Raises NotFound for anybody else."""
    with transaction() as session:
        found = row(session, viewer.authority_id, absence_id, lock=True)
        if found.person_id != viewer.person_id:
            raise NotFound()
        if found.read_at is None:
            change_row(session, found, read_at=now())


def row(session: Session, authority_id: str, absence_id: str, *, lock: bool = False) -> Row[Any]:
    """An absence's row. Raises NotFound."""
    query = select(*Absence.__table__.c).where(Absence.authority_id == authority_id, Absence.id == absence_id)
    found = session.execute(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound()
    return found


def away_between(
    session: Session, authority_id: str, from_on: date, until_on: date, *, but: str | None = None
) -> dict[str, Any]:
    """Who is away on one of these days: person id -> the first such absence."""
    rows = session.execute(
        select(Absence.person_id, Absence.from_on, Absence.until_on)
        .where(
            Absence.authority_id == authority_id,
            Absence.from_on <= until_on,
            Absence.until_on >= from_on,
            Absence.id != (but or ""),
            _LASTS,
        )
        .order_by(Absence.from_on.desc())
    )
    return {found.person_id: found for found in rows.all()}


def thing_of(person: Viewer, cover_id: str | None = None) -> PersonThing:
    """A colleague as the permission table sees them."""
    return PersonThing(person.authority_id, person.person_id, person.agencies, cover_id)


def colleague(session: Session, viewer: Viewer, person_id: str) -> Viewer:
    """Somebody of the viewer's authority with an open account. Raises NotFound."""
    found = people.viewers(session, viewer.authority_id, [person_id])
    if not found:
        raise NotFound()
    return found[0]


def plan_of(found: Row[Any]) -> Plan:
    """What an absence's row says."""
    return Plan(found.person_id, found.cover_id, found.from_on, found.until_on, found.note)


def person_of(session: Session, absence: Row[Any]) -> PersonThing:
    """The person of an absence as the permission table sees them, account open or closed."""
    found = people.viewers(session, absence.authority_id, [absence.person_id], with_closed=True)
    agencies = found[0].agencies if found else frozenset()
    return PersonThing(absence.authority_id, absence.person_id, agencies, absence.cover_id)


def lock_people(session: Session, authority_id: str, plan: Plan) -> None:
    """Both people's rows, always in one order, so that two absences cannot be written at once that clash."""
    locked = select(Person.id).where(
        Person.authority_id == authority_id, Person.id.in_([plan.person_id, plan.cover_id])
    )
    session.execute(locked.order_by(Person.id).with_for_update()).all()


def refuse_clashes(session: Session, viewer: Viewer, plan: Plan, *, but: str | None = None) -> None:
    """Raise BadInput, a sentence for each field, where a plan cannot be: `but` is the absence that it changes."""
    person, cover = (colleague(session, viewer, one) for one in (plan.person_id, plan.cover_id))
    errors: dict[str, list[str]] = {}
    if plan.until_on < plan.from_on:
        errors["until_on"] = ["The last day away must be the same as or after the first day away"]
    elif plan.until_on < today():
        errors["until_on"] = ["The last day away must be today or in the future"]
    elif plan.until_on - plan.from_on > LONGEST:
        errors["until_on"] = [
            f"The last day away must be within {LONGEST.days} days of the first. "
            "For longer, hand the work over to somebody else"
        ]
    if not may_cover(cover, person):
        errors["cover_id"] = [f"Select somebody else of {person.name}’s agency to cover"]
    away = (
        away_between(session, person.authority_id, plan.from_on, plan.until_on, but=but) if not errors else {}
    )
    if person.person_id in away:
        own = away[person.person_id]
        errors["from_on"] = [
            f"{person.name} is recorded as away {in_days(own.from_on, own.until_on)} already. "
            "End that absence first, or choose other days"
        ]
    if cover.person_id in away:
        theirs = away[cover.person_id]
        errors["cover_id"] = [
            f"{cover.name} is away {in_days(theirs.from_on, theirs.until_on)}. Select somebody else to cover"
        ]
    if errors:
        raise BadInput("The absence cannot be recorded like this.", errors)


def pass_on_what_is_covered(session: Session, viewer: Viewer, plan: Plan) -> None:
    """What the person of the plan covers for others on days on which they are away goes to their own cover."""
    for covered in _covered_by(session, viewer.authority_id, plan):
        _pass_on(session, viewer, covered, plan)


def _covered_by(session: Session, authority_id: str, plan: Plan) -> list[Row[Any]]:
    return list(
        session.execute(
            select(*Absence.__table__.c)
            .where(
                Absence.authority_id == authority_id,
                Absence.cover_id == plan.person_id,
                Absence.from_on <= plan.until_on,
                Absence.until_on >= max(plan.from_on, today()),
                _LASTS,
            )
            .with_for_update()
        )
    )


def _pass_on(session: Session, viewer: Viewer, covered: Row[Any], plan: Plan) -> None:
    """Cut an absence where its cover is away: for those days the cover's own cover takes it over."""
    first, last = max(covered.from_on, plan.from_on, today()), min(covered.until_on, plan.until_on)
    pieces = [(covered.from_on, first - timedelta(days=1), covered.cover_id), (first, last, plan.cover_id),
              (last + timedelta(days=1), covered.until_on, covered.cover_id)]  # fmt: skip
    kept, *others = [piece for piece in pieces if piece[0] <= piece[1]]
    change_row(session, covered, from_on=kept[0], until_on=kept[1], cover_id=kept[2])
    for from_on, until_on, cover_id in others:
        insert_row(session, viewer, Plan(covered.person_id, cover_id, from_on, until_on, covered.note))
    changed = Plan(covered.person_id, plan.cover_id, first, last)
    _note_plan(session, viewer, "cover_changed", covered.id, changed)


def insert_row(session: Session, viewer: Viewer, plan: Plan) -> str:
    """A new absence without an entry in the audit; its id."""
    absence_id = new_id()
    session.execute(
        insert(Absence).values(
            authority_id=viewer.authority_id,
            id=absence_id,
            person_id=plan.person_id,
            cover_id=plan.cover_id,
            from_on=plan.from_on,
            until_on=plan.until_on,
            note=plan.note,
            created_at=now(),
            created_by=viewer.person_id,
            ended_at=None,
            read_at=None,
        )
    )
    return absence_id


def change_row(session: Session, absence: Row[Any], **values: Any) -> None:
    """Write other values into an absence."""
    session.execute(
        update(Absence)
        .where(Absence.authority_id == absence.authority_id, Absence.id == absence.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _note_plan(session: Session, viewer: Viewer, kind: str, absence_id: str, plan: Plan) -> None:
    told = {
        "absence": absence_id,
        "person": plan.person_id,
        "cover": plan.cover_id,
        "from_on": plan.from_on.isoformat(),
        "until_on": plan.until_on.isoformat(),
    }
    entry = Entry(kind=kind, person_id=viewer.person_id, facts=told)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{plan.person_id}")


def covered_by(session: Session, authority_id: str, person_id: str) -> list[str]:
    """For whom a person covers today or later, with the days: nobody does when their account is closed."""
    found = list(
        session.execute(
            select(*Absence.__table__.c)
            .where(
                Absence.authority_id == authority_id,
                Absence.cover_id == person_id,
                Absence.until_on >= today(),
                _LASTS,
            )
            .order_by(Absence.from_on)
        )
    )
    names = names_in(session, found)
    return [f"{names[one.person_id]} {in_days(one.from_on, one.until_on)}" for one in found]


def names_in(session: Session, absences: list[Row[Any]]) -> dict[str, str]:
    """The names of everybody in these absences, by their ids."""
    if not absences:
        return {}
    everybody = [person for one in absences for person in (one.person_id, one.cover_id)]
    return names_of(session, absences[0].authority_id, everybody)
