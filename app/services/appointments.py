"""Appointments: the days on which people meet about a child, as facts and forms have recorded them.

What is one is said in processes/appointments.yaml. A fact of the child (the next hearing) is read where it stands;
what a form says is written beside it when the form is taken in, because a list by day cannot look into answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, literal_column, select, union, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.appointments import Meant
from app.domain.clock import LONDON, now, today
from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.domain.moments import london_day, read_moment
from app.services import reference
from app.store.children import PARTNERSHIP, Child, ChildFact, ChildWorker
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.ties import sees_child
from app.store.work import RecordedAppointment


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """Somebody meets about a child on a day in London, at a moment (aware) where that is known.

    `id` stays the same when the day moves, and `moves` grows by one then. `kind` is one of `appointments.KINDS`.
    `task_id` is the task that recorded it. The name of the child, and `name`, never leave the app.
    """

    id: str
    on: date
    at: datetime | None
    name: str
    kind: str
    child_id: str
    child_reference: str
    child_name: str
    instance_id: str | None = None
    task_id: str | None = None
    moves: int = 0
    is_partnership: bool = False


def appointments(viewer: Viewer, from_on: date, until_on: date) -> list[Appointment]:
    """What the viewer's children have between two days (both count), earliest first; a day's hours before its rest.

    The viewer's children are those to whom they, or people for whom they cover today, are allocated, and those for
    whom these have an open task; for a manager also the partnership.
    """
    with reading() as session:
        found = _from_facts(session, viewer, from_on, until_on)
        found += _from_forms(session, viewer, from_on, until_on)
    return sorted(_once(found), key=lambda one: (one.on, one.at is None, one.at or now(), one.name, one.id))


def _is_mine(viewer: Viewer, table: Any) -> tuple[ColumnElement[bool], ...]:
    # The children are asked of the table itself: asked of the children, SQLite begins with all that there are.
    return table.child_id.in_(_children_of(viewer)), sees_child(viewer, table.authority_id, table.child_id)


def _children_of(viewer: Viewer) -> Any:
    people = sorted(viewer.stands_for)
    found = [
        select(ChildWorker.child_id).where(
            ChildWorker.authority_id == viewer.authority_id,
            ChildWorker.person_id.in_(people),
            ChildWorker.until_at.is_(None),
        ),
        select(UserTask.child_id).where(
            UserTask.authority_id == viewer.authority_id,
            UserTask.assignee_id.in_(people),
            UserTask.state == literal_column("'open'"),
        ),
    ]
    if viewer.is_manager:
        of_authority = (
            Child.authority_id == viewer.authority_id,
            Child.kind == literal_column(f"'{PARTNERSHIP}'"),
        )
        found.append(select(Child.id).where(*of_authority))
    return union(*found)


def _from_facts(session: Session, viewer: Viewer, from_on: date, until_on: date) -> list[Appointment]:
    meant = reference.appointment_words().facts
    said = ChildFact.value["value"].as_string()  # a day, or a moment that may be of another day in London
    rows = session.execute(
        _with_child(select(ChildFact.name, ChildFact.value, *_CHILD), ChildFact).where(
            ChildFact.authority_id == viewer.authority_id,
            ChildFact.name.in_(sorted(meant)),
            said >= str(from_on - timedelta(days=1)),
            said < str(until_on + timedelta(days=2)),
            *_is_mine(viewer, ChildFact),
        )
    ).all()
    hours = _hours(session, viewer, [row.child_id for row in rows], [one.time for one in meant.values()])
    found = []
    for row in rows:
        hour = hours.get((row.child_id, meant[row.name].time or ""))
        day_and_moment = _read(row.value["value"], hour)
        if day_and_moment and from_on <= day_and_moment[0] <= until_on:
            found.append(
                Appointment(
                    id=f"{row.child_id}-{row.name.replace('_', '-')}",
                    on=day_and_moment[0],
                    at=day_and_moment[1],
                    name=meant[row.name].name,
                    kind=meant[row.name].kind,
                    child_id=row.child_id,
                    child_reference=row.reference,
                    child_name=f"{row.given_name} {row.family_name}",
                    is_partnership=row.sort == PARTNERSHIP,
                )
            )
    return found


def _hours(
    session: Session, viewer: Viewer, child_ids: list[str], names: list[str | None]
) -> dict[tuple[str, str], Any]:
    """What is known of the hours of these children's days, by child and name."""
    rows = session.execute(
        select(ChildFact.child_id, ChildFact.name, ChildFact.value).where(
            ChildFact.authority_id == viewer.authority_id,
            ChildFact.child_id.in_(child_ids),
            ChildFact.name.in_(sorted(filter(None, names))),
        )
    )
    return {(row.child_id, row.name): row.value["value"] for row in rows}


_CHILD = (
    Child.id.label("child_id"),
    Child.reference,
    Child.given_name,
    Child.family_name,
    Child.kind.label("sort"),
)


def _with_child(query: Any, table: Any) -> Any:
    return query.join(Child, (Child.authority_id == table.authority_id) & (Child.id == table.child_id))


def _from_forms(session: Session, viewer: Viewer, from_on: date, until_on: date) -> list[Appointment]:
    recorded = RecordedAppointment
    rows = session.execute(
        _with_child(
            select(
                recorded.id,
                recorded.on_day,
                recorded.at,
                recorded.name,
                recorded.kind,
                recorded.instance_id,
                recorded.task_id,
                recorded.moves,
                *_CHILD,
            ),
            recorded,
        )
        .join(
            ProcessInstance,
            (ProcessInstance.authority_id == recorded.authority_id)
            & (ProcessInstance.id == recorded.instance_id),
        )
        .where(
            recorded.authority_id == viewer.authority_id,
            recorded.on_day >= from_on,
            recorded.on_day <= until_on,
            ProcessInstance.status != "cancelled",
            *_is_mine(viewer, recorded),
        )
    )
    return [
        Appointment(
            id=row.id,
            on=row.on_day,
            at=row.at,
            name=row.name,
            kind=row.kind,
            child_id=row.child_id,
            child_reference=row.reference,
            child_name=f"{row.given_name} {row.family_name}",
            is_partnership=row.sort == PARTNERSHIP,
            instance_id=row.instance_id,
            task_id=row.task_id,
            moves=row.moves,
        )
        for row in rows
    ]


def _once(found: Iterable[Appointment]) -> list[Appointment]:
    """A hearing that a fact and a form both tell of is one; of the two, the one that knows the hour."""
    kept: dict[tuple[Any, ...], Appointment] = {}
    for one in found:
        key = (one.child_id, one.kind, one.on) if one.kind == "hearing" else (one.id,)
        if key not in kept or (kept[key].at is None and one.at is not None):
            kept[key] = one
    return list(kept.values())


def note(
    session: Session,
    *,
    authority_id: str,
    child_id: str,
    instance_id: str,
    task_id: str | None,
    form: str | None,
    answers: Mapping[str, Any],
    person_id: str | None,
) -> None:
    """Write down the appointments that the (validated) answers to a form state, within the caller's transaction.

    One of the same name in the same pathway that is still to come moves to the new day.
    """
    for question, meant in reference.appointment_words().of_form(form).items():
        day_and_moment = _read(answers.get(question), None)
        if day_and_moment is None:
            continue
        said = {
            "on_day": day_and_moment[0],
            "at": day_and_moment[1],
            "task_id": task_id,
            "recorded_at": now(),
            "recorded_by": person_id,
        }
        if not _moved(session, authority_id, instance_id, meant, said):
            session.execute(
                insert(RecordedAppointment).values(
                    authority_id=authority_id,
                    id=new_id(),
                    child_id=child_id,
                    instance_id=instance_id,
                    kind=meant.kind,
                    name=meant.name,
                    moves=0,
                    **said,
                )
            )


def _moved(
    session: Session, authority_id: str, instance_id: str, meant: Meant, said: Mapping[str, Any]
) -> bool:
    coming = session.scalar(
        select(RecordedAppointment.id)
        .where(
            RecordedAppointment.authority_id == authority_id,
            RecordedAppointment.instance_id == instance_id,
            RecordedAppointment.name == meant.name,
            RecordedAppointment.on_day >= today(),
        )
        .order_by(RecordedAppointment.on_day)
        .limit(1)
    )
    if coming is None:
        return False
    session.execute(
        update(RecordedAppointment)
        .where(RecordedAppointment.authority_id == authority_id, RecordedAppointment.id == coming)
        .values(moves=RecordedAppointment.moves + 1, **said)
        .execution_options(synchronize_session=False)
    )
    return True


def _read(value: Any, hour: Any) -> tuple[date, datetime | None] | None:
    """The day in London and, where it is known, the moment; nothing for what is no day."""
    if not isinstance(value, str) or not value:
        return None
    try:
        if len(value) > len("2026-12-31"):
            moment = read_moment(value, assume_london=True)
            return london_day(moment), moment
        on = date.fromisoformat(value)
        if not isinstance(hour, str) or not hour:
            return on, None
        return on, read_moment(datetime.combine(on, time.fromisoformat(hour), LONDON))
    except (BadInput, ValueError):
        return None
