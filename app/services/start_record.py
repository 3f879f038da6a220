"""What a pathway's start said in the child's record: its answer, facts, and the times that it opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.clock import LONDON
from app.domain.forms import Form, facts_from
from app.domain.moments import london_day
from app.services import definitions, facts
from app.store.children import BedNights, LegalStatus
from app.store.tasks import Answer

LOOKED_AFTER = "looked_after_from_on"
"""The fact that the record of a looked-after status states, from its first moment."""
TIMES = (LegalStatus, BedNights)
"""What a pathway opens in the child's record from a moment."""


def begun_with(table: Any, row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """The times that the pathway opened in the child's record at its own start."""
    own = table.authority_id == row.authority_id, table.instance_id == row.id
    return (*own, table.child_id == row.child_id, table.from_at == row.started_at)


def told_by(session: Session, row: Row[Any], becomes: datetime) -> dict[str, list[Any]]:
    """The facts of the child that came from the start and still say so: `{name: [was, is]}`."""
    known = facts.known(session, row.authority_id, row.child_id)
    told: dict[str, list[Any]] = {}
    form = _start_form(session, row)
    zero = definitions.clock_field(form)
    answer = session.get(Answer, (row.authority_id, row.id))
    if form is not None and zero is not None and answer is not None:
        before = facts_from(form, answer.answers)
        after = facts_from(form, {**answer.answers, zero: becomes.isoformat()})
        told = {name: [was, after[name]] for name, was in before.items() if after.get(name) != was}
    opened = select(LegalStatus.id).where(*begun_with(LegalStatus, row), LegalStatus.status == "looked_after")
    if session.scalar(opened.limit(1)) is not None:
        told[LOOKED_AFTER] = [london_day(moment).isoformat() for moment in (row.started_at, becomes)]
    return {name: [was, is_] for name, (was, is_) in told.items() if was != is_ and known.get(name) == was}


def _start_form(session: Session, row: Row[Any]) -> Form | None:
    version = definitions.compiled(session, row.version_id)
    return definitions.form(session, row.version_id, version.start_form)


def rewrite(
    session: Session, viewer: Viewer, row: Row[Any], becomes: datetime, told: Mapping[str, list[Any]]
) -> None:
    """Put right the answer that started it, the facts that it stated, and the times that it opened."""
    zero = definitions.clock_field(_start_form(session, row))
    answer = session.get(Answer, (row.authority_id, row.id))
    if zero is not None and answer is not None and answer.answers.get(zero):
        answer.answers = {**answer.answers, zero: becomes.astimezone(LONDON).isoformat()}
        session.flush()
    for table in TIMES:
        session.execute(
            update(table)
            .where(*begun_with(table, row))
            .values(from_at=becomes)
            .execution_options(synchronize_session=False)
        )
    new = {name: is_ for name, (_, is_) in told.items()}
    facts.record(session, row.authority_id, row.child_id, new, person_id=viewer.person_id, task_id=None)
