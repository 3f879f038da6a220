"""A bank holiday that is proclaimed at short notice: added to the table, and every open deadline counted again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domain.clock import now
from app.domain.errors import BadInput
from app.services import advance, recounting, reference
from app.store.calendar import BankHoliday
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance


def add(division: str, on: date, name: str, source: str, *, person_id: str | None = None) -> int:
    """Add a day that is no working day; how many open deadlines moved, each with an entry in the audit.

    What was done already stays as it was. Raises BadInput for an unknown division, a day that is known already, or
    a missing name or source.
    """
    if not name.strip() or not source.strip():
        raise BadInput("Say what the day is called, and who proclaimed it.")
    if on in reference.library_holidays(division):
        raise BadInput(f"{on.isoformat()} is a bank holiday in {division} already.")
    try:
        with transaction() as session:
            row = BankHoliday(
                division=division,
                on=on,
                name=name.strip(),
                source=source.strip(),
                added_at=now(),
                added_by=person_id,
            )
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise BadInput(f"{on.isoformat()} has been added in {division} already.") from error
    return count_again(
        f"{name.strip()} on {on.isoformat()} was added ({source.strip()})", person_id=person_id
    )


def count_again(reason: str, *, person_id: str | None = None) -> int:
    """Work out every open deadline again, one pathway a transaction; how many moved."""
    with reading() as session:
        running = session.execute(
            select(ProcessInstance.authority_id, ProcessInstance.id).where(
                ProcessInstance.status == "running"
            )
        ).all()
    return sum(_count_again(row.authority_id, row.id, reason, person_id) for row in running)


def _count_again(authority_id: str, instance_id: str, reason: str, person_id: str | None) -> int:
    with transaction() as session:
        instance = advance.lock(session, authority_id, instance_id)
        if instance.status != "running":
            return 0
        return recounting.count_again(session, instance, reason, person_id)
