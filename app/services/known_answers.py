"""Answers that the record gives by itself, so that a start form does not ask for them: they are filled in and seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.forms import Form
from app.domain.legal_status import IN_CARE
from app.store.children import ChildWorker, LegalStatus
from app.store.ties import agencies_of


def from_record(session: Session, authority_id: str, child_id: str, form: Form) -> dict[str, Any]:
    """What the record says to the questions of `form` that it can answer.

    Only a yes is said: that nothing is recorded does not make it a no.
    """
    asked = {field.key for field in form.fields if field.boolean}
    return dict.fromkeys(sorted(asked & _true_of(session, authority_id, child_id)), True)


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
