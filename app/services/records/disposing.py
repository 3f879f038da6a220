"""Keeping a record on, and disposing of it: by two persons, when its time has come, and never under a legal hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, Conflict, NotAllowed
from app.domain.ids import new_id
from app.services import children, submissions
from app.services.records import keeping
from app.services.records.keeping import Keeping
from app.store import audit, erasing, seals
from app.store.audit import Entry
from app.store.children import Child
from app.store.db import table_of, transaction
from app.store.erasing import Whose
from app.store.instances import ProcessInstance
from app.store.kept import KeptRow, said
from app.store.record_keeping import DisposalCertificate, RecordKeeping
from app.store.ties import child_thing
from app.store.upsert import put

LONGEST, LONGEST_NUMBER = 500, 100
_TABLE = table_of(RecordKeeping)


def hold(viewer: Viewer, child_id: str, reason: str) -> None:
    """Nobody disposes of the record until the hold is lifted. Raises BadInput, NotFound, NotAllowed."""
    with transaction() as session:
        _require(session, viewer, child_id)
        _refuse(reason, "Enter why the record has to be kept")
        held = {"held_at": now(), "held_by": viewer.person_id, "held_reason": reason.strip()}
        _write(session, viewer, child_id, **held, **_NO_PROPOSAL)
        _note(session, viewer, child_id, "record_held", {"reason": reason.strip()})


def lift(viewer: Viewer, child_id: str, reason: str) -> None:
    """The hold is over. Raises BadInput, Conflict where there is none, NotFound, NotAllowed."""
    with transaction() as session:
        kept = _require(session, viewer, child_id)
        if kept.hold is None:
            raise Conflict("There is no legal hold on this record any more.")
        _refuse(reason, "Enter why the record need not be held any longer")
        _write(session, viewer, child_id, held_at=None, held_by=None, held_reason=None)
        _note(session, viewer, child_id, "record_hold_lifted", {"reason": reason.strip()})


def record_death(viewer: Viewer, child_id: str, died_on: date | None) -> None:
    """The day on which a child died, from which the record is counted. Raises BadInput, NotFound, NotAllowed."""
    with transaction() as session:
        _require(session, viewer, child_id)
        born_on = children.get(session, viewer.authority_id, child_id).date_of_birth
        if died_on is None:
            raise BadInput("Enter the day", {"died_on": ["Enter the day"]})
        if died_on > today() or (born_on is not None and died_on < born_on):
            raise BadInput(
                "The day must be in the life", {"died_on": ["The day must be in the past, after the birth"]}
            )
        _write(session, viewer, child_id, died_on=died_on)
        _note(session, viewer, child_id, "death_recorded", {"on": died_on.isoformat()})


def confirm_transfer(viewer: Viewer, child_id: str, reference: str) -> None:
    """The council's record system has the whole record, under a number there. Raises BadInput, NotFound, NotAllowed."""
    with transaction() as session:
        _require(session, viewer, child_id)
        missing = "Enter the number of the record there"
        if problem := reasons.problem(reference, most=LONGEST_NUMBER, missing=missing):
            raise BadInput(problem, {"reference": [problem]})
        moved = {
            "transferred_on": today(),
            "transferred_as": reference.strip(),
            "transferred_by": viewer.person_id,
        }
        _write(session, viewer, child_id, **moved)
        _note(session, viewer, child_id, "record_transferred", {"reference": reference.strip()})


def propose(viewer: Viewer, child_id: str, reason: str) -> None:
    """Propose that the record is disposed of: somebody else decides. Raises Conflict where it may not be (yet)."""
    with transaction() as session:
        kept = _require(session, viewer, child_id)
        _refuse_disposal(kept)
        if kept.proposal is not None:
            raise Conflict("Somebody has proposed that already; a second person decides.")
        _refuse(reason, "Enter why the record is not needed any longer")
        proposed = {
            "proposed_at": now(),
            "proposed_by": viewer.person_id,
            "proposed_reason": reason.strip(),
        }
        _write(session, viewer, child_id, **proposed)
        _note(session, viewer, child_id, "disposal_proposed", {"reason": reason.strip()})


def refuse(viewer: Viewer, child_id: str, reason: str) -> None:
    """The record is kept: the proposal is refused, or withdrawn by who made it. Raises BadInput, Conflict."""
    with transaction() as session:
        kept = _require(session, viewer, child_id)
        if kept.proposal is None:
            raise Conflict("Nobody proposes to dispose of this record any more.")
        _refuse(reason, "Enter why the record is kept")
        _write(session, viewer, child_id, **_NO_PROPOSAL)
        _note(session, viewer, child_id, "disposal_refused", {"reason": reason.strip()})


def dispose(viewer: Viewer, child_id: str, reference: str, *, submission: str | None = None) -> str:
    """Take everything about the child out of the database; the id of the certificate. It cannot be undone.

    `reference` is typed by whoever decides, so that no other record goes by mistake. Raises BadInput where it is not
    the child's, NotAllowed where the viewer proposed it, Conflict where the record may not be disposed of (any more).
    """
    with transaction() as session:
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        session.execute(
            select(Child.id)
            .where(Child.authority_id == viewer.authority_id, Child.id == child_id)
            .with_for_update()
        )
        kept = _require(session, viewer, child_id)
        _refuse_disposal(kept)
        if kept.proposal is None:
            raise Conflict("Nobody proposes to dispose of this record any more.")
        if kept.proposed_by_id in viewer.stands_for:
            raise NotAllowed("You proposed this, so somebody else has to decide.")
        if reference.strip().upper() != kept.reference:
            wrong = "Enter the reference of this child, as it stands on the page"
            raise BadInput(wrong, {"reference": [wrong]})
        certificate_id = erase(session, viewer, kept)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, certificate_id)
        return certificate_id


def erase(session: Session, viewer: Viewer, kept: Keeping) -> str:
    """The erasure itself, with its certificate and its entry in the audit."""
    authority_id, child_id, certificate_id = viewer.authority_id, kept.child_id, new_id()
    whose = Whose(authority_id, child_id, kept.reference, _every_name(session, authority_id, child_id))
    streams = session.scalars(
        select(ProcessInstance.id).where(
            ProcessInstance.authority_id == authority_id, ProcessInstance.child_id == child_id
        )
    ).all()
    entries = seals.of_child(session, authority_id, child_id, streams, whose.names)
    sealed = seals.prepare(session, certificate_id, entries)
    session.expunge_all()  # what was read is about to go
    rows = erasing.erase(session, whose)
    assert kept.proposal is not None
    certificate: dict[str, Any] = {
        "authority_id": authority_id,
        "id": certificate_id,
        "record_id": child_id,
        "kind": kept.retention.kind,
        "review_on": kept.retention.review_on,
        "reason": kept.retention.reason,
        "rows": rows,
        "entries": len(sealed),
        "seals": seals.digest(one["seal"] for one in sealed),
        "proposed_by": kept.proposed_by_id,
        "proposed_by_name": kept.proposal.by or "",
        "proposed_at": kept.proposal.at,
        "decided_by": viewer.person_id,
        "decided_by_name": viewer.name,
        "decided_at": now(),
    }
    certificate["hash"] = seals.hash_of(certificate)
    session.execute(table_of(DisposalCertificate).insert(), certificate)
    seals.take_out(session, certificate_id, sealed)
    facts = {"certificate": certificate_id, "sha256": certificate["hash"], "record": child_id}
    entry = Entry(kind="record_erased", person_id=viewer.person_id, facts=facts)
    audit.note(session, entry, authority_id=authority_id, stream=f"disposal:{certificate_id}")
    return certificate_id


def _every_name(session: Session, authority_id: str, child_id: str) -> tuple[str, ...]:
    """The child's names, and those that the record had before, each in both orders."""
    row = children.get(session, authority_id, child_id)
    given, family = {row.given_name}, {row.family_name}
    earlier = session.scalars(
        select(KeptRow).where(
            KeptRow.authority_id == authority_id, KeptRow.child_id == child_id, KeptRow.about == "children"
        )
    )
    for was in map(said, earlier):
        given |= {was["given_name"]} if "given_name" in was else set()
        family |= {was["family_name"]} if "family_name" in was else set()
    pairs = [(first, last) for first in sorted(given) for last in sorted(family)]
    return tuple(name for first, last in pairs for name in (f"{first} {last}", f"{last}, {first}"))


_NO_PROPOSAL: dict[str, Any] = {"proposed_at": None, "proposed_by": None, "proposed_reason": None}


def _require(session: Session, viewer: Viewer, child_id: str) -> Keeping:
    thing = child_thing(session, viewer.authority_id, child_id)
    require(viewer, "keep_record", thing, seen_by="see_child")
    return keeping.read(session, viewer.authority_id, child_id)


def _refuse(reason: str, missing: str) -> None:
    if problem := reasons.problem(reason, most=LONGEST, missing=missing):
        raise BadInput(problem, {"reason": [problem]})


def _refuse_disposal(kept: Keeping) -> None:
    if kept.hold is not None:
        raise Conflict("There is a legal hold on this record: nothing of it may be disposed of.")
    if kept.is_open:
        raise Conflict("A pathway of this child is still running.")
    if not kept.is_due:
        raise Conflict("The day of its review has not come: it has to be kept until then.")


def _write(session: Session, viewer: Viewer, child_id: str, **values: Any) -> None:
    row = {"authority_id": viewer.authority_id, "child_id": child_id, "recorded_at": now(), **values}
    put(session, _TABLE, [row], replace=list(values))


def _note(session: Session, viewer: Viewer, child_id: str, kind: str, facts: dict[str, Any]) -> None:
    entry = Entry(kind=kind, child_id=child_id, person_id=viewer.person_id, facts=facts)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")
