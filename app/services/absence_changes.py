"""An absence that is not over is put right: other days, another cover, another note."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import today
from app.domain.errors import Conflict
from app.services import absences
from app.services.absences import Plan
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction

CHANGED = {"cover_id": "cover", "from_on": "first day", "until_on": "last day", "note": "note"}


def show(viewer: Viewer, absence_id: str) -> Plan:
    """An absence as it can be changed. Raises NotFound, NotAllowed, Conflict when it is over."""
    with reading() as session:
        return absences.plan_of(_to_change(session, viewer, absence_id))


def has_begun(plan: Plan) -> bool:
    """Whether its first day is today or has been: that day is a fact then, and stays."""
    return plan.from_on <= today()


def change(viewer: Viewer, absence_id: str, wanted: Plan) -> bool:
    """Write an absence as it is wanted now; whether anything was different. Its person is never changed.

    The first day of one that has begun stays. When another person covers from today, the days before stay an
    absence of their own: who covered then, and what was done, is not rewritten. What the absent person covers on the
    new days passes to their cover, as when an absence is recorded; what has passed before stays where it is.
    Raises NotFound, NotAllowed, Conflict when it is over, BadInput (a sentence for the field that clashes).
    """
    with transaction() as session:
        before = absences.plan_of(_to_change(session, viewer, absence_id))
        plan = replace(wanted, person_id=before.person_id)
        absences.lock_people(session, viewer.authority_id, plan)
        found = _to_change(session, viewer, absence_id, lock=True)
        before = absences.plan_of(found)
        if has_begun(before):
            plan = replace(plan, from_on=before.from_on)
        different = [words for name, words in CHANGED.items() if getattr(plan, name) != getattr(before, name)]
        if not different:
            return False
        absences.refuse_clashes(session, viewer, plan, but=absence_id)
        if plan.cover_id != before.cover_id and before.from_on < today():
            absences.insert_row(session, viewer, replace(before, until_on=today() - timedelta(days=1)))
            plan = replace(plan, from_on=today())
        values = {name: getattr(plan, name) for name in CHANGED}
        absences.change_row(session, found, **values)
        _note(session, viewer, absence_id, before, plan, different)
        absences.pass_on_what_is_covered(session, viewer, plan)
    return True


def _to_change(session: Session, viewer: Viewer, absence_id: str, *, lock: bool = False) -> Row[Any]:
    found = absences.row(session, viewer.authority_id, absence_id, lock=lock)
    require(viewer, "record_absence", absences.person_of(session, found), seen_by="see_absence")
    if found.ended_at is not None or found.until_on < today():
        raise Conflict("This absence is over: what was covered then can no longer be changed.")
    return found


def _note(
    session: Session, viewer: Viewer, absence_id: str, before: Plan, plan: Plan, different: list[str]
) -> None:
    """The entry says which parts are different, and days and cover before and after; never the note's words."""
    told: dict[str, Any] = {"absence": absence_id, "person": plan.person_id, "changed": different}
    for when, one in (("was", before), ("is", plan)):
        told[when] = {
            "cover": one.cover_id,
            "from_on": one.from_on.isoformat(),
            "until_on": one.until_on.isoformat(),
        }
    entry = Entry(kind="absence_changed", person_id=viewer.person_id, facts=told)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"person:{plan.person_id}")
