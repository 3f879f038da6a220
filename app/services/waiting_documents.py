"""Documents that wait because the virus scan could not look at them: looked at again until it can."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.services.documents import INFECTED
from app.services.scanning import scan
from app.store.db import reading, transaction
from app.store.documents import ChildDocument, DocumentContent


def scan_waiting(scan_command: str | None, limit: int = 20) -> int:
    """Look again at files that the scan could not look at; how many were released or withdrawn."""
    settled = 0
    with reading() as session:
        waiting = session.execute(
            select(ChildDocument.authority_id, ChildDocument.id)
            .where(ChildDocument.state == "waiting")
            .order_by(ChildDocument.id)
            .limit(limit)
        ).all()
    for authority_id, document_id in waiting:
        with reading() as session:
            content = session.scalar(
                select(DocumentContent.content).where(
                    DocumentContent.authority_id == authority_id, DocumentContent.document_id == document_id
                )
            )
        verdict = scan(content or b"", scan_command)
        if verdict == "unavailable":
            return settled
        with transaction() as session:
            _settle(session, authority_id, document_id, is_clean=verdict == "clean")
        settled += 1
    return settled


def _settle(session: Session, authority_id: str, document_id: str, *, is_clean: bool) -> None:
    values: dict[str, Any] = {"state": "kept", "scanned_at": now()}
    if not is_clean:
        values = {"state": "withdrawn", "withdrawn_at": now(), "withdrawn_reason": INFECTED}
    session.execute(
        update(ChildDocument)
        .where(
            ChildDocument.authority_id == authority_id,
            ChildDocument.id == document_id,
            ChildDocument.state == "waiting",
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
