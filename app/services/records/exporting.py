"""The record of a child for whoever runs the server: written to a folder, whole, and noted in the audit as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.clock import today
from app.domain.errors import BadInput, NotFound
from app.domain.moments import london_day
from app.services.records import bundling, taking
from app.services.records.bundling import File
from app.services.records.taking import Asked
from app.store.children import CHILD, Child
from app.store.db import reading, transaction

Watch = Callable[[str], None]
"""Hears the path of each file once it is made."""


def export(child: str, folder: Path, asked: Asked, watch: Watch = lambda _: None) -> list[str]:
    """Write the record of a child (its id or its reference) into a folder of its own; the paths of its files.

    All of it or nothing. Raises NotFound, and BadInput for a folder that is not empty, a day that cannot be or a
    reference that several authorities have.
    """
    folder = folder.resolve()
    bundling.refuse_folder(folder)
    with transaction() as session:
        authority_id, child_id, since = _find(session, child)
        taking.refuse(asked, since)
        assert asked.as_on is not None
        noted = taking.note(session, authority_id, child_id, None, asked)
    with reading() as session:
        made = taking.made(session, None, authority_id, child_id, noted)
        return bundling.write(_watched(bundling.files(session, authority_id, made), watch), folder)


def asked_for(as_on: date | None, reason: str, for_whom: str) -> Asked:
    """What was asked for on the command line: today unless a day was named."""
    return Asked(as_on or today(), reason, for_whom)


def _watched(found: Iterator[File], watch: Watch) -> Iterator[File]:
    for one in found:
        watch(one.path)
        yield one


def _find(session: Session, child: str) -> tuple[str, str, date]:
    rows = session.execute(
        select(Child.authority_id, Child.id, Child.created_at).where(
            Child.kind == CHILD, or_(Child.id == child, Child.reference == child.upper())
        )
    ).all()
    if not rows:
        raise NotFound(f"There is no child with the id or reference “{child[:40]}”.")
    if len(rows) > 1:
        raise BadInput(
            f"Several authorities have a child with the reference {child[:40]}. Name it by its id."
        )
    return rows[0].authority_id, rows[0].id, london_day(rows[0].created_at)
