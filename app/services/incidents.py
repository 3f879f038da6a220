"""Incidents: what stands still and why, and trying it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import AuthorityThing, ChildThing, Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound, StaleTask
from app.services import advance, going_on, message_starts, messages, timers, webhook_incidents
from app.services.workbench import migrating
from app.store import audit
from app.store.audit import Entry
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.instances import Suspension
from app.store.ties import child_thing, sees_child

LONGEST_REASON = 2000
PUT_RIGHT = "Somebody has put this incident right already."


@dataclass(frozen=True)
class IncidentRow:
    """An incident as lists show it."""

    id: str
    instance_id: str | None
    child_id: str | None
    child_reference: str | None
    definition_key: str
    element_id: str | None
    sentence: str
    created_at: datetime


def unresolved(viewer: Viewer) -> list[IncidentRow]:
    """What stands still in the viewer's authority, oldest first. Raises NotFound when it is not theirs to see."""
    require(viewer, "see_incidents", AuthorityThing(viewer.authority_id))
    with reading() as session:
        query = (
            select(Incident, Child.reference)
            .outerjoin(Child, (Child.authority_id == Incident.authority_id) & (Child.id == Incident.child_id))
            .where(Incident.authority_id == viewer.authority_id, Incident.resolved_at.is_(None))
            .where(Incident.child_id.is_(None) | sees_child(viewer, Incident.authority_id, Incident.child_id))
            .order_by(Incident.created_at)
        )
        return [_row(incident, reference) for incident, reference in session.execute(query)]


def everywhere() -> list[tuple[str, IncidentRow]]:
    """Every unresolved incident with its authority, for the operator's command line."""
    with reading() as session:
        query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.created_at)
        return [(incident.authority_id, _row(incident, None)) for incident in session.scalars(query)]


def _row(incident: Incident, reference: str | None) -> IncidentRow:
    return IncidentRow(
        incident.id,
        incident.instance_id,
        incident.child_id,
        reference,
        incident.definition_key,
        incident.element_id,
        incident.sentence,
        incident.created_at,
    )


def show(viewer: Viewer, incident_id: str) -> IncidentRow:
    """An incident that the viewer may try again. Raises NotFound, StaleTask when it has been put right."""
    with reading() as session:
        incident = session.get(Incident, (viewer.authority_id, incident_id))
        if incident is None:
            raise NotFound()
        thing: AuthorityThing | ChildThing = AuthorityThing(viewer.authority_id)
        if incident.child_id is not None:
            thing = child_thing(session, viewer.authority_id, incident.child_id)
        require(viewer, "retry_incident", thing)
        if incident.resolved_at is not None:
            raise StaleTask(PUT_RIGHT)
        return _row(incident, None)


def retry(viewer: Viewer, incident_id: str, reason: str) -> None:
    """Let the instance go on and take the step again, saying what was done about it.

    Raises NotFound, BadInput without a reason, StaleTask when it is resolved already.
    """
    show(viewer, incident_id)
    if wrong := reasons.problem(reason, most=LONGEST_REASON, missing="Enter what has been done about it"):
        raise BadInput("It cannot be tried again like this.", {"reason": [wrong]})
    resume(viewer.authority_id, incident_id, viewer.person_id, reason.strip())


def resume(authority_id: str, incident_id: str, person_id: str | None, reason: str = "") -> None:
    """The retry itself: the instance runs again, its due timers fire, its held messages are delivered; or it is moved.

    A task whose completion failed is open again with its answers as a draft. When the step still cannot be taken,
    a new incident says so.
    """
    with transaction() as session:
        key = (authority_id, incident_id)
        incident = session.get(Incident, key, with_for_update=True, populate_existing=True)
        if incident is None:
            raise NotFound()
        if incident.resolved_at is not None:
            raise StaleTask(PUT_RIGHT)
        command = dict(incident.command)
        if command.get("do") == "start":
            message_starts.start_again(session, authority_id, command["message"], command["definition"])
            _note_outside(session, incident, person_id, reason)
        elif command.get("do") == webhook_incidents.DO:
            webhook_incidents.send_again(session, authority_id, command["webhook"])
        elif command.get("do") == migrating.DO and incident.instance_id is not None:
            migrating.have_another_turn(session, authority_id, incident.instance_id, command["moving"])
            _note_outside(session, incident, person_id, reason)
        elif incident.instance_id is not None:
            _let_go_on(session, incident, person_id, reason)
        session.execute(
            update(Incident)
            .where(Incident.authority_id == authority_id, Incident.id == incident_id)
            .values(resolved_at=now(), resolved_by=person_id)
            .execution_options(synchronize_session=False)
        )
    migrating.go_on()
    messages.deliver_pending(authority_id)
    timers.drain()


def _note_outside(session: Session, incident: Incident, person_id: str | None, reason: str) -> None:
    """What concerns no step of a pathway that stands still is noted with the child, or with the authority."""
    stream = f"child:{incident.child_id}" if incident.child_id else f"incident:{incident.id}"
    audit.note(
        session, _retried(incident, person_id, reason, ""), authority_id=incident.authority_id, stream=stream
    )


def _retried(incident: Incident, person_id: str | None, reason: str, name: str) -> Entry:
    return Entry(
        kind="incident_retried",
        child_id=incident.child_id,
        person_id=person_id,
        facts={
            "definition": incident.definition_key,
            "element": incident.element_id,
            "name": name or incident.sentence,
            "incident": incident.id,
            "reason": reason,
        },
    )


def _let_go_on(session: Session, incident: Incident, person_id: str | None, reason: str) -> None:
    assert incident.instance_id is not None
    instance = advance.lock(session, incident.authority_id, incident.instance_id)
    stands_still = instance.status == "suspended"
    by_a_manager = session.get(Suspension, (instance.authority_id, instance.id)) is not None
    if not stands_still or by_a_manager:
        return
    entry = _retried(incident, person_id, reason, instance.name)
    advance.record(session, instance, [entry], status="running")
    going_on.let_waiting_go_on(session, instance, person_id)
