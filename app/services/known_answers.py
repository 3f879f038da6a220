"""Answers that the record gives by itself, so that a start form does not ask for them: they are filled in and seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.forms import Form
from app.domain.legal_status import IN_CARE
from app.domain.moments import london_day
from app.services import facts
from app.services.plan_record import as_day
from app.store.children import BedNights, ChildWorker, LegalStatus
from app.store.ties import agencies_of


def from_record(session: Session, authority_id: str, child_id: str, form: Form) -> dict[str, Any]:
    """What the record says to the questions of `form` that it can answer.

    Only a yes is said: that nothing is recorded does not make it a no.
    """
    asked = {field.key for field in form.fields if field.boolean}
    return dict.fromkeys(sorted(asked & _true_of(session, authority_id, child_id)), True)


def of_sentence(session: Session, authority_id: str, child_id: str, form: Form) -> dict[str, Any]:
    """The days on remand before the sentence, where `form` asks for them (`remand_days`) and stays are recorded.

    Each day once, from the first day in detention to the day before the sentence; the sentence's own day is its first.
    """
    if not any(field.key == "remand_days" for field in form.fields):
        return {}
    sentenced_on = as_day(facts.known(session, authority_id, child_id).get("sentenced_on"))
    stays = session.execute(
        select(BedNights.from_at, BedNights.until_at).where(
            BedNights.authority_id == authority_id, BedNights.child_id == child_id
        )
    ).all()
    if sentenced_on is None or not stays:
        return {}
    spans = [(london_day(one.from_at), london_day(one.until_at or now())) for one in stays]
    days = {
        first + timedelta(days=number)
        for first, last in spans
        for number in range((min(last, sentenced_on - timedelta(days=1)) - first).days + 1)
    }
    return {"remand_days": len(days)} if days else {}


def _true_of(session: Session, authority_id: str, child_id: str) -> set[str]:
    roles = session.scalars(
        select(ChildWorker.role).where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id == child_id,
            ChildWorker.until_at.is_(None),
        )
    )
    in_care = session.scalar(
        select(LegalStatus.id)
        .where(
            LegalStatus.authority_id == authority_id,
            LegalStatus.child_id == child_id,
            LegalStatus.status.in_(sorted(IN_CARE)),
            LegalStatus.until_at.is_(None),
        )
        .limit(1)
    )
    found = {"has_social_worker"} if "social_worker" in set(roles) else set()
    found |= {"known_to_csc"} if "csc" in agencies_of(session, authority_id, child_id) else set()
    return found | ({"looked_after_before"} if in_care else set())
