"""What a step asks for outside its instance: letters to people, facts and statuses of the child.

Everything here is rows in the same transaction; nothing is sent until it has been committed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import LONDON, now
from app.domain.errors import EngineFailure
from app.domain.ids import new_id
from app.domain.moments import read_moment
from app.domain.profiles import Contact
from app.engine.contracts import CompiledVersion, Effect, EngineContext, Step
from app.services import facts
from app.services.task_rows import duties_in
from app.store.audit import Entry
from app.store.children import BedNights, ChildWorker, LegalStatus
from app.store.db import execute, table_of
from app.store.outbox import Notification
from app.store.people import Person, address_of

_ADD_LETTERS = insert(table_of(Notification))
_WORKER = (
    select(Person.name, address_of().label("email"))
    .join(
        ChildWorker,
        (ChildWorker.authority_id == Person.authority_id) & (ChildWorker.person_id == Person.id),
    )
    .where(
        ChildWorker.authority_id == bindparam("of_authority"),
        ChildWorker.child_id == bindparam("of_child"),
        ChildWorker.role == bindparam("of_role"),
        ChildWorker.until_at.is_(None),
    )
)


@dataclass(frozen=True)
class Site:
    """Where an effect takes place; `occasion` (step and number) makes the same letter of the same step one letter."""

    session: Session
    instance: Row[Any]
    version: CompiledVersion
    context: EngineContext
    occasion: str


def apply_effects(
    session: Session,
    instance: Row[Any],
    version: CompiledVersion,
    step: Step,
    context: EngineContext,
) -> list[Entry]:
    """Do what the step's service tasks ask for, in their order. Raises EngineFailure for a bad parameter."""
    entries: list[Entry] = []
    for number, effect in enumerate(step.effects):
        operator = OPERATORS.get(effect.operator)
        if operator is None:
            raise EngineFailure(effect.element_id, f"There is no operator called {effect.operator}.")
        site = Site(session, instance, version, context, f"{instance.version + 1}.{number}")
        entries += operator(site, effect)
    return entries


def _notify(site: Site, effect: Effect) -> list[Entry]:
    instance, entries, letters = site.instance, [], []
    roles = effect.parameters.get("to") or []
    element = site.version.element(effect.element_id)
    for role in [roles] if isinstance(roles, str) else roles:
        for contact in contacts_for(
            site.session, instance.authority_id, instance.child_id, role, site.context
        ):
            notification_id = new_id()
            letters.append(
                {
                    "authority_id": instance.authority_id,
                    "id": notification_id,
                    "child_id": instance.child_id,
                    "instance_id": instance.id,
                    "element_id": effect.element_id,
                    "template": str(effect.parameters["template"]),
                    "role": role,
                    "recipient": contact.label,
                    "email": contact.email,
                    "phone": contact.phone,
                    "reason": f"{effect.element_id} {site.occasion}",
                    "state": "queued",
                    "attempts": 0,
                    "next_attempt_at": now(),
                    "created_at": now(),
                }
            )
            entries.append(
                Entry(
                    kind="notification_queued",
                    child_id=instance.child_id,
                    facts={
                        "definition": instance.definition_key,
                        "element": effect.element_id,
                        "name": element.name if element else "",
                        "lane": role,
                        "duty": duties_in(site.context.profile.area, element.duty) if element else [],
                        "detail": f"{contact.label}",
                        "notification": notification_id,
                        "template": effect.parameters["template"],
                    },
                )
            )
    if letters:
        execute(site.session, _ADD_LETTERS, letters)
    return entries


def contacts_for(
    session: Session, authority_id: str, child_id: str, role: str, context: EngineContext
) -> list[Contact]:
    """Who is told when a role is told: the child's own worker in it, else the profile's contacts.

    A role without either is told by nobody: the letter is kept without an address, fails, and becomes a task.
    """
    keys = {"of_authority": authority_id, "of_child": child_id, "of_role": role}
    worker = execute(session, _WORKER, keys).first()
    general = list(context.profile.contacts.get(role, ()))
    if worker is not None and "@" in worker.email:
        phone = general[0].phone if general else ""
        return [Contact(label=worker.name, email=worker.email, phone=phone)]
    return general or [Contact(label=role.replace("_", " ").capitalize(), email="", phone="")]


def _record_status(site: Site, effect: Effect) -> list[Entry]:
    status = str(effect.parameters["status"])
    from_at = site.session.scalar(
        select(LegalStatus.from_at).where(
            LegalStatus.authority_id == site.instance.authority_id,
            LegalStatus.child_id == site.instance.child_id,
            LegalStatus.status == status,
            LegalStatus.until_at.is_(None),
        )
    )
    if from_at is None:
        from_at = _moment(effect, "from_at")
        site.session.execute(
            insert(LegalStatus).values(
                authority_id=site.instance.authority_id,
                id=new_id(),
                child_id=site.instance.child_id,
                instance_id=site.instance.id,
                status=status,
                from_at=from_at,
                recorded_at=now(),
            )
        )
    if status == "looked_after":
        _state(site, "looked_after_from_on", from_at.astimezone(LONDON).date().isoformat())
    return [_noted(site, effect, "status_recorded", status)]


def _end_status(site: Site, effect: Effect) -> list[Entry]:
    status = str(effect.parameters["status"])
    site.session.execute(
        update(LegalStatus)
        .where(
            LegalStatus.authority_id == site.instance.authority_id,
            LegalStatus.child_id == site.instance.child_id,
            LegalStatus.status == status,
            LegalStatus.until_at.is_(None),
        )
        .values(until_at=_moment(effect, "at"))
        .execution_options(synchronize_session=False)
    )
    return [_noted(site, effect, "status_ended", status)]


def _record_fact(site: Site, effect: Effect) -> list[Entry]:
    name = str(effect.parameters["name"])
    _state(site, name, effect.parameters.get("value"))
    return [_noted(site, effect, "fact_recorded", name)]


def _state(site: Site, fact: str, value: Any) -> None:
    facts.record(
        site.session,
        site.instance.authority_id,
        site.instance.child_id,
        {fact: value},
        person_id=None,
        task_id=None,
    )


def _open_bed_nights(site: Site, effect: Effect) -> list[Entry]:
    from_at = _moment(effect, "from_at")
    site.session.execute(
        insert(BedNights).values(
            authority_id=site.instance.authority_id,
            id=new_id(),
            child_id=site.instance.child_id,
            instance_id=site.instance.id,
            from_at=from_at,
            recorded_at=now(),
        )
    )
    return [_noted(site, effect, "bed_nights_opened", from_at.astimezone(LONDON).isoformat())]


def _close_bed_nights(site: Site, effect: Effect) -> list[Entry]:
    until_at = _moment(effect, "at")
    site.session.execute(
        update(BedNights)
        .where(
            BedNights.authority_id == site.instance.authority_id,
            BedNights.child_id == site.instance.child_id,
            BedNights.until_at.is_(None),
        )
        .values(until_at=until_at)
        .execution_options(synchronize_session=False)
    )
    return [_noted(site, effect, "bed_nights_closed", until_at.astimezone(LONDON).isoformat())]


def _moment(effect: Effect, name: str) -> datetime:
    value = effect.parameters.get(name)
    return now() if value in (None, "") else read_moment(str(value))


def _noted(site: Site, effect: Effect, kind: str, detail: str) -> Entry:
    element = site.version.element(effect.element_id)
    return Entry(
        kind=kind,
        child_id=site.instance.child_id,
        facts={
            "definition": site.instance.definition_key,
            "element": effect.element_id,
            "name": element.name if element else "",
            "detail": detail,
        },
    )


Operator = Callable[[Site, Effect], list[Entry]]
OPERATORS: Mapping[str, Operator] = {
    "notify": _notify,
    "record_status": _record_status,
    "end_status": _end_status,
    "record_fact": _record_fact,
    "open_bed_nights": _open_bed_nights,
    "close_bed_nights": _close_bed_nights,
}
